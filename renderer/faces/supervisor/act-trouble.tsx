// What went wrong with a decision: refused with a reason, or the answer was lost and nobody here knows.
import type { Problem } from '#contract/problem.ts'
import { lockSecondsLeft } from '#renderer/faces/counter/lock-out.ts'
import { useText } from '#renderer/parts/language.tsx'
import { Panel, ProblemDetails, ProblemPanel, useProblemWords } from '#renderer/parts/problem-panel.tsx'
import { useNow } from '#renderer/parts/terminal.tsx'

/** `problem` null: the till's own program did not answer. */
export type Trouble = { readonly problem: Problem | null; readonly atMs: number }

type ActTroubleProps = {
  readonly trouble: Trouble
  readonly isLost: boolean
  /** Only the list can tell how it stands now. */
  readonly isOver: boolean
}

export function ActTrouble({ trouble, isLost, isOver }: ActTroubleProps) {
  const text = useText()
  const { problem, atMs } = trouble
  if (isLost || problem === null) {
    return (
      <Panel tone="unknown" title={text('actForm.lost')} isAlert testId="act-lost">
        <p>{text('actForm.lostHint')}</p>
      </Panel>
    )
  }
  if (problem.code === 'operator_locked') return <Locked problem={problem} atMs={atMs} />
  if (!isOver) return <ProblemPanel problem={problem} tone="error" />
  return <Refused problem={problem} />
}

function Refused({ problem }: { readonly problem: Problem }) {
  const text = useText()
  const words = useProblemWords(problem)
  return (
    <Panel tone="warn" title={words.what} isAlert testId={`problem-${problem.code}`}>
      <ProblemDetails problem={problem} />
      <p>{text('actForm.changed')}</p>
    </Panel>
  )
}

function Locked({ problem, atMs }: { readonly problem: Problem; readonly atMs: number }) {
  const text = useText()
  const nowMs = useNow()
  const words = useProblemWords(problem)
  const seconds = lockSecondsLeft(problem.data, atMs, nowMs)
  return (
    <Panel tone="error" title={words.what} isAlert testId="problem-operator_locked">
      {seconds === null ? (
        <p>{words.act}</p>
      ) : (
        <p>
          {seconds > 0
            ? text('signIn.locked', { minutes: Math.floor(seconds / 60), seconds: seconds % 60 })
            : text('signIn.unlocked')}
        </p>
      )}
    </Panel>
  )
}
