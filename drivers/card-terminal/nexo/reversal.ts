// Giving the money of a nexo sale back, once: each try has an id that follows from the sale, so that before a reversal is sent the terminal
// is asked whether it already made it. Called by nexo-terminal.ts.
import type { CardIntent, ReversalOutcome } from '#drivers/card-terminal/card-terminal.ts'
import { DriverProblem } from '#drivers/problem.ts'
import type { NexoReversalReading } from './answers.ts'
import { readReversal, readReversalStatus } from './answers.ts'
import type { NexoSession, Unknown } from './nexo-session.ts'
import { sentence } from './nexo-session.ts'
import type { PoiTransaction } from './requests.ts'
import { poiTransactionOf, reversalRequest, reversalServiceId, statusRequest } from './requests.ts'

/** A try that was refused keeps its id for ever; the next one needs a new one. */
const REVERSALS_MAX = 5

export async function reverseSale(
  session: NexoSession,
  intent: CardIntent,
  reversalKey: string | null,
): Promise<ReversalOutcome> {
  const poiTransaction = poiTransactionOf(reversalKey)
  if (poiTransaction === null) {
    return { kind: 'refused', code: 'no_key', reason: 'The terminal gave no number to reverse this sale by.' }
  }
  for (let attempt = 1; attempt <= REVERSALS_MAX; attempt += 1) {
    const serviceId = reversalServiceId(intent.reference, attempt)
    const before = await lookAtReversal(session, serviceId)
    if (before.kind === 'refused') continue
    return before.kind === 'not_found'
      ? outcomeOf(await send(session, { serviceId, poiTransaction }), session.name)
      : outcomeOf(before, session.name)
  }
  const reason = 'The terminal refused to reverse this sale several times. Reverse it at the terminal itself.'
  return { kind: 'refused', code: 'refused_before', reason }
}

type Seen = NexoReversalReading | Unknown

async function send(
  session: NexoSession,
  reversal: { readonly serviceId: string; readonly poiTransaction: PoiTransaction },
): Promise<Seen> {
  const request = reversalRequest(session.parties, reversal)
  const asked = await session.ask(request, session.times.paymentTimeoutMs)
  if (asked.kind === 'not_sent') return { kind: 'unknown', problem: asked.problem }
  const reading = asked.kind === 'answer' ? readReversal(asked.content, session.expect(request)) : null
  if (reading?.kind === 'reversed' || reading?.kind === 'refused') return reading
  await session.untilNextLook()
  return await lookAtReversal(session, reversal.serviceId)
}

async function lookAtReversal(session: NexoSession, serviceId: string): Promise<Seen> {
  const request = statusRequest(session.parties, { serviceId, category: 'Reversal' })
  const asked = await session.ask(request, session.times.askTimeoutMs)
  if (asked.kind !== 'answer') return { kind: 'unknown', problem: asked.problem }
  return readReversalStatus(asked.content, session.expect(request), serviceId)
}

function outcomeOf(seen: Seen, name: string): ReversalOutcome {
  if (seen.kind === 'reversed' || seen.kind === 'refused' || seen.kind === 'unknown') return seen
  const words = `${name} does not say whether the sale was reversed. Ask again; it is never reversed twice.`
  return { kind: 'unknown', problem: new DriverProblem('card_terminal_result_unknown', sentence(words)) }
}
