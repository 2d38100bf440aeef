// A payment's life in one list, oldest first: taken, sent, posted, printed. Pure; drawn by receipt-detail.tsx.
import type { PostingState, PostingStep } from '#contract/payment.ts'
import type { PaymentRow } from '#rpc/procedures.ts'

type Print = {
  readonly copyNumber: number
  readonly state: PaymentRow['printState']
  readonly atMs: number
}

export type TimelineEntry =
  | { readonly kind: 'taken'; readonly id: string; readonly atMs: number }
  | {
      readonly kind: 'posting'
      readonly id: string
      readonly atMs: number
      readonly state: PostingState
      readonly note: string
    }
  | ({ readonly kind: 'print'; readonly id: string } & Print)

/** Where all is well the words for the state say it in the operator's language; the office's own notes are in English. */
const SAID_BY_WORDS: ReadonlySet<PostingState> = new Set(['RECEIVED', 'VERIFIED', 'POSTED', 'CONFIRMED'])

type Life = {
  readonly row: Pick<PaymentRow, 'collectedAtMs'>
  readonly steps: readonly PostingStep[]
  readonly prints: readonly Print[]
}

export function timelineOf({ row, steps, prints }: Life): TimelineEntry[] {
  const entries: TimelineEntry[] = [
    { kind: 'taken', id: 'taken', atMs: row.collectedAtMs },
    ...steps.map((step, at) => ({
      kind: 'posting' as const,
      id: `step ${at}`,
      ...step,
      note: SAID_BY_WORDS.has(step.state) ? '' : step.note,
    })),
    ...prints.map(({ copyNumber, state, atMs }) => ({
      kind: 'print' as const,
      id: `print ${copyNumber}`,
      copyNumber,
      state,
      atMs,
    })),
  ]
  // Taking comes first even when two clocks disagree; otherwise by time, and equal times stay in their order.
  return entries.toSorted((a, b) => {
    if (a.kind === 'taken' || b.kind === 'taken') return a.kind === 'taken' ? -1 : 1
    return a.atMs - b.atMs
  })
}
