// A sale that is handed to a vendor's cloud and then asked about until there is a final word: spaced, bounded, taken back when it takes
// too long, and never handed over twice. Called by pine-labs.ts and ezetap.ts.
import assert from 'node:assert/strict'
import { setTimeout as pause } from 'node:timers/promises'
import type * as z from 'zod'
import { DriverProblem } from '#drivers/problem.ts'
import { assertIntent } from './card-intent.ts'
import type { CardIntent, CardOutcome, CardProgress, CardStatus, CardTerminal } from './card-terminal.ts'
import type { CardWatch } from './card-watch.ts'
import { sturdyWatch } from './card-watch.ts'
import type { AmountUnit } from './decimal-amount.ts'
import type { JsonPoster, Posted } from './post-json.ts'
import { wrongAnswer } from './post-json.ts'

export type CloudTimes = {
  readonly askTimeoutMs: number
  readonly lookEveryMs: number
  /** So many looks, then the sale is taken back. */
  readonly looksMax: number
  /** So many more, to learn how that ended. */
  readonly looksAfterCancelMax: number
}

/** Three minutes for the citizen, one for the cloud. */
export const CLOUD_TIMES: CloudTimes = {
  askTimeoutMs: 30_000,
  lookEveryMs: 4_000,
  looksMax: 45,
  looksAfterCancelMax: 15,
}

/** What handing the sale over came to. */
export type HandedOver =
  | { readonly kind: 'handed_over'; readonly terminalReference: string }
  | Extract<CardOutcome, { kind: 'not_started' | 'unknown' }>

/** One look at a sale. */
export type CloudLook =
  | Extract<CardOutcome, { kind: 'approved' | 'declined' | 'cancelled' | 'unknown' }>
  | { readonly kind: 'in_progress'; readonly progress: CardProgress }

/** One sale that an answer is read for. */
export type CloudSale = {
  readonly intent: CardIntent
  readonly terminalReference: string
  readonly amountUnit: AmountUnit
}

/** What a question to the cloud came to; `lost` also for an answer that has not the form of one. */
export type CloudAsked<Answer> =
  | { readonly kind: 'answer'; readonly answer: Answer }
  | Exclude<Posted, { kind: 'answer' }>

type CloudLine<Answer> = {
  readonly poster: JsonPoster
  /** The vendor's. */
  readonly name: string
  /** Before the name of every operation. */
  readonly path: string
  /** Who asks: part of every question. */
  readonly who: Readonly<Record<string, unknown>>
  readonly answerSchema: z.ZodType<Answer>
  readonly timeoutMs: number
}

/** Asks the cloud of one vendor in the name of this till. Never rejects for what the cloud does. */
export function cloudAsker<Answer>({
  poster,
  name,
  path,
  who,
  answerSchema,
  timeoutMs,
}: CloudLine<Answer>): (operation: string, fields: Record<string, unknown>) => Promise<CloudAsked<Answer>> {
  return async (operation, fields) => {
    const posted = await poster.post(`${path}/${operation}`, JSON.stringify({ ...who, ...fields }), timeoutMs)
    if (posted.kind !== 'answer') return posted
    const parsed = answerSchema.safeParse(posted.json)
    if (parsed.success) return { kind: 'answer', answer: parsed.data }
    return { kind: 'lost', problem: wrongAnswer(name, 'its form is not the one of this call') }
  }
}

/** What handing over came to without an answer: only what was never sent is known not to be charged. */
export function handedOverUnheard(
  asked: Exclude<Posted, { kind: 'answer' }>,
  words: Pick<CloudProtocol, 'vendor' | 'report'>,
  intent: CardIntent,
): HandedOver {
  if (asked.kind === 'not_sent') return { kind: 'not_started', problem: asked.problem }
  return { kind: 'unknown', problem: neverToldItsId(words, intent) }
}

/** A look that settles nothing: it is taken again. */
export function uselessLook(name: string, why: string): CloudLook {
  return { kind: 'unknown', problem: wrongAnswer(name, why) }
}

/** What a vendor's own protocol comes down to; nothing here rejects for what the cloud does. */
export type CloudProtocol = {
  readonly describe: CardTerminal['describe']
  readonly handOver: (intent: CardIntent) => Promise<HandedOver>
  readonly look: (intent: CardIntent, terminalReference: string) => Promise<CloudLook>
  readonly takeBack: (intent: CardIntent, terminalReference: string) => Promise<void>
  readonly check: CardTerminal['check']
  /** "Pine Labs". */
  readonly vendor: string
  /** Where a person finds a sale by our reference: "the transaction report of PlutusHub". */
  readonly report: string
  readonly close: () => void
}

export function cloudTerminal(protocol: CloudProtocol, times: CloudTimes): CardTerminal {
  const closing = new AbortController()
  let current: { readonly reference: string; readonly terminalReference: string | null } | null = null

  const watchOver = async (sale: Sale, looksMax: number): Promise<CardOutcome> => {
    let problem = noFinalWord(protocol, sale.intent)
    for (let looks = 0; looks < looksMax; looks += 1) {
      await pause(times.lookEveryMs, undefined, { signal: closing.signal }).catch(() => undefined)
      if (closing.signal.aborted) break
      const seen = await protocol.look(sale.intent, sale.terminalReference)
      if (seen.kind === 'in_progress') sale.onProgress(seen.progress)
      else if (seen.kind === 'unknown') problem = seen.problem
      else return seen
    }
    return { kind: 'unknown', problem }
  }
  const charge = async (intent: CardIntent, watch: CardWatch): Promise<CardOutcome> => {
    watch.onProgress({ step: 'connecting', words: null })
    const handed = await protocol.handOver(intent)
    if (handed.kind !== 'handed_over') return handed
    const { terminalReference } = handed
    current = { reference: intent.reference, terminalReference }
    watch.onHandedOver(terminalReference)
    const sale = { intent, terminalReference, onProgress: watch.onProgress }
    const outcome = await watchOver(sale, times.looksMax)
    if (outcome.kind !== 'unknown' || closing.signal.aborted) return outcome
    // nobody waits any more: without this the card could be charged behind the cashier's back
    await protocol.takeBack(intent, terminalReference)
    return await watchOver(sale, times.looksAfterCancelMax)
  }
  const terminalReferenceOf = ({ reference, terminalReference }: CardIntent): string | null =>
    terminalReference ?? (current?.reference === reference ? current.terminalReference : null)

  return {
    describe: protocol.describe,
    start: async (intent, watch) => {
      assertIntent(intent)
      if (current !== null) return { kind: 'not_started', problem: oneAtATime(protocol.vendor) }
      current = { reference: intent.reference, terminalReference: null }
      try {
        const outcome = await charge(intent, sturdyWatch(watch))
        if (outcome.kind === 'approved') assert.equal(outcome.approval.amountPaise, intent.amountPaise)
        return outcome
      } finally {
        current = null
      }
    },
    status: async (intent): Promise<CardStatus> => {
      assertIntent(intent)
      const terminalReference = terminalReferenceOf(intent)
      if (terminalReference === null) {
        if (current?.reference === intent.reference) return { kind: 'in_progress' }
        return { kind: 'unknown', problem: neverToldItsId(protocol, intent) }
      }
      const seen = await protocol.look(intent, terminalReference)
      return seen.kind === 'in_progress' ? { kind: 'in_progress' } : seen
    },
    cancel: async (intent) => {
      const terminalReference = terminalReferenceOf(intent)
      if (terminalReference !== null) await protocol.takeBack(intent, terminalReference)
    },
    reverse: async () => ({
      kind: 'refused',
      code: 'not_offered',
      reason: `${protocol.vendor} does not reverse a sale from here. Void it at the terminal itself or in ${protocol.report}.`,
    }),
    check: protocol.check,
    close: async () => {
      closing.abort()
      protocol.close()
    },
  }
}

type Sale = {
  readonly intent: CardIntent
  readonly terminalReference: string
  readonly onProgress: CardWatch['onProgress']
}

/** For `start` whose answer was lost: the sale may be at the terminal, and is never handed over again. */
export function neverToldItsId(
  { vendor, report }: Pick<CloudProtocol, 'vendor' | 'report'>,
  { reference }: CardIntent,
): DriverProblem {
  const words = `${vendor} never told its number for this sale, so it cannot be asked. Do not charge again: look for bill ${reference} in ${report} and on the terminal.`
  return new DriverProblem('card_terminal_result_unknown', words)
}

function noFinalWord(
  { vendor, report }: Pick<CloudProtocol, 'vendor' | 'report'>,
  { reference }: CardIntent,
): DriverProblem {
  const words = `${vendor} has no final word about this sale yet. Ask again, or look for bill ${reference} in ${report}.`
  return new DriverProblem('card_terminal_result_unknown', words)
}

function oneAtATime(vendor: string): DriverProblem {
  const words = `The ${vendor} terminal still works on another sale. Nothing was charged. Let that one finish first.`
  return new DriverProblem('card_terminal_busy', words)
}
