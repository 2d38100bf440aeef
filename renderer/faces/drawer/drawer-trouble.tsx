// What went wrong with a call about the drawer: a problem in words, or a lost answer, after which the same press is safe.
import { useText } from '#renderer/parts/language.tsx'
import { problemOf } from '#renderer/parts/problem-of.ts'
import { Panel, ProblemPanel } from '#renderer/parts/problem-panel.tsx'

export function DrawerTrouble({ error }: { readonly error: unknown }) {
  const text = useText()
  if (error === null) return null
  const problem = problemOf(error)
  if (problem !== null) return <ProblemPanel problem={problem} />
  return (
    <Panel tone="warn" title={text('lost.title')} isAlert testId="drawer-lost">
      <p>{text('handIn.lost')}</p>
    </Panel>
  )
}
