// A fresh process that loads one encoder and encodes two receipts; started by receipts.ts with `hand`, `cold` (ours, never run
// before) or `opened` (ours after a printer was opened, as in a till).
// Prints how long the module, the first and the second receipt took, as JSON.
import { documentOf, sampleReceipts, type ReceiptFacts } from './receipt-facts.ts'

export type FirstReceipt = { readonly loadMs: number; readonly firstMs: number; readonly secondMs: number }

/** Nothing is sent to it. */
const PRINTER = 'tcp://127.0.0.1:9'

const encode = async (): Promise<(facts: ReceiptFacts) => () => Uint8Array> => {
  if (process.argv[2] === 'hand') {
    const { encodeByHand } = await import('./hand-encoder.ts')
    return (facts) => () => encodeByHand(facts)
  }
  if (process.argv[2] === 'opened') (await import('#drivers/printer/open-printer.ts')).openPrinter(PRINTER)
  const { encodeEscPos } = await import('#drivers/printer/escpos.ts')
  const { defaultProfile } = await import('#drivers/printer/profiles.ts')
  return (facts) => {
    const document = documentOf(facts)
    return () => encodeEscPos(document, defaultProfile)
  }
}

const timeMs = (work: () => Uint8Array): number => {
  const startedMs = performance.now()
  if (work().length === 0) throw new Error('the receipt is empty')
  return performance.now() - startedMs
}

const startedMs = performance.now()
const prepare = await encode()
const loadMs = performance.now() - startedMs
const [first, second] = sampleReceipts.slice(0, 2).map(prepare)
if (first === undefined || second === undefined) throw new Error('there are no receipts')
console.log(
  JSON.stringify({ loadMs, firstMs: timeMs(first), secondMs: timeMs(second) } satisfies FirstReceipt),
)
