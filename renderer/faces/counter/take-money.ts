// Asks the core to record a collection and finds out what became of it when the answer is lost: look it up, never
// repeat with other ids, never assume. Called by counter.tsx; the calls are passed in, so tests need no screen.
import type { Problem } from '#contract/problem.ts'
import type { Collection, TakeInput } from '#rpc/procedures.ts'
import { isCertainlyNotTaken, problemOf } from '#renderer/parts/problem-of.ts'

/** No answer for so long counts as a lost one. */
export const TAKE_WAIT_MS = 20_000

export type TakeOutcome =
  | { readonly kind: 'taken'; readonly collection: Collection }
  /** The core said why; nothing was recorded. */
  | { readonly kind: 'refused'; readonly problem: Problem }
  /** The answer was lost and the core has no such collection. */
  | { readonly kind: 'nothingRecorded' }
  /** Neither the answer nor a look-up came through. */
  | { readonly kind: 'notKnown' }

/** The two procedures of a TerminalClient that this needs. */
type Calls = {
  readonly payment: { take(input: TakeInput): PromiseLike<Collection> }
  readonly collection: { get(input: { collectionId: string }): PromiseLike<Collection> }
}

export async function takeMoney(
  client: Calls,
  input: TakeInput,
  waitMs = TAKE_WAIT_MS,
): Promise<TakeOutcome> {
  try {
    const collection = await withinTime(client.payment.take(input), waitMs)
    return { kind: 'taken', collection }
  } catch (error) {
    const problem = problemOf(error)
    if (problem !== null && isCertainlyNotTaken(problem.code)) return { kind: 'refused', problem }
    const found = await lookUp(client, input.collectionId, waitMs)
    // What was recorded under these ids is other than what stands on this screen: the core's words say so.
    if (problem?.code === 'payment_conflict' && found.kind !== 'taken') return { kind: 'refused', problem }
    return found
  }
}

export async function lookUp(
  client: Calls,
  collectionId: string,
  waitMs = TAKE_WAIT_MS,
): Promise<TakeOutcome> {
  try {
    const collection = await withinTime(client.collection.get({ collectionId }), waitMs)
    return { kind: 'taken', collection }
  } catch (error) {
    const isAbsent = problemOf(error)?.code === 'payment_not_found'
    return isAbsent ? { kind: 'nothingRecorded' } : { kind: 'notKnown' }
  }
}

class NoAnswerError extends Error {
  override readonly name = 'NoAnswerError'
}

async function withinTime<Value>(call: PromiseLike<Value>, waitMs: number): Promise<Value> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new NoAnswerError('the core did not answer in time')), waitMs)
  })
  try {
    return await Promise.race([call, late])
  } finally {
    clearTimeout(timer)
  }
}
