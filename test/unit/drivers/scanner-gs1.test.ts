// Goal: a GS1 payment slip names the biller's reference; nothing that only looks like one does, and no text is read with an error.
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { readPaymentSlip } from '#drivers/scanner/payload/gs1.ts'
import { codesNamedBy, readPayload } from '#drivers/scanner/payload/payload.ts'

/** 890123456789 with its check digit, invented. */
const BILLER = '8901234567890'
const GS = '\u001D'

test.each([
  [`415${BILLER}8020WS-107-000871`, { reference: 'WS-107-000871', billerNumber: BILLER }],
  [`${GS}415${BILLER}8020WS/107/1${GS}3902125000`, { reference: 'WS/107/1', billerNumber: BILLER }],
  [`${GS}8020PT-1`, { reference: 'PT-1', billerNumber: null }],
  [`(415)${BILLER}(3902)125000(8020)PT-1(96)261231`, { reference: 'PT-1', billerNumber: BILLER }],
])('%j', (text, slip) => {
  expect(readPaymentSlip(text)).toEqual(slip)
  expect(codesNamedBy(readPayload(text))).toEqual([slip.reference])
})

test.each([
  '8020123456',
  `415${BILLER}`,
  `415${BILLER.slice(0, -1)}58020PT-1`,
  `415${BILLER}8020`,
  `415${BILLER}8020${'1'.repeat(26)}`,
  `415${BILLER}8020PT-1${GS}8020PT-2`,
  `${GS}8020PT-1${GS}5`,
  `${GS}4158901`,
  `(8020)PT-1(8020)PT-2`,
  `x(8020)PT-1`,
  '(8020)',
])('%j is no payment slip', (text) => {
  expect(readPaymentSlip(text)).toBeNull()
})

test('any text is read without an error', () => {
  const text = fc.oneof(
    fc.string({ maxLength: 200, unit: 'binary' }),
    fc.string({ maxLength: 60 }).map((tail) => `${GS}${tail}`),
    fc.stringMatching(/^[0-9()]{0,80}$/).map((tail) => `415${tail}`),
  )
  fc.assert(
    fc.property(text, (each) => {
      expect(readPaymentSlip(each)?.reference.length ?? 1).toBeGreaterThan(0)
    }),
    { numRuns: 1000 },
  )
})
