// Goal: what is printed on Indian bills names the number that stands in it; what could mean two things is given back raw
// with a reason; no text makes the reader throw or slow.
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { codeInLink, readLinkRule, type LinkRule } from '#drivers/scanner/payload/link-rule.ts'
import { checksumOf, readMerchantQr } from '#drivers/scanner/payload/merchant-qr.ts'
import { codesNamedBy, readPayload } from '#drivers/scanner/payload/payload.ts'
import { readUpiIntent } from '#drivers/scanner/payload/upi.ts'

const rule = (text: string): LinkRule => readLinkRule(text) as LinkRule
const RULES = [
  rule('^https://pay\\.devgaon\\.example/bill\\?id=([^&]+)(&.*)?$'),
  rule('^https://pay\\.devgaon\\.example/b/([\\w%-]+)/?$'),
]
const field = (tag: string, value: string) => `${tag}${String(value.length).padStart(2, '0')}${value}`
const sealed = (body: string) => `${body}6304${checksumOf(`${body}6304`)}`

test.each([
  'PT-107-000871',
  'WS/107/2025-26/000871',
  'SW/DVG/2026-27/12',
  'PB-TL-2026-11-24-000123',
  'CB-CH-2026-11-24-0001',
  'PB-FN-2026-11-24-000123',
  'PB-BP-2026-11-24-000123',
  'BR_2026_11_000042',
  '0012345678',
])('%s is a number', (code) => {
  expect(codesNamedBy(readPayload(` ${code} `))).toEqual([code])
})

test('a UPI link is a reference to a bill; its fields are read strictly', () => {
  const text =
    'UPI://pay?pa=devgaon@exbank&pn=Devgaon+Nagar%20Palika&am=1250.5&cu=INR&tr=WS%2F107%2F1&mc=9399&tid=T1&mode=01&orgid=1&sign=x&url=https%3A%2F%2Fa.example'
  expect(readUpiIntent(text)).toEqual({
    intent: {
      payeeAddress: 'devgaon@exbank',
      payeeName: 'Devgaon Nagar Palika',
      amountPaise: 125_050,
      reference: 'WS/107/1',
      note: null,
      merchantCode: '9399',
      terminalId: 'T1',
      mode: '01',
      organisationId: '1',
      hasSignature: true,
      url: 'https://a.example',
    },
  })
  expect(codesNamedBy(readPayload(text))).toEqual(['WS/107/1'])
  for (const [query, reason] of [
    ['pn=x', 'no_payee'],
    ['pa=a@b&am=1e3', 'bad_amount'],
    ['pa=a@b&am=1.234', 'bad_amount'],
    ['pa=a@b&am=-1', 'bad_amount'],
    ['pa=a@b&am=1&am=2', 'repeated_field'],
    ['pa=a@b&tr=%E0%A4', 'bad_encoding'],
    ['pa=a@b&cu=USD', 'bad_currency'],
  ])
    expect(readPayload(`upi://pay?${query}`), query).toEqual({
      kind: 'raw',
      raw: `upi://pay?${query}`,
      reason,
    })
})

test('a Bharat QR names bill, reference and payee, only with the right checksum', () => {
  const body = [
    field('00', '01'),
    field('01', '12'),
    field('26', field('00', 'A000000524') + field('01', 'devgaon@exbank')),
    field('27', field('00', 'A000000524') + field('01', 'TR1')),
    field('52', '9399'),
    field('53', '356'),
    field('54', '1250.00'),
    field('58', 'IN'),
    field('59', 'Devgaon'),
    field('60', 'Devgaon'),
    field('62', field('01', 'PT-107-1') + field('05', '***') + field('06', 'C-9') + field('07', 'T1')),
  ].join('')
  const text = sealed(body)
  // Computed by another program (Python's binascii.crc_hqx).
  expect(text.slice(-4)).toBe('3E12')
  expect(readMerchantQr(text)).toEqual({
    qr: {
      isDynamic: true,
      payeeAddress: 'devgaon@exbank',
      transactionReference: 'TR1',
      merchantCode: '9399',
      amountPaise: 125_000,
      merchantName: 'Devgaon',
      city: 'Devgaon',
      billNumber: 'PT-107-1',
      referenceLabel: null,
      customerLabel: 'C-9',
      terminalLabel: 'T1',
    },
  })
  expect(codesNamedBy(readPayload(text))).toEqual(['PT-107-1', 'TR1', 'C-9'])
  const altered = text.replace('1250.00', '1250.01')
  expect(readPayload(altered)).toEqual({ kind: 'raw', raw: altered, reason: 'bad_checksum' })
  expect(readMerchantQr(text.slice(0, -3))).toEqual({ reason: 'cut_short' })
  expect(readMerchantQr(sealed(body + field('53', '840')))).toEqual({ reason: 'cut_short' })
  // The catalogue's check value of CRC-16/CCITT-FALSE.
  expect(checksumOf('123456789')).toBe('29B1')
})

test('links are read by the rules of the municipality and never otherwise', () => {
  expect(RULES[0]).toBeNull()
  const rules = [RULES[1] as LinkRule, rule('https://pay\\.devgaon\\.example/bill\\?id=([^&]+)&?.*')]
  expect(codesNamedBy(readPayload('https://pay.devgaon.example/b/WS%2F107%2F1', rules))).toEqual(['WS/107/1'])
  expect(codesNamedBy(readPayload('https://pay.devgaon.example/bill?id=PT-1&x=2', rules))).toEqual(['PT-1'])
  for (const link of [
    'https://evil.example/b/PT-1',
    'https://payxdevgaon.example/b/PT-1',
    'https://pay.devgaon.example/b/%E0',
  ])
    expect(readPayload(link, rules)).toEqual({ kind: 'raw', raw: link, reason: 'no_rule_fits' })
})

test('a rule of any other form is refused', () => {
  for (const text of [
    '',
    'a',
    '()',
    '(a)(b)',
    '((a))',
    '(a)+',
    '(a|b)',
    '(a){2}',
    '(\\b)',
    '(a',
    'a)',
    '(?=a)',
    '(a+*)',
    `(${'a'.repeat(300)})`,
  ])
    expect(readLinkRule(text), text).toBeNull()
})

test('a rule finds what a regular expression finds', () => {
  const part = fc.constantFrom('a', 'b', '[ab]', '[^a]', '.', '\\d', '[0-9b]')
  const atom = fc.tuple(part, fc.constantFrom('', '+', '*', '?')).map(([each, sign]) => each + sign)
  const atoms = (minLength: number) => fc.array(atom, { minLength, maxLength: 4 }).map((all) => all.join(''))
  fc.assert(
    fc.property(
      atoms(0),
      atoms(1),
      atoms(0),
      fc.stringMatching(/^[ab1]{0,10}$/),
      (before, group, after, link) => {
        const text = `${before}(${group})${after}`
        expect(codeInLink(rule(text), link), text).toBe(new RegExp(`^${text}$`).exec(link)?.[1] ?? null)
      },
    ),
    { numRuns: 500 },
  )
})

test('a rule that would stop a regular expression is answered', () => {
  const slow = rule(`(${'[ab]*'.repeat(40)})c`)
  expect(codeInLink(slow, 'ab'.repeat(1_000))).toBeNull()
})

test('any text is read without an error, and is given back whole when it names nothing', () => {
  const text = fc.oneof(
    fc.string({ maxLength: 300, unit: 'binary' }),
    ...['upi://pay?', '000201', 'https://pay.devgaon.example/b/'].map((start) =>
      fc.string({ maxLength: 100 }).map((tail) => start + tail),
    ),
  )
  fc.assert(
    fc.property(text, (each) => {
      const payload = readPayload(each, [RULES[1] as LinkRule])
      expect(payload.kind === 'raw' ? payload.raw : each).toBe(each)
      for (const code of codesNamedBy(payload)) expect(code).toMatch(/\d/)
    }),
    { numRuns: 400 },
  )
})
