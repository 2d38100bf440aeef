// Goal: the small rules of money keep DIGIT's own: names, instruments, flags, spelling of records, waits after wrong PINs.
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { paise } from '#contract/money.ts'
import type { Instrument } from '#contract/payment.ts'
import { outcomeOf, whyRefused } from '#collection/accept-payment.ts'
import { canonicalJson } from '#collection/canonical-json.ts'
import { whyUnpostable } from '#collection/check-payment.ts'
import { isFlagSet, mergeRules, rulesOfService } from '#collection/collection-rules.ts'
import { isDigitMobile, isDigitName } from '#collection/payer-rules.ts'
import { PIN_FAILURES_MAX, waitAfterFailures } from '#collection/pin-lock.ts'
import { madePayment, NOW_MS } from './made-payment.ts'

describe('a payer’s name', () => {
  it('is what DIGIT’s own pattern takes, for short texts', () => {
    // DIGIT's pattern itself: exponential, so only for texts this short
    const digits = /^[a-zA-Z]+(([_\-'`. ][a-zA-Z ])?[a-zA-Z]*)*$/
    const text = fc.string({
      unit: fc.constantFrom('a', 'Z', ' ', '.', "'", '-', '_', '`', '1', '/', 'é'),
      maxLength: 9,
    })
    fc.assert(
      fc.property(text, (each) => {
        expect(isDigitName(each)).toBe(digits.test(each))
      }),
      { numRuns: 5_000 },
    )
  })

  it('takes linear time for what would hang a server', () => {
    for (const text of [`${'a'.repeat(127)}1`, `${'a '.repeat(63)}1`, `a${' '.repeat(126)}1`]) {
      expect(isDigitName(text)).toBe(false)
    }
    expect(isDigitName('a'.repeat(129))).toBe(false)
    expect(['A.K. Rao', "D'Souza", 'a b  c'].every(isDigitName)).toBe(true)
    expect(['M/s Rao', 'Asha.', 'Asha ', '', 'आशा'].some(isDigitName)).toBe(false)
  })

  it('mobile numbers have ten digits and begin with 6 to 9', () => {
    expect(['6000000000', '9876512345'].every(isDigitMobile)).toBe(true)
    expect(['5876512345', '987651234', '98765123456', '+919876512345'].some(isDigitMobile)).toBe(false)
  })
})

describe('an instrument', () => {
  const dayMs = 86_400_000
  const collectedAtMs = NOW_MS
  const cheque = (dateMs: number): Instrument => ({
    mode: 'CHEQUE',
    number: '1',
    dateMs,
    bank: 'B',
    ifsc: null,
  })
  const why = (instrument: Instrument) =>
    whyUnpostable(madePayment({ instrument, mode: instrument.mode, collectedAtMs }))

  it('a cheque may be 90 whole days old at the collection, and never from the future', () => {
    expect(why(cheque(collectedAtMs - 91 * dayMs + 1))).toBeNull()
    expect(why(cheque(collectedAtMs - 91 * dayMs))).toContain('90 days')
    expect(why(cheque(collectedAtMs + 1))).toContain('after the collection')
    expect(why({ ...cheque(collectedAtMs), mode: 'DD' } as Instrument)).toBeNull()
  })

  it('must be the one the payment says', () => {
    expect(whyUnpostable(madePayment({ mode: 'CARD' }))).toContain('differ')
    expect(
      why({ mode: 'POSTAL_ORDER', number: '1', dateMs: collectedAtMs + 2 * dayMs, postOffice: 'x' }),
    ).toContain('after the collection')
  })

  it('words never carry the payer', () => {
    const payer = { paidBy: 'Secret 1', mobileNumber: '123', isOwner: true }
    expect(whyUnpostable(madePayment({ payer }))).not.toContain('Secret')
  })
})

describe('rules of a service', () => {
  it('absent and null mean no; text "true" means yes', () => {
    expect([true, 'true', ' TRUE '].every(isFlagSet)).toBe(true)
    expect([false, null, undefined, 'false', 'yes', 1].some(isFlagSet)).toBe(false)
    expect(rulesOfService({})).toEqual({
      isPartPaymentAllowed: false,
      isAdvanceAllowed: false,
      minimumPaise: 0,
      modesNotAllowed: [],
      isOpen: true,
    })
    expect(rulesOfService({ isActive: false }).isOpen).toBe(false)
    expect(rulesOfService({ minAmountPayable: '100' }).minimumPaise).toBe(10_000)
    expect(rulesOfService({ minAmountPayable: -1 }).minimumPaise).toBe(0)
  })

  it('a bill may only narrow them', () => {
    const service = rulesOfService({ partPaymentAllowed: true, collectionModesNotAllowed: ['DD'] })
    expect(mergeRules(service, {}).isPartPaymentAllowed).toBe(true)
    expect(mergeRules(service, { partPaymentAllowed: false }).isPartPaymentAllowed).toBe(false)
    expect(mergeRules(service, { isAdvanceAllowed: true }).isAdvanceAllowed).toBe(false)
    expect(
      mergeRules(service, { collectionModesNotAllowed: ['CHEQUE'], minimumAmountToBePaid: 50 }),
    ).toMatchObject({
      modesNotAllowed: ['DD', 'CHEQUE'],
      minimumPaise: 5_000,
    })
  })
})

describe('the spelling of a record', () => {
  it('is the same for the same content, whatever the order of keys, and reads back', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => {
        const text = canonicalJson(value)
        expect(canonicalJson(JSON.parse(text))).toBe(text)
        expect(canonicalJson(turned(value))).toBe(text)
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)))
      }),
    )
    expect(canonicalJson({ b: [1, null], a: { d: 'ü', c: -0 } })).toBe('{"a":{"c":0,"d":"ü"},"b":[1,null]}')
  })

  it('refuses what JSON has not', () => {
    for (const value of [Number.NaN, 1n, () => 0, nested(40)])
      expect(() => canonicalJson(value)).toThrow(TypeError)
  })

  it('same id: the first content stands', () => {
    expect(outcomeOf({ isNew: true, heldHash: 'a', sentHash: 'a' })).toBe('accepted')
    expect(outcomeOf({ isNew: false, heldHash: 'a', sentHash: 'a' })).toBe('duplicate')
    expect(outcomeOf({ isNew: false, heldHash: 'a', sentHash: 'b' })).toBe('conflict')
    expect(() => outcomeOf({ isNew: true, heldHash: '', sentHash: 'a' })).toThrow(RangeError)
  })
})

describe('who may hand over what', () => {
  const submitter = { tenantId: 'sr.devgaon', deviceIds: ['device-0', 'device-1'] }
  it('the token decides, the body must agree', () => {
    expect(whyRefused(madePayment(), submitter)).toBeNull()
    expect(whyRefused(madePayment({ deviceId: 'device-0' }), submitter)).toBeNull()
    expect(whyRefused(madePayment({ deviceId: 'device-9' }), submitter)?.code).toBe('input_invalid')
    expect(whyRefused(madePayment({ tenantId: 'sr.x' }), submitter)?.code).toBe('bill_other_tenant')
    const bill = { ...madePayment().bill, tenantId: 'sr.x' }
    expect(whyRefused(madePayment({ bill }), submitter)?.code).toBe('bill_other_tenant')
    expect(whyRefused(madePayment({ mode: 'CARD', amountPaise: paise(100) }), submitter)?.code).toBe(
      'input_invalid',
    )
  })
})

describe('wrong PINs', () => {
  it('three free, then longer waits, then the lock', () => {
    const waits = Array.from({ length: PIN_FAILURES_MAX }, (_, at) => waitAfterFailures(at + 1))
    expect(waits.map((each) => each.waitMs)).toEqual([0, 0, 0, 30_000, 120_000, 600_000, 0])
    expect(waits.map((each) => each.isLocked)).toEqual([false, false, false, false, false, false, true])
    expect(waitAfterFailures(1000).isLocked).toBe(true)
    expect(() => waitAfterFailures(0)).toThrow(RangeError)
  })
})

function turned(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(turned)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([key, item]) => [key, turned(item)]),
  )
}

function nested(depth: number): unknown {
  return depth === 0 ? 1 : [nested(depth - 1)]
}
