// Part `receipts`: how many receipts of 40 lines drivers/printer/escpos.ts encodes in a second, against a string written by hand
// and against encoders that others use; the first receipt of a fresh process; and what the bytes cost on the wire.
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { encodeEscPos } from '#drivers/printer/escpos.ts'
import { defaultProfile } from '#drivers/printer/profiles.ts'
import { atLeast, atMost, noGoal, type BenchPart, type Figure } from './figure.ts'
import type { FirstReceipt } from './first-receipt.ts'
import { encodeByHand } from './hand-encoder.ts'
import {
  encodeWithEscpos,
  encodeWithNodeEscpos,
  encodeWithReceiptline,
  encodeWithReceiptPrinterEncoder,
  encodeWithThermalPrinter,
} from './other-encoders.ts'
import { documentOf, sampleReceipts, textsOf, type ReceiptFacts } from './receipt-facts.ts'
import { interleave, median, medianRatio, ratePerSecond } from './rounds.ts'

const ROUNDS = 15
const ROUND_MS = 200
const FRESH_PROCESSES = 9
const FIRST_BUDGET_MS = 1

export const receipts: BenchPart = {
  about: 'ESC/POS receipts per second',
  measure: async () => [...(await measureRate()), ...(await measureFirst())],
}

/** `least`: times as many as it; null: no goal. */
const OTHERS: readonly {
  readonly name: string
  readonly encode: (facts: ReceiptFacts) => Uint8Array
  readonly least: number | null
  /** It draws the QR code and packs the digits of the barcode, so neither text is in its bytes. */
  readonly hidesCodes?: boolean
}[] = [
  {
    name: 'a string written by hand for this receipt, nothing checked, cleaned or wrapped',
    encode: encodeByHand,
    least: 0.6,
  },
  {
    name: '@point-of-sale/receipt-printer-encoder 4.0.1',
    encode: encodeWithReceiptPrinterEncoder,
    least: 100,
  },
  { name: '@node-escpos/core 0.6.0', encode: encodeWithNodeEscpos, least: 5 },
  { name: 'escpos 2.5.2', encode: encodeWithEscpos, least: null },
  { name: 'node-thermal-printer 4.6.1', encode: encodeWithThermalPrinter, least: null },
  { name: 'receiptline 4.0.4', encode: encodeWithReceiptline, least: null, hidesCodes: true },
]

async function measureRate(): Promise<Figure[]> {
  const documents = sampleReceipts.map(documentOf)
  const ours = (index: number): Uint8Array => encodeEscPos(at(documents, index), defaultProfile)
  assertSameReceipt('ours', ours)
  for (const { name, encode, hidesCodes = false } of OTHERS) {
    assertSameReceipt(name, (index) => encode(at(sampleReceipts, index)), hidesCodes)
  }
  const samples = await interleave(ROUNDS, {
    ours: () => ratePerSecond(ROUND_MS, (count) => void ours(count)),
    ...Object.fromEntries(
      OTHERS.map(({ name, encode }) => [
        name,
        () => ratePerSecond(ROUND_MS, (count) => void encode(at(sampleReceipts, count))),
      ]),
    ),
  })
  const rates = OTHERS.map(({ name, least }): Figure => {
    const others = samples[name as 'ours']
    return {
      what: '40-line receipts',
      ours: median(samples.ours),
      floor: median(others),
      unit: '/s',
      ratio: medianRatio(samples.ours, others),
      goal: least === null ? noGoal : atLeast(least),
      against: name,
    }
  })
  const bytes = { ours: ours(0).length, floor: encodeByHand(at(sampleReceipts, 0)).length }
  return [
    ...rates,
    {
      what: 'bytes of one receipt',
      ...bytes,
      unit: 'B',
      ratio: bytes.ours / bytes.floor,
      goal: atMost(1.02),
      against: 'the string written by hand',
    },
  ]
}

const at = <Item>(items: readonly Item[], index: number): Item => items[index % items.length] as Item

/** An encoder that leaves something out would be fast for nothing. */
function assertSameReceipt(name: string, encode: (index: number) => Uint8Array, hidesCodes = false): void {
  sampleReceipts.forEach((facts, index) => {
    const bytes = Buffer.from(encode(index)).toString('latin1')
    const wanted = [...textsOf(facts), ...(hidesCodes ? [] : [facts.qr, facts.barcode]), '\x1dV']
    const missing = wanted.filter((text) => !bytes.includes(text))
    if (missing.length > 0) throw new Error(`the receipt of "${name}" lacks ${JSON.stringify(missing)}`)
  })
}

async function measureFirst(): Promise<Figure[]> {
  const fresh = (variant: 'opened' | 'cold' | 'hand') => (): number => {
    const words = [join(import.meta.dirname, 'first-receipt.ts'), variant]
    return (JSON.parse(execFileSync(process.execPath, words, { encoding: 'utf8' })) as FirstReceipt).firstMs
  }
  const firsts = await interleave(FRESH_PROCESSES, {
    opened: fresh('opened'),
    cold: fresh('cold'),
    hand: fresh('hand'),
  })
  const opened = median(firsts.opened)
  const cold = median(firsts.cold)
  return [
    {
      what: 'first receipt of a till',
      ours: opened,
      floor: FIRST_BUDGET_MS,
      unit: 'ms',
      ratio: opened / FIRST_BUDGET_MS,
      goal: atMost(1),
      against:
        'the budget; in a fresh process that opened its printer, which encodes one slip and sends nothing',
    },
    {
      what: 'the same, no printer opened',
      ours: cold,
      floor: FIRST_BUDGET_MS,
      unit: 'ms',
      ratio: cold / FIRST_BUDGET_MS,
      goal: noGoal,
      against: `the budget; code never run before, as no till does. The string written by hand takes ${median(firsts.hand).toPrecision(2)} ms there`,
    },
  ]
}
