// `POST /collection-services/payments/{module}/_workflow`: CANCEL, DISHONOUR, REMIT (and REFUND in UPYOG).
// REMIT sends its event to the cancel topic, so billing re-opens the dues: kept, because it is what happens.
// Read from: PaymentWorkflowService, PaymentWorkflowValidator.
import assert from 'node:assert/strict'
import type { Json, PaymentRow } from '#sandbox/state/rows.ts'
import { publishPayment } from '#sandbox/billing/back-update.ts'
import { digitError, javaException } from '#sandbox/wire/digit-error.ts'
import { fieldOf, isObject } from '#sandbox/wire/json-field.ts'
import { responseInfoOf } from '#sandbox/wire/response-info.ts'
import type { Answer, Call } from '#sandbox/sandbox-context.ts'
import { codeKey } from '#sandbox/state/state.ts'
import type { State } from '#sandbox/state/state.ts'
import { storedPaymentOnWire } from './payment-wire.ts'
import { must } from '#sandbox/must.ts'

type Action = 'CANCEL' | 'DISHONOUR' | 'REMIT' | 'REFUND'

type WorkflowItem = {
  paymentId: string
  tenantId: string
  action: Action
  reason: string | null
  details: Json | null
}

const actions: readonly string[] = ['CANCEL', 'DISHONOUR', 'REMIT']
const itemsMax = 500

export function runWorkflow(call: Call): Answer {
  const { sandbox } = call
  const items = readItems(call)
  const first = must(items[0], 'a workflow item')
  const payments = eligiblePayments(sandbox.state, items)
  if (sandbox.faults.take('kafka-failure', call.operation)) {
    throw digitError('COLLECTIONS_KAFKA_PUSH_FAILED', 'Failed to push the payment to the event bus')
  }
  const nowMs = sandbox.clock.nowMs()
  const changed = payments.map((payment) => {
    const item = items.find((other) => other.paymentId === payment.id)
    assert.ok(item, 'every eligible payment was asked for')
    const next = changedPayment(payment, item, nowMs)
    assert.equal(next.totalPaidPaise, payment.totalPaidPaise, 'a workflow action changes no amount')
    sandbox.state.payments.put(next)
    publishPayment(sandbox, 'payment-cancel', next)
    return { payment: next, item }
  })
  return {
    status: 200,
    body: {
      ResponseInfo: responseInfoOf(call.requestInfo),
      Payments: changed.map(({ payment, item }) => {
        const wire = storedPaymentOnWire(payment)
        // The reason is echoed and then forgotten: no column holds it.
        const withReason = wire.paymentDetails.map((detail) => ({
          ...detail,
          bill: {
            ...detail.bill,
            isCancelled: first.action === 'CANCEL',
            reasonForCancellation: item.reason,
          },
        }))
        return { ...wire, paymentDetails: withReason }
      }),
    },
  }
}

function readItems(call: Call): WorkflowItem[] {
  const list = fieldOf(call.body, 'PaymentWorkflows')
  if (!Array.isArray(list) || list.length === 0) throw javaException('NullPointerException')
  if (list.length > itemsMax)
    throw digitError('Size.paymentWorkflowRequest.paymentWorkflows', 'too many items')
  const allowed = call.sandbox.settings.isUpyog ? [...actions, 'REFUND'] : actions
  const items = list.map((item: unknown, at): WorkflowItem => {
    const path = `paymentWorkflowRequest.paymentWorkflows[${at}]`
    if (!isObject(item)) throw javaException('JsonMappingException', `${path} is not an object`)
    const text = (name: string) => {
      const value = fieldOf(item, name)
      if (typeof value !== 'string' || value === '')
        throw digitError(`NotNull.${path}.${name}`, 'may not be null')
      return value
    }
    const action = text('action').toUpperCase()
    if (!allowed.includes(action)) throw digitError(`NotNull.${path}.action`, 'may not be null')
    const reason = fieldOf(item, 'reason')
    const details = fieldOf(item, 'additionalDetails')
    return {
      paymentId: text('paymentId'),
      tenantId: text('tenantId'),
      action: action as Action,
      reason: typeof reason === 'string' ? reason : null,
      details: isObject(details) ? details : null,
    }
  })
  if (new Set(items.map((item) => item.action)).size > 1) {
    throw digitError('PAYMENT_WORKFLOW_SINGLE_ACTION_ALLOWED', 'Only one action is allowed in one request')
  }
  if (new Set(items.map((item) => item.tenantId)).size > 1) {
    throw digitError('CROSS_TENANT_OP_NOT_ALLOWED', 'All payments of one request must be of one tenant')
  }
  return items
}

/** Which instrument states and modes an action may start from. */
function isInState(payment: PaymentRow, action: Action): boolean {
  const isCheque = payment.paymentMode === 'CHEQUE' || payment.paymentMode === 'DD'
  const isApproved = payment.instrumentStatus === 'APPROVED'
  if (action === 'CANCEL') return isApproved
  if (action === 'DISHONOUR') return isCheque && (isApproved || payment.instrumentStatus === 'REMITTED')
  if (action === 'REMIT') return isApproved && (isCheque || payment.paymentMode === 'CASH')
  return isApproved || payment.instrumentStatus === 'REMITTED'
}

/** The asked payments, latest first. Throws when one is unknown, in another state, or not the latest of its kind. */
function eligiblePayments(state: State, items: readonly WorkflowItem[]): PaymentRow[] {
  const { action, tenantId } = must(items[0], 'a workflow item')
  const payments = items.map((item) => {
    const payment = state.payments.get(item.paymentId)
    if (payment === undefined || payment.tenantId !== tenantId || !isInState(payment, action)) {
      throw digitError(
        'RECEIPT_WORKFLOW_INVALID_RECEIPT',
        `Payment not found in the system or not in editable state, ${item.paymentId}`,
      )
    }
    return payment
  })
  payments.sort(latestFirst)
  if (action === 'REMIT' || action === 'REFUND') return payments

  const taken = new Set<string>()
  for (const payment of payments) {
    for (const { bill } of payment.details) {
      const latest = state.payments
        .find('code', codeKey(tenantId, bill.consumerCode))
        .filter((other) => isInState(other, action) && !taken.has(other.id))
        .toSorted(latestFirst)[0]
      if (latest !== undefined && latest.id !== payment.id) {
        throw digitError(
          'RECEIPT_WORKFLOW_ACTION_NOT_APPLICABLE',
          'Can only cancel / dishonour latest receipt for a consumer code.',
        )
      }
    }
    taken.add(payment.id)
  }
  return payments
}

function latestFirst(a: PaymentRow, b: PaymentRow): number {
  return b.transactionDate - a.transactionDate || b.sequence - a.sequence
}

function changedPayment(payment: PaymentRow, item: WorkflowItem, nowMs: number): PaymentRow {
  const next = structuredClone(payment)
  next.lastModifiedAtMs = nowMs
  if (item.action === 'REMIT') {
    next.instrumentStatus = 'REMITTED'
    next.paymentStatus = 'DEPOSITED'
  } else {
    const status = item.action === 'DISHONOUR' ? 'DISHONOURED' : 'CANCELLED'
    next.instrumentStatus = status
    next.paymentStatus = status
    for (const detail of next.details) detail.bill.status = 'CANCELLED'
  }
  for (const { bill } of next.details) {
    if (item.details !== null) bill.additionalDetails = { ...bill.additionalDetails, ...item.details }
  }
  return next
}
