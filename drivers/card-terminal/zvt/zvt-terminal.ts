// A card terminal that speaks ZVT (PA00P015), over TCP or a serial line. Called by whoever opens the till's card terminal. A new
// connection for each command: what an older one left behind can never be taken for an answer.
import assert from 'node:assert/strict'
import { DriverProblem } from '#drivers/problem.ts'
import type { Transport } from '#drivers/transport/transport.ts'
import type {
  CardIntent,
  CardOutcome,
  CardStatus,
  CardTerminal,
  ReversalOutcome,
} from '#drivers/card-terminal/card-terminal.ts'
import type { ApduLink } from './apdu-link.ts'
import { tcpLink } from './apdu-link.ts'
import { writeBcd } from './bmp.ts'
import type { Command, DialogueEnd, DialogueTimes } from './dialogue.ts'
import { COMMAND, runDialogue } from './dialogue.ts'
import type { SaleMark } from './last-sale.ts'
import { judgeLastSale, markOf, writeMark } from './last-sale.ts'
import { codeText, RESULT_NOT_POSSIBLE, RESULT_OK, RESULT_PLEASE_WAIT, resultWords } from './result-codes.ts'
import { approvalFrom, refusal, reversalOutcome, saleOutcome, unknown } from './sale-outcome.ts'
import { serialLink } from './serial-link.ts'
import type { StatusInformation } from './status-information.ts'
import { readTerminalState } from './status-information.ts'

export type ZvtTimes = DialogueTimes & { readonly characterMs: number; readonly acknowledgeMs: number }

/** T1, T3 and T4 of the protocol; the whole is bounded by what a customer may take. */
export const ZVT_TIMES: ZvtTimes = {
  characterMs: 200,
  acknowledgeMs: 5_000,
  answerMs: 5_000,
  betweenMs: 180_000,
  wholeMs: 600_000,
}

export type ZvtOptions = {
  readonly transport: Transport
  /** TCP has no frames; a serial line has (9600 8N2, no flow control). */
  readonly framing: 'tcp' | 'serial'
  /** Six digits; most terminals are delivered with 000000. */
  readonly password?: string
  /** ISO 4217 numeric, four digits. Without it: rupees. */
  readonly currency?: string
  /** What BMP 19 of a sale says; 0x40: the terminal decides how the card pays. */
  readonly paymentType?: number
  /** The terminal's clock; without it India's. */
  readonly utcOffsetMinutes?: number
  readonly times?: Partial<ZvtTimes>
}

export type AdministrativeOutcome =
  | { readonly kind: 'done'; readonly slipLines: readonly string[] }
  | { readonly kind: 'refused'; readonly code: string; readonly reason: string }
  | { readonly kind: 'unknown'; readonly problem: DriverProblem }

export type ZvtTerminal = CardTerminal & {
  /** Closes the terminal's day: it hands its sales in to the bank. */
  readonly endOfDay: () => Promise<AdministrativeOutcome>
  readonly diagnose: () => Promise<AdministrativeOutcome>
  readonly logOff: () => Promise<AdministrativeOutcome>
}

const RUPEE = '0356'
const INDIA_MINUTES = 330
const TERMINAL_DECIDES = 0x40
/** The till prints both kinds of slip, wants intermediate states, controls payment and administration, prints line by line. */
const CONFIG_BYTE = 0xbe
/** Repeat receipt: with status information. */
const REPEAT_SERVICE_BYTE = 0x03
const AMOUNT_MAX_PAISE = 999_999_999_999
/** How many numbers of settled sales are remembered, so that none is taken for another sale. */
const CLAIMS_MAX = 1_000

type Running = { readonly reference: string; isCancelled: boolean; link: ApduLink | null }

type State = Required<Omit<ZvtOptions, 'times'>> & {
  readonly times: ZvtTimes
  readonly name: string
  /** Numbers of sales already told to the till, and whose they are. */
  readonly claims: Map<string, string>
  running: Running | null
  isBusy: boolean
}

export function openZvtTerminal(options: ZvtOptions): ZvtTerminal {
  const password = options.password ?? '000000'
  const currency = options.currency ?? RUPEE
  assert(/^\d{6}$/u.test(password), 'A ZVT password has six digits.')
  assert(/^\d{4}$/u.test(currency), 'A ZVT currency has four digits.')
  const state: State = {
    transport: options.transport,
    framing: options.framing,
    password,
    currency,
    paymentType: options.paymentType ?? TERMINAL_DECIDES,
    utcOffsetMinutes: options.utcOffsetMinutes ?? INDIA_MINUTES,
    times: { ...ZVT_TIMES, ...options.times },
    name: options.transport.name,
    claims: new Map(),
    running: null,
    isBusy: false,
  }
  return {
    describe: () => ({
      kind: 'zvt',
      name: `ZVT terminal at ${state.name}`,
      isIntegrated: true,
      canReverse: true,
    }),
    start: async (intent, watch) => await start(state, intent, watch),
    status: async (intent) => await status(state, intent),
    cancel: async (intent) => await cancel(state, intent),
    reverse: async (intent, approval) => await reverse(state, intent, approval),
    check: async () => await check(state),
    close: async () => {
      state.running?.link?.close().catch(() => {})
    },
    endOfDay: async () => await administer(state, withPassword(state, COMMAND.endOfDay)),
    diagnose: async () => await administer(state, { command: COMMAND.diagnosis }),
    logOff: async () => await administer(state, { command: COMMAND.logOff, hasCompletion: false }),
  }
}

async function start(
  state: State,
  intent: CardIntent,
  watch: Parameters<CardTerminal['start']>[1],
): Promise<CardOutcome> {
  assertIntent(intent)
  const running: Running = { reference: intent.reference, isCancelled: false, link: null }
  const onProgress: typeof watch.onProgress = (progress) => {
    // A fault of the screen must not lose the outcome of a payment.
    try {
      watch.onProgress(progress)
    } catch {}
  }
  if (state.isBusy) return { kind: 'not_started', problem: busyHere() }
  state.running = running
  onProgress({ step: 'connecting', words: null })
  const outcome = await overLink<CardOutcome>(state, async (link) => {
    const problem = await register(state, link)
    if (problem !== null) return { kind: 'not_started', problem }
    const last = await askLastSale(state, link)
    if (last.kind === 'lost') return { kind: 'not_started', problem: last.problem }
    const before: SaleMark =
      last.kind === 'sale' ? markOf(last.status) : { kind: last.kind === 'nothing' ? 'none' : 'unreadable' }
    if (running.isCancelled) return { kind: 'cancelled', reason: 'The cashier gave the payment up.' }
    watch.onHandedOver(writeMark(before))
    onProgress({ step: 'working', words: null })
    running.link = link
    const end = await runDialogue(link, authorisation(state, intent), { times: state.times, onProgress })
    const context = { intent, before, currency: state.currency, utcOffsetMinutes: state.utcOffsetMinutes }
    return saleOutcome(end, context)
  }).finally(() => {
    if (state.running === running) state.running = null
  })
  if (outcome instanceof DriverProblem) return { kind: 'not_started', problem: outcome }
  if (outcome.kind === 'approved') claim(state, outcome.approval, intent.reference)
  return outcome
}

function authorisation(state: State, intent: CardIntent): Command {
  assert(intent.amountPaise > 0 && intent.amountPaise <= AMOUNT_MAX_PAISE)
  const amount = writeBcd(String(intent.amountPaise), 6)
  const currency = writeBcd(state.currency, 2)
  return {
    command: COMMAND.authorisation,
    data: Uint8Array.of(0x04, ...amount, 0x49, ...currency, 0x19, state.paymentType),
  }
}

async function status(state: State, intent: CardIntent): Promise<CardStatus> {
  assertIntent(intent)
  if (state.running?.reference === intent.reference) return { kind: 'in_progress' }
  if (state.isBusy) return { kind: 'unknown', problem: busyHere() }
  const outcome = await overLink<CardStatus>(state, async (link) => {
    const problem = await register(state, link)
    if (problem?.code === 'card_terminal_busy') return { kind: 'in_progress' }
    if (problem !== null) return { kind: 'unknown', problem }
    const enquiry = await runDialogue(link, withPassword(state, COMMAND.statusEnquiry), state)
    if (enquiry.kind === 'lost') return { kind: 'unknown', problem: enquiry.problem }
    const terminalState = enquiry.kind === 'completed' ? readTerminalState(enquiry.data) : enquiry.code
    if (terminalState === RESULT_PLEASE_WAIT) return { kind: 'in_progress' }
    const last = await askLastSale(state, link)
    if (last.kind === 'lost') return { kind: 'unknown', problem: last.problem }
    if (last.kind !== 'sale') return stillUnknown('it does not repeat its last payment')
    const isIdle = enquiry.kind === 'completed' && terminalState === RESULT_OK
    return judgeStatus(state, intent, { ...last, isIdle })
  })
  if (outcome instanceof DriverProblem) return { kind: 'unknown', problem: outcome }
  if (outcome.kind === 'approved') claim(state, outcome.approval, intent.reference)
  return outcome
}

function judgeStatus(
  state: State,
  intent: CardIntent,
  last: {
    readonly status: StatusInformation
    readonly slipLines: readonly string[]
    readonly isIdle: boolean
  },
): CardStatus {
  const verdict = judgeLastSale(intent, last.status, state.utcOffsetMinutes)
  if (verdict.kind === 'cannot_tell') return stillUnknown(verdict.why)
  if (verdict.kind === 'no_new_sale') {
    return last.isIdle ? { kind: 'not_found' } : stillUnknown('it is not ready, so a payment may still run')
  }
  const owner = state.claims.get(numbersOf(last.status))
  if (owner !== undefined && owner !== intent.reference)
    return stillUnknown('its last payment is a later one')
  const { currency, resultCode } = last.status
  if (currency !== null && currency !== state.currency)
    return stillUnknown('its last sale has another currency')
  if (last.status.isReversal) return stillUnknown('its last payment is a reversal')
  if (resultCode === null) return stillUnknown('it does not say how its last payment ended')
  if (resultCode !== RESULT_OK) {
    return { kind: 'declined', code: codeText(resultCode), reason: resultWords(resultCode) }
  }
  const approval = approvalFrom(last.status, last.slipLines, {
    intent,
    utcOffsetMinutes: state.utcOffsetMinutes,
  })
  return approval === null ? stillUnknown('it gave no number') : { kind: 'approved', approval }
}

function stillUnknown(why: string) {
  return unknown(
    'card_terminal_result_unknown',
    `The terminal does not tell what became of the payment: ${why}.`,
  )
}

async function cancel(state: State, intent: CardIntent): Promise<void> {
  const { running } = state
  const abort = async (link: ApduLink): Promise<null> => {
    try {
      await link.send(COMMAND.abort)
    } catch (error) {
      // The outcome of the payment tells of the broken link.
      if (!(error instanceof DriverProblem)) throw error
    }
    return null
  }
  if (running?.reference === intent.reference) {
    running.isCancelled = true
    if (running.link !== null) await abort(running.link)
    return
  }
  if (state.isBusy) return
  await overLink(state, async (link) => {
    await abort(link)
    await link.next(state.times.answerMs).catch(() => null)
    return null
  })
}

async function reverse(
  state: State,
  intent: CardIntent,
  approval: Parameters<CardTerminal['reverse']>[1],
): Promise<ReversalOutcome> {
  assertIntent(intent)
  assert.equal(approval.amountPaise, intent.amountPaise, 'A reversal is for the amount of its payment.')
  const { reversalKey } = approval
  if (reversalKey === null || !/^\d{4}$/u.test(reversalKey)) {
    return { kind: 'refused', code: 'B5', reason: 'The terminal gave this payment no receipt number.' }
  }
  if (state.isBusy) return { kind: 'refused', code: '9C', reason: busyHere().message }
  const outcome = await overLink<ReversalOutcome>(state, async (link) => {
    const problem = await register(state, link)
    if (problem !== null) return { kind: 'refused', code: problem.code, reason: problem.message }
    const order = withPassword(state, COMMAND.reversal, [0x87, ...writeBcd(reversalKey, 2)])
    const end = await runDialogue(link, order, state)
    const last = end.kind === 'completed' ? end.statuses.at(-1) : undefined
    if (last !== undefined) remember(state, numbersOf(last), `reversal of ${intent.reference}`)
    return reversalOutcome(end, approval)
  })
  return outcome instanceof DriverProblem
    ? { kind: 'refused', code: outcome.code, reason: outcome.message }
    : outcome
}

async function check(state: State): Promise<DriverProblem | null> {
  if (state.isBusy) return busyHere()
  return await overLink<DriverProblem | null>(state, async (link) => {
    const problem = await register(state, link)
    if (problem !== null) return problem
    const end = await runDialogue(link, withPassword(state, COMMAND.statusEnquiry), state)
    if (end.kind === 'lost') return end.problem
    const code = end.kind === 'completed' ? readTerminalState(end.data) : end.code
    return code === null || code === RESULT_OK ? null : refusal(code)
  })
}

async function administer(state: State, order: Command): Promise<AdministrativeOutcome> {
  if (state.isBusy) return { kind: 'refused', code: '9C', reason: busyHere().message }
  const end = await overLink<DialogueEnd>(state, async (link) => {
    const problem = await register(state, link)
    return problem === null ? await runDialogue(link, order, state) : { kind: 'lost', problem }
  })
  if (end instanceof DriverProblem) return { kind: 'unknown', problem: end }
  if (end.kind === 'lost') return { kind: 'unknown', problem: end.problem }
  if (end.kind === 'completed') return { kind: 'done', slipLines: end.slipLines }
  const code = end.code ?? 0xff
  return { kind: 'refused', code: codeText(code), reason: resultWords(code) }
}

/** Opens, works, closes. Gives back the problem if the terminal cannot be reached at all. */
async function overLink<T>(state: State, work: (link: ApduLink) => Promise<T>): Promise<T | DriverProblem> {
  assert(!state.isBusy, 'A card terminal does one thing at a time.')
  state.isBusy = true
  let link: ApduLink | null = null
  try {
    const connection = await state.transport.open()
    link =
      state.framing === 'tcp'
        ? tcpLink(connection, state.name)
        : serialLink(connection, state.name, state.times)
    return await work(link)
  } catch (error) {
    if (!(error instanceof DriverProblem) || link !== null) throw error
    if (error.code.startsWith('device_')) return error
    return new DriverProblem(
      'device_unreachable',
      `The card terminal at ${state.name} cannot be reached. Check that it is switched on, connected and not in use by another till.`,
      { cause: error },
    )
  } finally {
    await link?.close()
    state.isBusy = false
  }
}

/** Null: the terminal knows us now. Changes no money. */
async function register(state: State, link: ApduLink): Promise<DriverProblem | null> {
  const currency = writeBcd(state.currency, 2)
  const order = withPassword(state, COMMAND.registration, [CONFIG_BYTE, ...currency, 0x03, 0x00])
  const end = await runDialogue(link, order, state)
  if (end.kind === 'lost') return end.problem
  if (end.kind === 'completed') return null
  return refusal(end.code ?? 0xff)
}

async function askLastSale(
  state: State,
  link: ApduLink,
): Promise<
  | { readonly kind: 'sale'; readonly status: StatusInformation; readonly slipLines: readonly string[] }
  | { readonly kind: 'nothing' | 'unreadable' }
  | { readonly kind: 'lost'; readonly problem: DriverProblem }
> {
  const order = withPassword(state, COMMAND.repeatReceipt, [0x03, REPEAT_SERVICE_BYTE])
  const end = await runDialogue(link, order, state)
  if (end.kind === 'lost') return end
  if (end.kind !== 'completed') return { kind: end.code === RESULT_NOT_POSSIBLE ? 'nothing' : 'unreadable' }
  const last = end.statuses.at(-1)
  return last === undefined
    ? { kind: 'unreadable' }
    : { kind: 'sale', status: last, slipLines: end.slipLines }
}

function withPassword(state: State, command: number, rest: readonly number[] = []): Command {
  return { command, data: Uint8Array.of(...writeBcd(state.password, 3), ...rest) }
}

function claim(
  state: State,
  approval: { transactionNumber: string; reversalKey: string | null },
  whose: string,
) {
  const trace = approval.transactionNumber.split('-').at(-1) ?? ''
  remember(state, `${trace};${approval.reversalKey ?? ''}`, whose)
}

function numbersOf(last: StatusInformation): string {
  return `${last.trace ?? last.receipt ?? ''};${last.receipt ?? ''}`
}

function remember(state: State, numbers: string, whose: string): void {
  state.claims.set(numbers, whose)
  const [oldest] = state.claims.keys()
  if (state.claims.size > CLAIMS_MAX && oldest !== undefined) state.claims.delete(oldest)
}

function assertIntent(intent: CardIntent): void {
  assert(/^[0-9A-Z]{1,10}$/u.test(intent.reference), 'A reference has 1 to 10 characters 0-9 A-Z.')
  assert(Number.isSafeInteger(intent.amountPaise) && intent.amountPaise > 0, 'An amount is whole paise.')
  assert(intent.amountPaise <= AMOUNT_MAX_PAISE, 'ZVT takes amounts of at most twelve digits.')
}

function busyHere(): DriverProblem {
  return new DriverProblem(
    'card_terminal_busy',
    'The card terminal is at work for this till. Wait until it has finished.',
  )
}
