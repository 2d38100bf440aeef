// Numbers from idgen: receipt numbers by month and fiscal year, and the random number that replaces a cash reference.
// Called by create-payment. A number taken by a failing payment is burnt, so series have gaps.
import { randomInt } from 'node:crypto'
import { tenantOf } from '#sandbox/masters/tenants.ts'
import type { Sandbox } from '#sandbox/sandbox-context.ts'
import { nextNumber } from '#sandbox/state/state.ts'
import { fiscalYearText, localParts } from '#sandbox/zoned-time.ts'

/** `01/2026-27/004587`, or `PT/DVG/2026-27/000012` when numbers are kept by service. */
export function nextReceiptNumber(
  sandbox: Sandbox,
  detail: { tenantId: string; businessService: string },
): string {
  const { state, clock, settings } = sandbox
  const nowMs = clock.nowMs()
  const fiscalYear = fiscalYearText(nowMs, clock.zone())
  if (settings.isReceiptNumberServiceBased) {
    const city = tenantOf(detail.tenantId)?.city.code ?? 'SR'
    const sequence = String(nextNumber(state, `receipt:${detail.businessService}`)).padStart(6, '0')
    return `${detail.businessService}/${city}/${fiscalYear}/${sequence}`
  }
  const month = String(localParts(nowMs, clock.zone()).month).padStart(2, '0')
  return `${month}/${fiscalYear}/${String(nextNumber(state, 'receipt')).padStart(6, '0')}`
}

/** City code and ten random digits; not unique by constraint. */
export function cashTransactionNumber(tenantId: string): string {
  const digits =
    String(randomInt(0, 100_000)).padStart(5, '0') + String(randomInt(0, 100_000)).padStart(5, '0')
  return `${tenantOf(tenantId)?.city.code ?? 'SR'}${digits}`
}
