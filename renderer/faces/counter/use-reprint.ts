// Prints one more copy of a receipt and remembers what came of it, per payment. Never touches money.
import type { Problem } from '#contract/problem.ts'
import { problemOf } from '#renderer/parts/problem-of.ts'
import { playTone } from '#renderer/parts/sound.ts'
import { useTerminal } from '#renderer/parts/terminal.tsx'
import { useQueryClient } from '@tanstack/react-query'
import { useCallback, useState } from 'react'

export type ReprintResult =
  | { readonly at: 'asking' }
  | { readonly at: 'queued'; readonly copyNumber: number; readonly isOutAlready: boolean }
  /** null: the call was lost; nothing about money depends on it. */
  | { readonly at: 'failed'; readonly problem: Problem | null }

export type Reprint = {
  readonly results: Readonly<Record<string, ReprintResult>>
  readonly print: (paymentId: string, wish?: { readonly isOnSpare: boolean }) => void
}

export function useReprint(): Reprint {
  const client = useTerminal()
  const queries = useQueryClient()
  const [results, setResults] = useState<Readonly<Record<string, ReprintResult>>>({})
  const print = useCallback(
    (paymentId: string, wish: { readonly isOnSpare: boolean } = { isOnSpare: false }) => {
      const show = (result: ReprintResult) => setResults((before) => ({ ...before, [paymentId]: result }))
      show({ at: 'asking' })
      client.receipt
        .reprint({ paymentId, ...wish })
        .then((answer) => show({ at: 'queued', ...answer }))
        .catch((error: unknown) => {
          show({ at: 'failed', problem: problemOf(error) })
          playTone('attention')
        })
        .finally(() => void queries.invalidateQueries())
    },
    [client, queries],
  )
  return { results, print }
}
