// A card terminal that speaks ZVT (PA00P015), over TCP or a serial line. Called by whoever opens the till's card terminal. A new
// connection for each command: what an older one left behind can never be taken for an answer.
import assert from 'node:assert/strict'
import type {
  CardDayEnd,
  CardIntent,
  CardOutcome,
  CardStatus,
  CardTerminal,
  ReversalOutcome,
} from '#drivers/card-terminal/card-terminal.ts'
import { DriverProblem } from '#drivers/problem.ts'
import type { ApduLink } from './apdu-link.ts'
import { writeBcd } from './bmp.ts'
import type { Command, DialogueEnd } from './dialogue.ts'
import { COMMAND, runDialogue } from './dialogue.ts'
import type { SaleMark } from './last-sale.ts'
import { judgeLastSale, markOf, writeMark } from './last-sale.ts'
import { codeText, RESULT_OK, RESULT_PLEASE_WAIT, resultWords } from './result-codes.ts'
import { approvalFrom, refusal, reversalOutcome, saleOutcome, unknown } from './sale-outcome.ts'
import { allLines, type Slip } from './slips.ts'
import type { StatusInformation } from './status-information.ts'
import { readTerminalState } from './status-information.ts'
import type { Running, State, ZvtOptions } from './zvt-session.ts'
import {
  askLastSale,
  busyHere,
  claim,
  createState,
  numbersOf,
  overLink,
  register,
  remember,
  withPassword,
} from './zvt-session.ts'

export type ZvtTerminal = CardTerminal & {
  readonly endDay: () => Promise<CardDayEnd>
  readonly diagnose: () => Promise<CardDayEnd>
  readonly logOff: () => Promise<CardDayEnd>
}

const AMOUNT_MAX_PAISE = 999_999_999_999

export function openZvtTerminal(options: ZvtOptions): ZvtTerminal {
  const state = createState(options)
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
    endDay: async () => await administer(state, withPassword(state, COMMAND.endOfDay)),
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
    readonly slips: readonly Slip[]
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
  const approval = approvalFrom(last.status, last.slips, {
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

async function administer(state: State, order: Command): Promise<CardDayEnd> {
  if (state.isBusy) return { kind: 'refused', code: '9C', reason: busyHere().message }
  const end = await overLink<DialogueEnd>(state, async (link) => {
    const problem = await register(state, link)
    return problem === null ? await runDialogue(link, order, state) : { kind: 'lost', problem }
  })
  if (end instanceof DriverProblem) return { kind: 'unknown', problem: end }
  if (end.kind === 'lost') return { kind: 'unknown', problem: end.problem }
  if (end.kind === 'completed') return { kind: 'done', slipLines: allLines(end.slips) }
  const code = end.code ?? 0xff
  return { kind: 'refused', code: codeText(code), reason: resultWords(code) }
}

function assertIntent(intent: CardIntent): void {
  assert(/^[0-9A-Z]{1,10}$/u.test(intent.reference), 'A reference has 1 to 10 characters 0-9 A-Z.')
  assert(Number.isSafeInteger(intent.amountPaise) && intent.amountPaise > 0, 'An amount is whole paise.')
  assert(intent.amountPaise <= AMOUNT_MAX_PAISE, 'ZVT takes amounts of at most twelve digits.')
}
