// Goal: settings that are wrong are named, limits hold, groups commit for each caller, logs and requests carry no more
// than they may.
import { describe, expect, it } from 'vitest'
import { ProblemError } from '#contract/problem.ts'
import { createLimits } from '#app/api/limits.ts'
import { mapBounded } from '#app/bills/map-bounded.ts'
import { defaultSettlement } from '#collection/settle-changed-bill.ts'
import { readConfig } from '#app/config.ts'
import { readMigrations } from '#app/database/migrate.ts'
import { paymentRequestOf } from '#app/digit/payment-request.ts'
import { describeError } from '#contract/safe-log.ts'
import { createGroupCommit } from '#app/payments/group-commit.ts'
import { madePayment, NOW_MS } from '#test/unit/collection/made-payment.ts'

const environment = {
  DIGIT_BASE_URL: 'https://digit.example/',
  DIGIT_USERNAME: 'u',
  DIGIT_PASSWORD: 'p',
  DIGIT_TENANT: 'sr.devgaon',
}

describe('settings', () => {
  it('of settlement fill in what a service does not say, first from *, then from the standard', () => {
    const given = { '*': { lower: 'suspense' }, WS: { lower: 'split', isPartConsentNeeded: true } }
    const { policy } = readConfig({ ...environment, TAHSIL_SETTLEMENT: JSON.stringify(given) })
    expect(policy.settlement).toEqual({
      '*': { ...defaultSettlement, lower: 'suspense' },
      WS: { ...defaultSettlement, lower: 'split', isPartConsentNeeded: true },
    })
    for (const wrong of ['{"*":{"lower":"keep"}}', '{"WS":{"lover":"split"}}', '[', '[]']) {
      expect(() => readConfig({ ...environment, TAHSIL_SETTLEMENT: wrong })).toThrow(/TAHSIL_SETTLEMENT/)
    }
  })

  it('have sane defaults', () => {
    const config = readConfig(environment)
    expect(config.digit.baseUrl).toBe('https://digit.example')
    expect(config.policy).toMatchObject({ fenceMs: 600_000, settlement: { '*': defaultSettlement } })
    expect([config.isDemo, config.isIfscSent, config.databaseUrl]).toEqual([false, false, null])
    expect(config.digit.credentials()).toMatchObject({ clientId: 'egov-user-client', clientSecret: '' })
  })

  it.each([
    [{ DIGIT_BASE_URL: undefined }, /DIGIT_BASE_URL is not set/],
    [{ DIGIT_BASE_URL: 'file:///etc' }, /DIGIT_BASE_URL is not right/],
    [{ DIGIT_TENANT: 'SR Devgaon' }, /DIGIT_TENANT is not right/],
    [{ DIGIT_PASSWORD: '' }, /DIGIT_PASSWORD or DIGIT_PASSWORD_FILE is not set/],
    [{ TAHSIL_FENCE_MS: '-1' }, /TAHSIL_FENCE_MS is not right/],
    [{ TAHSIL_POSTING_CONCURRENCY: '99' }, /TAHSIL_POSTING_CONCURRENCY is not right/],
    [{ TAHSIL_CODE_PATTERNS: '{' }, /TAHSIL_CODE_PATTERNS is not right/],
    [
      { TAHSIL_CODE_PATTERNS: '[{"businessService":"PT","pattern":"("}]' },
      /TAHSIL_CODE_PATTERNS has a pattern/,
    ],
    [{ TAHSIL_SEED: 'always' }, /TAHSIL_SEED is not right/],
  ])('%j is told by name', (change, words) => {
    expect(() => readConfig({ ...environment, ...change })).toThrow(words)
  })

  it('a wrong value is never shown', () => {
    expect(() => readConfig({ ...environment, DIGIT_BASE_URL: 'secret-thing' })).toThrow(
      expect.not.objectContaining({ message: expect.stringContaining('secret-thing') }),
    )
  })
})

describe('limits', () => {
  it('let a burst through, then say how long to wait', async () => {
    let nowMs = 0
    const limits = createLimits(() => nowMs)
    const search = () => limits.billSearch('slot', async () => 'found')
    for (let call = 0; call < 60; call += 1) await search()
    const refused = await search().catch((error: unknown) => error)
    expect(refused).toBeInstanceOf(ProblemError)
    expect(refused).toMatchObject({ code: 'too_many_requests', data: { retryAfterMs: 50 } })
    expect(await limits.billSearch('other', async () => 'found')).toBe('found')
    nowMs += 50
    expect(await search()).toBe('found')
  })

  it('take a few appends at once, let some wait, and give everybody else a time of their own', async () => {
    const limits = createLimits(() => 0)
    const release: (() => void)[] = []
    const taken = Array.from({ length: 12 + 64 }, (_, at) =>
      limits.append(`device-${at}`, () => new Promise<void>((done) => release.push(done))),
    )
    const waits: number[] = []
    for (let at = 0; at < 5; at += 1) {
      const error: unknown = await limits.append(`late-${at}`, async () => 1).catch((each: unknown) => each)
      expect(error).toBeInstanceOf(ProblemError)
      waits.push(Number((error as ProblemError).data['retryAfterMs']))
    }
    // a little later each, so that they do not come back together
    expect(waits.toSorted((a, b) => a - b)).toEqual(waits)
    expect(new Set(waits).size).toBe(5)
    expect(limits.pace(true).nextAfterMs).toBeGreaterThan(0)
    expect(limits.pace(false).nextAfterMs).toBe(0)
    while (release.length > 0) {
      for (const done of release.splice(0)) done()
      await new Promise((done) => setImmediate(done))
    }
    await Promise.all(taken)
    await expect(limits.append('device-1', () => Promise.reject(new Error('x')))).rejects.toThrow('x')
    expect(await limits.append('device-1', async () => 'in')).toBe('in')
  })

  it('one device alone cannot take the turns of all', async () => {
    const limits = createLimits(() => 0)
    for (let at = 0; at < 200; at += 1) await limits.append('device', async () => at)
    await expect(limits.append('device', async () => 1)).rejects.toThrow(ProblemError)
    expect(await limits.append('other', async () => 1)).toBe(1)
  })
})

describe('a group commit', () => {
  it('answers everyone with their own result, a few groups at a time', async () => {
    const sizes: number[] = []
    const commit = createGroupCommit<number, number>(async (items) => {
      sizes.push(items.length)
      await new Promise((done) => setImmediate(done))
      return items.map((item) => item * 2)
    })
    const results = await Promise.all(Array.from({ length: 250 }, (_, at) => commit(at)))
    expect(results).toEqual(Array.from({ length: 250 }, (_, at) => at * 2))
    expect(Math.max(...sizes)).toBeLessThanOrEqual(100)
    expect(sizes.length).toBeLessThan(20)
  })

  it('one that fails does not fail its neighbours', async () => {
    const commit = createGroupCommit<number, number>(async (items) => {
      await new Promise((done) => setImmediate(done))
      if (items.includes(7)) throw new Error('seven')
      return [...items]
    })
    const ends = await Promise.allSettled(Array.from({ length: 10 }, (_, at) => commit(at)))
    expect(ends.map((end) => end.status)).toEqual(
      Array.from({ length: 10 }, (_, at) => (at === 7 ? 'rejected' : 'fulfilled')),
    )
  })
})

describe('questions for many', () => {
  it('keep their order and their bound', async () => {
    let running = 0
    let most = 0
    const answers = await mapBounded([5, 4, 3, 2, 1], 2, async (item) => {
      running += 1
      most = Math.max(most, running)
      for (let turn = 0; turn < item; turn += 1) await Promise.resolve()
      running -= 1
      return item
    })
    expect(answers).toEqual([5, 4, 3, 2, 1])
    expect(most).toBe(2)
    expect(await mapBounded([], 2, async () => 1)).toEqual([])
  })
})

describe('a payment in DIGIT’s words', () => {
  it('carries our reference, whole rupees, and no second tenantId', () => {
    const payment = madePayment({ isOffline: true })
    const request = paymentRequestOf(payment, 'bill-9', { isIfscSent: false })
    expect(request).toMatchObject({
      tenantId: 'sr.devgaon',
      totalAmountPaid: 1000,
      paymentMode: 'CASH',
      paymentDetails: [
        {
          billId: 'bill-9',
          manualReceiptNumber: payment.receiptNumber,
          manualReceiptDate: payment.collectedAtMs,
        },
      ],
      additionalDetails: { tahsil: { paymentId: payment.id, deviceSeq: 1 } },
    })
    expect(JSON.stringify(request).match(/tenantId/g)).toHaveLength(1)
  })

  it('sends a cheque with its own date and the day of collection, the IFSC only when asked to', () => {
    const instrument = {
      mode: 'CHEQUE' as const,
      number: '12',
      dateMs: NOW_MS - 1,
      bank: 'B',
      ifsc: 'SBIN0000001',
    }
    const payment = madePayment({ instrument, mode: 'CHEQUE' })
    const request = paymentRequestOf(payment, 'b', { isIfscSent: false })
    expect(request).toMatchObject({
      instrumentNumber: '12',
      transactionNumber: '12',
      instrumentDate: NOW_MS - 1,
      transactionDate: payment.collectedAtMs,
    })
    expect(request.ifscCode).toBeUndefined()
    expect(paymentRequestOf(payment, 'b', { isIfscSent: true }).ifscCode).toBe('SBIN0000001')
  })

  it('names and numbers that DIGIT refuses stay out where they may', () => {
    const bill = { ...madePayment().bill, payerName: 'M/s Rao & Sons' }
    const payer = { paidBy: 'Asha Rao', mobileNumber: '123', isOwner: true }
    const request = paymentRequestOf(madePayment({ bill, payer }), 'b', { isIfscSent: false })
    expect([request.payerName, request.mobileNumber]).toEqual([null, null])
    const bad = { ...payer, paidBy: 'M/s Rao' }
    expect(() => paymentRequestOf(madePayment({ payer: bad }), 'b', { isIfscSent: false })).toThrow(
      RangeError,
    )
  })
})

describe('the rest', () => {
  it('an error in the log has no message: drivers quote values there', () => {
    const error = new Error('Key (mobile)=(9876512345)', { cause: new TypeError('9876512345') })
    expect(JSON.stringify(describeError(error))).not.toContain('9876512345')
  })

  it('migrations are numbered without gaps', () => {
    const migrations = readMigrations()
    expect(migrations.map((each) => each.version)).toEqual(migrations.map((_, at) => at + 1))
  })
})
