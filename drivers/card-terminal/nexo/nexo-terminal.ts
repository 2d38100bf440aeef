// A card terminal that speaks nexo over local HTTPS JSON: Adyen's Terminal API, sealed, and plain nexo of other vendors.
// Called by open-card-terminal.ts. The ServiceID of a payment is our own reference, so that the terminal can be asked for it again.
// Facts: hardware.md "Nexo / Adyen Terminal API"; docs.adyen.com point-of-sale/basic-tapi-integration/verify-transaction-status.
import assert from 'node:assert/strict'
import { assertIntent } from '#drivers/card-terminal/card-intent.ts'
import type {
  CardIntent,
  CardOutcome,
  CardStatus,
  CardTerminal,
} from '#drivers/card-terminal/card-terminal.ts'
import { sturdyWatch } from '#drivers/card-terminal/card-watch.ts'
import { wrongAnswer } from '#drivers/card-terminal/post-json.ts'
import { DriverProblem } from '#drivers/problem.ts'
import { readDiagnosis, readPayment } from './answers.ts'
import type { Look, NexoOptions, NexoSession } from './nexo-session.ts'
import { lookAtSale, openSession, sentence } from './nexo-session.ts'
import { abortRequest, diagnosisRequest, paymentRequest } from './requests.ts'
import { reverseSale } from './reversal.ts'

const LOOKS_MAX = 60
/** A request on its way may still arrive after the first look. */
const NOT_FOUND_LOOKS = 2
/** A ServiceID is unique for 48 h; half of that is how long "never seen" is proof. */
const NOT_FOUND_BELIEVED_MS = 24 * 3_600_000
const DOUBTFUL_MAX = 1_000
/** For CardIntent.terminalReference: the terminal gives no number of its own, but it has said something about the sale. */
const ANSWERED = 'answered'

/** @throws DriverProblem `device_address_invalid` or `card_terminal_not_set_up` */
export function openNexoTerminal(options: NexoOptions): CardTerminal {
  const session = openSession(options)
  const { name, parties, times } = session
  let underWay: string | null = null
  /** Sales that were answered, though not so that it could be believed: "never seen" would contradict that. */
  const doubtful = new Set<string>()
  const noteDoubt = ({ reference }: CardIntent): void => {
    if (doubtful.size < DOUBTFUL_MAX) doubtful.add(reference)
  }
  return {
    describe: () => ({
      kind: 'nexo',
      name: `Nexo terminal at ${options.url.host}`,
      isIntegrated: true,
      canReverse: true,
    }),
    start: async (intent, watch) => {
      assertIntent(intent)
      if (underWay !== null) return { kind: 'not_started', problem: oneAtATime(name) }
      underWay = intent.reference
      try {
        const { onProgress, onHandedOver } = sturdyWatch(watch)
        onProgress({ step: 'working', words: null })
        const outcome = await charge(session, intent, () => {
          noteDoubt(intent)
          // The till writes it down: it must hold after a restart, too.
          onHandedOver(ANSWERED)
        })
        if (outcome.kind === 'approved') assert.equal(outcome.approval.amountPaise, intent.amountPaise)
        if (outcome.kind === 'declined' && /^WrongPIN$/i.test(outcome.code)) {
          onProgress({ step: 'wrong_pin', words: outcome.reason })
        }
        return outcome
      } finally {
        underWay = null
      }
    },
    status: async (intent) => {
      assertIntent(intent)
      let seen = await lookAtSale(session, intent)
      if (seen.kind === 'not_found' && underWay !== intent.reference) {
        await session.untilNextLook()
        seen = await lookAtSale(session, intent)
      }
      const wasAnswered = intent.terminalReference !== null || doubtful.has(intent.reference)
      const isDoubtful = wasAnswered || doubtful.size >= DOUBTFUL_MAX
      return statusOf(seen, { intent, isUnderWay: underWay === intent.reference, isDoubtful, name })
    },
    cancel: async (intent) => {
      await session.ask(abortRequest(parties, intent.reference), times.askTimeoutMs)
    },
    reverse: async (intent, approval) => {
      assertIntent(intent)
      assert.equal(approval.amountPaise, intent.amountPaise, 'an approval belongs to its intent')
      return await reverseSale(session, intent, approval.reversalKey)
    },
    check: async () => {
      const request = diagnosisRequest(parties)
      const asked = await session.ask(request, times.askTimeoutMs)
      if (asked.kind !== 'answer') return asked.problem
      return diagnosisProblem(readDiagnosis(asked.content, session.expect(request)), name)
    },
    close: async () => session.close(),
  }
}

async function charge(session: NexoSession, intent: CardIntent, onDoubt: () => void): Promise<CardOutcome> {
  const request = paymentRequest(session.parties, intent)
  const asked = await session.ask(request, session.times.paymentTimeoutMs)
  if (asked.kind === 'not_sent') return { kind: 'not_started', problem: asked.problem }
  if (asked.kind === 'lost') {
    return await recover(session, intent, { problem: asked.problem, isDoubtful: false })
  }
  const reading = readPayment(asked.content, session.expect(request), intent)
  if (reading.kind === 'outcome') return reading.outcome
  const why = reading.kind === 'wrong' ? reading.why : 'it gives no final word'
  onDoubt()
  return await recover(session, intent, { problem: wrongAnswer(session.name, why), isDoubtful: true })
}

type Lost = { readonly problem: DriverProblem; readonly isDoubtful: boolean }

/** The answer is lost: asks until the terminal says what became of the sale, but not for ever. */
async function recover(session: NexoSession, intent: CardIntent, lost: Lost): Promise<CardOutcome> {
  const until = performance.now() + session.times.recoverForMs
  let { problem } = lost
  let notFound = 0
  for (let looks = 0; looks < LOOKS_MAX && performance.now() < until; looks += 1) {
    await session.untilNextLook()
    if (session.isClosed()) break
    const seen = await lookAtSale(session, intent)
    if (seen.kind === 'outcome') return seen.outcome
    notFound = seen.kind === 'not_found' ? notFound + 1 : 0
    if (notFound === NOT_FOUND_LOOKS && lost.isDoubtful) break
    if (notFound === NOT_FOUND_LOOKS) return { kind: 'not_started', problem: neverArrived(session.name) }
    if (seen.kind === 'unknown') problem = seen.problem
  }
  return { kind: 'unknown', problem }
}

type StatusTerms = {
  readonly intent: CardIntent
  readonly isUnderWay: boolean
  readonly isDoubtful: boolean
  readonly name: string
}

function statusOf(seen: Look, { intent, isUnderWay, isDoubtful, name }: StatusTerms): CardStatus {
  if (seen.kind === 'outcome') {
    assert(seen.outcome.kind !== 'not_started', 'a sale the terminal tells about was started')
    return seen.outcome
  }
  if (seen.kind !== 'not_found') return seen
  if (isUnderWay) return { kind: 'in_progress' }
  const isRecent = Math.abs(Date.now() - intent.startedAtMs) <= NOT_FOUND_BELIEVED_MS
  if (isRecent && !isDoubtful) return { kind: 'not_found' }
  const words = `${name} does not know this sale, which is no proof here. Do not charge again: look for ${intent.reference} in the report of the card payments.`
  return { kind: 'unknown', problem: new DriverProblem('card_terminal_result_unknown', sentence(words)) }
}

function neverArrived(name: string): DriverProblem {
  const words = `The sale did not reach ${name}: nothing was charged. Start it again.`
  return new DriverProblem('device_no_answer', words)
}

function oneAtATime(name: string): DriverProblem {
  const words = `${name} still works on another sale. Nothing was charged. Let that one finish first.`
  return new DriverProblem('card_terminal_busy', sentence(words))
}

function diagnosisProblem(found: ReturnType<typeof readDiagnosis>, name: string): DriverProblem | null {
  if (found === null) return null
  if (found === 'wrong') return wrongAnswer(name, 'not the answer to our question: check key and names')
  const [code, words] =
    found === 'busy'
      ? (['card_terminal_busy', `${name} is busy. Let it finish, then check again.`] as const)
      : ([
          'card_terminal_refused',
          `${name} says it is not ready. Look at its screen and its line to the bank.`,
        ] as const)
  return new DriverProblem(code, sentence(words))
}
