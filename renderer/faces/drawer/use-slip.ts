// Prints the slip of a hand-in or a Z report once it is recorded, and says what became of it; again as often as asked.
import type { Problem } from '#contract/problem.ts'
import { problemOf } from '#renderer/parts/problem-of.ts'
import { useTerminal } from '#renderer/parts/terminal.tsx'
import { useState } from 'react'

export type Slip = {
  readonly state: 'none' | 'printing' | 'printed' | 'failed' | 'unknown'
  readonly problem: Problem | null
  readonly print: (recordId: string) => void
}

export function useSlip(): Slip {
  const client = useTerminal()
  const [outcome, setOutcome] = useState<Pick<Slip, 'state' | 'problem'>>({ state: 'none', problem: null })
  return {
    ...outcome,
    print: (recordId) => {
      setOutcome({ state: 'printing', problem: null })
      client.shift
        .print({ recordId })
        .then(setOutcome)
        .catch((error: unknown) => {
          const problem = problemOf(error)
          setOutcome({ state: problem === null ? 'unknown' : 'failed', problem })
        })
    },
  }
}
