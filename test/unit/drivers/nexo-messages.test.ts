// Goal: amounts pass between paise and text without losing a digit, sealed messages are the ones Adyen's own library makes, and
// nothing a terminal can send makes the readers throw or take a foreign answer for ours.
import { createRequire } from 'node:module'
import type NexoCryptoModule from '@adyen/api-library/lib/src/security/nexoCrypto.js'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { amountText, CARD_AMOUNT_PAISE_MAX, paiseOfText } from '#drivers/card-terminal/decimal-amount.ts'
import { exactNumber, readExactJson } from '#drivers/card-terminal/exact-json.ts'
import * as answers from '#drivers/card-terminal/nexo/answers.ts'
import * as requests from '#drivers/card-terminal/nexo/requests.ts'
import { sealedEnvelope } from '#drivers/card-terminal/nexo/secure-envelope.ts'
import { cleanId, cleanSlip, cleanWords, lastFourOf } from '#drivers/card-terminal/said-words.ts'

const parties = { saleId: 'LDH-CTR-07', poiId: 'V400m-123456789', currency: 'INR' }
const intent = { reference: 'T7000001', amountPaise: 125_000, startedAtMs: 0, terminalReference: null }
const anyPaise = fc.integer({ min: 0, max: CARD_AMOUNT_PAISE_MAX })

describe('amounts', () => {
  test('paise → text → paise is the same, in both units, with two decimals for rupees', () => {
    fc.assert(
      fc.property(anyPaise, fc.constantFrom('paise' as const, 'rupees' as const), (paise, unit) => {
        const text = amountText(paise, unit)
        expect(text).toMatch(unit === 'rupees' ? /^\d+\.\d\d$/ : /^\d+$/)
        expect(paiseOfText(text, unit)).toBe(paise)
      }),
    )
  })

  test('they survive JSON, where any float would show', () => {
    fc.assert(
      fc.property(anyPaise, (paise) => {
        const text = JSON.stringify({ amount: exactNumber(amountText(paise, 'rupees')) })
        expect(text).toMatch(/^\{"amount":\d+\.\d\d\}$/)
        const { amount } = readExactJson(text) as { amount: string }
        expect(paiseOfText(amount, 'rupees')).toBe(paise)
        // another side that writes its numbers short
        expect(paiseOfText(String(Number(amount)), 'rupees')).toBe(paise)
      }),
    )
  })

  test.each([
    ['1250', 125_000],
    ['1250.5', 125_050],
    ['1250.50000', 125_050],
    ['0.07', 7],
    ['1250.005', null],
    ['-1', null],
    ['1e3', null],
    ['1,250.00', null],
    ['', null],
    ['100000000', null],
  ])('"%s" rupees are %s paise', (text, paise) => {
    expect(paiseOfText(text, 'rupees')).toBe(paise)
  })

  test('the unit matters a hundredfold', () => {
    expect([amountText(125_000, 'paise'), amountText(125_000, 'rupees')]).toEqual(['125000', '1250.00'])
    expect([paiseOfText('531.00', 'paise'), paiseOfText('531.00', 'rupees')]).toEqual([531, 53_100])
    expect(() => amountText(10.5, 'rupees')).toThrow('whole number of paise')
  })
})

// required, because Node and the test runner unpack the default export of a CommonJS file differently
const { default: NexoCrypto } = createRequire(import.meta.url)(
  '@adyen/api-library/lib/src/security/nexoCrypto.js',
) as typeof NexoCryptoModule

describe('sealing', () => {
  const key = { passphrase: 'a long shared phrase', keyIdentifier: 'counter-key', keyVersion: 2 }
  const libraryKey = {
    Passphrase: key.passphrase,
    KeyIdentifier: key.keyIdentifier,
    KeyVersion: key.keyVersion,
    AdyenCryptoVersion: 1,
  }
  const envelope = sealedEnvelope(key)

  test("what we seal, Adyen's library opens", () => {
    const request = requests.paymentRequest(parties, intent)
    const sent = envelope.seal(request)
    expect(sent).not.toContain('1250.00')
    const { SaleToPOIRequest } = JSON.parse(sent) as { SaleToPOIRequest: never }
    expect(new NexoCrypto().decrypt(SaleToPOIRequest, libraryKey)).toBe(request.json)
    expect(request.json).toContain('"RequestedAmount":1250.00')
  })

  test("what Adyen's library seals, we open; changed by one bit, we do not", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.nat(), (value, at) => {
        const content = { value }
        const header = {} as Parameters<typeof NexoCrypto.encrypt>[0]
        const sealed = NexoCrypto.encrypt(header, JSON.stringify(content), libraryKey)
        expect(envelope.open({ SaleToPOIResponse: sealed })).toEqual(readExactJson(JSON.stringify(content)))
        const blob = Buffer.from(sealed.NexoBlob, 'base64')
        const index = at % blob.length
        blob[index] = (blob[index] ?? 0) ^ 1
        const { MessageHeader, SecurityTrailer } = sealed
        const bent = { MessageHeader, SecurityTrailer, NexoBlob: blob.toString('base64') }
        expect(envelope.open({ SaleToPOIResponse: bent })).toBeUndefined()
      }),
      { numRuns: 15 },
    )
  })

  test('no envelope, however made, makes it throw', () => {
    const Hostile = fc.record({
      NexoBlob: fc.string(),
      MessageHeader: fc.object(),
      SecurityTrailer: fc.record({
        AdyenCryptoVersion: fc.integer(),
        KeyIdentifier: fc.string(),
        KeyVersion: fc.integer(),
        Nonce: fc.base64String(),
        Hmac: fc.base64String(),
      }),
    })
    fc.assert(
      fc.property(fc.oneof(fc.anything(), Hostile), (SaleToPOIResponse) => {
        expect(envelope.open({ SaleToPOIResponse })).toBeUndefined()
      }),
    )
  })
})

describe('readers', () => {
  const request = requests.paymentRequest(parties, intent)
  const expected = { parties, category: 'Payment', serviceId: intent.reference } as const
  const header = { ...request.header, MessageType: 'Response' }
  const read = [
    (answer: unknown) => answers.readPayment(answer, expected, intent).kind,
    (answer: unknown) => answers.readPaymentStatus(answer, expected, intent).kind,
    (answer: unknown) => answers.readReversal(answer, expected).kind,
    (answer: unknown) => answers.readReversalStatus(answer, expected, 'x').kind,
    (answer: unknown) => answers.readDiagnosis(answer, expected),
  ]

  test('nothing throws, and nothing without our header is more than wrong', () => {
    fc.assert(
      fc.property(fc.anything(), (anything) => {
        for (const reader of read) {
          expect(reader(anything)).toBe('wrong')
          expect(reader({ SaleToPOIResponse: anything })).toBe('wrong')
        }
      }),
    )
  })

  test('with our header and anything in it, nothing throws and nothing is approved', () => {
    const names = ['PaymentResponse', 'TransactionStatusResponse', 'ReversalResponse', 'DiagnosisResponse']
    fc.assert(
      fc.property(fc.constantFrom(...names), fc.anything(), fc.jsonValue(), (name, first, second) => {
        for (const content of [first, { Response: { Result: 'Success' }, PaymentResult: second }]) {
          const answer = { SaleToPOIResponse: { MessageHeader: header, [name]: content } }
          for (const reader of read.slice(0, 2)) expect(reader(answer)).not.toBe('outcome')
          for (const reader of read) reader(answer)
        }
      }),
    )
  })

  test('an approval needs the very amount, currency and sale', () => {
    const payment = (AuthorizedAmount: string, Currency = 'INR', TransactionID = intent.reference) => {
      const content = {
        Response: { Result: 'Success' },
        SaleData: { SaleTransactionID: { TransactionID } },
        PaymentResult: { AmountsResp: { AuthorizedAmount, Currency } },
      }
      const answer = { SaleToPOIResponse: { MessageHeader: header, PaymentResponse: content } }
      return answers.readPayment(answer, expected, intent).kind
    }
    expect(payment('1250.00')).toBe('outcome')
    expect(payment('1250')).toBe('outcome')
    for (const amount of ['1249.99', '1250.001', '125000', '12.50', '']) expect(payment(amount)).toBe('wrong')
    expect(payment('1250.00', 'EUR')).toBe('wrong')
    expect(payment('1250.00', 'INR', 'T7000002')).toBe('wrong')
  })

  const approval = {
    Response: { Result: 'Success' },
    PaymentResult: { AmountsResp: { AuthorizedAmount: '1250.00', Currency: 'INR' } },
  }
  const foreign = [
    ['ServiceID', 'T7000002'],
    ['SaleID', 'LDH-CTR-08'],
    ['POIID', 'V400m-999999999'],
    ['MessageCategory', 'Reversal'],
    ['MessageType', 'Request'],
  ] as const

  test.each(foreign)('an approval with another %s is not ours', (name, value) => {
    const kindOf = (MessageHeader: unknown) =>
      answers.readPayment(
        { SaleToPOIResponse: { MessageHeader, PaymentResponse: approval } },
        expected,
        intent,
      ).kind
    expect(kindOf(header)).toBe('outcome')
    expect(kindOf({ ...header, [name]: value })).toBe('wrong')
  })

  test.each(foreign)('a state that repeats a message with another %s is not ours', (name, value) => {
    const asked = requests.statusRequest(parties, { serviceId: intent.reference, category: 'Payment' }).header
    const about = { parties, category: 'TransactionStatus', serviceId: asked.ServiceID } as const
    const kindOf = (repeated: unknown, serviceId: string = intent.reference) => {
      const TransactionStatusResponse = {
        Response: { Result: 'Success' },
        MessageReference: { ServiceID: serviceId },
        RepeatedMessageResponse: {
          MessageHeader: repeated,
          RepeatedResponseMessageBody: { PaymentResponse: approval },
        },
      }
      const MessageHeader = { ...asked, MessageType: 'Response' }
      const answer = { SaleToPOIResponse: { MessageHeader, TransactionStatusResponse } }
      return answers.readPaymentStatus(answer, about, intent).kind
    }
    expect(kindOf(header)).toBe('outcome')
    expect(kindOf({ ...header, [name]: value })).toBe('wrong')
    expect(kindOf(header, 'T7000002')).toBe('wrong')
  })

  test('a part is no approval, even of the whole amount', () => {
    const PaymentResponse = { ...approval, Response: { Result: 'Partial' } }
    const answer = { SaleToPOIResponse: { MessageHeader: header, PaymentResponse } }
    expect(answers.readPayment(answer, expected, intent).kind).toBe('wrong')
  })

  test('a key for reversals is read back, others are not', () => {
    const poi = { id: 'a|b', timeStamp: '2026-11-23T10:15:31.000Z' }
    expect(requests.poiTransactionOf(requests.reversalKeyOf(poi))).toEqual(poi)
    for (const wrong of [null, '', '|', 'x|', '|x', 'x']) expect(requests.poiTransactionOf(wrong)).toBeNull()
    expect(requests.reversalServiceId('T1', 1)).toMatch(/^r[0-9a-z]{9}$/)
    expect(requests.reversalServiceId('T1', 1)).toBe(requests.reversalServiceId('T1', 1))
    expect(requests.reversalServiceId('T1', 1)).not.toBe(requests.reversalServiceId('T1', 2))
  })
})

test('no word, number or slip line lets a card number through', () => {
  expect(cleanWords('card 4111 1111 1111 1111\nrefused')).toBe('card **** **** **** 1111 refused')
  expect(cleanId('4111111111111111')).toBeNull()
  expect(cleanId('412345678901')).toBe('412345678901')
  expect(cleanSlip(['PAN 4111111111111111  ', '\u001b@Total'])).toEqual(['PAN ************1111', ' @Total'])
  expect([lastFourOf('411111 **** 1111'), lastFourOf('************56'), lastFourOf(null)]).toEqual([
    '1111',
    null,
    null,
  ])
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 3_000 }), (text) => {
      expect((cleanWords(text) ?? '').length).toBeLessThanOrEqual(160)
      expect(cleanWords(text) ?? '').not.toMatch(/\p{Cc}/u)
    }),
  )
})

test('JSON that is none is undefined, however deep or broken', () => {
  expect(readExactJson('{"a":1250.00,"b":"x"}')).toEqual({ a: '1250.00', b: 'x' })
  expect(readExactJson('[1e3,-0.50]')).toEqual(['1e3', '-0.50'])
  for (const text of ['', '<html>', '{"a":', '['.repeat(200_000)]) expect(readExactJson(text)).toBeUndefined()
  expect(() => exactNumber('1e3')).toThrow(SyntaxError)
})
