// Fuzzed: what card terminals send, in ZVT and nexo. An approval of another amount and a whole card number are findings as much as
// an exception. Part of targets.ts.
import type { CardIntent } from '#drivers/card-terminal/card-terminal.ts'
import { readExactJson } from '#drivers/card-terminal/exact-json.ts'
import {
  readDiagnosis,
  readPayment,
  readPaymentStatus,
  readReversal,
} from '#drivers/card-terminal/nexo/answers.ts'
import { takeApdu } from '#drivers/card-terminal/zvt/apdu.ts'
import { parseBmps } from '#drivers/card-terminal/zvt/bmp.ts'
import { createFrameReader, encodeFrame } from '#drivers/card-terminal/zvt/serial-frame.ts'
import {
  readPrintBlock,
  readPrintLine,
  readStatusInformation,
} from '#drivers/card-terminal/zvt/status-information.ts'
import { parseTlv } from '#drivers/card-terminal/zvt/tlv.ts'
import { claim, claimNoCardNumber } from './claims.ts'
import type { FuzzTarget } from './guided.ts'

const hex = (digits: string): Uint8Array => Buffer.from(digits.replaceAll(/\s/g, ''), 'hex')
const json = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value))

const AUTHORISE = hex('06 01 0C 04 00 00 00 12 50 00 49 03 56 19 40')
const STATUS = hex(`27 00 04 00 00 00 12 50 00 49 03 56 0B 00 00 17 0C 10 15 30 0D 11 24 29 12 34 56 78
  22 F1 F0 41 11 11 EE EE EE EE 11 11 87 00 42 8A 06 8B F0 F5 56 49 53 41 00 3C F0 F0 F2 4F 4B 06 04 1F 10 01 00`)
const PRINT_BLOCK = hex('06 0A 25 08 07 02 48 69 09 02 4F 4B')

const INTENT: CardIntent = {
  reference: 'RIG0000001',
  amountPaise: 125_000,
  startedAtMs: 1_795_000_000_000,
  terminalReference: null,
}
const EXPECTED = {
  parties: { saleId: 'TILL', poiId: 'V400m-1', currency: 'INR' },
  category: 'Payment',
  serviceId: INTENT.reference,
} as const

const nexo = (category: string, type: string, content: object): Uint8Array =>
  json({
    SaleToPOIResponse: {
      MessageHeader: {
        MessageCategory: category,
        MessageType: 'Response',
        ServiceID: INTENT.reference,
        SaleID: EXPECTED.parties.saleId,
        POIID: EXPECTED.parties.poiId,
      },
      [type]: content,
    },
  })

const PAYMENT = {
  Response: { Result: 'Success', AdditionalResponse: 'tid=1' },
  SaleData: { SaleTransactionID: { TransactionID: INTENT.reference, TimeStamp: '2026-11-24T10:15:30.000Z' } },
  POIData: { POITransactionID: { TransactionID: 'A1.B2', TimeStamp: '2026-11-24T10:15:32.000Z' } },
  PaymentResult: {
    AmountsResp: { Currency: 'INR', AuthorizedAmount: 1250.0 },
    PaymentInstrumentData: { CardData: { MaskedPan: '411111 **** 1111', PaymentBrand: 'visa' } },
    PaymentAcquirerData: { ApprovalCode: '123456', AcquirerTransactionID: { TransactionID: '987' } },
  },
}

// Lives on over all inputs, as on a line.
const frames = createFrameReader()

export const terminalTargets: readonly FuzzTarget[] = [
  {
    name: 'ZVT messages',
    seeds: [
      AUTHORISE,
      hex('80 00 00'),
      hex('06 0F 00'),
      hex('04 FF 02 0A 01'),
      hex('04 0F FF 05 00 27 00 04 00 00'),
    ],
    run: (input) => {
      const taken = takeApdu(input)
      claim(JSON.stringify(taken).length < 1_000_000, 'a message is bounded')
    },
  },
  {
    name: 'ZVT serial frames',
    seeds: [encodeFrame(AUTHORISE), hex('06'), hex('15'), encodeFrame(hex('04 FF 02 10 10'))],
    run: (input) => void frames.push(input),
  },
  { name: 'ZVT fields', seeds: [STATUS, hex('49 03 56 19 40')], run: (input) => void parseBmps(input) },
  {
    name: 'ZVT containers',
    seeds: [hex('1F 10 01 00 25 04 07 02 48 69'), hex('81 82 01 00')],
    run: (input) => void parseTlv(input),
  },
  {
    name: 'ZVT results',
    seeds: [STATUS, PRINT_BLOCK],
    // What is read zeroes its input: each gets its own.
    run: (input) => {
      claimNoCardNumber(readStatusInformation(Uint8Array.from(input)))
      claimNoCardNumber(readPrintLine(Uint8Array.from(input)))
      claimNoCardNumber(readPrintBlock(Uint8Array.from(input)))
    },
  },
  {
    name: 'nexo answers',
    seeds: [
      nexo('Payment', 'PaymentResponse', PAYMENT),
      nexo('Payment', 'PaymentResponse', { Response: { Result: 'Failure', ErrorCondition: 'Refusal' } }),
      nexo('Reversal', 'ReversalResponse', { Response: { Result: 'Success' } }),
    ],
    run: (input) => {
      const answer = readExactJson(Buffer.from(input).toString('utf8'))
      for (const reading of [
        readPayment(answer, EXPECTED, INTENT),
        readPaymentStatus(answer, EXPECTED, INTENT),
      ]) {
        if (reading.kind !== 'outcome') continue
        const { outcome } = reading
        claimNoCardNumber(outcome)
        if (outcome.kind === 'approved')
          claim(outcome.approval.amountPaise === INTENT.amountPaise, 'another amount is never an approval')
      }
      readReversal(answer, EXPECTED)
      readDiagnosis(answer, EXPECTED)
    },
  },
]
