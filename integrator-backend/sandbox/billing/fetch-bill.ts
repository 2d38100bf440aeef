// `POST /billing-service/bill/v2/_fetchbill`: the live bill of a consumer, replaced when it has expired.
// Always 201, also for "nothing due" and for an old bill. Read from: BillServicev2, BillControllerv2.
import type { BillRow, DemandRow } from '#sandbox/state/rows.ts'
import { digitError, javaException } from '#sandbox/wire/digit-error.ts'
import { serviceOf, taxHeads } from '#sandbox/masters/business-services.ts'
import { responseInfoOf } from '#sandbox/wire/response-info.ts'
import type { Answer, Call } from '#sandbox/sandbox-context.ts'
import { codeKey } from '#sandbox/state/state.ts'
import type { State } from '#sandbox/state/state.ts'
import { newestBills, readGenerateCriteria } from './bill-criteria.ts'
import type { BillCriteria } from './bill-criteria.ts'
import { billsOnWire } from './bill-wire.ts'
import { updateDemands } from './demand-update.ts'
import { generateBills } from './generate-bill.ts'

export function fetchBill(call: Call): Answer {
  const criteria = readGenerateCriteria(call)
  if (serviceOf(criteria.businessService) === undefined || call.user === null) {
    throw javaException('NullPointerException')
  }
  if (!taxHeads.some((taxHead) => taxHead.service === criteria.businessService)) {
    throw digitError('EG_BS_TAXHEADCODE_EMPTY', `No tax heads found for ${criteria.businessService}`)
  }
  const { bills, isGenerated } = currentBills(call, criteria)
  if (bills.length === 0 && call.sandbox.settings.isOldBilling) {
    throw digitError('EG_BS_BILL_NO_DEMANDS_FOUND', 'No demands found for the given criteria')
  }
  return {
    status: 201,
    body: {
      ResposneInfo: isGenerated ? null : responseInfoOf(call.requestInfo),
      Bill: billsOnWire(bills, call.operation, call.sandbox.faults),
    },
  }
}

function currentBills(call: Call, criteria: BillCriteria): { bills: BillRow[]; isGenerated: boolean } {
  const { state, clock } = call.sandbox
  const nowMs = clock.nowMs()
  const active = newestBills(state, criteria)
  if (active.length === 0) return { bills: generate(call, openDemands(state, criteria)), isGenerated: true }

  const expired = active.filter((bill) => bill.details.some((detail) => detail.expiryDate < nowMs))
  const valid = active.filter((bill) => !expired.includes(bill))
  const billedCodes = new Set(active.map((bill) => bill.consumerCode))
  const unbilledCodes = criteria.consumerCodes.filter((code) => !billedCodes.has(code))
  if (expired.length === 0 && unbilledCodes.length === 0) return { bills: valid, isGenerated: false }

  const codes = [...expired.map((bill) => bill.consumerCode), ...unbilledCodes]
  const demands = openDemands(state, {
    ...criteria,
    consumerCodes: codes,
    mobileNumber: null,
    demandId: null,
  })
  updateDemands(state, demands, nowMs)
  for (const bill of expired) {
    bill.status = 'EXPIRED'
    bill.lastModifiedAtMs = nowMs
    state.bills.put(bill)
  }
  return { bills: [...generate(call, demands), ...valid], isGenerated: true }
}

function generate(call: Call, demands: readonly DemandRow[]): BillRow[] {
  const { state, clock, settings } = call.sandbox
  return generateBills(demands, {
    state,
    nowMs: clock.nowMs(),
    zone: clock.zone(),
    createdBy: call.user?.uuid ?? '',
    hasUniqueActiveBill: settings.hasUniqueActiveBill,
  })
}

export function openDemands(state: State, criteria: BillCriteria): DemandRow[] {
  const { tenantId, consumerCodes, mobileNumber, demandId } = criteria
  const found =
    consumerCodes.length > 0
      ? consumerCodes.flatMap((code) => state.demands.find('code', codeKey(tenantId, code)))
      : mobileNumber !== null
        ? state.demands.find('mobile', codeKey(tenantId, mobileNumber))
        : [...state.demands.all()].filter((demand) => demand.id === demandId)
  return found.filter(
    (demand) =>
      demand.tenantId === tenantId &&
      demand.status === 'ACTIVE' &&
      !demand.isPaymentCompleted &&
      (criteria.businessService === null || demand.businessService === criteria.businessService) &&
      (mobileNumber === null || demand.payer?.mobileNumber === mobileNumber) &&
      (demandId === null || demand.id === demandId),
  )
}
