// Goal: with no integrator the till itself reads what number a scan names, by DIGIT's links and the municipality's own, and says why
// when it names none.
import { expect, test } from 'vitest'
import { checksumOf } from '#drivers/scanner/payload/merchant-qr.ts'
import { createScanReader } from '#host/scans/scan-codes.ts'

const read = createScanReader([String.raw`https://pay\.devgaon\.example/b/(\w+-\w+)`])
const field = (tag: string, value: string) => `${tag}${String(value.length).padStart(2, '0')}${value}`
const sealed = (body: string) => `${body}6304${checksumOf(`${body}6304`)}`
const QR = sealed(
  field('00', '01') +
    field('01', '12') +
    field('59', 'Devgaon Nagar Palika') +
    field('62', field('01', 'WS/1/2') + field('05', 'REF1')),
)

test.each([
  ['upi://pay?pa=ulb@bank&am=12.00&tr=WS/107/1', ['WS/107/1']],
  [QR, ['WS/1/2', 'REF1']],
  ['https://pay.devgaon.example/b/PT-7', ['PT-7']],
  ['https://c.example/digit-ui/citizen/payment/my-bills/WS/WS+107+2025-26+000871', ['WS/107/2025-26/000871']],
  ['https://c.example/payment/my-bills/PT/PT-107-1?tenantId=sr.x', ['PT-107-1']],
  ['HTTPS://c.example/open-view?a=1&consumerCode=WS%2F107%2F1&b=2', ['WS/107/1']],
  ['WS:WS/107/1', ['WS/107/1']],
  ['\u001D8020PT-1', ['PT-1']],
])('%j names %j', (text, codes) => {
  expect(read(text)).toEqual({ codes, reason: null, isCertain: false })
})

test.each([
  ['upi://pay?pa=ulb@bank&am=12.00', 'names_no_bill', false],
  ['upi://pay?am=12.00', 'upi_malformed', true],
  ['upi://pay?pa=ulb@bank&am=abc', 'bad_amount', true],
  [QR.slice(0, -4) + '0000', 'bad_checksum', true],
  ['https://other.example/b/PT-7', 'no_rule_fits', false],
  ['hello there', 'not_a_code', false],
  ['x1'.repeat(2_000), 'too_long', false],
])('%j names none: %s', (text, reason, isCertain) => {
  expect(read(text)).toEqual({ codes: [], reason, isCertain })
})

test('a rule that is none, and too many, are refused by name', () => {
  expect(() => createScanReader(['https://x/(a|b)'])).toThrow('https://x/(a|b) is no rule for links')
  expect(() => createScanReader(Array.from({ length: 21 }, () => 'x(a)'))).toThrow(RangeError)
})
