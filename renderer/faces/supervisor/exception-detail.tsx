// One thing that waits, in full: why, since when, who asked, what is known about it, and the acts that are allowed now.
import type { Exception, ExceptionAct } from '#contract/exceptions-api.ts'
import { outcomeOfException } from '#contract/words/outcome-words.ts'
import { ageText } from '#renderer/parts/age-text.ts'
import { Button } from '#renderer/parts/button.tsx'
import { useText } from '#renderer/parts/language.tsx'
import { OutcomeLines } from '#renderer/parts/outcome-lines.tsx'
import { Panel } from '#renderer/parts/problem-panel.tsx'
import { StatusMark } from '#renderer/parts/status-mark.tsx'
import { useNow } from '#renderer/parts/terminal.tsx'
import { Ban, CircleCheck, FileCheck2, HandCoins, RefreshCw, type LucideIcon } from 'lucide-react'
import { Evidence } from './evidence.tsx'
import { latenessOf } from './exception-groups.ts'
import { useExceptionWords, useMomentText, useOperators } from './exception-words.ts'
import { Trail } from './trail.tsx'
import styles from './exception-detail.module.css'

const AGE_STEP_MS = 30_000

const ICONS: Readonly<Record<ExceptionAct, LucideIcon>> = {
  'look-again': RefreshCw,
  'post-to-bill': FileCheck2,
  refund: HandCoins,
  mark: CircleCheck,
  reverse: Ban,
}

type ExceptionDetailProps = {
  readonly exception: Exception
  readonly onAct: (act: ExceptionAct) => void
}

export function ExceptionDetail({ exception, onAct }: ExceptionDetailProps) {
  const text = useText()
  const { title, amount } = useExceptionWords()(exception)
  return (
    <section className={styles.detail} aria-label={title} data-testid="exception-detail">
      <div className={styles.head}>
        <div className={styles.headWords}>
          <h2 className={styles.number}>{title}</h2>
          <OutcomeLines facts={outcomeOfException(exception)} className={styles.reason} />
        </div>
        <p className={exception.amountPaise === null ? styles.noAmount : styles.amount}>{amount}</p>
      </div>
      <Waiting exception={exception} />
      {exception.asked === null ? null : <Asked asked={exception.asked} />}
      <fieldset className={styles.acts} aria-label={text('exception.acts')}>
        {exception.acts.map((act, at) => (
          <Button
            key={act}
            kind={at === 0 ? 'primary' : 'plain'}
            icon={ICONS[act]}
            onPress={() => onAct(act)}
            testId={`act-${act}`}
            {...(at === 0 ? { chord: 'Enter' } : {})}
          >
            {text(`actName.${act}`)}
          </Button>
        ))}
        {exception.acts.length === 0 ? <p>{text('exception.noActs')}</p> : null}
      </fieldset>
      <section
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it scrolls, and must scroll by keyboard too
        tabIndex={0}
        aria-label={text('exception.evidence')}
        className={styles.body}
      >
        {exception.note === '' ? null : (
          <>
            <h3 className={styles.subtitle}>{text('exception.note')}</h3>
            <p lang="en" className={styles.note}>
              {exception.note}
            </p>
          </>
        )}
        <h3 className={styles.subtitle}>{text('exception.evidence')}</h3>
        <Evidence exception={exception} />
        <h3 className={styles.subtitle}>{text('exception.trail')}</h3>
        <Trail exception={exception} />
      </section>
    </section>
  )
}

function Waiting({ exception }: { readonly exception: Exception }) {
  const text = useText()
  const moment = useMomentText()
  const nowMs = useNow(AGE_STEP_MS)
  const { tone, lateSinceMs } = latenessOf(exception, nowMs)
  const { sinceMs, dueAtMs } = exception
  return (
    <div className={styles.waiting}>
      <StatusMark tone="wait">
        {text('exception.waitsSince', { age: ageText(text, sinceMs, nowMs), when: moment(sinceMs) })}
      </StatusMark>
      {dueAtMs === null ? null : (
        <StatusMark tone={tone}>
          {lateSinceMs === null
            ? text('exception.dueBy', { when: moment(dueAtMs) })
            : text('exception.wasDue', { when: moment(dueAtMs), age: ageText(text, lateSinceMs, nowMs) })}
        </StatusMark>
      )}
    </div>
  )
}

/** A first person asked; shown here and in the dialog of the same act. */
export function Asked({ asked }: { readonly asked: NonNullable<Exception['asked']> }) {
  const text = useText()
  const moment = useMomentText()
  const operators = useOperators()
  const name = operators.find(({ id }) => id === asked.byOperatorId)?.name ?? asked.byOperatorId
  return (
    <Panel
      tone="info"
      title={text('exception.asked', {
        name,
        when: moment(asked.atMs),
        act: text(`actName.${asked.act}`),
      })}
      testId="exception-asked"
    >
      <p>{text('exception.askedHint')}</p>
    </Panel>
  )
}
