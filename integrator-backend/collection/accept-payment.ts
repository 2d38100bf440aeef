// Is a submitted record a payment of this device, and what does a repeat of an id mean? Called by app's submission.
import type { Payment } from '#contract/payment.ts'

export type Submitter = {
  tenantId: string
  /** Every life of the same device slot: records of an earlier life are rescued, not refused. */
  deviceIds: readonly string[]
}

export type Refusal = { code: 'bill_other_tenant' | 'input_invalid'; why: string }

/** null = may be accepted. The token says who is speaking; the body must agree (API1: broken object authorisation). */
export function whyRefused(payment: Payment, submitter: Submitter): Refusal | null {
  if (payment.tenantId !== submitter.tenantId || payment.bill.tenantId !== submitter.tenantId) {
    return { code: 'bill_other_tenant', why: 'the payment is of another municipality than the device' }
  }
  if (!submitter.deviceIds.includes(payment.deviceId)) {
    return { code: 'input_invalid', why: 'the payment names another device' }
  }
  if (payment.mode !== payment.instrument.mode) {
    return { code: 'input_invalid', why: 'the mode and the instrument differ' }
  }
  return null
}

/** same id: the first content stands; other content never replaces it. */
export function outcomeOf(record: { isNew: boolean; heldHash: string; sentHash: string }) {
  if (record.heldHash === '' || record.sentHash === '') throw new RangeError('a record without a hash')
  if (record.isNew) return 'accepted'
  return record.heldHash === record.sentHash ? 'duplicate' : 'conflict'
}
