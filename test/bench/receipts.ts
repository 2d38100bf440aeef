// Part `receipts`: how many receipts of 40 lines drivers/printer/escpos.ts encodes in a second, against a string written by hand
// and against encoders that others use; the first receipt of a fresh process; and what the bytes cost on the wire.
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { encodeEscPos } from '#drivers/printer/escpos.ts'
import { defaultProfile } from '#drivers/printer/profiles.ts'
import { atLeast, atMost, noGoal, type BenchPart, type Figure } from './figure.ts'
import type { FirstReceipt } from './first-receipt.ts'
import { encodeByHand } from './hand-encoder.ts'
import { encodeWithEscpos, encodeWithReceiptPrinterEncoder } from './other-encoders.ts'
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

async function measureRate(): Promise<Figure[]> {
  const documents = sampleReceipts.map(documentOf)
  const ours = (index: number): Uint8Array => encodeEscPos(at(documents, index), defaultProfile)
  const others = { hand: encodeByHand, rpe: encodeWithReceiptPrinterEncoder, escpos: encodeWithEscpos }
  assertSameReceipt('ours', ours)
  for (const [name, encode] of Object.entries(others)) {
    assertSameReceipt(name, (index) => encode(at(sampleReceipts, index)))
  }
  const rate = (encode: (facts: ReceiptFacts) => Uint8Array) => () =>
    ratePerSecond(ROUND_MS, (count) => void encode(at(sampleReceipts, count)))
  const samples = await interleave(ROUNDS, {
    ours: () => ratePerSecond(ROUND_MS, (count) => void ours(count)),
    hand: rate(others.hand),
    rpe: rate(others.rpe),
    escpos: rate(others.escpos),
  })
  const against = (name: 'hand' | 'rpe' | 'escpos', least: number, words: string): Figure => ({
    what: '40-line receipts',
    ours: median(samples.ours),
    floor: median(samples[name]),
    unit: '/s',
    ratio: medianRatio(samples.ours, samples[name]),
    goal: atLeast(least),
    against: words,
  })
  const bytes = { ours: ours(0).length, floor: encodeByHand(at(sampleReceipts, 0)).length }
  return [
    against('hand', 0.6, 'a string written by hand for this receipt, nothing checked, cleaned or wrapped'),
    against('rpe', 100, '@point-of-sale/receipt-printer-encoder 4.0.1'),
    against('escpos', 5, 'escpos 2.5.2'),
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
function assertSameReceipt(name: string, encode: (index: number) => Uint8Array): void {
  sampleReceipts.forEach((facts, index) => {
    const bytes = Buffer.from(encode(index)).toString('latin1')
    const wanted = [...textsOf(facts), facts.qr, facts.barcode, '\x1dV']
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
