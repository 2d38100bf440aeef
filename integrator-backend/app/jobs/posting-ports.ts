// Gives the pure posting rules their hands: DIGIT's calls, the database's transactions. Called by posting-job, one set
// per run of one payment.
import type { Pool } from 'pg'
import { addPaise, paiseFromDecimal } from '#contract/money.ts'
import { isPaidMarkDoubtful, isShownByDemands } from '#collection/applied-payments.ts'
import type { DemandFunds } from '#collection/applied-payments.ts'
import type { DigitOutcome } from '#collection/digit-outcome.ts'
import type { PostingPorts } from '#collection/post-payment.ts'
import type {
  Confirmation,
  CurrentBill,
  FoundPayment,
  Look,
  PostingFacts,
  PostingPolicy,
  PostingRecord,
} from '#collection/posting-facts.ts'
import {
  cancelBillOfConsumer,
  dueOfDemands,
  fetchBillOfConsumer,
  searchBillById,
  searchDemands,
} from '#app/digit/bill-calls.ts'
import type { ConsumerKey } from '#app/digit/bill-calls.ts'
import type { DigitClient } from '#app/digit/digit-client.ts'
import { serviceOf } from '#app/digit/masters.ts'
import type { MastersSource } from '#app/digit/masters.ts'
import type { PaymentCalls } from '#app/digit/payment-calls.ts'
import { paymentRequestOf } from '#app/digit/payment-request.ts'
import { loadRecord, moveRecord } from '#app/payments/posting-store.ts'
import type { Demand } from '#digit-wire/demand.ts'

export type PostingParts = {
  pool: Pool
  client: DigitClient
  payments: PaymentCalls
  masters: MastersSource
  policy: PostingPolicy
  isIfscSent: boolean
}

/** Live payments whose bills are asked for in one run; older ones were applied long ago or are a task already. */
const lagChecksMax = 5
const appliedStatuses = new Set(['PAID', 'PARTIALLY_PAID'])

export function createPostingPorts(parts: PostingParts, id: string): PostingPorts {
  const { pool, client, payments, masters } = parts
  return {
    policy: parts.policy,
    load: () => loadRecord(pool, id),
    commit: (record, change) => moveRecord(pool, record, change),
    create: (record, billId) =>
      payments.create(
        paymentRequestOf(record.payment, billId, {
          isIfscSent: parts.isIfscSent,
          postPaise: record.postPaise ?? record.payment.amountPaise,
        }),
      ),
    cancelBill: (record) => cancelStaleBill(client, consumerKeyOf(record)),
    reverse: (record, { action, digitPaymentId }) =>
      payments.reverse({
        tenantId: record.payment.tenantId,
        businessService: record.payment.bill.businessService,
        digitPaymentId,
        action,
        why: record.reversal?.why ?? '',
      }),
    look: async <L extends Look>(at: L, record: PostingRecord, facts: PostingFacts) => {
      const looks: { [K in Look]: () => Promise<NonNullable<PostingFacts[K]>> } = {
        payments: () => payments.search(consumerKeyOf(record)),
        rules: async () => {
          const known = await masters.get(record.payment.tenantId)
          if (known.kind !== 'ok') return known
          return {
            kind: 'ok',
            value: serviceOf(known.value, record.payment.bill.businessService)?.rules ?? null,
          }
        },
        bill: () => lookBill(client, consumerKeyOf(record)),
        unappliedCount: () => countUnapplied(client, record, facts),
        duePaise: () => lookDue(client, consumerKeyOf(record)),
        confirmation: () => lookConfirmation(parts, record),
        aimedStatus: async () => {
          const { tenantId } = record.payment
          const bill = await searchBillById(client, { tenantId, billId: record.billId })
          return bill.kind === 'ok' ? { kind: 'ok', value: bill.value?.status ?? null } : bill
        },
      }
      return await looks[at]()
    },
  }
}

export function consumerKeyOf({ payment }: PostingRecord): ConsumerKey {
  const { tenantId, bill } = payment
  return { tenantId, businessService: bill.businessService, consumerCode: bill.consumerCode }
}

async function lookBill(client: DigitClient, key: ConsumerKey): Promise<DigitOutcome<CurrentBill | null>> {
  const fetched = await fetchBillOfConsumer(client, key)
  if (fetched.kind !== 'ok' || fetched.value === null) return fetched as DigitOutcome<null>
  const totalPaise = paiseFromDecimal(fetched.value.totalAmount)
  if (totalPaise === null) return { kind: 'bad-answer', why: 'a total that cannot be read' }
  const expiresAtMs = Math.min(...fetched.value.billDetails.map((detail) => detail.expiryDate))
  return { kind: 'ok', value: { billId: fetched.value.id, totalPaise, expiresAtMs } }
}

/** How long a refusal of `_cancelbill` for its role is remembered: until then bills are waited for. */
const cancelDeniedMs = 3_600_000
/** The citizen is told of every cancelled bill: once a day is enough for a bill that comes out wrong again. */
const cancelAgainMs = 86_400_000
const cancelledMax = 1_000
type Cancels = { deniedAtMs: number | null; byConsumer: Map<string, number> }
const cancels = new WeakMap<DigitClient, Cancels>()

async function cancelStaleBill(client: DigitClient, key: ConsumerKey): Promise<DigitOutcome<null>> {
  const known = cancels.get(client) ?? { deniedAtMs: null, byConsumer: new Map<string, number>() }
  cancels.set(client, known)
  const nowMs = performance.now()
  if (known.deniedAtMs !== null && nowMs - known.deniedAtMs < cancelDeniedMs) {
    return { kind: 'denied', why: 'the role may not cancel bills' }
  }
  const consumer = JSON.stringify([key.tenantId, key.businessService, key.consumerCode])
  const lastMs = known.byConsumer.get(consumer)
  if (lastMs !== undefined && nowMs - lastMs < cancelAgainMs) {
    return { kind: 'denied', why: 'a bill of this consumer was cancelled lately' }
  }
  const cancelled = await cancelBillOfConsumer(client, key)
  if (cancelled.kind === 'denied') known.deniedAtMs = nowMs
  if (cancelled.kind === 'ok') {
    if (known.byConsumer.size >= cancelledMax) known.byConsumer.clear()
    known.byConsumer.set(consumer, nowMs)
  }
  return cancelled
}

/** So many refusals in a row are a missing role; fewer are access control being away for a moment (quirk 5). */
const deniedInARowMin = 3
const deniedInARow = new WeakMap<DigitClient, number>()

async function readDemands(client: DigitClient, key: ConsumerKey): Promise<DigitOutcome<Demand[]>> {
  const demands = await searchDemands(client, key)
  if (demands.kind === 'ok') deniedInARow.delete(client)
  if (demands.kind !== 'denied') return demands
  const count = (deniedInARow.get(client) ?? 0) + 1
  deniedInARow.set(client, count)
  return count < deniedInARowMin ? { kind: 'unknown', why: demands.why } : demands
}

async function lookDue(client: DigitClient, key: ConsumerKey) {
  const demands = await readDemands(client, key)
  if (demands.kind !== 'ok') return demands
  const due = dueOfDemands(demands.value)
  if (due === null) return { kind: 'bad-answer' as const, why: 'a demand that cannot be read' }
  return { kind: 'ok' as const, value: due }
}

/** Live payments of this consumer that billing has not taken into its demands (R8). */
async function countUnapplied(
  client: DigitClient,
  record: PostingRecord,
  facts: PostingFacts,
): Promise<DigitOutcome<number>> {
  if (facts.payments?.kind !== 'ok') throw new TypeError('payments are looked up before their bills')
  const all = facts.payments.value
  let count = 0
  for (const found of all.filter((each) => each.isLive).slice(0, lagChecksMax)) {
    const applied = await isApplied(client, found, { key: consumerKeyOf(record), all })
    if (applied.kind !== 'ok') return applied
    if (!applied.value) count += 1
  }
  return { kind: 'ok', value: count }
}

/**
 * PAID says it plainly, unless a cancelled payment of the same demands may have made it so. A payment on a bill that was superseded never turns that bill PAID (billing touches only the
 * newest ACTIVE one), so there the demands must show the money of all live payments that share them.
 */
async function isApplied(
  client: DigitClient,
  found: FoundPayment,
  { key, all }: { key: ConsumerKey; all: readonly FoundPayment[] },
): Promise<DigitOutcome<boolean>> {
  const bill = await searchBillById(client, { tenantId: key.tenantId, billId: found.billId })
  if (bill.kind !== 'ok') return bill
  const isPaid = bill.value !== null && appliedStatuses.has(bill.value.status)
  if (isPaid && !isPaidMarkDoubtful(found, all)) return { kind: 'ok', value: true }
  if (bill.value?.status === 'ACTIVE' || found.demandIds.length === 0) return { kind: 'ok', value: false }
  const demands = await readDemands(client, key)
  // what this DIGIT role may not read cannot contradict the bill
  if (demands.kind === 'denied') return { kind: 'ok', value: isPaid }
  if (demands.kind !== 'ok') return demands
  const live = all.filter((each) => each.isLive)
  const funds = demands.value.map(fundsOf)
  if (funds.some((each) => each === null)) return { kind: 'ok', value: false }
  const known = funds.filter((each) => each !== null)
  return { kind: 'ok', value: isShownByDemands(found, { live, demands: known }) }
}

/** null when an amount cannot be read. An advance is a negative tax that nothing has used yet. */
function fundsOf({ id, demandDetails }: Demand): DemandFunds | null {
  const amounts = demandDetails.map(({ taxHeadMasterCode, taxAmount, collectionAmount }) => {
    const isAdvance = taxHeadMasterCode.includes('ADVANCE')
    return paiseFromDecimal(isAdvance ? collectionAmount - taxAmount : collectionAmount)
  })
  if (amounts.some((amount) => amount === null)) return null
  return { demandId: id, collectedPaise: addPaise(...amounts.filter((amount) => amount !== null)) }
}

async function lookConfirmation(
  { client, payments }: Pick<PostingParts, 'client' | 'payments'>,
  record: PostingRecord,
): Promise<DigitOutcome<Confirmation>> {
  const key = consumerKeyOf(record)
  const bill = await searchBillById(client, { tenantId: key.tenantId, billId: record.billId })
  if (bill.kind !== 'ok') return bill
  const isPaid = bill.value !== null && appliedStatuses.has(bill.value.status)
  if (!isPaid) {
    const applied =
      bill.value?.status === 'ACTIVE' ? notApplied : await isOwnApplied({ client, payments }, record)
    if (applied.kind !== 'ok') return applied
    if (!applied.value) return { kind: 'ok', value: { isApplied: false, balancePaise: null } }
  }
  const due = await lookDue(client, key)
  return { kind: 'ok', value: { isApplied: true, balancePaise: due.kind === 'ok' ? due.value : null } }
}

const notApplied = { kind: 'ok' as const, value: false }

/** On a superseded bill: only together with every other live payment of the consumer can it be told. */
async function isOwnApplied(
  { client, payments }: Pick<PostingParts, 'client' | 'payments'>,
  record: PostingRecord,
): Promise<DigitOutcome<boolean>> {
  const key = consumerKeyOf(record)
  const found = await payments.search(key)
  if (found.kind !== 'ok') return found
  const own = found.value.find((each) => each.isLive && each.billId === record.billId)
  return own === undefined ? notApplied : await isApplied(client, own, { key, all: found.value })
}
