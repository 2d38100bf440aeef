// DIGIT's billing service as the integrator uses it: the live bill of a consumer, a bill by id, what is due.
// Called by bill search and by the posting ports. One consumer code per fetch (digit-contract quirk 48).
import { addPaise, paiseFromDecimal, ZERO_PAISE } from '#contract/money.ts'
import type { Paise } from '#contract/money.ts'
import type { DigitOutcome } from '#collection/digit-outcome.ts'
import {
  billAnswerSchema,
  CANCEL_BILL_PATH,
  cancelBillAnswerSchema,
  FETCH_BILL_PATH,
  SEARCH_BILL_PATH,
} from '#digit-wire/bill.ts'
import type { Bill as DigitBill } from '#digit-wire/bill.ts'
import { demandAnswerSchema, SEARCH_DEMAND_PATH } from '#digit-wire/demand.ts'
import type { Demand } from '#digit-wire/demand.ts'
import type { DigitClient } from './digit-client.ts'

export type ConsumerKey = { tenantId: string; businessService: string; consumerCode: string }

/** Older billing builds say "nothing due" with this code instead of an empty list. */
const nothingDueCode = 'EG_BS_BILL_NO_DEMANDS_FOUND'

export async function fetchBillOfConsumer(
  client: DigitClient,
  { tenantId, businessService, consumerCode }: ConsumerKey,
): Promise<DigitOutcome<DigitBill | null>> {
  const fetched = await fetchBills(client, { tenantId, businessService, consumerCode })
  if (fetched.kind !== 'ok') return fetched
  const own = fetched.value.find((bill) => bill.consumerCode === consumerCode)
  return { kind: 'ok', value: own ?? null }
}

export async function fetchBillsOfMobile(
  client: DigitClient,
  {
    tenantId,
    businessService,
    mobileNumber,
  }: { tenantId: string; businessService: string; mobileNumber: string },
): Promise<DigitOutcome<DigitBill[]>> {
  return await fetchBills(client, { tenantId, businessService, mobileNumber })
}

async function fetchBills(
  client: DigitClient,
  query: { tenantId: string; businessService: string } & Record<string, string>,
): Promise<DigitOutcome<DigitBill[]>> {
  const answer = await client.call({ path: FETCH_BILL_PATH, query, answer: billAnswerSchema })
  if (answer.kind === 'refused' && answer.codes.includes(nothingDueCode)) return { kind: 'ok', value: [] }
  if (answer.kind !== 'ok') return answer
  return checkedBills(answer.value.Bill, query)
}

/** The bill with this id in whatever status; null when DIGIT does not know it. */
export async function searchBillById(
  client: DigitClient,
  { tenantId, billId }: { tenantId: string; billId: string },
): Promise<DigitOutcome<DigitBill | null>> {
  const answer = await client.call({
    path: SEARCH_BILL_PATH,
    query: { tenantId, billId },
    answer: billAnswerSchema,
  })
  if (answer.kind !== 'ok') return answer
  const bill = answer.value.Bill.find((each) => each.id === billId)
  if (bill !== undefined && bill.tenantId !== tenantId) return wrong('a bill of another tenant')
  return { kind: 'ok', value: bill ?? null }
}

/** Cancels the newest ACTIVE bill of the consumer, so that the next fetch makes a true one. It moves no money. */
export async function cancelBillOfConsumer(
  client: DigitClient,
  { tenantId, businessService, consumerCode }: ConsumerKey,
): Promise<DigitOutcome<null>> {
  const answer = await client.call({
    path: CANCEL_BILL_PATH,
    body: {
      UpdateBillCriteria: {
        tenantId,
        businessService,
        consumerCodes: [consumerCode],
        additionalDetails: { reason: 'bill differs from its demand', reasonMessage: 'made anew' },
      },
    },
    answer: cancelBillAnswerSchema,
  })
  return answer.kind === 'ok' ? { kind: 'ok', value: null } : answer
}

export async function searchDemands(
  client: DigitClient,
  { tenantId, businessService, consumerCode }: ConsumerKey,
): Promise<DigitOutcome<Demand[]>> {
  const answer = await client.call({
    path: SEARCH_DEMAND_PATH,
    query: { tenantId, businessService, consumerCode },
    answer: demandAnswerSchema,
  })
  if (answer.kind !== 'ok') return answer
  const own = answer.value.Demands.filter((demand) => demand.consumerCode === consumerCode)
  if (own.some((demand) => demand.tenantId !== tenantId)) return wrong('a demand of another tenant')
  return { kind: 'ok', value: own.filter((demand) => demand.businessService === businessService) }
}

/** Σ(tax − collected) of the open demands in paise; null when an amount cannot be read. */
export function dueOfDemands(demands: readonly Demand[]): Paise | null {
  let due = ZERO_PAISE
  for (const demand of demands) {
    if (demand.status !== 'ACTIVE' || demand.isPaymentCompleted === true) continue
    for (const { taxAmount, collectionAmount } of demand.demandDetails) {
      const open = paiseFromDecimal(taxAmount - collectionAmount)
      if (open === null) return null
      due = addPaise(due, open)
    }
  }
  return due
}

/** What DIGIT answers is checked before anybody sees it: other tenant, other service, amounts that do not add up. */
function checkedBills(
  bills: readonly DigitBill[],
  query: { tenantId: string; businessService: string },
): DigitOutcome<DigitBill[]> {
  for (const bill of bills) {
    if (bill.tenantId !== query.tenantId) return wrong('a bill of another tenant')
    if (bill.businessService !== query.businessService) return wrong('a bill of another service')
    if (bill.billDetails.length === 0) return wrong('a bill without periods')
    const total = paiseFromDecimal(bill.totalAmount)
    const parts = bill.billDetails.map((detail) => paiseFromDecimal(detail.amount))
    if (total === null || parts.some((part) => part === null)) return wrong('an amount that cannot be read')
    if (addPaise(...parts.filter((part) => part !== null)) !== total) {
      return wrong('a total that differs from its periods')
    }
  }
  return { kind: 'ok', value: [...bills] }
}

function wrong(why: string): { kind: 'bad-answer'; why: string } {
  return { kind: 'bad-answer', why }
}
