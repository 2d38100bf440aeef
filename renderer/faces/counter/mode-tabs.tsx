// The ways to pay at the head of the tender screen, with their keys; a way that a service does not take says so.
import type { PaymentMode } from '#contract/bill.ts'
import { Button } from '#renderer/parts/button.tsx'
import { useText } from '#renderer/parts/language.tsx'
import { modeWord } from '#renderer/parts/payment-words.ts'
import { serviceAgainst, type Cart } from './cart.ts'
import { PAPER_MODES } from './instrument-form.ts'
import styles from './mode-tabs.module.css'

type ModeTabsProps = {
  readonly mode: PaymentMode
  readonly cart: Cart
  readonly isDisabled: boolean
  readonly onMode: (mode: PaymentMode) => void
}

const CHORDS: Partial<Record<PaymentMode, string>> = { CASH: 'F6', CARD: 'F8', CHEQUE: 'F9' }

export function ModeTabs({ mode, cart, isDisabled, onMode }: ModeTabsProps) {
  const text = useText()
  const modes: readonly PaymentMode[] = ['CASH', 'CARD', ...PAPER_MODES]
  const against = modes.flatMap((each) => {
    const service = serviceAgainst(cart, each)
    return service === null ? [] : [text('pay.notTakenMode', { mode: text(modeWord(each)), service })]
  })
  return (
    <div>
      <fieldset aria-label={text('tender.modes')} className={styles.tabs}>
        {modes.map((each) => {
          const chord = CHORDS[each]
          return (
            <Button
              key={each}
              kind={each === mode ? 'deep' : 'plain'}
              isDisabled={isDisabled || serviceAgainst(cart, each) !== null}
              onPress={() => {
                if (each !== mode) onMode(each)
              }}
              testId={`mode-${each}`}
              {...(chord === undefined ? {} : { chord })}
            >
              {text(modeWord(each))}
            </Button>
          )
        })}
      </fieldset>
      {against.length === 0 ? null : <p className={styles.against}>{against.join(' · ')}</p>}
    </div>
  )
}
