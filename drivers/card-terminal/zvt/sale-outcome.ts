// What the end of a ZVT dialogue means for money. Approved, declined and cancelled only when the terminal's words leave no other
// reading; everything else is unknown. Pure. Called by zvt-terminal.ts.
import assert from 'node:assert/strict'
import type { DriverProblemCode } from '#drivers/problem.ts'
import { DriverProblem } from '#drivers/problem.ts'
import type {
  CardApproval,
  CardIntent,
  CardOutcome,
  ReversalOutcome,
} from '#drivers/card-terminal/card-terminal.ts'
import type { DialogueEnd } from './dialogue.ts'
import type { SaleMark } from './last-sale.ts'
import { isSameSale, terminalTimeMs } from './last-sale.ts'
import {
  codeText,
  RESULT_ABORTED,
  RESULT_ALREADY_REVERSED,
  RESULT_OK,
  RESULT_PLEASE_WAIT,
  resultWords,
} from './result-codes.ts'
import { customerLines, merchantLines, type Slip } from './slips.ts'
import type { StatusInformation } from './status-information.ts'

export type SaleContext = {
  readonly intent: CardIntent
  /** The terminal's last sale before this one. */
  readonly before: SaleMark
  readonly currency: string
  readonly utcOffsetMinutes: number
}

export function saleOutcome(end: DialogueEnd, context: SaleContext): CardOutcome {
  assert(Number.isSafeInteger(context.intent.amountPaise) && context.intent.amountPaise > 0)
  switch (end.kind) {
    case 'lost':
      return unknown(
        'card_terminal_result_unknown',
        'The terminal fell silent during the payment.',
        end.problem,
      )
    case 'refused':
      // "Wait" is a refusal by the book, but there are terminals that go on with the payment afterwards.
      if (end.code === RESULT_PLEASE_WAIT) {
        return unknown(
          'card_terminal_busy',
          'The terminal asked the till to wait when it was given the payment.',
        )
      }
      return { kind: 'not_started', problem: refusal(end.code) }
    case 'aborted':
      return abortedOutcome(end)
    case 'completed':
      return completedOutcome(end, context)
  }
}

function abortedOutcome(end: DialogueEnd & { kind: 'aborted' }): CardOutcome {
  const code = end.code ?? end.statuses.at(-1)?.resultCode ?? null
  const saidYes = end.statuses.some((status) => status.resultCode === RESULT_OK)
  if (saidYes || code === RESULT_OK) {
    return unknown('card_terminal_wrong_answer', 'The terminal approved the payment and broke it off.')
  }
  if (code === RESULT_ABORTED) return { kind: 'cancelled', reason: resultWords(code) }
  return code === null
    ? { kind: 'declined', code: '1E', reason: 'The terminal broke the payment off.' }
    : { kind: 'declined', code: codeText(code), reason: resultWords(code) }
}

function completedOutcome(end: DialogueEnd & { kind: 'completed' }, context: SaleContext): CardOutcome {
  const { before, intent } = context
  const status = end.statuses.at(-1)
  if (status === undefined) return wrongAnswer('The terminal ended the payment without a result.')
  if (!end.statuses.every((one) => isSameWord(one, status))) {
    return wrongAnswer('The terminal gave two results for one payment.')
  }
  if (status.resultCode !== RESULT_OK) {
    return wrongAnswer('The terminal ended the payment and gave no clear result.')
  }
  if (status.amountPaise !== intent.amountPaise) {
    return wrongAnswer('The terminal answered for another amount than the till asked for.')
  }
  if (status.currency !== null && status.currency !== context.currency) {
    return wrongAnswer('The terminal answered in another currency.')
  }
  if (before.kind === 'sale' && repeats(before, status)) {
    return wrongAnswer('The terminal answered with the numbers of an older payment.')
  }
  const approval = approvalFrom(status, end.slips, context)
  return approval === null
    ? wrongAnswer('The terminal gave the payment no number.')
    : { kind: 'approved', approval }
}

/** There are terminals whose receipt number never changes; a trace number that did not is an older sale's. */
function repeats(before: SaleMark & { readonly kind: 'sale' }, status: StatusInformation): boolean {
  return isSameSale(before, status) === true || (status.trace !== null && status.trace === before.trace)
}

function isSameWord(one: StatusInformation, other: StatusInformation): boolean {
  return (
    one.resultCode === other.resultCode &&
    one.amountPaise === other.amountPaise &&
    one.trace === other.trace &&
    one.receipt === other.receipt
  )
}

/** Null: neither trace nor receipt number, so nobody could ever find it again. */
export function approvalFrom(
  status: StatusInformation,
  slips: readonly Slip[],
  context: Pick<SaleContext, 'intent' | 'utcOffsetMinutes'>,
): CardApproval | null {
  assert(status.amountPaise === context.intent.amountPaise, 'An approval is for the amount of its intent.')
  assert(status.resultCode === RESULT_OK, 'An approval comes of a result that says so.')
  const number = status.trace ?? status.receipt
  if (number === null) return null
  const forMerchant = merchantLines(slips)
  return {
    amountPaise: status.amountPaise,
    transactionNumber: status.terminalId === null ? number : `${status.terminalId}-${number}`,
    approvalCode: status.approvalCode,
    scheme: status.scheme,
    cardLastFour: status.cardLastFour,
    terminalId: status.terminalId,
    reversalKey: status.receipt,
    approvedAtMs: terminalTimeMs(status, context.intent.startedAtMs, context.utcOffsetMinutes),
    slipLines: customerLines(slips),
    ...(forMerchant.length === 0 ? {} : { merchantLines: forMerchant }),
  }
}

export function reversalOutcome(end: DialogueEnd, approval: CardApproval): ReversalOutcome {
  assert(approval.reversalKey !== null, 'A reversal names a receipt.')
  if (end.kind === 'lost') {
    return unknown(
      'card_terminal_result_unknown',
      'The terminal fell silent during the reversal.',
      end.problem,
    )
  }
  if (end.kind === 'refused' && end.code === RESULT_PLEASE_WAIT) {
    return unknown(
      'card_terminal_busy',
      'The terminal asked the till to wait when it was given the reversal.',
    )
  }
  if (end.kind !== 'completed') {
    const code = end.code
    const saidYes = end.kind === 'aborted' && end.statuses.some((status) => status.resultCode === RESULT_OK)
    if (saidYes) return wrongAnswer('The terminal took the payment back and broke it off.')
    // Only a reversal whose answer was lost is asked for twice.
    if (code === RESULT_ALREADY_REVERSED) return { kind: 'reversed', transactionNumber: null }
    return code === null
      ? { kind: 'refused', code: '1E', reason: 'The terminal broke the reversal off.' }
      : { kind: 'refused', code: codeText(code), reason: resultWords(code) }
  }
  const status = end.statuses.at(-1)
  if (status === undefined || status.resultCode !== RESULT_OK) {
    return wrongAnswer('The terminal ended the reversal and gave no clear result.')
  }
  if (status.amountPaise !== approval.amountPaise) {
    return wrongAnswer('The terminal took another amount back than the till asked for.')
  }
  const number = status.trace ?? status.receipt
  return {
    kind: 'reversed',
    transactionNumber:
      number === null || status.terminalId === null ? number : `${status.terminalId}-${number}`,
  }
}

/** Why the terminal does not take a command. */
export function refusal(code: number): DriverProblem {
  const isBusy = code === RESULT_PLEASE_WAIT
  return new DriverProblem(
    isBusy ? 'card_terminal_busy' : 'card_terminal_refused',
    `The card terminal refused: ${resultWords(code)} (code ${codeText(code)})`,
  )
}

type Unknown = { readonly kind: 'unknown'; readonly problem: DriverProblem }

function wrongAnswer(what: string): Unknown {
  return unknown('card_terminal_wrong_answer', what)
}

export function unknown(code: DriverProblemCode, what: string, cause?: unknown): Unknown {
  const advice = 'Ask the terminal for its last payment before the card is charged again.'
  return { kind: 'unknown', problem: new DriverProblem(code, `${what} ${advice}`, { cause }) }
}
