// Goal: what the device check shows and keeps of a scan helps to find a fault and never holds a card number or anything about a person.
import { describe, expect, test } from 'vitest'
import { decodeText, scanWords } from '#host/devices/scan-words.ts'

const PAN = '4111111111111111'

describe('of the till’s own codes', () => {
  test.each([
    ['PT-DVG-000001', 'code PT-DVG-000001'],
    ['WS/DVG/03/000871', 'code WS/DVG/03/000871'],
  ])('%s is shown as it came', (text, decoded) => {
    expect(scanWords(text)).toEqual({ raw: text, decoded })
  })
})

describe('never kept', () => {
  test.each([
    ['a card number', PAN, '41111'],
    ['a card number in groups', '4111 1111 1111 1111', '4111'],
    ['a card number inside a longer code', `PT-${PAN}-7`, PAN],
    ['the first track of a bank card', `%B${PAN}^RAO/ASHA^2812101?`, 'ASHA'],
    ['the second track of a bank card', `;${PAN}=28121010000000000?`, '4111'],
    ['a card number between control characters', `\u0002${PAN}\u0003`, '34 31 31 31'],
    ['a mobile number', '9876512345', '98765'],
    ['an Aadhaar number', '2345 6789 0123', '6789'],
    ['the name on a visiting card', 'BEGIN:VCARD\nN:Rao;Asha\nTEL:9876512345\nEND:VCARD', 'Asha'],
    ['a name in another script', 'नाम: आशा राव', 'आशा'],
    ['the person behind a payment link', 'upi://pay?pa=asha.rao@okbank&pn=Asha%20Rao&am=10.00', 'asha'],
    ['a secret of random letters', 'https://example.org/?t=Zm9vYmFyYmF6cXV4MTIzNDU2Nzg5MGFiY2RlZg', 'Zm9v'],
  ])('%s', (_what, text, leak) => {
    const { raw, decoded } = scanWords(text)
    const hex = Buffer.from(leak).toString('hex').match(/../g)!.join(' ')
    const words = `${raw} ${decoded}`
    for (const part of [leak, hex]) expect(words).not.toContain(part)
    expect(`${raw}${decoded}`.replaceAll(/\D/g, '')).not.toContain(PAN.slice(0, 10))
  })
})

test('a payment link keeps the amount and the reference, which name no person', () => {
  const { raw, decoded } = scanWords('upi://pay?pa=town@bank&pn=Town&am=1250.00&cu=INR&tr=PT-DVG-000001')
  expect(raw).toBe('upi://pay?pa=***&pn=***&am=1250.00&cu=INR&tr=PT-DVG-000001')
  expect(decoded).toBe('UPI payment link PT-DVG-000001')
})

test('what cannot be shown comes as hex, so that a wrong speed is seen', () => {
  expect(scanWords('\u0080\u0000A').raw).toBe('c2 80 00 78')
})

test('text that is no code is shown by its shape', () => {
  expect(scanWords('Hello, World 12!')).toEqual({
    raw: 'xxxxx, xxxxx 00!',
    decoded: 'not understood: not_a_code',
  })
})

test('a long text is cut', () => {
  expect(scanWords('y'.repeat(4_000)).raw.length).toBe(300)
})

test('on request a text is taken apart, without card numbers', () => {
  expect(decodeText('PT-DVG-000001')).toEqual({
    kind: 'code',
    fields: { code: 'PT-DVG-000001' },
    codes: ['PT-DVG-000001'],
  })
  expect(decodeText('upi://pay?pa=town@bank&pn=Town&am=12.50&tr=PT-1')).toMatchObject({
    kind: 'upi',
    fields: { amountPaise: 1_250, reference: 'PT-1' },
    codes: ['PT-1'],
  })
  expect(decodeText('no code at all')).toEqual({
    kind: 'unread',
    fields: { reason: 'not_a_code' },
    codes: [],
  })
  expect(JSON.stringify(decodeText(PAN))).not.toContain(PAN)
})
