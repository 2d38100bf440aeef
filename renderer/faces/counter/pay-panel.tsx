// The right side of counter home: the total, who pays, and the ways to pay with their keys. A way that cannot be used
// stays in its place and says why.
import type { PaymentMode } from '#contract/bill.ts'
import { formatInr } from '#contract/money.ts'
import { Button } from '#renderer/parts/button.tsx'
import { useText } from '#renderer/parts/language.tsx'
import { modeWord } from '#renderer/parts/payment-words.ts'
import { Banknote, CreditCard, FileText, UserRound, type LucideIcon } from 'lucide-react'
import type { ReactNode } from 'react'
import { cartTotal, serviceAgainst, type Cart } from './cart.ts'
import { paperModeOf } from './instrument-form.ts'
import { payerOf } from './payer-choice.ts'
import styles from './pay-panel.module.css'

type PayPanelProps = {
  readonly cart: Cart
  readonly isFinding: boolean
  readonly onTender: (mode: PaymentMode) => void
  readonly onPayer: () => void
  readonly footer: ReactNode
}

const WAYS: readonly { mode: PaymentMode; chord: string; icon: LucideIcon }[] = [
  { mode: 'CASH', chord: 'F6', icon: Banknote },
  { mode: 'CARD', chord: 'F8', icon: CreditCard },
  { mode: 'CHEQUE', chord: 'F9', icon: FileText },
]

export function PayPanel({ cart, isFinding, onTender, onPayer, footer }: PayPanelProps) {
  const text = useText()
  const total = cartTotal(cart)
  const payer = payerOf(
    cart.payer,
    cart.lines.map(({ found }) => found.bill.payerName),
  )
  const general = generalReason({ cart, hasTotal: total !== null, hasPayer: payer !== null, isFinding })
  return (
    <aside className={styles.panel} aria-label={text('pay.label')}>
      <div className={styles.total}>
        <p>{text('pay.total', { count: cart.lines.length })}</p>
        <p className={styles.amount} data-testid="total">
          {total === null ? '–' : formatInr(total)}
        </p>
      </div>
      <div className={styles.payer}>
        <div className={styles.payerWords}>
          <p className={styles.small}>{text('pay.payer')}</p>
          <p className={styles.payerName}>
            {cart.lines.length === 0 ? '–' : (payer?.paidBy ?? text('payer.needed'))}
          </p>
        </div>
        <Button icon={UserRound} chord="F3" isDisabled={cart.lines.length === 0} onPress={onPayer}>
          {text('pay.changePayer')}
        </Button>
      </div>
      <div className={styles.ways}>
        {WAYS.map(({ mode, chord, icon }) => {
          const service = mode === 'CHEQUE' && paperModeOf(cart) !== null ? null : serviceAgainst(cart, mode)
          const reason = service === null ? general : text('pay.notTaken', { service })
          return (
            <Button
              key={mode}
              kind={mode === 'CASH' ? 'primary' : 'deep'}
              size="large"
              icon={icon}
              chord={chord}
              isDisabled={reason !== null}
              describedBy={reason === null ? undefined : 'pay-reason'}
              onPress={() => onTender(mode)}
              testId={`pay-${mode}`}
              className={styles.way}
            >
              {text(mode === 'CHEQUE' ? 'pay.paper' : modeWord(mode))}
              {service === null ? null : <span className={styles.why}>{reason}</span>}
            </Button>
          )
        })}
        <p id="pay-reason" className={styles.reason}>
          {general ?? ''}
        </p>
      </div>
      <div className={styles.footer}>{footer}</div>
    </aside>
  )

  function generalReason(facts: ReasonFacts): string | null {
    if (facts.isFinding) return text('pay.reason.finding')
    if (facts.cart.lines.length === 0) return text('pay.reason.empty')
    if (!facts.hasTotal) return text('pay.reason.line')
    return facts.hasPayer ? null : text('pay.reason.payer')
  }
}

type ReasonFacts = {
  readonly cart: Cart
  readonly hasTotal: boolean
  readonly hasPayer: boolean
  readonly isFinding: boolean
}
