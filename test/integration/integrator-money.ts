// Consumers of one test alone, and the promise as one check: exactly one DIGIT payment, ours, whole. Called by the tests of
// posting.
import { expect } from 'vitest'
import type { Bill } from '#contract/bill.ts'
import type { Payment, PaymentStatus } from '#contract/payment.ts'
import { heldByDigit, TENANT } from './integrator-kit.ts'
import type { World } from './integrator-kit.ts'

export type Consumer = { tenantId: string; businessService: string; consumerCode: string }

const heads = { PT: 'PT_TAX', WS: 'WS_CHARGE', TL: 'TL_TAX' }
let consumerCount = 0

export function createMoney(getWorld: () => World) {
  const billOf = (consumer: Consumer): Promise<Bill> =>
    getWorld().till.billOf(consumer.consumerCode, consumer.businessService)
  return {
    newConsumer: (businessService: 'PT' | 'WS' | 'TL', taxRupees: number): Consumer => {
      consumerCount += 1
      const consumerCode = `${businessService}-TEST-${consumerCount}`
      const consumer = { tenantId: TENANT, businessService, consumerCode }
      getWorld().sandbox.admin.postDemand({ ...consumer, taxHeadCode: heads[businessService], taxRupees })
      return consumer
    },
    billOf,
    payAll: async (consumer: Consumer, change: Partial<Payment> = {}): Promise<Payment> => {
      const { till } = getWorld()
      const payment = till.payment(await billOf(consumer), change)
      await till.submit(payment)
      return payment
    },
    /** Exactly one live payment in DIGIT, ours, whole, and its receipt number told to the till. */
    expectPostedOnce: (payment: Payment, status: PaymentStatus): void => {
      const held = heldByDigit(getWorld().sandbox, payment)
      expect(held, JSON.stringify(status.steps, null, 1)).toHaveLength(1)
      expect(held[0]?.totalPaidPaise).toBe(payment.amountPaise)
      expect(held[0]?.details[0]?.manualReceiptNumber).toBe(payment.receiptNumber)
      expect(held[0]?.details[0]?.manualReceiptDate).toBe(payment.collectedAtMs)
      expect(status.digitReceiptNumber).toBe(held[0]?.details[0]?.receiptNumber)
      expect(status.digitPaymentId).toBe(held[0]?.id)
    },
  }
}
