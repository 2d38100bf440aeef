// What came of asking for one more copy. Beside the button, never a message that fades.
import { useText } from '#renderer/parts/language.tsx'
import { useProblemWords } from '#renderer/parts/problem-panel.tsx'
import { StatusMark } from '#renderer/parts/status-mark.tsx'
import type { Problem } from '#contract/problem.ts'
import type { ReprintResult } from './use-reprint.ts'

export function ReprintNote({ result }: { readonly result: ReprintResult | undefined }) {
  const text = useText()
  if (result === undefined) return null
  if (result.at === 'asking') return <StatusMark tone="wait">{text('reprint.asking')}</StatusMark>
  if (result.at === 'queued') {
    return (
      <span aria-live="polite" data-testid="reprint-done">
        <StatusMark tone="ok">
          {result.isOutAlready ? text('reprint.isOut') : text('reprint.queued', { copy: result.copyNumber })}
        </StatusMark>
      </span>
    )
  }
  return result.problem === null ? (
    <StatusMark tone="warn">{text('reprint.lost')}</StatusMark>
  ) : (
    <Refused problem={result.problem} />
  )
}

function Refused({ problem }: { readonly problem: Problem }) {
  const words = useProblemWords(problem)
  return <StatusMark tone="warn">{words.what}</StatusMark>
}
