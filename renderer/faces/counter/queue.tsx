// What is not yet at DIGIT: how many, how much, how old, each with its state in words, what went wrong last and when it
// is tried again. Money is never lost here and the queue empties by itself. Loaded when first opened.
import { formatInr } from '#contract/money.ts'
import { ageText } from '#renderer/parts/age-text.ts'
import { Button } from '#renderer/parts/button.tsx'
import { CallTrouble } from '#renderer/parts/call-trouble.tsx'
import { formatIstTime } from '#renderer/parts/ist.ts'
import { useKeys } from '#renderer/parts/keys.tsx'
import { useDateText, useText } from '#renderer/parts/language.tsx'
import { OutcomeLines } from '#renderer/parts/outcome-lines.tsx'
import { modeWord } from '#renderer/parts/payment-words.ts'
import { Panel, useProblemWords } from '#renderer/parts/problem-panel.tsx'
import { StatusMark } from '#renderer/parts/status-mark.tsx'
import { useNow, useRefreshStatus, useStatus, useTerminal } from '#renderer/parts/terminal.tsx'
import type { Problem } from '#contract/problem.ts'
import type { QueueRow } from '#rpc/procedures.ts'
import { useMutation, useQuery } from '@tanstack/react-query'
import { ArrowLeft, CloudUpload, LifeBuoy } from 'lucide-react'
import { lazy, Suspense, useState } from 'react'
import styles from './queue.module.css'

const Rescue = lazy(async () => ({ default: (await import('./rescue.tsx')).Rescue }))

const POLL_MS = 2000

type QueueProps = { readonly onBack: () => void; readonly onShow: (paymentId: string) => void }

export function Queue({ onBack, onShow }: QueueProps) {
  const text = useText()
  const client = useTerminal()
  const refresh = useRefreshStatus()
  const rows = useQuery({
    queryKey: ['queue'],
    queryFn: () => client.queue.list(),
    refetchInterval: POLL_MS,
    retry: false,
  })
  const send = useMutation({
    mutationFn: () => client.queue.sendNow(),
    onSettled: () => Promise.all([rows.refetch(), refresh()]),
  })
  useKeys({ Escape: onBack, Enter: () => send.mutate() })
  const list = rows.data ?? []
  const [isRescuing, setRescuing] = useState(false)
  return (
    <div className={styles.screen}>
      <h1 className={styles.title}>{text('queue.title')}</h1>
      <Totals />
      <div className={styles.acts}>
        <Button icon={ArrowLeft} chord="Escape" onPress={onBack}>
          {text('act.backToCounter')}
        </Button>
        <span className={styles.result} aria-live="polite">
          {send.isSuccess ? (
            <StatusMark tone="ok">{text('queue.sent', { count: send.data.sentCount })}</StatusMark>
          ) : null}
        </span>
        <Button icon={LifeBuoy} onPress={() => setRescuing(true)} testId="rescue-open">
          {text('rescue.open')}
        </Button>
        <Button
          kind="primary"
          icon={CloudUpload}
          chord="Enter"
          isBusy={send.isPending}
          onPress={() => send.mutate()}
          testId="send-now"
        >
          {text(send.isPending ? 'queue.sending' : 'queue.sendNow')}
        </Button>
      </div>
      {isRescuing ? (
        <Suspense fallback={null}>
          <Rescue onClose={() => setRescuing(false)} />
        </Suspense>
      ) : null}
      {send.isError ? <CallTrouble error={send.error} /> : null}
      {rows.data !== undefined && list.length === 0 ? (
        <Panel tone="ok" title={text('queue.empty')}>
          <p>{text('queue.emptyHint')}</p>
        </Panel>
      ) : null}
      {list.length === 0 ? null : (
        <div className={styles.scroll}>
          <table className={styles.table}>
            <thead>
              <tr>
                <th scope="col">{text('queue.receipt')}</th>
                <th scope="col" className={styles.money}>
                  {text('queue.amount')}
                </th>
                <th scope="col">{text('queue.state')}</th>
                <th scope="col">{text('queue.problem')}</th>
                <th scope="col">{text('queue.next')}</th>
              </tr>
            </thead>
            <tbody>
              {list.map((row) => (
                <Row key={row.paymentId} row={row} onShow={onShow} />
              ))}
            </tbody>
          </table>
        </div>
      )}
    </div>
  )
}

function Totals() {
  const text = useText()
  const nowMs = useNow(10_000)
  const { queue, handover } = useStatus()
  const dateText = useDateText()
  const facts = [
    { word: text('queue.waiting'), value: text('queue.count', { count: queue.waitingCount }) },
    { word: text('queue.value'), value: formatInr(queue.waitingPaise) },
    {
      word: text('queue.oldest'),
      value: queue.oldestMs === null ? '–' : ageText(text, queue.oldestMs, nowMs),
    },
    { word: text('queue.atDigit'), value: text('queue.count', { count: queue.pendingCount }) },
    { word: text('queue.attention'), value: text('queue.count', { count: queue.attentionCount }) },
    {
      word: text('queue.acknowledged'),
      value:
        handover === null
          ? '–'
          : `${dateText(handover.acknowledgedAtMs)}, ${formatIstTime(handover.acknowledgedAtMs)}`,
    },
  ]
  return (
    <>
      <dl className={styles.totals}>
        {facts.map(({ word, value }) => (
          <div key={word}>
            <dt>{word}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {handover === null ? null : (
        <p className={styles.small} data-testid="queue-kept">
          {text('queue.kept', { date: dateText(handover.retainUntilMs) })}
        </p>
      )}
    </>
  )
}

function Row({ row, onShow }: { readonly row: QueueRow; readonly onShow: (paymentId: string) => void }) {
  const text = useText()
  return (
    <tr data-testid="queue-row">
      <td>
        <Button kind="quiet" onPress={() => onShow(row.paymentId)} className={styles.number}>
          {row.receiptNumber}
        </Button>
        <p className={styles.small}>
          {row.serviceName} · {row.consumerCode}
        </p>
      </td>
      <td className={styles.money}>
        <strong>{formatInr(row.amountPaise)}</strong>
        <p className={styles.small}>{text(modeWord(row.mode))}</p>
      </td>
      <td>
        <OutcomeLines facts={row} className={styles.small} />
      </td>
      <td>{row.lastProblem === null ? '–' : <LastProblem problem={row.lastProblem} />}</td>
      <td>
        {row.nextTryAtMs === null ? '–' : formatIstTime(row.nextTryAtMs)}
        <p className={styles.small}>{text('queue.attempts', { count: row.attempts })}</p>
      </td>
    </tr>
  )
}

function LastProblem({ problem }: { readonly problem: Problem }) {
  const words = useProblemWords(problem)
  return <>{words.what}</>
}
