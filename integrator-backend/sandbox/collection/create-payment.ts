// `POST /collection-services/payments/_create` and `_validate`, step by step in the order of PaymentService.
// Everything up to the insert leaves no trace but burnt numbers and a citizen account.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { apportion } from '#sandbox/billing/apportion.ts'
import { newestBills } from '#sandbox/billing/bill-criteria.ts'
import { publishPayment } from '#sandbox/billing/back-update.ts'
import { digitError, digitErrors, javaException } from '#sandbox/wire/digit-error.ts'
import { citizenOf } from '#sandbox/identity/citizens.ts'
import { serviceOf } from '#sandbox/masters/business-services.ts'
import { isStateTenant, tenantOf } from '#sandbox/masters/tenants.ts'
import { responseInfoOf } from '#sandbox/wire/response-info.ts'
import type { PaymentDetailRow, PaymentRow } from '#sandbox/state/rows.ts'
import type { Answer, Call } from '#sandbox/sandbox-context.ts'
import { nextNumber } from '#sandbox/state/state.ts'
import { cashTransactionNumber, nextReceiptNumber } from './id-numbers.ts'
import { lookUpIfsc } from './ifsc.ts'
import { readPayment } from './payment-input.ts'
import type { PaymentInput } from './payment-input.ts'
import { brokenRules } from './payment-rules.ts'
import type { BillToPay } from './payment-rules.ts'
import { createdPaymentOnWire } from './payment-wire.ts'
import { must } from '#sandbox/must.ts'

export async function createPayment(call: Call): Promise<Answer> {
  const { sandbox } = call
  if (sandbox.createsInFlight.count >= sandbox.settings.createPoolMax) {
    throw javaException('CannotCreateTransactionException', 'Could not open JDBC Connection for transaction')
  }
  sandbox.createsInFlight.count += 1
  try {
    const input = readPayment(call.body, sandbox.settings.isUpyog)
    const bills = checkedBills(call, input)
    const payment = buildPayment(call, { input, bills })
    const slow = sandbox.faults.take('slow-commit', call.operation)
    if (slow) await sandbox.sleep(slow.delayMs)
    insertPayment(call, payment)
    return {
      status: 200,
      body: {
        ResponseInfo: responseInfoOf(call.requestInfo),
        Payments: [createdPaymentOnWire(payment, input)],
      },
    }
  } finally {
    sandbox.createsInFlight.count -= 1
  }
}

/** Steps 1 to 6 only, and an echo; reserves nothing. */
export function validatePayment(call: Call): Answer {
  const input = readPayment(call.body, call.sandbox.settings.isUpyog)
  checkedBills(call, input)
  const echo = call.body['Payment'] ?? null
  return { status: 200, body: { ResponseInfo: responseInfoOf(call.requestInfo), Payments: [echo] } }
}

/** Steps 1 to 6: the bills that may be paid with this input. Throws the service's errors. */
function checkedBills(call: Call, input: PaymentInput): BillToPay[] {
  const { sandbox } = call
  if (call.user === null) throw digitError('USER_INFO_INVALID', 'User info is mandatory')
  const ids = (input.details ?? []).map((detail) => detail.billId)
  if (new Set(ids).size < ids.length) throw digitError('DUPLICATE_BILLID', 'The same bill is sent twice')
  if (sandbox.faults.take('mdms-outage', call.operation)) {
    throw javaException('IllegalArgumentException', 'json string can not be null or empty')
  }
  if (tenantOf(input.tenantId) === undefined) {
    throw digitError('Invalid_tenantId.MdmsCriteria.tenantId', `Invalid Tenant Id ${input.tenantId}`)
  }
  const found = billsOf(call, { tenantId: input.tenantId, ids })
  if (input.details === null || ids.length === 0) throw javaException('NullPointerException')
  if (found.size === 0) throw digitError('INVALID_BILL_ID', 'No bill was found for the given bill ids')
  const bills = input.details.map((detail): BillToPay => {
    const bill = found.get(detail.billId)
    if (bill === undefined) throw javaException('NullPointerException')
    const service = serviceOf(bill.businessService)
    if (service === undefined) {
      throw digitError('INVALID_BILL_BUSINESSSERVICE', `Business service ${bill.businessService} not found`)
    }
    return { bill: structuredClone(bill), service, paidPaise: detail.totalPaidPaise }
  })
  const errors = brokenRules(input, bills, {
    state: sandbox.state,
    nowMs: sandbox.clock.nowMs(),
    isUpyog: sandbox.settings.isUpyog,
  })
  if (errors.size > 0) throw digitErrors(errors)
  return bills
}

/** What billing's `bill/v2/_search` returns for the ids: newest per consumer code; for no ids, every bill of the tenant. */
function billsOf(call: Call, { tenantId, ids }: { tenantId: string; ids: string[] }) {
  const { sandbox } = call
  if (sandbox.faults.take('billing-outage', call.operation)) {
    throw digitError('BILLING_SERVICE_ERROR', 'Failed to fetch the bill')
  }
  if (call.user?.type === 'EMPLOYEE' && isStateTenant(tenantId)) {
    throw digitError('EG_BS_INVALID_TENANTID', 'Employees cannot use a state level tenant')
  }
  const bills = newestBills(sandbox.state, {
    tenantId,
    businessService: null,
    consumerCodes: [],
    billIds: ids,
    mobileNumber: null,
    email: null,
    demandId: null,
    status: null,
  })
  const read = sandbox.calls.get('bills-read-by-create') ?? 0
  sandbox.calls.set('bills-read-by-create', read + bills.length)
  return new Map(bills.map((bill) => [bill.id, bill]))
}

const depositedModes = ['CARD', 'ONLINE', 'ONLINE_NEFT', 'ONLINE_RTGS']
const datedNowModes = ['CASH', ...depositedModes]

/** Steps 7 to 9: numbers, apportioning, citizen. Server time replaces whatever times were sent. */
function buildPayment(call: Call, { input, bills }: { input: PaymentInput; bills: BillToPay[] }): PaymentRow {
  const { sandbox } = call
  const { clock, faults } = sandbox
  const createdAtMs = clock.nowMs()
  const additionalDetails = lookUpIfsc(call, input)
  const details = bills.map((item, at): PaymentDetailRow => {
    const sent = must(input.details?.[at], 'the detail sent')
    return {
      id: randomUUID(),
      totalDuePaise: item.bill.totalPaise,
      totalPaidPaise: item.paidPaise,
      receiptNumber: nextReceiptNumber(sandbox, item.bill),
      receiptDate: createdAtMs,
      businessService: item.bill.businessService,
      billId: item.bill.id,
      manualReceiptNumber: sent.manualReceiptNumber,
      manualReceiptDate: sent.manualReceiptDate,
      additionalDetails: sent.additionalDetails,
      // The snapshot starts a life of its own: ACTIVE while the payment lives, whatever billing says.
      bill: { ...item.bill, status: 'ACTIVE' },
    }
  })
  if (faults.take('idgen-failure', call.operation)) {
    throw digitError('IDGEN_SERVICE_ERROR', 'Failed to generate the receipt number')
  }
  if (faults.take('apportion-failure', call.operation)) {
    throw digitError('APPORTIONING_FAILED_CODE', 'Failed to apportion the payment')
  }
  for (const { bill, totalPaidPaise, businessService } of details) {
    apportion(bill, totalPaidPaise, serviceOf(businessService)?.isAdvanceAllowed ?? false)
  }
  const transactionDate = clock.nowMs()
  const isDeposited = depositedModes.includes(input.paymentMode)
  return {
    id: randomUUID(),
    sequence: 0,
    tenantId: input.tenantId,
    totalDuePaise: details.reduce((sum, detail) => sum + detail.totalDuePaise, 0),
    totalPaidPaise: input.totalPaidPaise,
    transactionNumber:
      input.paymentMode === 'CASH' ? cashTransactionNumber(input.tenantId) : (input.transactionNumber ?? ''),
    transactionDate,
    paymentMode: input.paymentMode,
    instrumentDate: datedNowModes.includes(input.paymentMode) ? transactionDate : input.instrumentDate,
    instrumentNumber: input.instrumentNumber,
    instrumentStatus: isDeposited ? 'REMITTED' : 'APPROVED',
    ifscCode: input.ifscCode,
    additionalDetails,
    paidBy: input.paidBy,
    mobileNumber: input.mobileNumber,
    payerName: input.payerName,
    payerAddress: input.payerAddress,
    payerEmail: input.payerEmail,
    payerId: citizenOf(sandbox, { mobileNumber: input.mobileNumber, name: input.payerName ?? input.paidBy }),
    paymentStatus: isDeposited ? 'DEPOSITED' : 'NEW',
    fileStoreId: null,
    createdBy: String(call.user?.id ?? ''),
    createdAtMs,
    lastModifiedAtMs: createdAtMs,
    details,
  }
}

/** Steps 10 to 12: the tables' own constraints, the event, the commit. */
function insertPayment(call: Call, payment: PaymentRow): void {
  const { sandbox } = call
  const { state, faults } = sandbox
  assert.ok(payment.details.length > 0, 'a payment has at least one detail')
  const taken = payment.details.find((detail) => state.payments.find('bill', detail.billId).length > 0)
  const isForced = faults.take('unique-constraint', call.operation) !== undefined
  if (taken || isForced) {
    const billId = taken?.billId ?? payment.details[0]?.billId
    throw digitError(
      'PAYMENT_CREATION_FAILED',
      `PreparedStatementCallback; SQL []; ERROR: duplicate key value violates unique constraint "uk_egcl_paymentdetail"\n  Detail: Key (billid)=(${billId}) already exists.`,
    )
  }
  if (payment.transactionNumber === '') {
    throw digitError(
      'PAYMENT_CREATION_FAILED',
      'PreparedStatementCallback; SQL []; ERROR: null value in column "transactionnumber" violates not-null constraint',
    )
  }
  if (Math.abs(payment.totalPaidPaise) >= 1e12) {
    throw digitError(
      'PAYMENT_CREATION_FAILED',
      'PreparedStatementCallback; SQL []; ERROR: numeric field overflow',
    )
  }
  if (faults.take('kafka-failure', call.operation)) {
    throw digitError('COLLECTIONS_KAFKA_PUSH_FAILED', 'Failed to push the payment to the event bus')
  }
  publishPayment(sandbox, 'payment-create', payment)
  if (faults.take('commit-failure', call.operation)) {
    throw javaException('TransactionSystemException', 'Could not commit JDBC transaction')
  }
  payment.sequence = nextNumber(state, 'payment')
  state.payments.put(payment)
}
