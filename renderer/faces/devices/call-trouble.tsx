// What a call to the core came to when it did not go well: its problem, or that no answer came. Used by the parts of this face.
import { useText } from '#renderer/parts/language.tsx'
import { problemOf } from '#renderer/parts/problem-of.ts'
import { Panel, ProblemPanel } from '#renderer/parts/problem-panel.tsx'

export function CallTrouble({ error }: { readonly error: unknown }) {
  const text = useText()
  const problem = problemOf(error)
  if (problem !== null) return <ProblemPanel problem={problem} />
  return (
    <Panel tone="warn" title={text('lost.title')} isAlert>
      <p>{text('lost.act')}</p>
    </Panel>
  )
}
