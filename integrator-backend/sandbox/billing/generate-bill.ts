// Makes bills from open demands: one per consumer code, a detail per tax period, a line per tax head.
// Called by fetch-bill and the seed. Read from: BillServicev2.
import { randomUUID } from 'node:crypto'
import type { BillDetailRow, BillRow, DemandRow } from '#sandbox/state/rows.ts'
import { javaException } from '#sandbox/wire/digit-error.ts'
import { taxHeadOf } from '#sandbox/masters/business-services.ts'
import { codeKey, nextNumber } from '#sandbox/state/state.ts'
import type { State } from '#sandbox/state/state.ts'
import { endOfDayMs } from '#sandbox/zoned-time.ts'
import { must } from '#sandbox/must.ts'

export type GenerateOptions = {
  state: State
  nowMs: number
  /** Zone of billing's JVM: decides which midnight a bill dies at. */
  zone: string
  createdBy: string
  hasUniqueActiveBill: boolean
  newId?: () => string
}

/**
 * Bills for these demands, stored. Demands that sum below zero give none (net advance); a sum of zero gives one.
 * All bills get the payer of the first demand. Throws IndexOutOfBoundsException for a demand without a live payer and
 * DuplicateKeyException when a code already has an ACTIVE bill (of any service).
 */
export function generateBills(demands: readonly DemandRow[], options: GenerateOptions): BillRow[] {
  const { state } = options
  const first = demands[0]
  if (first === undefined) return []
  if (demands.some((demand) => demand.payer === null)) {
    throw javaException('IndexOutOfBoundsException', 'Index: 0, Size: 0')
  }
  const byCode = Map.groupBy(demands, (demand) => demand.consumerCode)
  const bills: BillRow[] = []
  for (const group of byCode.values()) {
    const bill = billOf(group, { ...options, payer: first.payer })
    if (bill.totalPaise >= 0) bills.push(bill)
  }
  if (options.hasUniqueActiveBill) bills.forEach((bill) => assertNoActiveBill(state, bill))
  for (const bill of bills) {
    bill.sequence = nextNumber(state, 'bill')
    const module = bill.businessService.split('.')[0] ?? bill.businessService
    bill.billNumber = `BILLNO-${module}-${String(nextNumber(state, `bill-number:${module}`)).padStart(6, '0')}`
    state.bills.put(bill)
  }
  return bills
}

function assertNoActiveBill(state: State, bill: BillRow): void {
  const existing = state.bills
    .find('code', codeKey(bill.tenantId, bill.consumerCode))
    .some((other) => other.status === 'ACTIVE')
  if (existing) {
    throw javaException(
      'DuplicateKeyException',
      `duplicate key value violates unique constraint; Key (consumercode, tenantid)=(${bill.consumerCode}, ${bill.tenantId}) already exists.`,
    )
  }
}

function billOf(
  demands: readonly DemandRow[],
  options: GenerateOptions & { payer: DemandRow['payer'] },
): BillRow {
  const { nowMs, zone, createdBy } = options
  const newId = options.newId ?? randomUUID
  const details = demands
    .toSorted((a, b) => a.taxPeriodFrom - b.taxPeriodFrom)
    .map((demand): BillDetailRow => {
      const accounts = demand.lines.map((line) => ({
        id: newId(),
        demandLineId: line.id,
        taxHeadCode: line.taxHeadCode,
        order: Number(taxHeadOf(line.taxHeadCode)?.order ?? 0),
        amountPaise: line.taxPaise - line.collectedPaise,
        adjustedPaise: 0,
      }))
      return {
        id: newId(),
        demandId: demand.id,
        expiryDate: endOfDayMs(nowMs + (demand.billExpiryTimeMs ?? 0), zone),
        fromPeriod: demand.taxPeriodFrom,
        toPeriod: demand.taxPeriodTo,
        amountPaise: accounts.reduce((sum, account) => sum + account.amountPaise, 0),
        amountPaidPaise: null,
        accounts,
      }
    })
  const { tenantId, consumerCode, businessService } = must(demands[0], 'a demand')
  return {
    id: newId(),
    sequence: 0,
    tenantId,
    consumerCode,
    businessService,
    billNumber: '',
    billDate: nowMs,
    status: 'ACTIVE',
    payer: options.payer,
    totalPaise: details.reduce((sum, detail) => sum + detail.amountPaise, 0),
    details,
    additionalDetails: null,
    createdBy,
    createdAtMs: nowMs,
    lastModifiedAtMs: nowMs,
  }
}
