// Query parameters of `_fetchbill` and `bill/v2/_search`, with billing's own refusals.
// Called by fetch-bill and search-bill.
import type { BillRow } from '#sandbox/state/rows.ts'
import { DigitError, digitError } from '#sandbox/wire/digit-error.ts'
import type { ErrorEntry } from '#sandbox/wire/digit-error.ts'
import type { Call } from '#sandbox/sandbox-context.ts'
import { isStateTenant } from '#sandbox/masters/tenants.ts'
import { setOf, textOf } from '#sandbox/wire/query.ts'
import { codeKey } from '#sandbox/state/state.ts'
import type { State } from '#sandbox/state/state.ts'

export type BillCriteria = {
  tenantId: string
  businessService: string | null
  consumerCodes: string[]
  billIds: string[]
  mobileNumber: string | null
  email: string | null
  demandId: string | null
  status: string | null
}

const entry = (code: string, message: string): ErrorEntry => ({
  code,
  message,
  description: null,
  params: null,
})

export function readGenerateCriteria(call: Call): BillCriteria & { businessService: string } {
  const { query } = call
  const name = 'generateBillCriteria'
  const errors: ErrorEntry[] = []
  const tenantId = textOf(query, 'tenantId')
  const businessService = textOf(query, 'businessService')
  const mobileNumber = textOf(query, 'mobileNumber')
  const email = textOf(query, 'email')
  if (tenantId === null) errors.push(entry(`NotNull.${name}.tenantId`, 'may not be null'))
  if (businessService === null) errors.push(entry(`NotNull.${name}.businessService`, 'may not be null'))
  if (mobileNumber !== null && !/^[0-9]{10}$/.test(mobileNumber)) {
    errors.push(entry(`Pattern.${name}.mobileNumber`, 'must match "^[0-9]{10}$"'))
  }
  if (email !== null && !/^\S+@\S+$/.test(email)) {
    errors.push(entry(`Email.${name}.email`, 'not a well-formed email address'))
  }
  if ((tenantId?.length ?? 0) > 256)
    errors.push(entry(`Size.${name}.tenantId`, 'size must be between 0 and 256'))
  if (errors.length > 0 || tenantId === null || businessService === null) throw new DigitError(errors)
  const criteria = {
    tenantId,
    businessService,
    consumerCodes: setOf(query, 'consumerCode'),
    billIds: [],
    mobileNumber,
    email,
    demandId: textOf(query, 'demandId'),
    status: 'ACTIVE',
  }
  if (criteria.consumerCodes.length === 0 && !mobileNumber && !email && !criteria.demandId) {
    throw digitError(
      'BILL_GEN_MANDATORY_FIELDS_MISSING',
      'One of consumerCode, mobileNumber, email or demandId is needed to generate a bill',
    )
  }
  refuseStateTenant(call, tenantId)
  return criteria
}

export function readSearchCriteria(call: Call): BillCriteria {
  const { query } = call
  const tenantId = textOf(query, 'tenantId')
  if (tenantId === null) throw digitError('NotNull.billSearchCriteria.tenantId', 'may not be null')
  refuseStateTenant(call, tenantId)
  const criteria = {
    tenantId,
    businessService: textOf(query, 'service'),
    consumerCodes: setOf(query, 'consumerCode'),
    billIds: setOf(query, 'billId'),
    mobileNumber: textOf(query, 'mobileNumber'),
    email: textOf(query, 'email'),
    demandId: null,
    status: textOf(query, 'status')?.toUpperCase() ?? null,
  }
  const hasNoKey = criteria.consumerCodes.length === 0 && criteria.billIds.length === 0
  if (hasNoKey && criteria.mobileNumber === null && criteria.email === null) {
    throw digitError(
      'EGBS_MANDATORY_FIELDS_ERROR',
      'One of billId, consumerCode, mobileNumber or email is mandatory for bill search',
    )
  }
  if (criteria.consumerCodes.length > 0 && criteria.businessService === null) {
    throw digitError(
      'BILL_SEARCH_CONSUMERCODE_BUSINESSSERVICE',
      'service is mandatory when bills are searched by consumerCode',
    )
  }
  return criteria
}

function refuseStateTenant(call: Call, tenantId: string): void {
  if (call.user?.type === 'EMPLOYEE' && isStateTenant(tenantId)) {
    throw digitError('EG_BS_INVALID_TENANTID', 'Employees cannot use a state level tenant')
  }
}

/**
 * The newest bill of each consumer code within the match, newest code last changed first.
 * Without billId, code, mobile or e-mail (only demandId): every bill of the tenant and service, as billing does.
 */
export function newestBills(state: State, criteria: BillCriteria): BillRow[] {
  const newest = new Map<string, BillRow>()
  for (const bill of candidates(state, criteria)) {
    if (!isMatch(bill, criteria)) continue
    const known = newest.get(bill.consumerCode)
    if (known === undefined || known.sequence < bill.sequence) newest.set(bill.consumerCode, bill)
  }
  return [...newest.values()]
}

function candidates(state: State, criteria: BillCriteria): Iterable<BillRow> {
  const { tenantId } = criteria
  if (criteria.billIds.length > 0) {
    return criteria.billIds.flatMap((id) => state.bills.get(id) ?? [])
  }
  if (criteria.consumerCodes.length > 0) {
    return criteria.consumerCodes.flatMap((code) => state.bills.find('code', codeKey(tenantId, code)))
  }
  if (criteria.mobileNumber !== null)
    return state.bills.find('mobile', codeKey(tenantId, criteria.mobileNumber))
  return state.bills.all()
}

function isMatch(bill: BillRow, criteria: BillCriteria): boolean {
  if (bill.tenantId !== criteria.tenantId) return false
  if (criteria.businessService !== null && bill.businessService !== criteria.businessService) return false
  if (criteria.status !== null && bill.status !== criteria.status) return false
  if (criteria.billIds.length > 0 && !criteria.billIds.includes(bill.id)) return false
  if (criteria.consumerCodes.length > 0 && !criteria.consumerCodes.includes(bill.consumerCode)) return false
  if (criteria.mobileNumber !== null && bill.payer?.mobileNumber !== criteria.mobileNumber) return false
  return criteria.email === null
}
