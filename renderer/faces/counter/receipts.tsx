// Receipts (C5): find one by any number on it, see its way to DIGIT, look at it, print a marked copy, keep the PDF.
// Loaded when first opened.
import { formatInr } from '#contract/money.ts'
import { Button } from '#renderer/parts/button.tsx'
import { CallTrouble } from '#renderer/parts/call-trouble.tsx'
import { classNames } from '#renderer/parts/class-names.ts'
import { Field } from '#renderer/parts/field.tsx'
import { formatIstTime } from '#renderer/parts/ist.ts'
import { useKeys, useScan } from '#renderer/parts/keys.tsx'
import { useDateText, useText } from '#renderer/parts/language.tsx'
import { modeWord, standingWords } from '#renderer/parts/payment-words.ts'
import { StatusMark } from '#renderer/parts/status-mark.tsx'
import { useTerminal } from '#renderer/parts/terminal.tsx'
import type { PaymentRow } from '#rpc/procedures.ts'
import { useQuery } from '@tanstack/react-query'
import { ArrowLeft, Search } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import { Button as AriaButton } from 'react-aria-components'
import { ReceiptDetail } from './receipt-detail.tsx'
import type { Reprint } from './use-reprint.ts'
import styles from './receipts.module.css'

const POLL_MS = 3000

type ReceiptsProps = {
  readonly text: string
  readonly paymentId: string | null
  readonly reprint: Reprint
  /** A scan that is no receipt: a bill, for the counter. */
  readonly onScanOther: (text: string) => void
  readonly onBack: () => void
}

export function Receipts(props: ReceiptsProps) {
  const text = useText()
  const client = useTerminal()
  const [typed, setTyped] = useState(props.text)
  const [wanted, setWanted] = useState(props.text)
  const [chosen, setChosen] = useState(props.paymentId)
  const input = useRef<HTMLInputElement>(null)
  useEffect(() => input.current?.focus(), [])
  const rows = useQuery({
    queryKey: ['receipts', wanted],
    queryFn: () => client.receipt.search({ text: wanted }),
    refetchInterval: POLL_MS,
    retry: false,
  })
  const list = rows.data ?? []
  const shownId = chosen ?? list[0]?.paymentId ?? null
  const search = (next: string) => {
    setTyped(next)
    setWanted(next.trim())
    setChosen(null)
  }
  useScan((scanned) => {
    client.receipt
      .search({ text: scanned })
      .then((found) => (found.length === 0 ? props.onScanOther(scanned) : search(scanned)))
      .catch(() => search(scanned))
  })
  const step = (by: number) => {
    const at = list.findIndex(({ paymentId }) => paymentId === shownId)
    const next = list[at + by]
    if (next !== undefined) setChosen(next.paymentId)
  }
  useKeys({
    Enter: () => search(typed),
    Escape: props.onBack,
    ArrowDown: () => step(1),
    ArrowUp: () => step(-1),
  })
  return (
    <div className={styles.screen}>
      <section className={styles.left} aria-label={text('receipts.label')}>
        <h1 className={styles.title}>{text('receipts.title')}</h1>
        <div className={styles.search}>
          <Field
            label={text('receipts.search')}
            isLabelHidden
            placeholder={text('receipts.placeholder')}
            value={typed}
            onChange={setTyped}
            maxLength={2048}
            inputRef={input}
            testId="receipt-search"
            className={styles.field}
          />
          <Button kind="deep" icon={Search} onPress={() => search(typed)}>
            {text('find.act')}
          </Button>
        </div>
        {rows.error === null ? null : <CallTrouble error={rows.error} />}
        {rows.data !== undefined && list.length === 0 ? (
          <p className={styles.none}>{text(wanted === '' ? 'receipts.none' : 'receipts.notFound')}</p>
        ) : null}
        <ul className={styles.list}>
          {list.map((row) => (
            <li key={row.paymentId}>
              <Row row={row} isChosen={row.paymentId === shownId} onPress={() => setChosen(row.paymentId)} />
            </li>
          ))}
        </ul>
        <div className={styles.foot}>
          <Button icon={ArrowLeft} chord="Escape" onPress={props.onBack}>
            {text('act.backToCounter')}
          </Button>
        </div>
      </section>
      {shownId === null ? (
        <div className={styles.blank} />
      ) : (
        <ReceiptDetail key={shownId} paymentId={shownId} reprint={props.reprint} />
      )}
    </div>
  )
}

type RowProps = { readonly row: PaymentRow; readonly isChosen: boolean; readonly onPress: () => void }

function Row({ row, isChosen, onPress }: RowProps) {
  const text = useText()
  const dateText = useDateText()
  const standing = standingWords(row.standing)
  return (
    <AriaButton
      onPress={onPress}
      aria-pressed={isChosen}
      data-testid="receipt-row"
      className={classNames(styles.row, isChosen && styles.chosen)}
    >
      <span className={styles.words}>
        <span className={classNames(styles.number, row.standing === 'cancelled' && styles.struck)}>
          {row.receiptNumber}
        </span>
        <span>
          {row.serviceName} · {row.consumerCode}
        </span>
        <span className={styles.small}>
          {dateText(row.collectedAtMs)}, {formatIstTime(row.collectedAtMs)}
          {row.payerName === null ? '' : ` · ${row.payerName}`}
        </span>
      </span>
      <span className={styles.side}>
        <span className={styles.amount}>{formatInr(row.amountPaise)}</span>
        <span className={styles.small}>{text(modeWord(row.mode))}</span>
        <StatusMark tone={standing.tone}>{text(standing.word)}</StatusMark>
      </span>
    </AriaButton>
  )
}
