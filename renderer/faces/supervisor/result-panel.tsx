// What came of the last act, in a sentence; it stays until the next one.
import { useText } from '#renderer/parts/language.tsx'
import { Panel } from '#renderer/parts/problem-panel.tsx'
import type { ActResult } from './act-dialog.tsx'
import { resultOf } from './act-form.ts'
import { useExceptionWords } from './exception-words.ts'

export function ResultPanel({ result }: { readonly result: ActResult }) {
  const text = useText()
  const { amount, receipt } = useExceptionWords()(result.exception)
  return (
    <Panel
      tone={result.result === 'done' ? 'ok' : 'info'}
      title={text(resultOf(result.act, result.result), { amount, receipt })}
      testId={`act-${result.result}`}
    />
  )
}
