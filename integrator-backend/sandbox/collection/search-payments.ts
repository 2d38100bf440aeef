// `POST /collection-services/payments/{module}/_search`. Employees must name a module; it widens businessServices.
// Read from: PaymentValidator, PaymentQueryBuilder, ApplicationProperties.
import type { PaymentRow } from '#sandbox/state/rows.ts'
import { digitError, javaException } from '#sandbox/wire/digit-error.ts'
import { isStateTenant } from '#sandbox/masters/tenants.ts'
import { flagOf, numberOf, setOf, textOf } from '#sandbox/wire/query.ts'
import { responseInfoOf } from '#sandbox/wire/response-info.ts'
import type { Answer, Call } from '#sandbox/sandbox-context.ts'
import { codeKey } from '#sandbox/state/state.ts'
import { storedPaymentOnWire } from './payment-wire.ts'

const dayMs = 86_400_000
const limitDefault = 30
const limitMax = 100

export function searchPayments(call: Call): Answer {
  const { query, user } = call
  if (user?.type === 'EMPLOYEE' && call.module === null) {
    throw digitError('EGCL_URI_EXCEPTION', 'The module name is mandatory in the search path for employees')
  }
  const tenantId = textOf(query, 'tenantId')
  if (tenantId === null) throw javaException('NullPointerException')
  if (flagOf(query, 'isCountRequest')) return countPayments(call, tenantId)

  const test = criteriaOf(call, tenantId)
  const found = candidates(call, tenantId)
    .filter(test)
    .toSorted((a, b) => b.transactionDate - a.transactionDate || b.sequence - a.sequence)
  const limit = Math.min(numberOf(query, 'limit', 'paymentSearchCriteria') ?? limitDefault, limitMax)
  const offset = numberOf(query, 'offset', 'paymentSearchCriteria') ?? 0
  return {
    status: 200,
    body: {
      ResponseInfo: responseInfoOf(call.requestInfo),
      Payments: found
        .slice(Math.max(0, offset), Math.max(0, offset) + Math.max(0, limit))
        .map(storedPaymentOnWire),
    },
  }
}

function countPayments(call: Call, tenantId: string): Answer {
  const [service] = setOf(call.query, 'businessServices')
  const payments = [...call.sandbox.state.payments.all()].filter(
    (payment) =>
      isOfTenant(payment, tenantId) && payment.details.some((detail) => detail.businessService === service),
  )
  return { status: 200, body: { Count: payments.length, ResponseInfo: responseInfoOf(call.requestInfo) } }
}

/** A state tenant matches its towns by prefix. */
function isOfTenant(payment: PaymentRow, tenantId: string): boolean {
  return isStateTenant(tenantId) ? payment.tenantId.startsWith(tenantId) : payment.tenantId === tenantId
}

function candidates(call: Call, tenantId: string): PaymentRow[] {
  const { state } = call.sandbox
  const billIds = setOf(call.query, 'billIds')
  const codes = setOf(call.query, 'consumerCodes')
  const ids = setOf(call.query, 'ids')
  const found =
    ids.length > 0
      ? ids.flatMap((id) => state.payments.get(id) ?? [])
      : billIds.length > 0
        ? billIds.flatMap((id) => state.payments.find('bill', id))
        : codes.length > 0 && !isStateTenant(tenantId)
          ? codes.flatMap((code) => state.payments.find('code', codeKey(tenantId, code)))
          : [...state.payments.all()]
  return [...new Set(found)]
}

function criteriaOf(call: Call, tenantId: string): (payment: PaymentRow) => boolean {
  const { query, user } = call
  const name = 'paymentSearchCriteria'
  const upper = (key: string) => setOf(query, key).map((value) => value.toUpperCase())
  const isIn = (wanted: readonly string[], value: string | null) =>
    wanted.length === 0 || (value !== null && wanted.includes(value))
  const services = setOf(query, 'businessServices')
  // Always added, also UC and DEFAULT, which are no service: without businessServices they find nothing.
  if (call.module !== null) services.push(call.module)
  const wanted = {
    billIds: setOf(query, 'billIds'),
    ids: setOf(query, 'ids'),
    receiptNumbers: setOf(query, 'receiptNumbers'),
    consumerCodes: setOf(query, 'consumerCodes'),
    payerIds: user?.type === 'CITIZEN' ? [user.uuid] : setOf(query, 'payerIds'),
    statuses: upper('status'),
    instrumentStatuses: upper('instrumentStatus'),
    modes: upper('paymentModes'),
    transactionNumber: textOf(query, 'transactionNumber'),
    mobileNumber: textOf(query, 'mobileNumber'),
    fromDate: numberOf(query, 'fromDate', name),
    toDate: numberOf(query, 'toDate', name),
  }
  return (payment) =>
    isOfTenant(payment, tenantId) &&
    isIn(wanted.ids, payment.id) &&
    isIn(wanted.payerIds, payment.payerId) &&
    isIn(wanted.statuses, payment.paymentStatus) &&
    isIn(wanted.instrumentStatuses, payment.instrumentStatus) &&
    isIn(wanted.modes, payment.paymentMode) &&
    (wanted.transactionNumber === null || payment.transactionNumber === wanted.transactionNumber) &&
    (wanted.mobileNumber === null || payment.mobileNumber === wanted.mobileNumber) &&
    (wanted.fromDate === null || payment.transactionDate >= wanted.fromDate) &&
    // toDate is silently moved a day later.
    (wanted.toDate === null || payment.transactionDate <= wanted.toDate + dayMs) &&
    payment.details.some(
      (detail) =>
        isIn(wanted.billIds, detail.billId) &&
        isIn(wanted.receiptNumbers, detail.receiptNumber) &&
        isIn(wanted.consumerCodes, detail.bill.consumerCode) &&
        isIn(services, detail.businessService),
    )
}
