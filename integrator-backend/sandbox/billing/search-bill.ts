// `POST /billing-service/bill/v2/_search` (newest bill per consumer code, any status) and `_cancelbill`.
// `size` and `offset` are accepted and ignored. Read from: BillQueryBuilder, BillControllerv2.
import type { Json } from '#sandbox/state/rows.ts'
import { digitError } from '#sandbox/wire/digit-error.ts'
import { fieldOf } from '#sandbox/wire/json-field.ts'
import { responseInfoOf } from '#sandbox/wire/response-info.ts'
import type { Answer, Call } from '#sandbox/sandbox-context.ts'
import { newestBills, readSearchCriteria } from './bill-criteria.ts'
import { billsOnWire } from './bill-wire.ts'

export function searchBill(call: Call): Answer {
  const bills = newestBills(call.sandbox.state, readSearchCriteria(call))
  return {
    status: 200,
    body: {
      ResposneInfo: responseInfoOf(call.requestInfo),
      Bill: billsOnWire(bills, call.operation, call.sandbox.faults),
    },
  }
}

/** Body `{RequestInfo, UpdateBillCriteria: {tenantId, consumerCodes[1], businessService, additionalDetails}}`. */
export function cancelBill(call: Call): Answer {
  const criteria = fieldOf(call.body, 'UpdateBillCriteria') as Json | null
  const tenantId = fieldOf(criteria ?? {}, 'tenantId')
  const businessService = fieldOf(criteria ?? {}, 'businessService')
  const consumerCodes = fieldOf(criteria ?? {}, 'consumerCodes')
  if (typeof tenantId !== 'string' || typeof businessService !== 'string') {
    throw digitError(
      'NotNull.updateBillRequest.updateBillCriteria',
      'tenantId and businessService may not be null',
    )
  }
  const codes = Array.isArray(consumerCodes) ? consumerCodes.map(String) : []
  if (codes.length === 0) {
    throw digitError('EGBS_MANDATORY_FIELDS_ERROR', 'consumerCodes is mandatory to cancel a bill')
  }
  if (codes.length > 1) {
    throw digitError(
      'EG_BS_CANCEL_BILL_ERROR',
      'Only one consumer code can be provided in the Cancel request',
    )
  }
  const { state, clock } = call.sandbox
  const [newest] = newestBills(state, {
    tenantId,
    businessService,
    consumerCodes: codes,
    billIds: [],
    mobileNumber: null,
    email: null,
    demandId: null,
    status: null,
  })
  if (newest?.status === 'ACTIVE') {
    newest.status = 'CANCELLED'
    newest.additionalDetails = (fieldOf(criteria ?? {}, 'additionalDetails') as Json | undefined) ?? null
    newest.lastModifiedAtMs = clock.nowMs()
    state.bills.put(newest)
    return cancelAnswer(call, { status: 200, message: 'Successfully cancelled 1 bill' })
  }
  const message =
    newest?.status === 'PAID' ? 'Paid bills cannot be cancelled' : 'No active bill was found to cancel'
  return cancelAnswer(call, { status: 400, message })
}

function cancelAnswer(call: Call, { status, message }: { status: number; message: string }): Answer {
  const text = status === 200 ? '200 OK' : '400 BAD_REQUEST'
  return { status, body: { ResponseInfo: responseInfoOf(call.requestInfo, text), message } }
}
