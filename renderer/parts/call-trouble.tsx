// What a call to the core came to when it did not go well: its problem, or that no answer came. Used by every face.
import type { ReactNode } from 'react'
import { useText } from './language.tsx'
import { problemOf } from './problem-of.ts'
import { Panel, ProblemPanel } from './problem-panel.tsx'

type CallTroubleProps = { readonly error: unknown; readonly actions?: ReactNode }

export function CallTrouble({ error, actions }: CallTroubleProps) {
  const text = useText()
  const problem = problemOf(error)
  if (problem !== null) return <ProblemPanel problem={problem} actions={actions} />
  return (
    <Panel tone="warn" title={text('lost.title')} isAlert actions={actions}>
      <p>{text('lost.act')}</p>
    </Panel>
  )
}
