// Finds bills for a till: by consumer code, by mobile number, by scanned text. Called by the API.
// A bill that somebody already paid is never offered, though DIGIT may still show it for a while (digit-contract 6.4).
import type { Bill } from '#contract/bill.ts'
import { BILLS_MAX } from '#contract/api.ts'
import type { BillSearch } from '#contract/api.ts'
import { ProblemError } from '#contract/problem.ts'
import type { DigitFailure, DigitOutcome } from '#collection/digit-outcome.ts'
import type { FoundPayment } from '#collection/posting-facts.ts'
import { defaultScanRules, readScan } from '#collection/read-scan.ts'
import type { ScanRule } from '#collection/read-scan.ts'
import { candidateServices } from '#collection/service-candidates.ts'
import type { CodePattern } from '#collection/service-candidates.ts'
import { fetchBillOfConsumer, fetchBillsOfMobile } from '#app/digit/bill-calls.ts'
import type { DigitClient } from '#app/digit/digit-client.ts'
import type { DigitMasters, MastersSource } from '#app/digit/masters.ts'
import type { PaymentCalls } from '#app/digit/payment-calls.ts'
import type { Bill as DigitBill } from '#digit-wire/bill.ts'
import { billOfDigit } from './bill-of-digit.ts'
import { problemOfFailure } from './digit-problem.ts'
import { mapBounded } from './map-bounded.ts'

/** Money already taken for a consumer that DIGIT may not show yet. */
export type PendingPayment = { receiptNumber: string; paidAtMs: number; amountPaise: number; billId: string }
export type KnownReceipt = { businessService: string; consumerCode: string; tenantId: string }

export type BillSearchParts = {
  client: DigitClient
  payments: PaymentCalls
  masters: MastersSource
  codePatterns: readonly CodePattern[]
  scanRules: readonly ScanRule[]
  /** Our own payments of these consumers that DIGIT has not confirmed. */
  pendingOf: (
    tenantId: string,
    consumerCodes: readonly string[],
  ) => Promise<(PendingPayment & KnownReceipt)[]>
  receiptOf: (key: { receiptNumber: string | null; paymentId: string | null }) => Promise<KnownReceipt | null>
  nowMs: () => number
}

/** DIGIT calls at a time for one search. */
const callsAtOnceMax = 6
/** A payment this new explains why nothing is due. */
const recentMs = 35 * 86_400_000

export function createBillSearch(parts: BillSearchParts) {
  const mastersOf = async (tenantId: string): Promise<DigitMasters> => {
    const masters = await parts.masters.get(tenantId)
    if (masters.kind !== 'ok') throw problemOfFailure(masters)
    return masters.value
  }

  return async (tenantId: string, search: BillSearch): Promise<Bill[]> => {
    const masters = await mastersOf(tenantId)
    const open = masters.services.filter((service) => service.rules.isOpen).map((service) => service.code)
    const context = { parts, tenantId, masters, open }
    if (search.by === 'mobile') return await byMobile(context, search.value)
    if (search.by === 'consumerCode') {
      return await byCode(context, {
        consumerCode: search.value,
        businessService: search.businessService ?? null,
      })
    }
    return await byScan(context, search.value)
  }
}

type Context = { parts: BillSearchParts; tenantId: string; masters: DigitMasters; open: readonly string[] }

async function byScan(context: Context, text: string): Promise<Bill[]> {
  const { parts, tenantId } = context
  const finding = readScan(text, {
    rules: [...parts.scanRules, ...defaultScanRules],
    serviceCodes: context.masters.services.map((service) => service.code),
  })
  if (finding.kind === 'not-understood') throw new ProblemError('scan_not_understood')
  if (finding.kind === 'consumer') {
    if (finding.tenantId !== null && finding.tenantId !== tenantId)
      throw new ProblemError('bill_other_tenant')
    return await byCode(context, finding)
  }
  const receipt = await parts.receiptOf(finding)
  if (receipt === null) throw new ProblemError('scan_not_understood')
  if (receipt.tenantId !== tenantId) throw new ProblemError('bill_other_tenant')
  return await byCode(context, receipt)
}

type Wanted = { consumerCode: string; businessService: string | null }

async function byCode(context: Context, { consumerCode, businessService }: Wanted): Promise<Bill[]> {
  // DIGIT reads a comma as a list
  if (consumerCode.includes(',')) throw new ProblemError('bill_not_found')
  const candidates =
    businessService === null
      ? candidateServices(consumerCode, { serviceCodes: context.open, patterns: context.parts.codePatterns })
      : { likely: [businessService], rest: [] }
  for (const services of [candidates.likely, candidates.rest]) {
    if (services.length === 0) continue
    const fetched = await fetchAll(services, async (service) => {
      const key = { tenantId: context.tenantId, businessService: service, consumerCode }
      const bill = await fetchBillOfConsumer(context.parts.client, key)
      return bill.kind === 'ok' ? { kind: 'ok', value: bill.value === null ? [] : [bill.value] } : bill
    })
    const offered = await offer(context, fetched)
    if (offered.length > 0) return offered
  }
  const asked = candidates.likely.length > 0 ? candidates.likely : candidates.rest
  throw await whyNothing(context, consumerCode, asked)
}

async function byMobile(context: Context, mobileNumber: string): Promise<Bill[]> {
  const fetched = await fetchAll(context.open, (businessService) =>
    fetchBillsOfMobile(context.parts.client, { tenantId: context.tenantId, businessService, mobileNumber }),
  )
  const offered = await offer(context, fetched)
  if (offered.length === 0) throw new ProblemError('bill_not_found')
  return offered
}

/** Asks several services; one that fails is told only when none has a bill. */
async function fetchAll(
  services: readonly string[],
  fetch: (service: string) => Promise<DigitOutcome<DigitBill[]>>,
): Promise<DigitBill[]> {
  const answers = await mapBounded(services, callsAtOnceMax, fetch)
  const bills = answers.flatMap((answer) => (answer.kind === 'ok' ? answer.value : []))
  const failures = answers.filter((answer): answer is DigitFailure => answer.kind !== 'ok')
  const worst = failures.find((failure) => failure.kind === 'bad-answer') ?? failures[0]
  if (bills.length === 0 && worst !== undefined && !isServiceUnknown(worst, services.length)) {
    throw problemOfFailure(worst)
  }
  return bills.slice(0, BILLS_MAX)
}

/** One service of many that DIGIT cannot bill (no tax heads, broken master) hides nothing. */
function isServiceUnknown(failure: DigitFailure, asked: number): boolean {
  return asked > 1 && failure.kind === 'refused'
}

/** Bills that may be paid. When all of them are held by payments, says so (`bill_already_paid`). */
async function offer(context: Context, found: readonly DigitBill[]): Promise<Bill[]> {
  const { parts, tenantId, masters } = context
  if (found.length === 0) return []
  const codes = [...new Set(found.map((bill) => bill.consumerCode))]
  const pending = await parts.pendingOf(tenantId, codes)
  const fetchedAtMs = parts.nowMs()
  const checked = await mapBounded(found, callsAtOnceMax, async (digitBill) => {
    const { businessService } = digitBill
    const own = pending.find(
      (each) => each.consumerCode === digitBill.consumerCode && each.businessService === businessService,
    )
    if (own !== undefined) return paidProblem(own)
    const holders = await parts.payments.search({ tenantId, businessService, billId: digitBill.id })
    if (holders.kind !== 'ok' && holders.kind !== 'denied') return problemOfFailure(holders)
    const holder = holders.kind === 'ok' ? holders.value.find((each) => each.isLive) : undefined
    if (holder !== undefined) return paidProblem(paidFacts(holder))
    const rules = masters.services.find((service) => service.code === businessService)?.rules
    const bill = rules === undefined ? null : billOfDigit(digitBill, rules, fetchedAtMs)
    return bill ?? new ProblemError('digit_bad_answer')
  })
  const bills = checked.filter((each): each is Bill => !(each instanceof ProblemError))
  const problem = checked.find((each) => each instanceof ProblemError)
  if (bills.length === 0 && problem !== undefined) throw problem
  return bills
}

/** Nothing is due: because it was paid lately, or because nobody knows the number? */
async function whyNothing(
  context: Context,
  consumerCode: string,
  services: readonly string[],
): Promise<ProblemError> {
  const { parts, tenantId } = context
  const [pending] = await parts.pendingOf(tenantId, [consumerCode])
  if (pending !== undefined) return paidProblem(pending)
  const answers = await mapBounded(services, callsAtOnceMax, (businessService) =>
    parts.payments.search({ tenantId, businessService, consumerCode }),
  )
  const paid = answers
    .flatMap((answer) => (answer.kind === 'ok' ? answer.value : []))
    .filter((each) => each.isLive && (each.receiptAtMs ?? 0) > parts.nowMs() - recentMs)
    .toSorted((one, other) => (other.receiptAtMs ?? 0) - (one.receiptAtMs ?? 0))
  const [newest] = paid
  if (newest !== undefined) return paidProblem(paidFacts(newest))
  const isSure = answers.every((answer) => answer.kind === 'ok')
  return new ProblemError('bill_not_found', { isPaidRecently: isSure ? false : null })
}

function paidFacts(found: FoundPayment): Omit<PendingPayment, 'billId'> {
  return {
    receiptNumber: found.receiptNumber ?? found.manualReceiptNumber ?? '',
    paidAtMs: found.receiptAtMs ?? 0,
    amountPaise: found.amountPaise,
  }
}

function paidProblem({ receiptNumber, paidAtMs, amountPaise }: Omit<PendingPayment, 'billId'>): ProblemError {
  return new ProblemError('bill_already_paid', { receiptNumber, paidAtMs, amountPaise })
}
