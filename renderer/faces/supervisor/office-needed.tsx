// Without the office nothing can be decided. What the till knows of its own payments that wait for a person is shown instead.
import { formatInr } from '#contract/money.ts'
import { Button } from '#renderer/parts/button.tsx'
import { useText } from '#renderer/parts/language.tsx'
import { modeWord, postingWords } from '#renderer/parts/payment-words.ts'
import { Panel } from '#renderer/parts/problem-panel.tsx'
import { StatusMark } from '#renderer/parts/status-mark.tsx'
import { useTerminal } from '#renderer/parts/terminal.tsx'
import type { QueueRow } from '#rpc/procedures.ts'
import { useQuery } from '@tanstack/react-query'
import { RefreshCw } from 'lucide-react'
import type { ReactNode } from 'react'
import { useMomentText } from './exception-words.ts'
import styles from './office-needed.module.css'

const POLL_MS = 5_000

type OfficeNeededProps = {
  readonly back: ReactNode
  readonly isAsking: boolean
  readonly onTry: () => void
}

export function OfficeNeeded({ back, isAsking, onTry }: OfficeNeededProps) {
  const text = useText()
  const client = useTerminal()
  const queue = useQuery({
    queryKey: ['queue'],
    queryFn: () => client.queue.list(),
    refetchInterval: POLL_MS,
    retry: false,
  })
  const own = (queue.data ?? []).filter(({ standing }) => standing === 'held')
  return (
    <div className={styles.screen}>
      <h1 className={styles.title}>{text('exceptions.title')}</h1>
      <Panel
        tone="warn"
        title={text('exceptions.office')}
        isAlert
        testId="office-needed"
        actions={
          <Button icon={RefreshCw} isBusy={isAsking} onPress={onTry}>
            {text('act.tryAgain')}
          </Button>
        }
      >
        <p>{text('exceptions.officeHint')}</p>
      </Panel>
      <h2 className={styles.subtitle}>{text('exceptions.own')}</h2>
      {queue.data !== undefined && own.length === 0 ? <p>{text('exceptions.ownNone')}</p> : null}
      {own.length === 0 ? null : (
        <section
          // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it scrolls, and must scroll by keyboard too
          tabIndex={0}
          aria-label={text('exceptions.own')}
          className={styles.scroll}
        >
          <table className={styles.table}>
            <thead>
              <tr>
                <th scope="col">{text('queue.receipt')}</th>
                <th scope="col" className={styles.money}>
                  {text('queue.amount')}
                </th>
                <th scope="col">{text('queue.state')}</th>
                <th scope="col">{text('evidence.collected')}</th>
              </tr>
            </thead>
            <tbody>
              {own.map((row) => (
                <Row key={row.paymentId} row={row} />
              ))}
            </tbody>
          </table>
        </section>
      )}
      <div className={styles.foot}>{back}</div>
    </div>
  )
}

function Row({ row }: { readonly row: QueueRow }) {
  const text = useText()
  const moment = useMomentText()
  const state = postingWords(row.state)
  return (
    <tr data-testid="own-row">
      <td>
        <strong>{row.receiptNumber}</strong>
        <p className={styles.small}>
          {row.serviceName} · {row.consumerCode}
        </p>
      </td>
      <td className={styles.money}>
        <strong>{formatInr(row.amountPaise)}</strong>
        <p className={styles.small}>{text(modeWord(row.mode))}</p>
      </td>
      <td>
        <StatusMark tone={state.tone}>{text(state.word)}</StatusMark>
        {row.reason === null ? null : <p className={styles.small}>{text(`reason.${row.reason}`)}</p>}
      </td>
      <td>{moment(row.collectedAtMs)}</td>
    </tr>
  )
}
