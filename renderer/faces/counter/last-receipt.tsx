// The foot of counter home: the last receipt, to look at or to print again.
import { formatInr } from '#contract/money.ts'
import { Button } from '#renderer/parts/button.tsx'
import { useText } from '#renderer/parts/language.tsx'
import { useStatus } from '#renderer/parts/terminal.tsx'
import { Printer } from 'lucide-react'
import { ReprintNote } from './reprint-note.tsx'
import type { Reprint } from './use-reprint.ts'
import styles from './last-receipt.module.css'

type LastReceiptProps = {
  readonly reprint: Reprint
  readonly onShow: (paymentId: string) => void
}

export function LastReceipt({ reprint, onShow }: LastReceiptProps) {
  const text = useText()
  const { lastReceipt } = useStatus()
  if (lastReceipt === null) return null
  const { paymentId, receiptNumber, amountPaise } = lastReceipt
  return (
    <footer className={styles.foot}>
      <p className={styles.words}>
        <span className={styles.label}>{text('last.label')}</span>
        <strong>{receiptNumber}</strong>
        <span>{formatInr(amountPaise)}</span>
        <ReprintNote result={reprint.results[paymentId]} />
      </p>
      <Button kind="quiet" onPress={() => onShow(paymentId)}>
        {text('last.show')}
      </Button>
      <Button icon={Printer} chord="Alt+KeyR" onPress={() => reprint.print(paymentId)}>
        {text('act.printAgain')}
      </Button>
    </footer>
  )
}
