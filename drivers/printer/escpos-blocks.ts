// Everything on a slip but running text: rules, banners, QR codes, barcodes, cuts and drawer pulses. Called by escpos.ts.
// Commands are from the Epson ESC/POS reference.
import { cleanText, isPlain } from './clean-text.ts'
import { findEncoding } from './code-pages.ts'
import type { BannerBlock, BarcodeBlock, CutBlock, DrawerBlock, QrBlock, RuleBlock } from './document.ts'
import type { Slip } from './escpos-slip.ts'
import {
  LINE_CHARACTERS_MAX,
  PAD,
  SIZE,
  addPicture,
  encodingFor,
  setStyle,
  startPicture,
} from './escpos-slip.ts'
import { addText } from './escpos-text.ts'
import { countCharacters, wrapText } from './line-wrap.ts'
import { DEFAULT_ECC, QUIET_MODULES, drawQr, fitModuleDots } from './qr.ts'

const LINE_SPACING_24 = '\x1b3\x18'
const LINE_SPACING_DEFAULT = '\x1b2'
export const BARCODE_MODULE_DOTS = 2
/** White above a barcode: `ESC J 16` would end in the byte that starts real-time commands. */
const BARCODE_GAP = '\x1bJ\x0c'

/** Cut to the width of the paper. */
export const RULES = {
  solid: '-'.repeat(LINE_CHARACTERS_MAX),
  dashed: '- '.repeat(LINE_CHARACTERS_MAX / 2),
  double: '='.repeat(LINE_CHARACTERS_MAX),
}

export function addRule(slip: Slip, { style = 'solid' }: RuleBlock): void {
  setStyle(slip, 'left', 'normal', false)
  slip.out += `${RULES[style].slice(0, slip.profile.columns)}\n`
}

/** A double frame around large text; in line-drawing characters where the printer has them. */
export function addBanner(slip: Slip, block: BannerBlock): void {
  const text = cleanText(block.text)
  const detail = cleanText(block.detail ?? '')
  const { columns, codePages } = slip.profile
  const framePages = codePages.filter(({ name }) => name === 'cp437')
  const encoding = slip.profile.isAllPicture ? null : findEncoding([text, detail, '╔═╗║╚╝'], framePages)
  if (encoding === null || encodingFor(slip, ['║', text, detail]) === null) {
    return addPicture(slip, { block, lang: slip.lang })
  }
  const frame = encoding.encode
  const inner = columns - 4
  const isDouble = text.length * 2 <= inner && !text.includes('\n')
  setStyle(slip, 'left', 'normal', true)
  slip.out += `${LINE_SPACING_24}${frame(`╔${'═'.repeat(columns - 2)}╗`)}\n`
  for (const line of wrapText(text, inner, countCharacters)) {
    const [left, right] = centred(isDouble ? line.length * 2 : line.length, inner)
    const words = isDouble ? `${SIZE.double}${frame(line)}${SIZE['double-height']}` : frame(line)
    slip.out += `${SIZE['double-height']}${frame('║')} ${left}${words}${right} ${frame('║')}${SIZE.normal}\n`
  }
  for (const line of detail === '' ? [] : wrapText(detail, inner, countCharacters)) {
    const [left, right] = centred(line.length, inner)
    slip.out += `${frame(`║ ${left}${line}${right} ║`)}\n`
  }
  slip.out += `${frame(`╚${'═'.repeat(columns - 2)}╝`)}\n${LINE_SPACING_DEFAULT}`
}

function centred(length: number, width: number): [left: string, right: string] {
  const left = (width - length) >> 1
  return [PAD[left] as string, PAD[width - length - left] as string]
}

/** `GS ( k`: model 2, module size, error correction, data by its count of bytes, print. */
export function addQr(slip: Slip, block: QrBlock): void {
  if (slip.profile.hasQr) {
    setStyle(slip, 'center', 'normal', false)
    const { payload } = block
    const data = isPlain(payload) ? payload : Buffer.from(payload, 'utf8').toString('latin1')
    const moduleDots = fitModuleDots(block, slip.profile.dots)
    const size = String.fromCharCode(moduleDots)
    const quiet = `\x1bJ${String.fromCharCode(quietDots(moduleDots))}`
    const ecc = String.fromCharCode(0x30 + 'LMQH'.indexOf(block.ecc ?? DEFAULT_ECC))
    // QR_BYTES_MAX keeps the high byte under 4, so that the length itself can never be a real-time command.
    const count = String.fromCharCode((data.length + 3) & 0xff, (data.length + 3) >> 8)
    slip.out +=
      `${quiet}\x1d(k\x04\x001A2\0\x1d(k\x03\x001C${size}\x1d(k\x03\x001E${ecc}` +
      `\x1d(k${count}1P0${data}\x1d(k\x03\x001Q0${quiet}`
  } else {
    startPicture(slip)
    slip.pieces.push(drawQr(block, slip.profile.dots))
  }
  if (block.caption !== undefined) addText(slip, { kind: 'text', text: block.caption, align: 'center' })
}

/** The standard's quiet zone above and below; never 0x10, which would start a real-time command. */
function quietDots(moduleDots: number): number {
  const dots = QUIET_MODULES * moduleDots
  return dots === 0x10 ? dots + 1 : dots
}

/** CODE128 set B with its text below; printed as text alone where the bars would not fit the paper. */
export function addBarcode(slip: Slip, block: BarcodeBlock): void {
  const data = block.payload.includes('{') ? block.payload.replaceAll('{', '{{') : block.payload
  const modules = 11 * (block.payload.length + 3) + 2
  if (modules * BARCODE_MODULE_DOTS > slip.profile.dots) {
    return addText(slip, { kind: 'text', text: block.payload, align: 'center' })
  }
  setStyle(slip, 'center', 'normal', false)
  const height = String.fromCharCode(block.heightDots ?? 72)
  const text = block.hasText === false ? '\0' : '\x02'
  const count = String.fromCharCode(data.length + 2)
  slip.out += `${BARCODE_GAP}\x1dh${height}\x1dw${String.fromCharCode(BARCODE_MODULE_DOTS)}\x1dH${text}\x1dkI${count}{B${data}`
}

/** `GS V 65/66 n`: feed to the blade, then cut. */
export function addCut(slip: Slip, { mode = 'partial' }: CutBlock): void {
  setStyle(slip, 'left', 'normal', false)
  slip.out += '\n'.repeat(slip.profile.linesBeforeCut)
  if (slip.profile.hasCutter) {
    slip.out += `\x1dV${mode === 'full' ? 'A' : 'B'}${String.fromCharCode(slip.profile.cutFeed)}`
  }
}

/** `ESC p m t1 t2`, times in units of 2 ms. */
export function addDrawer(slip: Slip, { pin = 2, onMs = 50, offMs = 500 }: DrawerBlock): void {
  // 0x10 followed by 0x14 would be the real-time command DLE DC4: 2 ms longer is the same pulse.
  const on = Math.max(1, onMs >> 1)
  const off = Math.max(on + 1, offMs >> 1)
  slip.out += `\x1bp${pin === 2 ? '\0' : '\x01'}${String.fromCharCode(on === 0x10 ? 0x11 : on, off)}`
}
