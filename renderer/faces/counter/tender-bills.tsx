// Beside the tender: which bills this money is for and who pays, so that the cashier reads it out before taking it.
import { formatInr } from '#contract/money.ts'
import type { Payer } from '#contract/payment.ts'
import { Button } from '#renderer/parts/button.tsx'
import { useText } from '#renderer/parts/language.tsx'
import { UserRound } from 'lucide-react'
import type { Consent } from '#rpc/till-rules.ts'
import type { ConsentAsked } from './consent.ts'
import { ConsentTicks } from './consent-ticks.tsx'
import { debtKey, payNow, type Cart } from './cart.ts'
import styles from './tender-bills.module.css'

type TenderBillsProps = {
  readonly cart: Cart
  readonly payer: Payer
  readonly isDisabled: boolean
  readonly onPayer: () => void
  readonly consent: Consent
  readonly asked: ConsentAsked
  readonly onAgree: (consent: Consent) => void
}

export function TenderBills({ cart, payer, isDisabled, onPayer, ...agreeing }: TenderBillsProps) {
  const text = useText()
  return (
    <aside className={styles.bills} aria-label={text('tender.bills')}>
      <h2 className={styles.title}>{text('cart.count', { count: cart.lines.length })}</h2>
      <ul className={styles.list}>
        {cart.lines.map((line) => (
          <li key={debtKey(line.found)} className={styles.bill}>
            <span className={styles.words}>
              <span className={styles.service}>{line.found.serviceName}</span>
              <span>{line.found.bill.consumerCode}</span>
              <span className={styles.name}>{line.found.bill.payerName}</span>
            </span>
            <strong>{formatInr(payNow(line) ?? line.found.bill.totalPaise)}</strong>
          </li>
        ))}
      </ul>
      <ConsentTicks {...agreeing} isDisabled={isDisabled} />
      <div className={styles.payer}>
        <p className={styles.small}>{text('pay.payer')}</p>
        <p className={styles.service}>{payer.paidBy}</p>
        {payer.mobileNumber === null ? null : <p>{payer.mobileNumber}</p>}
        <Button
          icon={UserRound}
          chord="F3"
          isDisabled={isDisabled}
          onPress={onPayer}
          className={styles.change}
        >
          {text('pay.changePayer')}
        </Button>
      </div>
    </aside>
  )
}
