// A problem in words a cashier can act on: what is so, what to do, and the figures that belong to it. A panel that
// stays; never a message that fades. Also the four fixed outcomes of taking money.
import { formatInr, paise } from '#contract/money.ts'
import type { Problem } from '#contract/problem.ts'
import { isTextKey, type Text } from '#renderer/text/catalog.ts'
import type { ReactNode } from 'react'
import { ageText } from './age-text.ts'
import { classNames } from './class-names.ts'
import { formatIstTime } from './ist.ts'
import { useDateText, useText } from './language.tsx'
import { StatusShape } from './status-mark.tsx'
import type { Tone } from './tone.ts'
import styles from './problem-panel.module.css'

/** What taking money can come to; the words are fixed everywhere. */
export type Outcome = 'paid' | 'notPaid' | 'waiting' | 'notKnown'

const OUTCOME_TONES: Readonly<Record<Outcome, Tone>> = {
  paid: 'ok',
  notPaid: 'error',
  waiting: 'wait',
  notKnown: 'unknown',
}

type PanelProps = {
  readonly tone: Tone
  readonly title: ReactNode
  readonly children?: ReactNode
  readonly actions?: ReactNode
  readonly isAlert?: boolean
  readonly testId?: string
  readonly className?: string | undefined
}

export function Panel({ tone, title, children, actions, isAlert = false, testId, className }: PanelProps) {
  return (
    <div
      role={isAlert ? 'alert' : 'status'}
      data-testid={testId}
      className={classNames(styles.panel, styles[tone], className)}
    >
      <StatusShape tone={tone} size={28} />
      <div className={styles.words}>
        <p className={styles.title}>{title}</p>
        {children}
      </div>
      {actions === undefined ? null : <div className={styles.actions}>{actions}</div>}
    </div>
  )
}

type OutcomePanelProps = {
  readonly outcome: Outcome
  readonly children?: ReactNode
  readonly actions?: ReactNode
  readonly className?: string | undefined
}

export function OutcomePanel({ outcome, children, actions, className }: OutcomePanelProps) {
  const text = useText()
  return (
    <Panel
      tone={OUTCOME_TONES[outcome]}
      title={text(`outcome.${outcome}`)}
      actions={actions}
      isAlert
      testId={`outcome-${outcome}`}
      className={className}
    >
      {children}
    </Panel>
  )
}

type ProblemPanelProps = {
  readonly problem: Problem
  readonly actions?: ReactNode
  readonly tone?: Tone
  readonly className?: string | undefined
}

export function ProblemPanel({ problem, actions, tone = 'warn', className }: ProblemPanelProps) {
  const words = useProblemWords(problem)
  return (
    <Panel
      tone={tone}
      title={words.what}
      actions={actions}
      isAlert
      testId={`problem-${problem.code}`}
      className={className}
    >
      <ProblemDetails problem={problem} />
    </Panel>
  )
}

/** What to do and the figures, under words that already say what is so. */
export function ProblemDetails({ problem }: { readonly problem: Problem }) {
  const words = useProblemWords(problem)
  return (
    <>
      <p>{words.act}</p>
      {words.facts.length === 0 ? null : (
        <ul className={styles.facts}>
          {words.facts.map((fact) => (
            <li key={fact}>{fact}</li>
          ))}
        </ul>
      )}
    </>
  )
}

export type ProblemWords = {
  readonly what: string
  readonly act: string
  readonly facts: readonly string[]
}

export function useProblemWords(problem: Problem): ProblemWords {
  const text = useText()
  const dateText = useDateText()
  return {
    what: text(`problem.${problem.code}`),
    act: text(`advice.${problem.code}`),
    facts: Object.entries(problem.data).flatMap(([name, value]) => factOf({ name, value, text, dateText })),
  }
}

type FactParts = {
  readonly name: string
  readonly value: Problem['data'][string] | undefined
  readonly text: Text
  readonly dateText: (atMs: number) => string
}

/** Lengths of time; every other figure in ms is a moment. */
const DURATIONS: readonly string[] = ['limitMs', 'valueMs']

/** Only figures whose meaning the catalog names are shown. */
function factOf({ name, value, text, dateText }: FactParts): string[] {
  const key = `fact.${name}`
  if (!isTextKey(key) || value === null || value === undefined) return []
  if (typeof value === 'number' && name.endsWith('Paise') && Number.isSafeInteger(value)) {
    return [text(key, { value: formatInr(paise(value)) })]
  }
  if (typeof value === 'number' && DURATIONS.includes(name))
    return [text(key, { value: ageText(text, 0, value) })]
  if (typeof value === 'number' && name.endsWith('Ms')) {
    return [text(key, { value: `${dateText(value)}, ${formatIstTime(value)}` })]
  }
  return [text(key, { value: String(value) })]
}
