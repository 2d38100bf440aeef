// What waits for a person, sorted into the six things it can be, with sums, and how late a decision is. Pure; drawn by
// exception-list.tsx and exception-detail.tsx.
import type { Exception } from '#contract/exceptions-api.ts'
import { addPaise, ZERO_PAISE, type Paise } from '#contract/money.ts'
import { DAY_MS } from '#renderer/parts/ist.ts'
import type { Tone } from '#renderer/parts/tone.ts'

/** In the order of the list. */
export const EXCEPTION_GROUPS = ['held', 'notKnown', 'unreadable', 'forked', 'reversing', 'lagging'] as const
export type ExceptionGroup = (typeof EXCEPTION_GROUPS)[number]

export type GroupedExceptions = {
  readonly group: ExceptionGroup
  /** As they came. */
  readonly exceptions: readonly Exception[]
  /** Of those whose amount is known. */
  readonly totalPaise: Paise
}

/** A remainder has the id of its payment: both together name one line of the list. */
export function exceptionKey({ kind, id }: Pick<Exception, 'kind' | 'id'>): string {
  return `${kind} ${id}`
}

type Sorted = Pick<Exception, 'kind' | 'state' | 'reason' | 'asked'>

export function groupOf({ kind, state, reason, asked }: Sorted): ExceptionGroup {
  if (reason === 'SEQUENCE_FORK') return 'forked'
  // The rest of a payment is held whatever became of the part that was posted.
  if (kind === 'remainder') return 'held'
  if (kind === 'record' || state === 'POISON') return 'unreadable'
  const isToBeReversed = state === 'REVERSING' || reason === 'REVERSAL_REFUSED' || asked?.act === 'reverse'
  if (isToBeReversed) return 'reversing'
  // Posted long ago, and DIGIT has still not worked it in.
  const isPosted = state === 'POSTED' || state === 'CONFIRMED'
  if (isPosted || state === 'HOLD' || reason === 'LAGGING') return 'lagging'
  return state === 'UNKNOWN' || state === 'RESOLVE' || state === 'POSTING' ? 'notKnown' : 'held'
}

/** Only groups that hold something. */
export function groupExceptions(exceptions: readonly Exception[]): GroupedExceptions[] {
  return EXCEPTION_GROUPS.flatMap((group) => {
    const own = exceptions.filter((exception) => groupOf(exception) === group)
    const totalPaise = addPaise(ZERO_PAISE, ...own.map(({ amountPaise }) => amountPaise ?? ZERO_PAISE))
    return own.length === 0 ? [] : [{ group, exceptions: own, totalPaise }]
  })
}

export type Lateness = {
  /** wait: in time, or no date. warn: after the date. error: a day and more after it. */
  readonly tone: Extract<Tone, 'wait' | 'warn' | 'error'>
  /** null: in time, or no date. */
  readonly lateSinceMs: number | null
}

export function latenessOf({ dueAtMs }: Pick<Exception, 'dueAtMs'>, nowMs: number): Lateness {
  if (dueAtMs === null || nowMs <= dueAtMs) return { tone: 'wait', lateSinceMs: null }
  return { tone: nowMs - dueAtMs < DAY_MS ? 'warn' : 'error', lateSinceMs: dueAtMs }
}

/** Those in whose numbers or names every typed word occurs. */
export function fittingExceptions(exceptions: readonly Exception[], typed: string): readonly Exception[] {
  const words = typed
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '')
  if (words.length === 0) return exceptions
  return exceptions.filter((exception) => {
    const { id, receiptNumber, consumerCode, payerName, deviceCode, evidence } = exception
    const text = [id, receiptNumber, consumerCode, payerName, deviceCode, evidence.digitReceiptNumber]
      .join(' ')
      .toLowerCase()
    return words.every((word) => text.includes(word))
  })
}

/** What was scanned may be the code of a receipt (its payment id stands in it), or one of the numbers by itself. */
export function scannedException(exceptions: readonly Exception[], scanned: string): Exception | null {
  const text = scanned.trim().toLowerCase()
  const isSame = (number: string | null) => number !== null && number.toLowerCase() === text
  return (
    exceptions.find(({ id }) => text.includes(id.toLowerCase())) ??
    exceptions.find(({ receiptNumber }) => isSame(receiptNumber)) ??
    exceptions.find(({ consumerCode }) => isSame(consumerCode)) ??
    null
  )
}
