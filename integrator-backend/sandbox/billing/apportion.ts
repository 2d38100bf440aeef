// Splits a payment over the lines of a bill as egov-apportion-service does by default.
// Oldest period first; inside a period by amount, tax-head order only breaks ties; negatives are taken in full;
// old advance is used first when advance is allowed; a rest becomes a negative ADVANCE line on the newest period.
// Called by create-payment. Read from: OrderByPriority.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import type { BillDetailRow, BillRow } from '#sandbox/state/rows.ts'
import { digitError } from '#sandbox/wire/digit-error.ts'
import { advanceHeadOf } from '#sandbox/masters/business-services.ts'

/** Changes the bill in place: amountPaid per detail, adjusted per line. Throws APPORTIONING_FAILED_CODE. */
export function apportion(bill: BillRow, paidPaise: number, isAdvanceAllowed: boolean): void {
  assert.ok(
    Number.isSafeInteger(paidPaise) && paidPaise >= 0,
    'a payment is a whole number of paise, not negative',
  )
  bill.details.sort((a, b) => a.fromPeriod - b.fromPeriod)
  for (const detail of bill.details) detail.amountPaidPaise = 0
  if (paidPaise === 0 && bill.totalPaise <= 0) return collectAll(bill)

  let leftPaise = paidPaise
  if (isAdvanceAllowed) leftPaise += useOldAdvance(bill)
  for (const detail of bill.details) {
    if (leftPaise === 0) break
    const beforePaise = leftPaise
    leftPaise = fillDetail(detail, leftPaise)
    detail.amountPaidPaise = (detail.amountPaidPaise ?? 0) + beforePaise - leftPaise
  }
  if (leftPaise > 0) addAdvance(bill, leftPaise)
  const spreadPaise = bill.details.reduce((sum, detail) => sum + (detail.amountPaidPaise ?? 0), 0)
  assert.equal(spreadPaise, paidPaise, 'apportioning neither makes nor loses money')
}

/** A zero payment on a zero bill marks every head collected. */
function collectAll(bill: BillRow): void {
  for (const detail of bill.details) {
    for (const account of detail.accounts) account.adjustedPaise = account.amountPaise
    detail.amountPaidPaise = detail.amountPaise
  }
}

const isAdvanceLine = (account: { taxHeadCode: string }) => account.taxHeadCode.includes('ADVANCE')

/** Uses up advance lines as far as periods with dues need them; returns the amount freed. */
function useOldAdvance(bill: BillRow): number {
  const neededPaise = bill.details.reduce((sum, detail) => {
    const duePaise = detail.accounts.reduce(
      (due, line) => due + (isAdvanceLine(line) ? 0 : line.amountPaise),
      0,
    )
    return sum + Math.max(0, duePaise)
  }, 0)
  let usedPaise = 0
  for (const detail of bill.details) {
    for (const account of detail.accounts) {
      if (!isAdvanceLine(account) || account.amountPaise >= 0) continue
      const usePaise = Math.min(-account.amountPaise, neededPaise - usedPaise)
      if (usePaise <= 0) continue
      account.adjustedPaise -= usePaise
      detail.amountPaidPaise = (detail.amountPaidPaise ?? 0) - usePaise
      usedPaise += usePaise
    }
  }
  return usedPaise
}

function fillDetail(detail: BillDetailRow, availablePaise: number): number {
  let leftPaise = availablePaise
  const lines = detail.accounts.toSorted((a, b) => a.amountPaise - b.amountPaise || a.order - b.order)
  for (const line of lines) {
    const openPaise = line.amountPaise - line.adjustedPaise
    if (openPaise < 0 && isAdvanceLine(line)) continue
    const takePaise = openPaise < 0 ? openPaise : Math.min(openPaise, leftPaise)
    line.adjustedPaise += takePaise
    leftPaise -= takePaise
  }
  return leftPaise
}

function addAdvance(bill: BillRow, restPaise: number): void {
  const taxHead = advanceHeadOf(bill.businessService)
  const newest = bill.details.at(-1)
  if (taxHead === undefined || newest === undefined) {
    throw digitError('APPORTIONING_FAILED_CODE', `No advance tax head found for ${bill.businessService}`)
  }
  const existing = newest.accounts.find((account) => account.taxHeadCode === taxHead.code)
  if (existing) existing.amountPaise -= restPaise
  else {
    newest.accounts.push({
      id: randomUUID(),
      demandLineId: null,
      taxHeadCode: taxHead.code,
      order: Number(taxHead.order),
      amountPaise: -restPaise,
      adjustedPaise: 0,
    })
  }
  newest.amountPaidPaise = (newest.amountPaidPaise ?? 0) + restPaise
}
