// How a module changes what is owed: a new demand, or other amounts on one that exists.
// Either turns the ACTIVE bill of that consumer and service EXPIRED although its expiryDate is in the future.
// Called by the admin API and the seed. Read from: DemandService.
import { randomUUID } from 'node:crypto'
import type { DemandRow, Payer } from '#sandbox/state/rows.ts'
import { codeKey } from '#sandbox/state/state.ts'
import type { State } from '#sandbox/state/state.ts'

export type NewDemand = {
  tenantId: string
  consumerCode: string
  businessService: string
  payer: Payer | null
  taxPeriodFrom: number
  taxPeriodTo: number
  dueAtMs: number
  billExpiryTimeMs?: number | null
  lines: { taxHeadCode: string; taxPaise: number; collectedPaise?: number }[]
}

export type ChangeContext = { state: State; nowMs: number; createdBy: string; newId?: () => string }

export function addDemand(demand: NewDemand, context: ChangeContext): DemandRow {
  const newId = context.newId ?? randomUUID
  const row: DemandRow = {
    id: newId(),
    tenantId: demand.tenantId,
    consumerCode: demand.consumerCode,
    businessService: demand.businessService,
    payer: demand.payer,
    taxPeriodFrom: demand.taxPeriodFrom,
    taxPeriodTo: demand.taxPeriodTo,
    dueAtMs: demand.dueAtMs,
    billExpiryTimeMs: demand.billExpiryTimeMs ?? null,
    lines: demand.lines.map((line) => ({
      id: newId(),
      taxHeadCode: line.taxHeadCode,
      taxPaise: line.taxPaise,
      collectedPaise: line.collectedPaise ?? 0,
    })),
    isPaymentCompleted: false,
    status: 'ACTIVE',
    createdBy: context.createdBy,
    createdAtMs: context.nowMs,
    lastModifiedAtMs: context.nowMs,
  }
  context.state.demands.put(row)
  expireActiveBills(row, context)
  return row
}

/** Sets the tax of one head; adds the head when the demand has none. */
export function setTax(
  demand: DemandRow,
  change: { taxHeadCode: string; taxPaise: number },
  context: ChangeContext,
): void {
  const line = demand.lines.find((other) => other.taxHeadCode === change.taxHeadCode)
  if (line) line.taxPaise = change.taxPaise
  else demand.lines.push({ id: (context.newId ?? randomUUID)(), ...change, collectedPaise: 0 })
  demand.isPaymentCompleted = false
  demand.lastModifiedAtMs = context.nowMs
  context.state.demands.put(demand)
  expireActiveBills(demand, context)
}

function expireActiveBills(demand: DemandRow, { state, nowMs }: ChangeContext): void {
  for (const bill of state.bills.find('code', codeKey(demand.tenantId, demand.consumerCode))) {
    if (bill.businessService !== demand.businessService || bill.status !== 'ACTIVE') continue
    bill.status = 'EXPIRED'
    bill.lastModifiedAtMs = nowMs
    state.bills.put(bill)
  }
}
