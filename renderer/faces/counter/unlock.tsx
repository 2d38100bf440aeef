// What a locked operator sees: three things to read to the supervisor at the office, and a field for the digits that come back.
// Shown by sign-in.tsx when an operator is locked on this till.
import type { Problem } from '#contract/problem.ts'
import { Button } from '#renderer/parts/button.tsx'
import { Field } from '#renderer/parts/field.tsx'
import { latinDigits } from '#renderer/parts/ist.ts'
import { useKeys } from '#renderer/parts/keys.tsx'
import { useText } from '#renderer/parts/language.tsx'
import { NumberPad } from '#renderer/parts/number-pad.tsx'
import { problemOf } from '#renderer/parts/problem-of.ts'
import { Panel, ProblemPanel } from '#renderer/parts/problem-panel.tsx'
import { playTone } from '#renderer/parts/sound.ts'
import { useNow, useStatus, useTerminal } from '#renderer/parts/terminal.tsx'
import { useQuery } from '@tanstack/react-query'
import { LockOpen } from 'lucide-react'
import { useState } from 'react'
import { lockSecondsLeft } from './lock-out.ts'
import styles from './unlock.module.css'

const ANSWER_DIGITS = 8

type UnlockProps = {
  /** Why the operator is locked. */
  readonly problem: Problem
  readonly operatorCode: string
  readonly onUnlocked: () => void
}

export function Unlock({ problem: lock, operatorCode, onUnlocked }: UnlockProps) {
  const client = useTerminal()
  const challenge = useQuery({
    queryKey: ['unlock', operatorCode],
    queryFn: () => client.session.unlockChallenge({ operatorCode }),
    retry: false,
    gcTime: 0,
  })
  if (challenge.error !== null) {
    const problem = problemOf(challenge.error)
    return (
      <>
        <ProblemPanel problem={lock} />
        {problem === null ? null : <ProblemPanel problem={problem} />}
      </>
    )
  }
  return challenge.data === undefined ? null : <Challenge {...challenge.data} onUnlocked={onUnlocked} />
}

type ChallengeProps = {
  readonly deviceCode: string
  readonly operatorCode: string
  readonly challenge: string
  readonly onUnlocked: () => void
}

function Challenge({ deviceCode, operatorCode, challenge, onUnlocked }: ChallengeProps) {
  const text = useText()
  const client = useTerminal()
  const { nowMs } = useStatus()
  const [answer, setAnswer] = useState('')
  const [isChecking, setChecking] = useState(false)
  const [trouble, setTrouble] = useState<{ readonly problem: Problem; readonly atMs: number } | null>(null)
  const isReady = answer.length === ANSWER_DIGITS && !isChecking
  const unlock = () => {
    setChecking(true)
    setTrouble(null)
    client.session
      .unlock({ operatorCode, answer })
      .then(onUnlocked)
      .catch((error: unknown) => {
        const problem = problemOf(error)
        if (problem !== null) setTrouble({ problem, atMs: nowMs })
        playTone('attention')
      })
      .finally(() => {
        setAnswer('')
        setChecking(false)
      })
  }
  useKeys(isReady ? { Enter: unlock } : {})
  return (
    <section className={styles.box} aria-label={text('unlock.title')} data-testid="unlock">
      <Panel tone="error" title={text('unlock.title')} isAlert testId="problem-operator_locked">
        <p>{text('unlock.read')}</p>
      </Panel>
      <dl className={styles.facts}>
        <Fact name={text('unlock.till')} value={deviceCode} />
        <Fact name={text('unlock.operator')} value={operatorCode} />
        <Fact name={text('unlock.challenge')} value={`${challenge.slice(0, 3)} ${challenge.slice(3)}`} />
      </dl>
      <Field
        label={text('unlock.answer')}
        kind="digits"
        value={answer}
        onChange={(typed) => setAnswer(latinDigits(typed).replace(/\D/g, '').slice(0, ANSWER_DIGITS))}
        testId="unlock-answer"
      />
      <NumberPad
        label={text('unlock.answer')}
        onDigits={(digits) => setAnswer((answer + digits).slice(0, ANSWER_DIGITS))}
        onBackspace={() => setAnswer(answer.slice(0, -1))}
      />
      {trouble === null ? null : <UnlockTrouble {...trouble} />}
      <Button icon={LockOpen} isDisabled={!isReady} onPress={unlock} testId="unlock-act">
        {text(isChecking ? 'unlock.checking' : 'unlock.act')}
      </Button>
    </section>
  )
}

function Fact({ name, value }: { readonly name: string; readonly value: string }) {
  return (
    <div className={styles.fact}>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  )
}

function UnlockTrouble({ problem, atMs }: { readonly problem: Problem; readonly atMs: number }) {
  const text = useText()
  const nowMs = useNow()
  const seconds = lockSecondsLeft(problem.data, atMs, nowMs)
  if (seconds === null || seconds === 0) return <ProblemPanel problem={problem} />
  return (
    <Panel
      tone="error"
      title={text('unlock.wait', { minutes: Math.floor(seconds / 60), seconds: seconds % 60 })}
      isAlert
      testId="unlock-wait"
    />
  )
}
