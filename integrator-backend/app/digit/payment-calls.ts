// DIGIT's collection service as the integrator uses it: search payments of a consumer or bill, create one payment.
// Called by bill search and by the posting ports.
import { paise, paiseFromDecimal, ZERO_PAISE } from '#contract/money.ts'
import type { Paise } from '#contract/money.ts'
import type { DigitOutcome } from '#collection/digit-outcome.ts'
import type { FoundPayment, ReversalAction } from '#collection/posting-facts.ts'
import {
  CREATE_PAYMENT_PATH,
  paymentAnswerSchema,
  paymentWorkflowPath,
  searchPaymentsPath,
} from '#digit-wire/payment.ts'
import type { Payment as DigitPayment, PaymentRequest } from '#digit-wire/payment.ts'
import type { DigitClient } from './digit-client.ts'

export type PaymentCalls = {
  /** Every payment of the criteria, newest first; pages until there is no more. */
  search: (criteria: PaymentCriteria) => Promise<DigitOutcome<FoundPayment[]>>
  create: (request: PaymentRequest) => Promise<DigitOutcome<FoundPayment>>
  /** `_workflow`: the answer shows the payment as it stands then. */
  reverse: (asked: ReversalRequest) => Promise<DigitOutcome<FoundPayment>>
}

export type ReversalRequest = {
  tenantId: string
  businessService: string
  digitPaymentId: string
  action: ReversalAction
  why: string
}

export type PaymentCriteria = {
  tenantId: string
  businessService: string
  consumerCode?: string
  billId?: string
  /** Taken since then. */
  fromMs?: number
  /** More pages than this cannot be true. */
  pagesMax?: number
}

/** collection-services caps a page at 100 (quirk 39). */
const pageSize = 100
export const SEARCH_PAGES_MAX = 20
/** TO_BE_SUBMITTED holds the bill id too: the money is on its way (§6.3). */
const liveStatuses = new Set(['APPROVED', 'APPROVAL_PENDING', 'REMITTED', 'TO_BE_SUBMITTED'])
/** Modules that every employee may use; they widen the search by `businessServices` (quirk 35). */
const commonModules = ['UC', 'DEFAULT']

export function createPaymentCalls(client: DigitClient): PaymentCalls {
  /** Which module this login may use, learnt per service. */
  const moduleOf = new Map<string, string>()

  const searchPage = async (criteria: PaymentCriteria, module: string, offset: number) => {
    const { tenantId, businessService, consumerCode, billId, fromMs } = criteria
    return await client.call({
      path: searchPaymentsPath(module),
      query: {
        tenantId,
        businessServices: businessService,
        ...(consumerCode === undefined ? {} : { consumerCodes: consumerCode }),
        ...(billId === undefined ? {} : { billIds: billId }),
        ...(fromMs === undefined ? {} : { fromDate: String(fromMs) }),
        limit: String(pageSize),
        offset: String(offset),
      },
      answer: paymentAnswerSchema,
    })
  }

  const firstPage = async (criteria: PaymentCriteria) => {
    const { businessService } = criteria
    const known = moduleOf.get(businessService)
    const own = isPathSafe(businessService) ? [businessService] : []
    const modules = known === undefined ? [...own, ...commonModules] : [known]
    let page: Awaited<ReturnType<typeof searchPage>> | null = null
    for (const module of modules) {
      page = await searchPage(criteria, module, 0)
      if (page.kind === 'denied' || (page.kind === 'refused' && page.code === 'ResourceNotFoundException'))
        continue
      if (page.kind === 'ok') moduleOf.set(businessService, module)
      return { page, module }
    }
    // what was allowed before may be refused for a moment: every module is tried again next time
    moduleOf.delete(businessService)
    return { page: page ?? { kind: 'denied' as const, why: 'no module' }, module: modules[0] ?? '' }
  }

  return {
    search: async (criteria) => {
      const { page: first, module } = await firstPage(criteria)
      if (first.kind !== 'ok') return first
      const found: FoundPayment[] = []
      let answer = first
      for (let pageNumber = 1; ; pageNumber += 1) {
        const { Payments } = answer.value
        for (const payment of Payments) {
          const read = readPayment(payment, criteria.tenantId)
          if (read === null) return { kind: 'bad-answer', why: 'a payment that cannot be read' }
          found.push(...read)
        }
        if (Payments.length < pageSize)
          return { kind: 'ok', value: found.filter((each) => isWanted(each, criteria)) }
        if (pageNumber >= (criteria.pagesMax ?? SEARCH_PAGES_MAX))
          return { kind: 'bad-answer', why: 'more pages than can be true' }
        const next = await searchPage(criteria, module, pageNumber * pageSize)
        if (next.kind !== 'ok') return next
        answer = next
      }
    },
    create: async (request) => {
      const answer = await client.call({
        path: CREATE_PAYMENT_PATH,
        body: { Payment: request },
        answer: paymentAnswerSchema,
        isMoney: true,
      })
      if (answer.kind !== 'ok') return answer
      const [payment] = answer.value.Payments
      const [found] = (payment === undefined ? null : readPayment(payment, request.tenantId)) ?? []
      if (found === undefined) return { kind: 'bad-answer', why: 'no payment in the answer' }
      return { kind: 'ok', value: found }
    },
    reverse: (asked) => reversePayment(client, asked),
  }
}

async function reversePayment(
  client: DigitClient,
  { tenantId, businessService, digitPaymentId, action, why }: ReversalRequest,
): Promise<DigitOutcome<FoundPayment>> {
  // the module is read by access control only, so a refusal for it says that nothing was done
  const modules = [...(isPathSafe(businessService) ? [businessService] : []), ...commonModules]
  let refusal: DigitOutcome<FoundPayment> = { kind: 'denied', why: 'no module' }
  for (const module of modules) {
    const answer = await client.call({
      path: paymentWorkflowPath(module),
      body: {
        PaymentWorkflows: [
          // DIGIT echoes the reason and forgets it; additionalDetails stays (quirk 24)
          {
            paymentId: digitPaymentId,
            tenantId,
            action,
            reason: why,
            additionalDetails: { tahsilReason: why },
          },
        ],
      },
      answer: paymentAnswerSchema,
      isMoney: true,
    })
    if (answer.kind === 'denied') {
      refusal = answer
      continue
    }
    if (answer.kind !== 'ok') return answer
    const payment = answer.value.Payments.find((each) => each.id === digitPaymentId)
    const [found] = (payment === undefined ? null : readPayment(payment, tenantId)) ?? []
    return found === undefined
      ? { kind: 'bad-answer', why: 'the payment is not in the answer' }
      : { kind: 'ok', value: found }
  }
  return refusal
}

/** Some service codes hold `/`, spaces or brackets and cannot be a path segment (quirk 36). */
function isPathSafe(code: string): boolean {
  return /^[A-Za-z0-9._-]+$/.test(code)
}

function isWanted(found: FoundPayment, criteria: PaymentCriteria): boolean {
  if (criteria.billId !== undefined && found.billId !== criteria.billId) return false
  if (criteria.consumerCode === undefined || found.consumerCode === null) return true
  return found.consumerCode === criteria.consumerCode && found.businessService === criteria.businessService
}

/** One entry per bill of the payment; null when an amount or the tenant cannot be true. */
function readPayment(payment: DigitPayment, tenantId: string): FoundPayment[] | null {
  if (payment.tenantId !== tenantId) return null
  const entries: FoundPayment[] = []
  for (const detail of payment.paymentDetails) {
    const amountPaise = paiseFromDecimal(detail.totalAmountPaid)
    if (amountPaise === null) return null
    entries.push({
      digitPaymentId: payment.id,
      tenantId: payment.tenantId,
      businessService: detail.businessService,
      consumerCode: detail.bill?.consumerCode ?? null,
      billId: detail.billId,
      receiptNumber: detail.receiptNumber ?? null,
      receiptAtMs: detail.receiptDate ?? payment.transactionDate ?? null,
      amountPaise,
      isLive: liveStatuses.has(payment.instrumentStatus),
      instrumentStatus: payment.instrumentStatus,
      heldPaise: heldOf(payment.additionalDetails) ?? heldOf(detail.additionalDetails) ?? ZERO_PAISE,
      ownPaymentId: ownIdOf(payment.additionalDetails) ?? ownIdOf(detail.additionalDetails),
      manualReceiptNumber: detail.manualReceiptNumber ?? null,
      createdBy: payment.auditDetails?.createdBy ?? null,
      changedAtMs: payment.auditDetails?.lastModifiedTime ?? null,
      demandIds: (detail.bill?.billDetails ?? []).flatMap(({ demandId }) => (demandId ? [demandId] : [])),
    })
  }
  return entries
}

/** `additionalDetails.tahsil.paymentId`. */
function ownIdOf(details: unknown): string | null {
  const { paymentId } = referenceOf(details)
  return typeof paymentId === 'string' ? paymentId : null
}

/** `additionalDetails.tahsil.heldPaise`: what was kept back when only a part was posted. */
function heldOf(details: unknown): Paise | null {
  const { heldPaise } = referenceOf(details)
  return typeof heldPaise === 'number' && Number.isSafeInteger(heldPaise) && heldPaise > 0
    ? paise(heldPaise)
    : null
}

function referenceOf(details: unknown): { paymentId?: unknown; heldPaise?: unknown } {
  if (typeof details !== 'object' || details === null || !('tahsil' in details)) return {}
  const { tahsil } = details
  return typeof tahsil === 'object' && tahsil !== null ? tahsil : {}
}
