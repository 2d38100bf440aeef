// The steps of a payment that this till took, as it knows them from the office. Of another till's payment only that till knows them.
import type { Exception } from '#contract/exceptions-api.ts'
import { useText } from '#renderer/parts/language.tsx'
import { postingWords } from '#renderer/parts/payment-words.ts'
import { StatusShape } from '#renderer/parts/status-mark.tsx'
import { useStatus, useTerminal } from '#renderer/parts/terminal.tsx'
import { useQuery } from '@tanstack/react-query'
import { useMomentText } from './exception-words.ts'
import styles from './trail.module.css'

export function Trail({ exception }: { readonly exception: Exception }) {
  const text = useText()
  const client = useTerminal()
  const moment = useMomentText()
  const { deviceCode } = useStatus()
  const isOwn = exception.kind !== 'record' && exception.deviceCode === deviceCode
  const receipt = useQuery({
    queryKey: ['receipt', exception.id],
    queryFn: () => client.receipt.get({ paymentId: exception.id }),
    enabled: isOwn,
    retry: false,
  })
  if (!isOwn && exception.deviceCode !== null && exception.kind !== 'record') {
    return <p>{text('exception.trailElsewhere', { till: exception.deviceCode })}</p>
  }
  const steps = receipt.data?.steps ?? []
  if (steps.length === 0) return <p>{text('exception.trailNone')}</p>
  return (
    <ol className={styles.trail} data-testid="exception-trail">
      {steps.map((step, at) => {
        const { tone, word } = postingWords(step.state)
        const isOver = at < steps.length - 1
        return (
          <li key={`${step.atMs} ${step.state} ${step.note}`} className={styles.step}>
            <StatusShape tone={isOver && tone === 'wait' ? 'ok' : tone} />
            <span>
              <span className={styles.word}>{text(word)}</span>
              <time className={styles.small}>{moment(step.atMs)}</time>
              {step.note === '' ? null : (
                <span lang="en" className={styles.small}>
                  {step.note}
                </span>
              )}
            </span>
          </li>
        )
      })}
    </ol>
  )
}
