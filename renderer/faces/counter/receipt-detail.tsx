// One receipt: what it says, a picture of it, its way to DIGIT step by step, and every print of it.
import { formatInr } from '#contract/money.ts'
import { Button } from '#renderer/parts/button.tsx'
import { CallTrouble } from '#renderer/parts/call-trouble.tsx'
import { Dialog } from '#renderer/parts/dialog.tsx'
import { formatIstTime } from '#renderer/parts/ist.ts'
import { useDateText, useText } from '#renderer/parts/language.tsx'
import type { Text } from '#renderer/text/catalog.ts'
import { OutcomeLines } from '#renderer/parts/outcome-lines.tsx'
import { modeWord, postingWords, printWords, standingWords } from '#renderer/parts/payment-words.ts'
import { problemOf } from '#renderer/parts/problem-of.ts'
import { ProblemPanel } from '#renderer/parts/problem-panel.tsx'
import { StatusMark, StatusShape } from '#renderer/parts/status-mark.tsx'
import { mayReverse } from '#renderer/faces/supervisor/receipt-exception.ts'
import { useStatus, useTerminal } from '#renderer/parts/terminal.tsx'
import { useQuery } from '@tanstack/react-query'
import { FileDown, Printer, ZoomIn } from 'lucide-react'
import { lazy, Suspense, useState } from 'react'
import { Button as AriaButton } from 'react-aria-components'
import { PrintTrouble } from './print-trouble.tsx'
import { ReprintNote } from './reprint-note.tsx'
import { saveFile } from './save-file.ts'
import { timelineOf, type TimelineEntry } from './timeline.ts'
import type { Reprint } from './use-reprint.ts'
import styles from './receipt-detail.module.css'

const ReverseReceipt = lazy(async () => ({
  default: (await import('#renderer/faces/supervisor/reverse-receipt.tsx')).ReverseReceipt,
}))

const POLL_MS = 2000

type ReceiptDetailProps = { readonly paymentId: string; readonly reprint: Reprint }

export function ReceiptDetail({ paymentId, reprint }: ReceiptDetailProps) {
  const text = useText()
  const client = useTerminal()
  const { operator } = useStatus()
  const detail = useQuery({
    queryKey: ['receipt', paymentId],
    queryFn: () => client.receipt.get({ paymentId }),
    refetchInterval: POLL_MS,
    retry: false,
  })
  const [saveProblem, setSaveProblem] = useState<unknown>(null)
  if (detail.data === undefined) {
    const problem = problemOf(detail.error)
    return <div className={styles.detail}>{problem === null ? null : <ProblemPanel problem={problem} />}</div>
  }
  const { row, receipt, steps, prints } = detail.data
  const standing = standingWords(row.standing)
  const save = () => {
    setSaveProblem(null)
    client.receipt.render({ paymentId, form: 'pdf' }).then(saveFile).catch(setSaveProblem)
  }
  return (
    <section className={styles.detail} aria-label={text('receipt.label', { number: row.receiptNumber })}>
      <div className={styles.head}>
        <div className={styles.headWords}>
          <h2 className={styles.number}>{row.receiptNumber}</h2>
          <p className={styles.digit}>
            {row.digitReceiptNumber === null
              ? text('receipt.digitPending')
              : text('receipt.digitNumber', { number: row.digitReceiptNumber })}
          </p>
          <StatusMark tone={standing.tone}>{text(standing.word)}</StatusMark>
        </div>
        <p className={styles.amount}>{formatInr(row.amountPaise)}</p>
      </div>
      <div className={styles.acts}>
        <Button kind="deep" icon={Printer} onPress={() => reprint.print(paymentId)} testId="reprint">
          {text('receipt.printDuplicate')}
        </Button>
        <Button icon={FileDown} onPress={save} testId="save-pdf">
          {text('receipt.pdf')}
        </Button>
        {operator?.role === 'supervisor' && mayReverse(row) ? (
          <Suspense fallback={null}>
            <ReverseReceipt facts={detail.data} />
          </Suspense>
        ) : null}
        <ReprintNote result={reprint.results[paymentId]} />
      </div>
      <PrintTrouble paymentId={paymentId} prints={prints} reprint={reprint} />
      {saveProblem === null ? null : <CallTrouble error={saveProblem} />}
      <div className={styles.body}>
        <Preview paymentId={paymentId} key={`${row.standing} ${row.digitReceiptNumber}`} />
        <section
          // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it scrolls, and must scroll by keyboard too
          tabIndex={0}
          aria-label={text('receipt.timeline')}
          className={styles.side}
        >
          <dl className={styles.facts}>
            <Fact word={text('receipt.consumer')} value={row.consumerCode} />
            <Fact word={text('receipt.service')} value={row.serviceName} />
            <Fact word={text('pay.payer')} value={receipt.paidBy} />
            <Fact word={text('receipt.mode')} value={text(modeWord(row.mode))} />
            <Fact word={text('receipt.operator')} value={receipt.operatorName} />
            <Fact word={text('receipt.balance')} value={formatInr(receipt.balancePaise)} />
          </dl>
          {row.standing === 'provisional' || (row.standing === 'final' && row.heldPaise === 0) ? null : (
            <OutcomeLines facts={row} />
          )}
          <h3 className={styles.subtitle}>{text('receipt.timeline')}</h3>
          <Timeline entries={timelineOf({ row, steps, prints })} text={text} />
        </section>
      </div>
    </section>
  )
}

function Fact({ word, value }: { readonly word: string; readonly value: string }) {
  return (
    <div>
      <dt>{word}</dt>
      <dd>{value}</dd>
    </div>
  )
}

function Timeline({ entries, text }: { readonly entries: readonly TimelineEntry[]; readonly text: Text }) {
  const dateText = useDateText()
  return (
    <ol className={styles.timeline} data-testid="timeline">
      {entries.map((entry, at) => {
        const isOver =
          entry.kind === 'posting' && entries.slice(at + 1).some(({ kind }) => kind === 'posting')
        const words =
          entry.kind === 'print'
            ? printWords(entry.state)
            : entry.kind === 'posting'
              ? postingWords(entry.state)
              : null
        return (
          <li key={entry.id} className={styles.entry}>
            <StatusShape tone={isOver && words?.tone === 'wait' ? 'ok' : (words?.tone ?? 'ok')} />
            <span>
              <span className={styles.entryWord}>{entryText(entry, text)}</span>
              <time className={styles.when}>
                {dateText(entry.atMs)}, {formatIstTime(entry.atMs)}
              </time>
              {entry.kind === 'posting' && entry.note !== '' ? (
                <span lang="en" className={styles.when}>
                  {entry.note}
                </span>
              ) : null}
            </span>
          </li>
        )
      })}
    </ol>
  )
}

function entryText(entry: TimelineEntry, text: Text): string {
  if (entry.kind === 'taken') return text('timeline.taken')
  if (entry.kind === 'posting') return text(postingWords(entry.state).word)
  const state = text(printWords(entry.state).word)
  return entry.copyNumber === 0
    ? text('timeline.original', { state })
    : text('timeline.copy', { copy: entry.copyNumber, state })
}

/** The receipt as it looks on paper; pressing it shows it larger. */
function Preview({ paymentId }: { readonly paymentId: string }) {
  const text = useText()
  const client = useTerminal()
  const [isLarge, setLarge] = useState(false)
  const picture = useQuery({
    queryKey: ['picture', paymentId],
    queryFn: () => client.receipt.render({ paymentId, form: 'png' }),
    retry: false,
  })
  if (picture.data === undefined) {
    return <div className={styles.preview}>{picture.error === null ? null : text('receipt.noPicture')}</div>
  }
  const source = `data:${picture.data.mime};base64,${picture.data.base64}`
  return (
    <>
      <AriaButton className={styles.preview ?? ''} onPress={() => setLarge(true)}>
        <img src={source} alt={text('receipt.picture')} className={styles.picture} />
        <span className={styles.zoom}>
          <ZoomIn aria-hidden size={18} />
          {text('receipt.larger')}
        </span>
      </AriaButton>
      {isLarge ? (
        <Dialog title={text('receipt.picture')} onClose={() => setLarge(false)}>
          <img src={source} alt={text('receipt.picture')} className={styles.large} />
        </Dialog>
      ) : null}
    </>
  )
}
