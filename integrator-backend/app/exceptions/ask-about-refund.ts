// Asks DIGIT about a payment before its money is given back, by the look-up of its posting. Called by act-on-exception, outside its
// transaction: DIGIT may take seconds, and the till that waits gives up after 15.
import type { Pool } from 'pg'
import { ProblemError } from '#contract/problem.ts'
import { decideRefund } from '#collection/decide-refund.ts'
import type { RefundDecision, RefundFence } from '#collection/decide-refund.ts'
import type { DigitOutcome } from '#collection/digit-outcome.ts'
import { allowedActs } from '#collection/exception-acts.ts'
import type { FoundPayment, PostingRecord } from '#collection/posting-facts.ts'
import { problemOfFailure } from '#app/bills/digit-problem.ts'
import type { PaymentCalls, PaymentCriteria } from '#app/digit/payment-calls.ts'
import { consumerKeyOf } from '#app/jobs/posting-ports.ts'
import { loadRecord } from '#app/payments/posting-store.ts'

export type RefundParts = { pool: Pool; searchPayments: PaymentCalls['search'] }

/** What DIGIT said, and of which standing of the payment: nobody may have moved it since. */
export type Heard = Pick<PostingRecord, 'state' | 'attemptCount'> & {
  decision: Extract<RefundDecision, { do: 'give' | 'settle' }>
}

const askMsMax = 10_000

/** null: its money may not be given back now, whatever DIGIT says. Throws digit_… when DIGIT gives no answer, refund_too_early. */
export async function askAboutRefund(parts: RefundParts, id: string): Promise<Heard | null> {
  const record = await loadRecord(parts.pool, id)
  if (record === null || !allowedActs({ kind: 'payment', ...record }).includes('refund')) return null
  const fence = await readFence(parts.pool)
  const found = await inTime(parts.searchPayments, consumerKeyOf(record))
  const decision = decideRefund(record, found, fence)
  if (decision.do === 'refuse') throw problemOfFailure(decision.failure)
  if (decision.do === 'wait') {
    const { againAtMs } = decision
    const why = `Again from ${new Date(againAtMs).toISOString()}.`
    throw new ProblemError('refund_too_early', { againAtMs, why })
  }
  const { state, attemptCount } = record
  return { state, attemptCount, decision }
}

/** As the integrators of this database last told it. */
async function readFence(pool: Pool): Promise<RefundFence> {
  const rows = await pool.query<RefundFence>(
    `select tahsil.setting_number('fence-ms', 600000) as "fenceMs",
       tahsil.setting_number('restored-at', null) * 1000 as "restoredAtMs"`,
  )
  const [fence] = rows.rows
  if (fence === undefined) throw new RangeError('a query without a table has one row')
  return fence
}

async function inTime(
  search: PaymentCalls['search'],
  criteria: PaymentCriteria,
): Promise<DigitOutcome<FoundPayment[]>> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<DigitOutcome<FoundPayment[]>>((done) => {
    timer = setTimeout(() => done({ kind: 'unknown', why: 'no answer in time' }), askMsMax)
  })
  try {
    return await Promise.race([search(criteria), late])
  } finally {
    clearTimeout(timer)
  }
}
