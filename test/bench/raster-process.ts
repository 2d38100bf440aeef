// A fresh process that draws Hindi receipts as pictures and packs plain ones, in interleaved rounds; started by raster.ts, which
// takes the median of several, because a process may fall into a slow mode of memory and stay there.
import { setImmediate as nextTurn } from 'node:timers/promises'
import { createMachine } from '#drivers/virtual/escpos-machine.ts'
import { encodeEscPos } from '#drivers/printer/escpos.ts'
import { defaultProfile, type PrinterProfile } from '#drivers/printer/profiles.ts'
import type { PrintBlock, PrintDocument } from '#drivers/printer/document.ts'
import { forgetPictures } from '#drivers/printer/raster.ts'
import { interleave, median } from './rounds.ts'

export type RasterSample = {
  readonly coldMs: number
  readonly nextMs: number
  readonly reprintMs: number
  readonly packMs: number
  readonly bytes: number
  readonly plainBytes: number
  readonly rows: number
}

const ROUNDS = 10
const TURNS = 10
const LINE_DOTS = 30

/** Every line a picture, so that floor and product have the same dots to make. */
const allPictures: PrinterProfile = { ...defaultProfile, isAllPicture: true }

function hindiReceipt(index: number): PrintDocument {
  const row = (label: string, value: string): PrintBlock => ({ kind: 'row', label, value })
  const centre = (text: string): PrintBlock => ({ kind: 'text', text, align: 'center' })
  const amount = (item: number): string =>
    `₹${(((index * 7919 + item * 104_729) % 900_000) / 100 + 10).toFixed(2)}`
  const heads = ['सम्पत्ति कर', 'जल शुल्क', 'अग्नि उपकर', 'विलंब शुल्क', 'स्वच्छता शुल्क', 'प्रकाश कर']
  return {
    title: 'रसीद',
    lang: 'hi-IN',
    blocks: [
      { kind: 'text', text: 'नवपुर नगर पालिका', align: 'center', isBold: true, size: 'double-height' },
      ...[`वार्ड कार्यालय ${(index % 9) + 1}, स्टेशन मार्ग`, 'दूरभाष ०००-१२३४५६७', 'सम्पत्ति कर रसीद'].map(centre),
      { kind: 'rule' },
      row('रसीद संख्या', `RCT/2026-27/${1000 + index}`),
      row('दिनांक', `17-11-2026 10:${String(index % 60).padStart(2, '0')}`),
      row('उपभोक्ता संख्या', `PT-107-00${1000 + index}`),
      row('नाम', `श्रीमती प्रियंका क्षेत्रपाल ${index}`),
      row('मोबाइल', `98****${1000 + index}`),
      row('पता', `मकान ${index}, कृष्णा कुञ्ज, द्वारका मार्ग`),
      row('माध्यम', 'नकद'),
      row('वसूलीकर्ता', `COL-${index}`),
      { kind: 'rule' },
      ...Array.from({ length: 12 }, (_, item) =>
        row(`${heads[item % heads.length] ?? ''} ${2015 + item}-${16 + item}`, amount(item)),
      ),
      { kind: 'rule' },
      row('योग', amount(20)),
      row('छूट', amount(21)),
      { kind: 'row', label: 'कुल प्राप्त', value: amount(22), isBold: true, size: 'double-height' },
      ...[
        'रुपये उपरोक्त मात्र',
        'चेक भुगतान होने पर ही मान्य',
        'कम्प्यूटर से बनी रसीद, हस्ताक्षर आवश्यक नहीं',
        'यह रसीद सँभाल कर रखें।',
      ].map(centre),
      { kind: 'cut' },
    ],
  }
}

/** Rows of dots of everything on the paper, as a printer that knows nothing of our encoder sees it. */
function paperRows(bytes: Uint8Array): number {
  let rows = 0
  const machine = createMachine(
    { columns: defaultProfile.columns },
    {
      onItem: (item) => {
        if (item.kind === 'raster') rows += item.rows
        else if (item.kind === 'feed' || item.kind === 'line') rows += item.dots
      },
      onCut: () => undefined,
      onPulse: () => undefined,
      onAsk: () => undefined,
      onUnknown: (hex) => {
        throw new Error(`the receipt holds an unknown command ${hex}`)
      },
    },
  )
  machine.run(bytes, () => true)
  // What is fed before the cut is no part of the picture.
  return rows - defaultProfile.linesBeforeCut * LINE_DOTS
}

/** The floor: one picture of the whole receipt, from RGBA to `GS v 0`, with no drawing, feeding, cropping or cutting. */
function packPlain(rgba: Uint32Array, rows: number): Uint8Array {
  const widthBytes = defaultProfile.dots / 8
  const out = Buffer.allocUnsafe(8 + widthBytes * rows)
  out.set([0x1d, 0x76, 0x30, 0, widthBytes & 0xff, widthBytes >> 8, rows & 0xff, rows >> 8])
  // Dark means red below 128: the highest bit of the lowest byte is off.
  const dark = (pixel: number): number => ~(rgba[pixel] as number) & 0x80
  for (let at = 8, pixel = 0; at < out.length; at++, pixel += 8) {
    out[at] =
      dark(pixel) |
      (dark(pixel + 1) >> 1) |
      (dark(pixel + 2) >> 2) |
      (dark(pixel + 3) >> 3) |
      (dark(pixel + 4) >> 4) |
      (dark(pixel + 5) >> 5) |
      (dark(pixel + 6) >> 6) |
      (dark(pixel + 7) >> 7)
  }
  return out
}

/** Each receipt in a turn of its own, as a till prints them: what the canvas gave out is taken back between turns only. */
const timeEach = async (work: () => Uint8Array): Promise<number> => {
  let totalMs = 0
  for (let turn = 0; turn < TURNS; turn++) {
    await nextTurn()
    const startedMs = performance.now()
    if (work().length === 0) throw new Error('nothing was made')
    totalMs += performance.now() - startedMs
  }
  return totalMs / TURNS
}

const first = encodeEscPos(hindiReceipt(0), allPictures)
const rows = paperRows(first)
const rgba = new Uint32Array(defaultProfile.dots * rows).fill(0xff_ff_ff_ff)
for (let pixel = 0; pixel < rgba.length; pixel += 11) rgba[pixel] = 0xff_00_00_00
let receipt = 0
const samples = await interleave(ROUNDS, {
  cold: () =>
    timeEach(() => {
      forgetPictures()
      return encodeEscPos(hindiReceipt(receipt++), allPictures)
    }),
  next: () => timeEach(() => encodeEscPos(hindiReceipt(receipt++), allPictures)),
  reprint: () => {
    const document = hindiReceipt(receipt++)
    encodeEscPos(document, allPictures)
    return timeEach(() => encodeEscPos(document, allPictures))
  },
  pack: () => timeEach(() => packPlain(rgba, rows)),
})
console.log(
  JSON.stringify({
    coldMs: median(samples.cold),
    nextMs: median(samples.next),
    reprintMs: median(samples.reprint),
    packMs: median(samples.pack),
    bytes: first.length,
    plainBytes: packPlain(rgba, rows).length,
    rows,
  } satisfies RasterSample),
)
