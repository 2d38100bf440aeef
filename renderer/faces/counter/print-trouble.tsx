// What became of the latest print of a receipt when it is not simply printed: which printer, what happened, what to do, and the acts that
// are open. Shown by receipt-detail.tsx.
import { Button } from '#renderer/parts/button.tsx'
import { useText } from '#renderer/parts/language.tsx'
import { isPathName } from '#renderer/parts/path-name.ts'
import { Panel, useProblemWords } from '#renderer/parts/problem-panel.tsx'
import { useStatus, useTerminal } from '#renderer/parts/terminal.tsx'
import type { Text } from '#renderer/text/catalog.ts'
import { isTextKey } from '#renderer/text/catalog.ts'
import type { Problem } from '#contract/problem.ts'
import type { PaymentRow } from '#rpc/procedures.ts'
import { useQueryClient } from '@tanstack/react-query'
import { Check, Printer } from 'lucide-react'
import type { Reprint } from './use-reprint.ts'
import styles from './receipt-detail.module.css'

export type LatestPrint = {
  readonly copyNumber: number
  readonly state: PaymentRow['printState']
  readonly printer: string | null
  readonly problem: Problem | null
}

type PrintTroubleProps = {
  readonly paymentId: string
  readonly prints: readonly LatestPrint[]
  readonly reprint: Reprint
}

const TROUBLES = {
  failed: 'paper.failed',
  interrupted: 'paper.interrupted',
  unknown: 'paper.unknown',
} as const

export function PrintTrouble({ paymentId, prints, reprint }: PrintTroubleProps) {
  const text = useText()
  const client = useTerminal()
  const queries = useQueryClient()
  const { printer } = useStatus()
  const latest = prints.toSorted((a, b) => b.copyNumber - a.copyNumber).at(0)
  const { state } = latest ?? {}
  if (latest === undefined || (state !== 'failed' && state !== 'interrupted' && state !== 'unknown'))
    return null
  const confirm = () => {
    // Whether it was taken down shows in the state itself; nothing about money depends on it.
    client.receipt
      .confirmPrint({ paymentId, copyNumber: latest.copyNumber })
      .catch(() => undefined)
      .finally(() => void queries.invalidateQueries())
  }
  const isOnSpare = printer.spare !== null && latest.printer !== printer.spare.name
  const name = printerText(text, { name: latest.printer, isSpare: latest.printer === printer.spare?.name })
  return (
    <Panel
      tone={state === 'unknown' ? 'unknown' : 'warn'}
      title={text(TROUBLES[state], { printer: name })}
      testId={`print-${state}`}
    >
      <p>
        {latest.problem === null ? null : <Cause problem={latest.problem} />} {text('paper.safe')}
      </p>
      <div className={styles.acts}>
        {state === 'unknown' ? (
          <Button icon={Check} onPress={confirm} testId="did-print">
            {text('paper.didPrint')}
          </Button>
        ) : null}
        {isOnSpare ? (
          <Button
            icon={Printer}
            onPress={() => reprint.print(paymentId, { isOnSpare })}
            testId="other-printer"
          >
            {text('paper.otherPrinter')}
          </Button>
        ) : null}
      </div>
    </Panel>
  )
}

function Cause({ problem }: { readonly problem: Problem }) {
  const text = useText()
  const words = useProblemWords(problem)
  return <>{causeText(text, problem) ?? words.what}</>
}

/** A printer that nobody has named, or whose only name is a path, is the printer or the other one. */
export function printerText(
  text: Text,
  { name, isSpare }: { readonly name: string | null; readonly isSpare: boolean },
): string {
  if (name !== null && !isPathName(name)) return name
  return text(isSpare ? 'paper.spare' : 'paper.anyPrinter')
}

/** The printer's own reason, in a sentence that says what to do; null for reasons that have no words of their own. */
export function causeText(text: Text, { data }: Problem): string | null {
  const key = `cause.${String(data['reason'])}`
  return isTextKey(key) ? text(key) : null
}
