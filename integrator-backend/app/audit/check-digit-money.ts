// What DIGIT holds against what we believe (I4, I6): every payment of ours once and live, none of our login without a payment id
// that we know, no demand paid beyond its tax. Called by check-money.
import type { Pool } from 'pg'
import { addPaise, formatInr, paiseFromDecimal, ZERO_PAISE } from '#contract/money.ts'
import type { Paise } from '#contract/money.ts'
import { failureWords } from '#collection/digit-outcome.ts'
import type { FoundPayment } from '#collection/posting-facts.ts'
import { searchDemands } from '#app/digit/bill-calls.ts'
import type { DigitClient } from '#app/digit/digit-client.ts'
import { createPaymentCalls } from '#app/digit/payment-calls.ts'
import type { PaymentCalls } from '#app/digit/payment-calls.ts'
import type { Demand } from '#digit-wire/demand.ts'

/** 50,000 payments of one service within the days asked for. */
const pagesMax = 500
const consumersMax = 500

type Known = {
  id: string
  state: string
  reason: string | null
  postedAtMs: number | null
  businessService: string
}

export async function checkDigitMoney(
  { pool, client }: { pool: Pool; client: DigitClient },
  { tenantId, days }: { tenantId: string; days: number },
): Promise<string[]> {
  const payments = createPaymentCalls(client)
  const fromMs = Date.now() - days * 86_400_000
  const services = await pool.query<{ code: string }>(
    'select distinct business_service as code from tahsil.payments where tenant_id = $1',
    [tenantId],
  )
  const lines: string[] = []
  for (const { code: businessService } of services.rows) {
    const found = await payments.search({ tenantId, businessService, fromMs, pagesMax })
    if (found.kind !== 'ok') {
      lines.push(`I4 ${businessService}: DIGIT could not be asked (${failureWords(found)})`)
      continue
    }
    const known = await readKnown(pool, { tenantId, businessService, fromMs, found: found.value })
    lines.push(...comparePayments(known, found.value, fromMs))
    lines.push(...(await checkDemands({ client, payments }, { tenantId, businessService }, found.value)))
  }
  return lines
}

/** Those that DIGIT names, and those that we believe posted since then. */
async function readKnown(
  pool: Pool,
  asked: { tenantId: string; businessService: string; fromMs: number; found: readonly FoundPayment[] },
): Promise<Map<string, Known>> {
  const ids = asked.found.flatMap(({ ownPaymentId }) => ownPaymentId ?? [])
  const rows = await pool.query<Known>(
    `select id::text as id, state, reason, posted_at_ms as "postedAtMs", business_service as "businessService"
     from tahsil.payments
     where tenant_id = $1 and (id::text = any($2::text[])
       or (business_service = $3 and state in ('POSTED', 'CONFIRMED') and posted_at_ms >= $4))`,
    [asked.tenantId, ids, asked.businessService, asked.fromMs],
  )
  return new Map(rows.rows.map((row) => [row.id, row]))
}

/** States in which a live payment in DIGIT is no contradiction: posted, or on its way to be known as posted. */
const mayBeLive = new Set([
  'RECEIVED',
  'VERIFIED',
  'READY',
  'POSTING',
  'UNKNOWN',
  'RESOLVE',
  'HOLD',
  'POSTED',
  'CONFIRMED',
  'REVERSING',
])

function comparePayments(
  known: ReadonlyMap<string, Known>,
  found: readonly FoundPayment[],
  fromMs: number,
): string[] {
  const lines: string[] = []
  const liveCount = new Map<string, number>()
  const ourLogins = new Set(
    found.flatMap((each) =>
      each.ownPaymentId !== null && known.has(each.ownPaymentId) ? (each.createdBy ?? []) : [],
    ),
  )
  for (const each of found) {
    const { ownPaymentId, createdBy, digitPaymentId, isLive } = each
    const own = ownPaymentId === null ? undefined : known.get(ownPaymentId)
    if (own === undefined) {
      const isOurs = ownPaymentId !== null || (createdBy != null && ourLogins.has(createdBy))
      if (isOurs && isLive)
        lines.push(`I4 DIGIT payment ${digitPaymentId} is of our login and not known here`)
      continue
    }
    if (!isLive) continue
    liveCount.set(own.id, (liveCount.get(own.id) ?? 0) + 1)
    if (!mayBeLive.has(own.state) && own.reason !== 'REVERSAL_REFUSED') {
      lines.push(`I4 ${own.id} is ${own.state} here and live in DIGIT as ${digitPaymentId}`)
    }
  }
  for (const { id, state, postedAtMs } of known.values()) {
    const count = liveCount.get(id) ?? 0
    if (count > 1) lines.push(`I4 ${id} is in DIGIT ${count} times`)
    const isDue = (state === 'POSTED' || state === 'CONFIRMED') && (postedAtMs ?? 0) >= fromMs
    if (isDue && count === 0) lines.push(`I4 ${id} is ${state} here and not live in DIGIT`)
  }
  return lines
}

/** Only consumers with more than one live payment can have paid too much. */
async function checkDemands(
  { client, payments }: { client: DigitClient; payments: PaymentCalls },
  key: { tenantId: string; businessService: string },
  found: readonly FoundPayment[],
): Promise<string[]> {
  const counts = new Map<string, number>()
  for (const { consumerCode, isLive } of found) {
    if (isLive && consumerCode !== null) counts.set(consumerCode, (counts.get(consumerCode) ?? 0) + 1)
  }
  const codes = [...counts].filter(([, count]) => count > 1).map(([code]) => code)
  const lines: string[] = []
  for (const consumerCode of codes.slice(0, consumersMax)) {
    const all = await payments.search({ ...key, consumerCode })
    const demands = await searchDemands(client, { ...key, consumerCode })
    if (all.kind !== 'ok' || demands.kind !== 'ok') continue
    const live = all.value.filter((each) => each.isLive && each.demandIds.length > 0)
    const ids = new Set(live.flatMap((each) => each.demandIds))
    const taxPaise = taxOf(demands.value.filter(({ id }) => ids.has(id)))
    const paidPaise = live.reduce((sum, each) => addPaise(sum, each.amountPaise), ZERO_PAISE)
    if (taxPaise === null || paidPaise <= taxPaise) continue
    const words = `${formatInr(paidPaise)} paid on demands of ${formatInr(taxPaise)}`
    lines.push(`I6 ${key.businessService} ${consumerCode}: ${words}`)
  }
  return lines
}

/** Advances that a demand still holds count as taken rightly. */
function taxOf(demands: readonly Demand[]): Paise | null {
  let sum = ZERO_PAISE
  for (const { taxHeadMasterCode, taxAmount } of demands.flatMap((demand) => demand.demandDetails)) {
    const isAdvance = taxHeadMasterCode.includes('ADVANCE')
    const amount = paiseFromDecimal(isAdvance ? -taxAmount : taxAmount)
    if (amount === null) return null
    sum = addPaise(sum, amount)
  }
  return sum
}
