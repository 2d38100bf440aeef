// A card terminal that speaks nexo over local HTTPS JSON: Adyen's Terminal API, sealed, and plain nexo of other vendors.
// Called by open-card-terminal.ts. The ServiceID of a payment is our own reference, so that the terminal can be asked for it again.
// Facts: hardware.md "Nexo / Adyen Terminal API"; docs.adyen.com point-of-sale/basic-tapi-integration/verify-transaction-status.
import assert from 'node:assert/strict'
import { setTimeout as pause } from 'node:timers/promises'
import { assertIntent } from '#drivers/card-terminal/card-intent.ts'
import type {
  CardIntent,
  CardOutcome,
  CardStatus,
  CardTerminal,
  ReversalOutcome,
} from '#drivers/card-terminal/card-terminal.ts'
import { createJsonPoster, wrongAnswer } from '#drivers/card-terminal/post-json.ts'
import { DriverProblem } from '#drivers/problem.ts'
import type { NexoReading, NexoReversalReading } from './answers.ts'
import { readDiagnosis, readPayment, readPaymentStatus, readReversal, readReversalStatus } from './answers.ts'
import type { CertificateRule } from './certificate-rule.ts'
import { identityCheckOf } from './certificate-rule.ts'
import type { NexoParties, NexoRequest } from './requests.ts'
import * as requests from './requests.ts'
import type { NexoKey } from './secure-envelope.ts'
import { plainEnvelope, sealedEnvelope } from './secure-envelope.ts'

export type NexoOptions = {
  readonly url: URL
  readonly parties: NexoParties
  /** null: the terminal relies on TLS alone. */
  readonly key: NexoKey | null
  /** PEM of the CA that signed the terminal's certificate; Adyen's rule needs it. */
  readonly ca: string | null
  readonly certificateRule: CertificateRule
  readonly times?: NexoTimes
}

export type NexoTimes = {
  /** Adyen ends a payment that is not done after 120 s. */
  readonly paymentTimeoutMs: number
  readonly askTimeoutMs: number
  readonly lookEveryMs: number
  /** How long `start` looks for a sale whose answer was lost. */
  readonly recoverForMs: number
}

const NEXO_TIMES: NexoTimes = {
  paymentTimeoutMs: 125_000,
  askTimeoutMs: 5_000,
  lookEveryMs: 3_000,
  recoverForMs: 150_000,
}

const LOOKS_MAX = 60
/** A request on its way may still arrive after the first look. */
const NOT_FOUND_LOOKS = 2
/** A ServiceID is unique for 48 h; half of that is how long "never seen" is proof. */
const NOT_FOUND_BELIEVED_MS = 24 * 3_600_000
const REVERSALS_MAX = 5

/** @throws DriverProblem `device_address_invalid` or `card_terminal_not_set_up` */
export function openNexoTerminal(options: NexoOptions): CardTerminal {
  const { url, parties, times = NEXO_TIMES } = options
  const name = `the card terminal at ${url.host}`
  if (options.certificateRule !== 'host-name' && options.ca === null) {
    const words = `For ${name} the CA that signed its certificate is missing. Give Adyen's root certificate in the settings.`
    throw new DriverProblem('card_terminal_not_set_up', words)
  }
  const checkServerIdentity = identityCheckOf(options.certificateRule, parties.poiId)
  const poster = createJsonPoster({
    baseUrl: url,
    name,
    ca: options.ca,
    ...(checkServerIdentity === null ? {} : { checkServerIdentity }),
  })
  const envelope = options.key === null ? plainEnvelope : sealedEnvelope(options.key)
  const closing = new AbortController()
  let underWay: string | null = null

  /** One message and its answer, opened; a problem when there is none. */
  const ask = async (request: NexoRequest, timeoutMs: number): Promise<Asked> => {
    const posted = await poster.post('', envelope.seal(request), timeoutMs)
    return posted.kind === 'answer' ? { kind: 'answer', content: envelope.open(posted.json) } : posted
  }
  const expected = ({ header }: NexoRequest) => ({
    parties,
    category: header.MessageCategory,
    serviceId: header.ServiceID,
  })
  const unknown = (why: string) => ({ kind: 'unknown', problem: wrongAnswer(name, why) }) as const

  const look = async (intent: CardIntent): Promise<Look> => {
    const request = requests.statusRequest(parties, { serviceId: intent.reference, category: 'Payment' })
    const asked = await ask(request, times.askTimeoutMs)
    if (asked.kind !== 'answer') return { kind: 'unknown', problem: asked.problem }
    const reading = readPaymentStatus(asked.content, expected(request), intent)
    return reading.kind === 'wrong' ? unknown(reading.why) : reading
  }
  const untilNextLook = async () => {
    await pause(times.lookEveryMs, undefined, { signal: closing.signal }).catch(() => undefined)
  }
  const recover = async (intent: CardIntent, lost: DriverProblem): Promise<CardOutcome> => {
    const until = performance.now() + times.recoverForMs
    let problem = lost
    let notFound = 0
    for (let looks = 0; looks < LOOKS_MAX && performance.now() < until; looks += 1) {
      await untilNextLook()
      if (closing.signal.aborted) break
      const seen = await look(intent)
      if (seen.kind === 'outcome') return seen.outcome
      notFound = seen.kind === 'not_found' ? notFound + 1 : 0
      if (notFound === NOT_FOUND_LOOKS) return { kind: 'not_started', problem: neverArrived(name) }
      if (seen.kind === 'unknown') problem = seen.problem
    }
    return { kind: 'unknown', problem }
  }
  const charge = async (intent: CardIntent): Promise<CardOutcome> => {
    const request = requests.paymentRequest(parties, intent)
    const asked = await ask(request, times.paymentTimeoutMs)
    if (asked.kind === 'not_sent') return { kind: 'not_started', problem: asked.problem }
    if (asked.kind === 'lost') return await recover(intent, asked.problem)
    const reading = readPayment(asked.content, expected(request), intent)
    if (reading.kind === 'outcome') return reading.outcome
    return await recover(intent, wrongAnswer(name, reading.kind === 'wrong' ? reading.why : reading.kind))
  }
  const reverseOnce = async (reversal: Reversal): Promise<NexoReversalReading | Unknown> => {
    const request = requests.reversalRequest(parties, reversal)
    const asked = await ask(request, times.paymentTimeoutMs)
    if (asked.kind === 'not_sent') return { kind: 'unknown', problem: asked.problem }
    const reading = asked.kind === 'answer' ? readReversal(asked.content, expected(request)) : null
    if (reading?.kind === 'reversed' || reading?.kind === 'refused') return reading
    await untilNextLook()
    return await lookForReversal(reversal.serviceId)
  }
  const lookForReversal = async (serviceId: string): Promise<NexoReversalReading | Unknown> => {
    const request = requests.statusRequest(parties, { serviceId, category: 'Reversal' })
    const asked = await ask(request, times.askTimeoutMs)
    if (asked.kind !== 'answer') return { kind: 'unknown', problem: asked.problem }
    return readReversalStatus(asked.content, expected(request), serviceId)
  }
  const reverse = async (intent: CardIntent, reversalKey: string | null): Promise<ReversalOutcome> => {
    const poiTransaction = requests.poiTransactionOf(reversalKey)
    if (poiTransaction === null) {
      return {
        kind: 'refused',
        code: 'no_key',
        reason: 'The terminal gave no number to reverse this sale by.',
      }
    }
    for (let attempt = 1; attempt <= REVERSALS_MAX; attempt += 1) {
      const serviceId = requests.reversalServiceId(intent.reference, attempt)
      const before = await lookForReversal(serviceId)
      if (before.kind === 'reversed') return before
      if (before.kind === 'refused') continue
      if (before.kind !== 'not_found') return reversalUnknown(before, name)
      const after = await reverseOnce({ serviceId, poiTransaction })
      return after.kind === 'reversed' || after.kind === 'refused' ? after : reversalUnknown(after, name)
    }
    const reason =
      'The terminal refused to reverse this sale several times. Reverse it at the terminal itself.'
    return { kind: 'refused', code: 'refused_before', reason }
  }

  return {
    describe: () => ({
      kind: 'nexo',
      name: `Nexo terminal at ${url.host}`,
      isIntegrated: true,
      canReverse: true,
    }),
    start: async (intent, watch) => {
      assertIntent(intent)
      if (underWay !== null) return { kind: 'not_started', problem: oneAtATime(name) }
      underWay = intent.reference
      try {
        watch.onProgress({ step: 'working', words: null })
        const outcome = await charge(intent)
        if (outcome.kind === 'declined' && /^WrongPIN$/i.test(outcome.code)) {
          watch.onProgress({ step: 'wrong_pin', words: outcome.reason })
        }
        return checkedOutcome(outcome, intent)
      } finally {
        underWay = null
      }
    },
    status: async (intent) => {
      assertIntent(intent)
      let seen = await look(intent)
      if (seen.kind === 'not_found' && underWay !== intent.reference) {
        await untilNextLook()
        seen = await look(intent)
      }
      return statusOf(seen, { intent, isUnderWay: underWay === intent.reference, name })
    },
    cancel: async (intent) => {
      await ask(requests.abortRequest(parties, intent.reference), times.askTimeoutMs)
    },
    reverse: async (intent, approval) => {
      assertIntent(intent)
      assert.equal(approval.amountPaise, intent.amountPaise, 'an approval belongs to its intent')
      return await reverse(intent, approval.reversalKey)
    },
    check: async () => {
      const request = requests.diagnosisRequest(parties)
      const asked = await ask(request, times.askTimeoutMs)
      return asked.kind === 'answer'
        ? diagnosisProblem(readDiagnosis(asked.content, expected(request)), name)
        : asked.problem
    },
    close: async () => {
      closing.abort()
      poster.close()
    },
  }
}

type Unknown = { readonly kind: 'unknown'; readonly problem: DriverProblem }
type Asked =
  | { readonly kind: 'answer'; readonly content: unknown }
  | { readonly kind: 'not_sent'; readonly problem: DriverProblem }
  | { readonly kind: 'lost'; readonly problem: DriverProblem }
type Look = Exclude<NexoReading, { kind: 'wrong' }> | Unknown
type Reversal = { readonly serviceId: string; readonly poiTransaction: requests.PoiTransaction }

function checkedOutcome(outcome: CardOutcome, intent: CardIntent): CardOutcome {
  if (outcome.kind === 'approved') assert.equal(outcome.approval.amountPaise, intent.amountPaise)
  return outcome
}

function statusOf(
  seen: Look,
  { intent, isUnderWay, name }: { intent: CardIntent; isUnderWay: boolean; name: string },
): CardStatus {
  if (seen.kind === 'outcome') {
    assert(seen.outcome.kind !== 'not_started', 'a sale the terminal tells about was started')
    return seen.outcome
  }
  if (seen.kind !== 'not_found') return seen
  if (isUnderWay) return { kind: 'in_progress' }
  const ageMs = Date.now() - intent.startedAtMs
  if (Math.abs(ageMs) <= NOT_FOUND_BELIEVED_MS) return { kind: 'not_found' }
  const words = `${name} no longer knows this sale, which is too old for it. Look for ${intent.reference} in the report of the card payments.`
  return { kind: 'unknown', problem: new DriverProblem('card_terminal_result_unknown', capital(words)) }
}

function neverArrived(name: string): DriverProblem {
  const words = `The sale did not reach ${name}: nothing was charged. Start it again.`
  return new DriverProblem('device_no_answer', words)
}

function oneAtATime(name: string): DriverProblem {
  const words = `${name} still works on another sale. Nothing was charged. Let that one finish first.`
  return new DriverProblem('card_terminal_busy', capital(words))
}

function reversalUnknown(
  seen: Exclude<NexoReversalReading, { kind: 'reversed' | 'refused' }> | Unknown,
  name: string,
): Unknown {
  if (seen.kind === 'unknown') return seen
  const words = `${name} does not say whether the sale was reversed. Ask again; it is never reversed twice.`
  return { kind: 'unknown', problem: new DriverProblem('card_terminal_result_unknown', capital(words)) }
}

function diagnosisProblem(found: ReturnType<typeof readDiagnosis>, name: string): DriverProblem | null {
  if (found === null) return null
  if (found === 'busy') {
    return new DriverProblem(
      'card_terminal_busy',
      capital(`${name} is busy. Let it finish, then check again.`),
    )
  }
  if (found === 'wrong') return wrongAnswer(name, 'not the answer to our question: check key and names')
  const words = `${name} says it is not ready. Look at its screen and its connection to the bank.`
  return new DriverProblem('card_terminal_refused', capital(words))
}

function capital(words: string): string {
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}`
}
