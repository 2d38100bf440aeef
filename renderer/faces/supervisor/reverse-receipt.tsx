// Where a reversal begins: a supervisor has the receipt on the screen and asks that DIGIT cancel it. Whether somebody asked already is
// read at the office first, so that the sentence of the dialog is true. Loaded when first needed; shown by receipt-detail.tsx.
import type { Exception } from '#contract/exceptions-api.ts'
import { Button } from '#renderer/parts/button.tsx'
import { useText } from '#renderer/parts/language.tsx'
import { problemOf } from '#renderer/parts/problem-of.ts'
import { Panel, ProblemPanel } from '#renderer/parts/problem-panel.tsx'
import { useTerminal } from '#renderer/parts/terminal.tsx'
import { useQueryClient } from '@tanstack/react-query'
import { Ban } from 'lucide-react'
import { useState } from 'react'
import { ActDialog, type ActResult } from './act-dialog.tsx'
import { ResultPanel } from './result-panel.tsx'
import { exceptionOfReceipt, type ReceiptFacts } from './receipt-exception.ts'

type Trouble = { readonly error: unknown }

export function ReverseReceipt({ facts }: { readonly facts: ReceiptFacts }) {
  const text = useText()
  const client = useTerminal()
  const queries = useQueryClient()
  const [exception, setException] = useState<Exception | null>(null)
  const [isAsking, setAsking] = useState(false)
  const [trouble, setTrouble] = useState<Trouble | null>(null)
  const [result, setResult] = useState<ActResult | null>(null)
  const lookAgain = () => void queries.invalidateQueries()
  const open = () => {
    setAsking(true)
    setTrouble(null)
    client.exceptions
      .list()
      .then(({ exceptions }) => {
        const listed = exceptions.find(({ id, kind }) => id === facts.row.paymentId && kind === 'payment')
        setException(listed ?? exceptionOfReceipt(facts))
      })
      .catch((error: unknown) => setTrouble({ error }))
      .finally(() => setAsking(false))
  }
  const problem = trouble === null ? null : problemOf(trouble.error)
  return (
    <>
      <Button icon={Ban} isBusy={isAsking} onPress={open} testId="reverse-receipt">
        {text('actName.reverse')}
      </Button>
      {result === null ? null : <ResultPanel result={result} />}
      {problem === null ? null : <ProblemPanel problem={problem} />}
      {trouble !== null && problem === null ? (
        <Panel tone="warn" title={text('lost.title')} isAlert>
          <p>{text('lost.act')}</p>
        </Panel>
      ) : null}
      {exception === null ? null : (
        <ActDialog
          exception={exception}
          act="reverse"
          onResult={(came) => {
            setResult(came)
            setException(null)
            lookAgain()
          }}
          onLookAgain={lookAgain}
          onClose={() => setException(null)}
        />
      )}
    </>
  )
}
