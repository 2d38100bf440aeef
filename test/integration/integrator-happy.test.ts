// Goal: one payment goes from a till to DIGIT and back to the till, whole, once, with both receipt numbers.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { heldByDigit, startTestDatabases, startWorld } from './integrator-kit.ts'
import type { TestDatabases, World } from './integrator-kit.ts'

let databases: TestDatabases
let world: World

beforeAll(async () => {
  databases = await startTestDatabases()
  world = await startWorld({ databaseUrl: await databases.create() })
})
afterAll(async () => {
  await world?.close()
  await databases?.close()
})

describe('a payment in cash', () => {
  it('is found, taken, posted and confirmed', async () => {
    const { till, sandbox } = world
    const bill = await till.billOf('PT-DVG-000001', 'PT')
    expect(bill.totalPaise).toBeGreaterThan(0)
    const payment = till.payment(bill)
    const first = await till.submit(payment)
    expect(first.id).toBe(payment.id)
    const status = await till.until(payment.id, 'CONFIRMED')
    const held = heldByDigit(sandbox, payment)
    expect(held).toHaveLength(1)
    expect(status.digitReceiptNumber).toBe(held[0]?.details[0]?.receiptNumber)
    expect(status.balancePaise).toBe(0)
    expect(held[0]?.details[0]?.manualReceiptNumber).toBe(payment.receiptNumber)
    expect(held[0]?.totalPaidPaise).toBe(payment.amountPaise)
    expect(status.steps.map((step) => step.state)).toEqual([
      'RECEIVED',
      'VERIFIED',
      'READY',
      'POSTING',
      'POSTED',
      'POSTED',
      'CONFIRMED',
    ])
  })
})
