// `POST /billing-service/demand/_search` and the deprecated v1 bill paths with their third error shape.
// Read from: DemandController, BillController (v1).
import type { DemandRow } from '#sandbox/state/rows.ts'
import { digitError } from '#sandbox/wire/digit-error.ts'
import { isStateTenant } from '#sandbox/masters/tenants.ts'
import { numberOf, setOf, textOf } from '#sandbox/wire/query.ts'
import { responseInfoOf } from '#sandbox/wire/response-info.ts'
import { rupeesOf } from '#sandbox/wire/rupees.ts'
import type { Answer, Call } from '#sandbox/sandbox-context.ts'
import { codeKey } from '#sandbox/state/state.ts'

export function searchDemand(call: Call): Answer {
  const { query } = call
  const name = 'demandCriteria'
  const tenantId = textOf(query, 'tenantId')
  if (tenantId === null) throw digitError(`NotNull.${name}.tenantId`, 'may not be null')
  if (call.user?.type === 'EMPLOYEE' && isStateTenant(tenantId)) {
    throw digitError('EG_BS_INVALID_TENANTID', 'Employees cannot use a state level tenant')
  }
  const wanted = {
    ids: setOf(query, 'demandId'),
    codes: setOf(query, 'consumerCode'),
    mobileNumber: textOf(query, 'mobileNumber'),
    service: textOf(query, 'businessService'),
    status: textOf(query, 'status')?.toUpperCase() ?? null,
    isPaymentCompleted: textOf(query, 'isPaymentCompleted'),
    periodFrom: numberOf(query, 'periodFrom', name),
    periodTo: numberOf(query, 'periodTo', name),
  }
  if (
    wanted.ids.length + wanted.codes.length === 0 &&
    wanted.mobileNumber === null &&
    wanted.service === null
  ) {
    throw digitError(
      'EG_BS_DEMAND_SEARCH_MANDATORY',
      'One criterion besides tenantId is needed to search demands',
    )
  }
  const { state } = call.sandbox
  const candidates =
    wanted.codes.length > 0
      ? wanted.codes.flatMap((code) => state.demands.find('code', codeKey(tenantId, code)))
      : wanted.mobileNumber !== null
        ? state.demands.find('mobile', codeKey(tenantId, wanted.mobileNumber))
        : [...state.demands.all()]
  const demands = candidates.filter(
    (demand) =>
      demand.tenantId === tenantId &&
      (wanted.ids.length === 0 || wanted.ids.includes(demand.id)) &&
      (wanted.service === null || demand.businessService === wanted.service) &&
      (wanted.status === null || demand.status === wanted.status) &&
      (wanted.isPaymentCompleted === null ||
        String(demand.isPaymentCompleted) === wanted.isPaymentCompleted) &&
      (wanted.periodFrom === null || demand.taxPeriodFrom >= wanted.periodFrom) &&
      (wanted.periodTo === null || demand.taxPeriodTo <= wanted.periodTo),
  )
  return {
    status: 200,
    body: { ResponseInfo: responseInfoOf(call.requestInfo), Demands: demands.map(demandOnWire) },
  }
}

export function demandOnWire(demand: DemandRow) {
  const auditDetails = {
    createdBy: demand.createdBy,
    lastModifiedBy: demand.createdBy,
    createdTime: demand.createdAtMs,
    lastModifiedTime: demand.lastModifiedAtMs,
  }
  return {
    id: demand.id,
    tenantId: demand.tenantId,
    consumerCode: demand.consumerCode,
    consumerType: demand.businessService,
    businessService: demand.businessService,
    payer:
      demand.payer === null
        ? null
        : {
            uuid: demand.payer.uuid,
            name: demand.payer.name,
            mobileNumber: demand.payer.mobileNumber,
            emailId: null,
          },
    taxPeriodFrom: demand.taxPeriodFrom,
    taxPeriodTo: demand.taxPeriodTo,
    demandDetails: demand.lines.map((line) => ({
      id: line.id,
      demandId: demand.id,
      taxHeadMasterCode: line.taxHeadCode,
      taxAmount: rupeesOf(line.taxPaise),
      collectionAmount: rupeesOf(line.collectedPaise),
      additionalDetails: null,
      auditDetails,
      tenantId: demand.tenantId,
    })),
    auditDetails,
    // Accepted by the service, never stored (DemandRepository writes null).
    fixedBillExpiryDate: null,
    billExpiryTime: demand.billExpiryTimeMs,
    additionalDetails: null,
    minimumAmountPayable: rupeesOf(0),
    isPaymentCompleted: demand.isPaymentCompleted,
    status: demand.status,
  }
}

/** v1 bill paths: 400 in the shape `{responseInfo, error}`. */
export function legacyBill(call: Call): Answer {
  return {
    status: 400,
    body: {
      responseInfo: responseInfoOf(call.requestInfo, '400 BAD_REQUEST'),
      error: {
        code: 400,
        message: 'EG_BS_API_ERROR',
        description: 'This bill API is deprecated, use the v2 API',
        fields: null,
      },
    },
  }
}
