// F4 with nobody at the counter: customers who were put aside, to bring one back.
import { formatInr } from '#contract/money.ts'
import { Button } from '#renderer/parts/button.tsx'
import { Dialog } from '#renderer/parts/dialog.tsx'
import { useText } from '#renderer/parts/language.tsx'
import { cartTotal, type Cart } from './cart.ts'
import styles from './parked.module.css'

type ParkedProps = {
  readonly parked: readonly Cart[]
  readonly onRecall: (at: number) => void
  readonly onClose: () => void
}

export function Parked({ parked, onRecall, onClose }: ParkedProps) {
  const text = useText()
  const bindings = Object.fromEntries(
    parked.flatMap((_, at) =>
      [`Digit${at + 1}`, `Numpad${at + 1}`].map((chord) => [chord, () => onRecall(at)]),
    ),
  )
  return (
    <Dialog title={text('park.title')} onClose={onClose} bindings={bindings}>
      <ol className={styles.list}>
        {parked.map((cart, at) => {
          const total = cartTotal(cart)
          const [first] = cart.lines
          return (
            <li key={first?.found.bill.id ?? at} className={styles.row}>
              <div className={styles.words}>
                <p className={styles.name}>{first?.found.bill.payerName ?? first?.found.bill.consumerCode}</p>
                <p>
                  {text('cart.count', { count: cart.lines.length })}
                  {total === null ? null : ` · ${formatInr(total)}`}
                </p>
              </div>
              <Button kind="deep" chord={`Digit${at + 1}`.replace('Digit', '')} onPress={() => onRecall(at)}>
                {text('park.recall')}
              </Button>
            </li>
          )
        })}
      </ol>
    </Dialog>
  )
}
