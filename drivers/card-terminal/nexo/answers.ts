// What a nexo terminal answers, read with suspicion: another message, sale, terminal, currency or amount is never taken for ours.
// Nothing here throws for what the terminal sent. Called by nexo-terminal.ts.
import * as z from 'zod'
import type { CardApproval, CardIntent, CardOutcome } from '#drivers/card-terminal/card-terminal.ts'
import { paiseOfText } from '#drivers/card-terminal/decimal-amount.ts'
import { cleanId, cleanSlip, cleanWords, lastFourOf } from '#drivers/card-terminal/said-words.ts'
import { DriverProblem } from '#drivers/problem.ts'
import type { NexoParties } from './requests.ts'
import { reversalKeyOf } from './requests.ts'
import type { NexoCategory } from './secure-envelope.ts'

export type NexoReading =
  | { readonly kind: 'outcome'; readonly outcome: Exclude<CardOutcome, { kind: 'unknown' }> }
  | { readonly kind: 'in_progress' }
  | { readonly kind: 'not_found' }
  /** `why`: for a problem's words. */
  | { readonly kind: 'wrong'; readonly why: string }

export type NexoReversalReading =
  | { readonly kind: 'reversed'; readonly transactionNumber: string | null }
  | { readonly kind: 'refused'; readonly code: string; readonly reason: string }
  | Exclude<NexoReading, { kind: 'outcome' }>

const Text = z.string().max(8_192)
const HeaderSchema = z.object({
  MessageCategory: Text,
  MessageType: z.literal('Response'),
  ServiceID: Text,
  SaleID: Text,
  POIID: Text,
})
const ResponseSchema = z.object({
  Result: z.enum(['Success', 'Partial', 'Failure']),
  ErrorCondition: Text.optional(),
  AdditionalResponse: z.string().optional(),
})
const TransactionSchema = z.object({ TransactionID: Text, TimeStamp: Text.optional() })
const ReceiptSchema = z.object({
  DocumentQualifier: Text.optional(),
  OutputContent: z.object({ OutputText: z.array(z.object({ Text: Text.optional() })).optional() }).optional(),
})
const PaymentSchema = z.object({
  Response: ResponseSchema,
  SaleData: z.object({ SaleTransactionID: TransactionSchema.optional() }).optional(),
  POIData: z.object({ POITransactionID: TransactionSchema.optional() }).optional(),
  PaymentResult: z
    .object({
      AmountsResp: z.object({ Currency: Text.optional(), AuthorizedAmount: Text.optional() }).optional(),
      PaymentInstrumentData: z
        .object({
          CardData: z
            .object({
              MaskedPan: Text.optional(),
              MaskedPAN: Text.optional(),
              PaymentBrand: Text.optional(),
            })
            .optional(),
        })
        .optional(),
      PaymentAcquirerData: z
        .object({
          AcquirerPOIID: Text.optional(),
          AcquirerTransactionID: TransactionSchema.optional(),
          ApprovalCode: Text.optional(),
        })
        .optional(),
    })
    .optional(),
  PaymentReceipt: z.array(ReceiptSchema).optional(),
})
const ReversalSchema = z.object({
  Response: ResponseSchema,
  POIData: z.object({ POITransactionID: TransactionSchema.optional() }).optional(),
})
const StatusSchema = z.object({
  Response: ResponseSchema,
  MessageReference: z.object({ ServiceID: Text.optional() }).optional(),
  RepeatedMessageResponse: z
    .object({
      MessageHeader: z.unknown(),
      RepeatedResponseMessageBody: z.object({
        PaymentResponse: z.unknown().optional(),
        ReversalResponse: z.unknown().optional(),
      }),
    })
    .optional(),
})
const DiagnosisSchema = z.object({
  Response: ResponseSchema,
  POIStatus: z.object({ GlobalStatus: Text.optional() }).optional(),
})

/** Which message an answer must belong to. */
export type Expected = {
  readonly parties: NexoParties
  readonly category: NexoCategory
  readonly serviceId: string
}

/** The answer to a PaymentRequest. */
export function readPayment(answer: unknown, expected: Expected, intent: CardIntent): NexoReading {
  const body = bodyOf(answer, expected, 'PaymentResponse')
  return 'why' in body ? wrong(body.why) : paymentIn(body.content, expected.parties, intent)
}

/** The answer to a TransactionStatusRequest about this payment. */
export function readPaymentStatus(answer: unknown, expected: Expected, intent: CardIntent): NexoReading {
  const repeated = repeatedIn(answer, expected, { category: 'Payment', serviceId: intent.reference })
  if (repeated.kind !== 'repeated') return repeated
  const reading = paymentIn(repeated.PaymentResponse, expected.parties, intent)
  if (reading.kind !== 'outcome' || reading.outcome.kind !== 'not_started') return reading
  // the terminal did get the sale, so that it was not begun is now a final word about it
  const { code, message } = reading.outcome.problem
  return { kind: 'outcome', outcome: { kind: 'declined', code, reason: message } }
}

export function readReversal(answer: unknown, expected: Expected): NexoReversalReading {
  const body = bodyOf(answer, expected, 'ReversalResponse')
  return 'why' in body ? wrong(body.why) : reversalIn(body.content)
}

/** The answer to a TransactionStatusRequest about the reversal with this ServiceID. */
export function readReversalStatus(
  answer: unknown,
  expected: Expected,
  serviceId: string,
): NexoReversalReading {
  const repeated = repeatedIn(answer, expected, { category: 'Reversal', serviceId })
  return repeated.kind === 'repeated' ? reversalIn(repeated.ReversalResponse) : repeated
}

/** null: the terminal is ready. */
export function readDiagnosis(answer: unknown, expected: Expected): 'busy' | 'not_ready' | 'wrong' | null {
  const body = bodyOf(answer, expected, 'DiagnosisResponse')
  const parsed = DiagnosisSchema.safeParse('why' in body ? undefined : body.content)
  if (!parsed.success) return 'wrong'
  const { Response, POIStatus } = parsed.data
  const state = POIStatus?.GlobalStatus?.toUpperCase() ?? 'OK'
  if (Response.ErrorCondition === 'Busy' || state === 'BUSY') return 'busy'
  const isReady = Response.Result !== 'Failure' && state === 'OK'
  return isReady ? null : 'not_ready'
}

const wrong = (why: string) => ({ kind: 'wrong', why }) as const

function bodyOf(answer: unknown, expected: Expected, name: string): { content: unknown } | { why: string } {
  const message = z
    .object({ SaleToPOIResponse: z.looseObject({ MessageHeader: z.unknown() }) })
    .safeParse(answer)
  if (!message.success) return { why: 'it is no nexo message, or not sealed with the key of this terminal' }
  const { MessageHeader, [name]: content } = message.data.SaleToPOIResponse
  if (!isOurs(MessageHeader, expected)) return { why: 'it belongs to another message or terminal' }
  return { content }
}

function isOurs(header: unknown, { parties, category, serviceId }: Expected): boolean {
  const parsed = HeaderSchema.safeParse(header)
  return (
    parsed.success &&
    parsed.data.MessageCategory === category &&
    parsed.data.ServiceID === serviceId &&
    parsed.data.SaleID === parties.saleId &&
    parsed.data.POIID === parties.poiId
  )
}

type Repeated = {
  readonly kind: 'repeated'
  readonly PaymentResponse: unknown
  readonly ReversalResponse: unknown
}

function repeatedIn(
  answer: unknown,
  expected: Expected,
  asked: { readonly category: 'Payment' | 'Reversal'; readonly serviceId: string },
): Repeated | Exclude<NexoReading, { kind: 'outcome' }> {
  const body = bodyOf(answer, expected, 'TransactionStatusResponse')
  if ('why' in body) return wrong(body.why)
  const parsed = StatusSchema.safeParse(body.content)
  if (!parsed.success) return wrong('its form is not the one of a state')
  const { Response, MessageReference, RepeatedMessageResponse } = parsed.data
  if ((MessageReference?.ServiceID ?? asked.serviceId) !== asked.serviceId) {
    return wrong('it is about another sale')
  }
  if (Response.ErrorCondition === 'InProgress') return { kind: 'in_progress' }
  if (Response.Result === 'Failure') {
    if (Response.ErrorCondition === 'NotFound') return { kind: 'not_found' }
    return wrong(`the terminal cannot tell now: ${cleanWords(Response.ErrorCondition) ?? 'no reason'}`)
  }
  if (RepeatedMessageResponse === undefined) return wrong('it holds no sale')
  const { MessageHeader, RepeatedResponseMessageBody } = RepeatedMessageResponse
  if (!isOurs(MessageHeader, { ...expected, ...asked })) return wrong('it is about another sale')
  const { PaymentResponse, ReversalResponse } = RepeatedResponseMessageBody
  return { kind: 'repeated', PaymentResponse, ReversalResponse }
}

type Payment = z.infer<typeof PaymentSchema>

function paymentIn(content: unknown, parties: NexoParties, intent: CardIntent): NexoReading {
  const parsed = PaymentSchema.safeParse(content)
  if (!parsed.success) return wrong('its form is not the one of a payment')
  const payment = parsed.data
  const saleTransaction = payment.SaleData?.SaleTransactionID?.TransactionID ?? intent.reference
  if (saleTransaction !== intent.reference) return wrong('it is about another sale')
  if (payment.Response.Result === 'Failure') return failureIn(payment)
  const { Currency = parties.currency, AuthorizedAmount = '' } = payment.PaymentResult?.AmountsResp ?? {}
  const isWhole = paiseOfText(AuthorizedAmount, 'rupees') === intent.amountPaise
  if (!isWhole || Currency !== parties.currency || payment.Response.Result === 'Partial') {
    return wrong('it approves another amount than the one asked for')
  }
  return { kind: 'outcome', outcome: { kind: 'approved', approval: approvalIn(payment, parties, intent) } }
}

function failureIn({ Response }: Payment): NexoReading {
  const code = cleanId(Response.ErrorCondition) ?? 'Failure'
  if (code === 'InProgress') return { kind: 'in_progress' }
  if (code === 'NotFound') return wrong('it says that a new sale was not found')
  const reason = reasonIn(Response.AdditionalResponse) ?? code
  if (code === 'Cancel' || code === 'Aborted') {
    return { kind: 'outcome', outcome: { kind: 'cancelled', reason } }
  }
  const problem = refusalOf(code, reason)
  if (problem !== null) return { kind: 'outcome', outcome: { kind: 'not_started', problem } }
  return { kind: 'outcome', outcome: { kind: 'declined', code, reason } }
}

/** The conditions in which a terminal does not begin a sale at all. */
function refusalOf(code: string, reason: string): DriverProblem | null {
  if (code === 'Busy' || code === 'InsertedCard') {
    const words = `The card terminal is busy (${reason}). Nothing was charged. Let it finish, remove any card, and start again.`
    return new DriverProblem('card_terminal_busy', words)
  }
  if (/^(DeviceOut|LoggedOut|MessageFormat|NotAllowed|Unavailable(Device|Service))$/.test(code)) {
    const words = `The card terminal refuses the sale (${code}: ${reason}). Nothing was charged. Look at its screen, then start again.`
    return new DriverProblem('card_terminal_refused', words)
  }
  return null
}

function approvalIn(payment: Payment, parties: NexoParties, intent: CardIntent): CardApproval {
  const { PaymentResult, POIData, PaymentReceipt = [] } = payment
  const card = PaymentResult?.PaymentInstrumentData?.CardData
  const acquirer = PaymentResult?.PaymentAcquirerData
  const poi = POIData?.POITransactionID
  const poiId = cleanId(poi?.TransactionID)
  const timeStamp = poi?.TimeStamp ?? ''
  const merchantLines = slipIn(PaymentReceipt, 'CashierReceipt')
  const approvedAtMs = Date.parse(timeStamp)
  return {
    amountPaise: intent.amountPaise,
    transactionNumber: cleanId(acquirer?.AcquirerTransactionID?.TransactionID) ?? poiId ?? intent.reference,
    approvalCode: cleanId(acquirer?.ApprovalCode),
    scheme: cleanWords(card?.PaymentBrand)?.toUpperCase() ?? null,
    cardLastFour: lastFourOf(card?.MaskedPan ?? card?.MaskedPAN),
    terminalId: cleanId(acquirer?.AcquirerPOIID) ?? parties.poiId,
    reversalKey:
      poiId === null || Number.isNaN(approvedAtMs) ? null : reversalKeyOf({ id: poiId, timeStamp }),
    approvedAtMs: Number.isNaN(approvedAtMs) ? null : approvedAtMs,
    slipLines: slipIn(PaymentReceipt, 'CustomerReceipt'),
    ...(merchantLines.length === 0 ? {} : { merchantLines }),
  }
}

function reversalIn(content: unknown): NexoReversalReading {
  const parsed = ReversalSchema.safeParse(content)
  if (!parsed.success) return wrong('its form is not the one of a reversal')
  const { Response, POIData } = parsed.data
  if (Response.Result === 'Success') {
    return { kind: 'reversed', transactionNumber: cleanId(POIData?.POITransactionID?.TransactionID) }
  }
  if (Response.Result === 'Partial') return wrong('it reversed a part only')
  const code = cleanId(Response.ErrorCondition) ?? 'Failure'
  if (code === 'InProgress') return { kind: 'in_progress' }
  return { kind: 'refused', code, reason: reasonIn(Response.AdditionalResponse) ?? code }
}

/** Adyen writes AdditionalResponse as key=value pairs, of which some are personal: only the two that say why are taken. */
function reasonIn(additional: string | undefined): string | null {
  const pairs = new URLSearchParams(additional?.slice(0, 16_384) ?? '')
  return cleanWords(pairs.get('refusalReason')) ?? cleanWords(pairs.get('message'))
}

/** One of its slips; Adyen writes its lines as name=…&value=…, others as they are. */
function slipIn(
  receipts: readonly z.infer<typeof ReceiptSchema>[],
  whose: 'CustomerReceipt' | 'CashierReceipt',
): readonly string[] {
  const slip = receipts.find(({ DocumentQualifier }) => DocumentQualifier === whose)
  const lines = (slip?.OutputContent?.OutputText ?? []).map(({ Text: line = '' }) => {
    if (!/(^|&)(name|value|key)=/.test(line)) return line
    const pairs = new URLSearchParams(line)
    return [pairs.get('name'), pairs.get('value')].filter((part) => (part ?? '') !== '').join(' ')
  })
  return cleanSlip(lines)
}
