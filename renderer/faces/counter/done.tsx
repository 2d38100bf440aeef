// Done (C4): the change to give back fills the screen and stays until the next scan, Enter or Next customer. Below it
// the receipts, with DIGIT's number as soon as it is known and whether paper came out. Shown by counter.tsx.
import { formatInr } from '#contract/money.ts'
import { Button } from '#renderer/parts/button.tsx'
import { useKeys } from '#renderer/parts/keys.tsx'
import { useText } from '#renderer/parts/language.tsx'
import { modeWord, printWords, standingWords } from '#renderer/parts/payment-words.ts'
import { StatusMark } from '#renderer/parts/status-mark.tsx'
import { useStatus, useTerminal } from '#renderer/parts/terminal.tsx'
import type { Collection, PaymentRow } from '#rpc/procedures.ts'
import { useQuery } from '@tanstack/react-query'
import { ArrowRight, FileSearch, Printer } from 'lucide-react'
import { NotePlan } from './note-plan.tsx'
import { ReprintNote } from './reprint-note.tsx'
import type { Reprint } from './use-reprint.ts'
import styles from './done.module.css'

const POLL_MS = 1500

type DoneProps = {
  readonly collection: Collection
  readonly reprint: Reprint
  readonly onNext: () => void
  readonly onShow: (paymentId: string) => void
}

export function Done({ collection, reprint, onNext, onShow }: DoneProps) {
  const text = useText()
  const client = useTerminal()
  const { collectionId } = collection
  const { data } = useQuery({
    queryKey: ['collection', collectionId],
    queryFn: () => client.collection.get({ collectionId }),
    initialData: collection,
    refetchInterval: POLL_MS,
    retry: false,
  })
  useKeys({ Enter: onNext })
  return (
    <div className={styles.screen}>
      <Result collection={data} />
      <div className={styles.below}>
        <ul className={styles.receipts} aria-label={text('done.receipts')}>
          {data.payments.map((row) => (
            <ReceiptLine key={row.paymentId} row={row} reprint={reprint} onShow={onShow} />
          ))}
        </ul>
        <div className={styles.next}>
          <p>{text('done.nextHint')}</p>
          <Button kind="deep" size="large" icon={ArrowRight} chord="Enter" onPress={onNext} testId="next">
            {text('done.next')}
          </Button>
        </div>
      </div>
    </div>
  )
}

function Result({ collection }: { readonly collection: Collection }) {
  const text = useText()
  const { totalPaise, tenderedPaise, changePaise, isOffline } = collection
  const mode = collection.payments[0]?.mode ?? ''
  const isCash = tenderedPaise !== null
  return (
    <section className={styles.result} aria-live="polite" data-testid="done">
      <div className={styles.taken}>
        <StatusMark tone="ok" className={styles.paid}>
          {text('outcome.paid')}
        </StatusMark>
        <p>
          {isCash
            ? text('done.takenCash', { amount: formatInr(totalPaise), given: formatInr(tenderedPaise) })
            : text('done.taken', { amount: formatInr(totalPaise), mode: text(modeWord(mode)) })}
        </p>
        {isOffline ? <StatusMark tone="wait">{text('done.offline')}</StatusMark> : null}
      </div>
      <p className={styles.word}>{text(isCash ? 'done.change' : 'done.received')}</p>
      <p className={styles.amount} data-testid="done-amount">
        {formatInr(isCash ? changePaise : totalPaise)}
      </p>
      {isCash ? <NotePlan amountPaise={changePaise} /> : null}
    </section>
  )
}

type ReceiptLineProps = {
  readonly row: PaymentRow
  readonly reprint: Reprint
  readonly onShow: (paymentId: string) => void
}

function ReceiptLine({ row, reprint, onShow }: ReceiptLineProps) {
  const text = useText()
  const { printer } = useStatus()
  const standing = standingWords(row.standing)
  const print = printWords(row.printState)
  return (
    <li className={styles.receipt} data-testid="done-receipt">
      <div className={styles.words}>
        <p className={styles.service}>
          {row.serviceName} · {row.consumerCode} · {formatInr(row.amountPaise)}
        </p>
        <p className={styles.number}>{row.receiptNumber}</p>
        <p className={styles.digit}>
          <StatusMark tone={standing.tone}>{text(standing.word)}</StatusMark>
          <span data-testid="digit-number">
            {row.digitReceiptNumber === null
              ? text('receipt.digitPending')
              : text('receipt.digitNumber', { number: row.digitReceiptNumber })}
          </span>
        </p>
      </div>
      <div className={styles.acts}>
        <StatusMark tone={print.tone}>{text(print.word)}</StatusMark>
        <ReprintNote result={reprint.results[row.paymentId]} />
        <span className={styles.buttons}>
          <Button kind="quiet" icon={FileSearch} onPress={() => onShow(row.paymentId)}>
            {text('last.show')}
          </Button>
          <Button
            icon={Printer}
            isDisabled={printer.state === 'absent'}
            onPress={() => reprint.print(row.paymentId)}
            testId="print-again"
          >
            {text('act.printAgain')}
          </Button>
        </span>
      </div>
    </li>
  )
}
