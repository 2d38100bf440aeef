// Fuzzed: the answers of printers, reports and lines of scanners, what scanned codes mean, and stripes. Part of targets.ts.
import { parsePrinterId } from '#drivers/discover/printer-id.ts'
import { swipeEvent } from '#drivers/card-reader/card-swipe.ts'
import { stripeLayoutOf } from '#drivers/card-reader/stripe-layout.ts'
import { readStripeReport, tracksOfText } from '#drivers/card-reader/stripe-report.ts'
import { createStatusSplitter } from '#drivers/printer/status-bytes.ts'
import { readAim } from '#drivers/scanner/aim.ts'
import { createHidAssembler } from '#drivers/scanner/hid-pos.ts'
import { codeInLink, readLinkRule } from '#drivers/scanner/payload/link-rule.ts'
import { checksumOf, readMerchantQr } from '#drivers/scanner/payload/merchant-qr.ts'
import { codesNamedBy, readPayload } from '#drivers/scanner/payload/payload.ts'
import { readUpiIntent } from '#drivers/scanner/payload/upi.ts'
import { SCAN_BYTES_MAX, type ScanEvent } from '#drivers/scanner/scan.ts'
import { createSerialSplitter } from '#drivers/scanner/serial.ts'
import { claim, claimNoCardNumber } from './claims.ts'
import type { FuzzTarget } from './guided.ts'

const text = (words: string): Uint8Array => Buffer.from(words, 'utf8')
const hex = (digits: string): Uint8Array => Buffer.from(digits.replaceAll(/\s/g, ''), 'hex')
const wordsOf = (input: Uint8Array): string => Buffer.from(input).toString('utf8')

const UPI = 'upi://pay?pa=devgaon@rig&pn=Devgaon%20MC&am=1250.00&cu=INR&tr=RIG0001&tn=Water%20bill&mc=9399'
const merchantQr = (body: string): string => `${body}6304${checksumOf(`${body}6304`)}`
const MERCHANT_QR = merchantQr(
  '00020101021226330010A0000005240115devgaon@example52049399530335654071250.005802IN5910DevgaonMC6007Devgaon62160112WS-000123/26',
)

const tag = (at: number, value: string): string =>
  `${String(at).padStart(2, '0')}${String(value.length).padStart(2, '0')}${value}`

const report = (data: string, hasMore: boolean): Uint8Array => {
  const bytes = Buffer.alloc(64)
  bytes.set([2, data.length])
  bytes.write(`]Q1${data}`, 2, 'latin1')
  bytes[63] = hasMore ? 1 : 0
  return bytes
}

const stripe = (...tracks: readonly string[]): Uint8Array => {
  const bytes = Buffer.alloc(337)
  for (const [at, track] of tracks.entries()) {
    bytes[3 + at] = track.length
    bytes.write(track, [7, 117, 227][at] ?? 0, 'latin1')
  }
  return bytes
}

const claimScan = (event: ScanEvent): void => {
  if (event.kind === 'scan')
    claim(event.scan.value.length > 0 && event.scan.value.length <= SCAN_BYTES_MAX, 'a scan holds something')
}

// These live on over all inputs, as they do over a day.
const status = createStatusSplitter()
const hid = createHidAssembler({ listener: claimScan, nowMs: () => 0 })
const serial = createSerialSplitter({ listener: claimScan, nowMs: () => 0, prefix: '~' })
const STRIPE_DESCRIPTOR = hex(
  `058E 0901 A101 1500 26FF00 7508 0911 0912 0913 9503 8102 0921 9568 8102 0922 9568 8102 0923 9568 8102 C0`,
)

export const deviceTargets: readonly FuzzTarget[] = [
  {
    name: 'printer status',
    seeds: [
      hex('12 12 12 16'),
      hex('10 00 00 00'),
      hex('37 22 41 42 43 44 00'),
      hex('37 23 00 5f 45 50 53 4f 4e 00'),
      hex('11 13 00'),
    ],
    run: (input) => {
      for (const event of status.push(input)) claim(event.kind.length > 0, 'every event says what it is')
      if (input.length % 3 === 0) status.settle()
    },
  },
  {
    name: 'HID reports',
    seeds: [report(UPI.slice(0, 56), true), report(UPI.slice(56), false)],
    run: (input) => hid.take(input),
  },
  {
    name: 'serial scans',
    seeds: [text(']C0WS/DVG/2026-27/000123\r\n'), text('~PT-DVG-900001\r'), text(`${UPI}\r\r\n`)],
    run: (input) => serial.take(input),
  },
  {
    name: 'AIM identifiers',
    seeds: [text(']C0X'), text(']Q3\u001d01'), text(']E0123')],
    run: (input) => {
      const { value } = readAim(wordsOf(input))
      claim(value.length <= wordsOf(input).length, 'nothing is added to a code')
    },
  },
  {
    name: 'UPI intents',
    seeds: [text(UPI), text('upi://pay?pa=a@b&am=1'), text('upi://mandate?pa=a@b')],
    run: (input) => {
      const reading = readUpiIntent(wordsOf(input))
      if ('intent' in reading && reading.intent.amountPaise !== null)
        claim(
          Number.isSafeInteger(reading.intent.amountPaise) && reading.intent.amountPaise >= 0,
          'an amount is whole paise',
        )
    },
  },
  {
    name: 'Bharat QR',
    seeds: [text(MERCHANT_QR), text(merchantQr(`000201${tag(62, tag(1, 'B1'))}`))],
    run: (input) => {
      // The CRC keeps changes out; every second input gets one that fits.
      const words = wordsOf(input)
      for (const each of [words, merchantQr(words.slice(0, -8))]) {
        const reading = readMerchantQr(each)
        if ('qr' in reading && reading.qr.amountPaise !== null)
          claim(Number.isSafeInteger(reading.qr.amountPaise), 'an amount is whole paise')
      }
    },
  },
  {
    name: 'scanned codes',
    seeds: [
      text(UPI),
      text(MERCHANT_QR),
      text('https://pay.devgaon.example/bill?id=WS-1'),
      text('PB-PT-2026-11-24-000123'),
    ],
    run: (input) => {
      for (const code of codesNamedBy(readPayload(wordsOf(input))))
        claim(code.length > 0, 'a code is not empty')
    },
  },
  {
    name: 'link rules',
    seeds: [
      text('https://pay\\.devgaon\\.example/bill\\?id=([\\w-]+)\nhttps://pay.devgaon.example/bill?id=WS-1'),
    ],
    run: (input) => {
      const [rule = '', ...rest] = wordsOf(input).split('\n')
      const read = readLinkRule(rule)
      if (read !== null) codeInLink(read, rest.join('\n'))
    },
  },
  {
    name: 'stripes',
    // A test number of card makers' own manuals on the second; staff cards on the others.
    seeds: [
      stripe('%EMP000123^STAFF?', ';000123?'),
      stripe('%B4111111111111111^DOE/J^2912101?', ';4111111111111111=2912101?'),
      text(';000123=27?\r'),
    ],
    run: (input) => {
      for (const layout of [null, stripeLayoutOf(STRIPE_DESCRIPTOR)]) {
        const reading = readStripeReport(input, layout)
        if (reading.kind === 'tracks') claimNoCardNumber(swipeEvent(reading.tracks, input, 0))
        else if (reading.kind === 'text')
          claimNoCardNumber(swipeEvent(tracksOfText(reading.bytes), reading.bytes, 0))
      }
    },
  },
  { name: 'stripe descriptors', seeds: [STRIPE_DESCRIPTOR], run: (input) => void stripeLayoutOf(input) },
  {
    name: 'printer names',
    seeds: [text('MFG:EPSON;CMD:ESC/POS;MDL:TM-T88;CLS:PRINTER;')],
    run: (input) => void parsePrinterId(wordsOf(input)),
  },
]
