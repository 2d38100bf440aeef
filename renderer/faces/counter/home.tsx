// Counter home (C2): the find field, the bills of this customer, the total and the ways to pay. Shown by counter.tsx.
import type { PaymentMode } from '#contract/bill.ts'
import { Button } from '#renderer/parts/button.tsx'
import { useKeys } from '#renderer/parts/keys.tsx'
import { useText } from '#renderer/parts/language.tsx'
import { ScanBarcode } from 'lucide-react'
import type { Dispatch } from 'react'
import { CartList } from './cart-list.tsx'
import type { CounterAction, CounterState } from './counter-state.ts'
import { FindBar } from './find-bar.tsx'
import { LastReceipt } from './last-receipt.tsx'
import { PayPanel } from './pay-panel.tsx'
import type { Finding } from './use-find.ts'
import type { Reprint } from './use-reprint.ts'
import styles from './home.module.css'

type HomeProps = {
  readonly state: CounterState
  readonly dispatch: Dispatch<CounterAction>
  readonly finding: Finding
  readonly reprint: Reprint
  readonly onTender: (mode: PaymentMode) => void
  readonly onPayer: () => void
  readonly onParked: () => void
  readonly onShowReceipt: (text: string, paymentId: string | null) => void
}

export function Home(props: HomeProps) {
  const text = useText()
  const { state, dispatch, finding } = props
  const { cart, parked } = state
  const select = (at: number) => {
    if (cart.lines[at] !== undefined) dispatch({ do: 'select', at })
  }
  useKeys({
    Delete: () => (cart.lines.length === 0 ? undefined : dispatch({ do: 'removeLine', at: cart.selected })),
    ArrowUp: () => select(cart.selected - 1),
    ArrowDown: () => select(cart.selected + 1),
    Escape: finding.clear,
  })
  return (
    <>
      <div className={styles.columns}>
        <section className={styles.left} aria-label={text('cart.label')}>
          <h1 className="sr-only">{text('nav.counter')}</h1>
          <FindBar
            finding={finding}
            onShowReceipt={props.onShowReceipt}
            onEmptyEnter={() => props.onTender('CASH')}
          />
          {cart.lines.length === 0 ? (
            <EmptyCart isFinding={finding.pendingCount > 0} />
          ) : (
            <CartList
              cart={cart}
              dispatch={dispatch}
              finding={finding}
              onShowReceipt={(number) => props.onShowReceipt(number, null)}
            />
          )}
        </section>
        <PayPanel
          cart={cart}
          isFinding={finding.pendingCount > 0}
          onTender={props.onTender}
          onPayer={props.onPayer}
          footer={
            <Button
              chord="F4"
              isDisabled={cart.lines.length === 0 && parked.length === 0}
              onPress={() => (cart.lines.length === 0 ? props.onParked() : dispatch({ do: 'park' }))}
            >
              {cart.lines.length === 0
                ? text('park.recallCount', { count: parked.length })
                : text('park.park', { count: parked.length })}
            </Button>
          }
        />
      </div>
      <LastReceipt reprint={props.reprint} onShow={(paymentId) => props.onShowReceipt('', paymentId)} />
    </>
  )
}

function EmptyCart({ isFinding }: { readonly isFinding: boolean }) {
  const text = useText()
  return (
    <div className={styles.empty}>
      <ScanBarcode aria-hidden size={88} strokeWidth={1.25} />
      <p className={styles.emptyTitle}>{isFinding ? text('find.looking') : text('cart.empty')}</p>
      <p>{text('cart.emptyHint')}</p>
    </div>
  )
}
