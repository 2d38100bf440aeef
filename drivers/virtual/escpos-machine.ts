// The command machine of the virtual printer: ESC/POS bytes → what is on paper. Written from the vendors' command tables,
// knowing nothing of our encoder, so that what it shows is what a printer would do. Called by printer.ts.
// Real-time commands (DLE ...) are executed there on arrival; here they are skipped at command boundaries.
import { codePageTables } from './code-page-tables.ts'
import type { Glyph, PaperAlign, PaperItem } from './paper.ts'
import { GLYPH_HEIGHT, GLYPH_WIDTH } from './paper.ts'

/** Where the machine puts what it does. */
export type MachineEvents = {
  readonly onItem: (item: PaperItem) => void
  readonly onCut: (mode: 'full' | 'partial') => void
  readonly onPulse: (pin: 2 | 5) => void
  /** GS r, GS I, GS a, GS ( H: the device answers, it knows the sensors. */
  readonly onAsk: (ask: Ask) => void
  /** A command the tables do not have, as hex: on a real printer it would be garbage on paper. */
  readonly onUnknown: (hex: string) => void
}

export type Ask =
  | { readonly kind: 'status'; readonly n: number }
  | { readonly kind: 'identity'; readonly n: number }
  | { readonly kind: 'automatic-status'; readonly n: number }
  | { readonly kind: 'process-id'; readonly id: Uint8Array }
  | { readonly kind: 'reset' }

export type Machine = {
  /** Processes commands while `canPrint` holds; returns how many bytes were used up. */
  readonly run: (bytes: Uint8Array, canPrint: () => boolean) => number
  /** Prints what is in the line buffer, as a cut or power-off would leave it. */
  readonly flushLine: () => void
}

type State = {
  line: Glyph[]
  align: PaperAlign
  isBold: boolean
  isInverse: boolean
  isUnderlined: boolean
  wide: number
  high: number
  page: number
  isKanji: boolean
  lineSpacing: number
  barcodeHeight: number
  barcodeModule: number
  barcodeText: number
  qrModule: number
  qrEcc: 'L' | 'M' | 'Q' | 'H'
  qrData: Uint8Array
}

const ALIGNS = ['left', 'center', 'right'] as const
const ECCS = ['L', 'M', 'Q', 'H'] as const
const LINE_SPACING_DEFAULT = 30
const NEED_MORE = 0

function resetState(): State {
  return {
    line: [],
    align: 'left',
    isBold: false,
    isInverse: false,
    isUnderlined: false,
    wide: 1,
    high: 1,
    page: 0,
    // Printers made for China start here, and show what happens to those who forget FS . (cancel Kanji mode).
    isKanji: true,
    lineSpacing: LINE_SPACING_DEFAULT,
    barcodeHeight: 162,
    barcodeModule: 3,
    barcodeText: 0,
    qrModule: 3,
    qrEcc: 'L',
    qrData: new Uint8Array(),
  }
}

export function createMachine(paper: { columns: number }, events: MachineEvents): Machine {
  const widthDots = paper.columns * GLYPH_WIDTH
  const state = resetState()

  const put = (character: string): void => {
    const used = state.line.reduce((sum, glyph) => sum + glyph.wide * GLYPH_WIDTH, 0)
    if (used + state.wide * GLYPH_WIDTH > widthDots) endLine()
    const { wide, high, isBold, isInverse, isUnderlined } = state
    state.line.push({ character, wide, high, isBold, isInverse, isUnderlined })
  }

  const endLine = (): void => {
    const highest = state.line.reduce((max, glyph) => Math.max(max, glyph.high), 1)
    const dots = Math.max(state.lineSpacing, state.line.length === 0 ? 0 : highest * GLYPH_HEIGHT)
    events.onItem({ kind: 'line', glyphs: state.line, align: state.align, dots })
    state.line = []
  }

  const flushLine = (): void => {
    if (state.line.length > 0) endLine()
  }

  /** Bytes that the command at the start of `at` takes, or NEED_MORE. */
  const step = (at: Uint8Array): number => {
    const code = at[0] as number
    if (code === 0x0a) {
      endLine()
      return 1
    }
    if (code === 0x10) return skipRealTime(at)
    if (code === 0x1b) return stepEsc(at)
    if (code === 0x1c) return stepFs(at)
    if (code === 0x1d) return stepGs(at)
    if (code < 0x20) return 1
    if (code < 0x80) {
      put(String.fromCharCode(code))
      return 1
    }
    if (state.isKanji) {
      if (at.length < 2) return NEED_MORE
      put('〓')
      return 2
    }
    put(codePageTables.get(state.page)?.[code - 0x80] ?? '\ufffd')
    return 1
  }

  const stepEsc = (at: Uint8Array): number => {
    if (at.length < 2) return NEED_MORE
    const name = String.fromCharCode(at[1] as number)
    if (name === '@') {
      Object.assign(state, resetState())
      events.onAsk({ kind: 'reset' })
      return 2
    }
    if (name === '2') {
      state.lineSpacing = LINE_SPACING_DEFAULT
      return 2
    }
    const length = { p: 5, $: 4, '\\': 4, D: 3, c: 4 }[name] ?? 3
    if (at.length < length) return NEED_MORE
    const n = at[2] as number
    switch (name) {
      case 't':
        state.page = n
        break
      case 'a':
        state.align = ALIGNS[n % 48] ?? 'left'
        break
      case 'E':
      case 'G':
        state.isBold = (n & 1) === 1
        break
      case '-':
        state.isUnderlined = n % 48 > 0
        break
      case '!':
        state.isBold = (n & 0x08) !== 0
        state.high = (n & 0x10) === 0 ? 1 : 2
        state.wide = (n & 0x20) === 0 ? 1 : 2
        state.isUnderlined = (n & 0x80) !== 0
        break
      case '3':
        state.lineSpacing = n
        break
      case 'J':
        flushLine()
        events.onItem({ kind: 'feed', dots: n })
        break
      case 'd':
        flushLine()
        events.onItem({ kind: 'feed', dots: n * state.lineSpacing })
        break
      case 'p':
        events.onPulse(n % 48 === 0 ? 2 : 5)
        break
      case 'M':
      case 'R':
      case ' ':
      case '=':
      case '{':
        break
      default:
        events.onUnknown(hexOf(at.subarray(0, 2)))
        return 2
    }
    return length
  }

  const stepFs = (at: Uint8Array): number => {
    if (at.length < 2) return NEED_MORE
    if (at[1] === 0x2e) state.isKanji = false
    else if (at[1] === 0x26) state.isKanji = true
    else events.onUnknown(hexOf(at.subarray(0, 2)))
    return 2
  }

  const stepGs = (at: Uint8Array): number => {
    if (at.length < 3) return NEED_MORE
    const name = String.fromCharCode(at[1] as number)
    const n = at[2] as number
    switch (name) {
      case '!':
        state.wide = (n >> 4) + 1
        state.high = (n & 7) + 1
        return 3
      case 'B':
        state.isInverse = (n & 1) === 1
        return 3
      case 'h':
        state.barcodeHeight = n
        return 3
      case 'w':
        state.barcodeModule = n
        return 3
      case 'H':
        state.barcodeText = n % 48
        return 3
      case 'f':
        return 3
      case 'r':
        events.onAsk({ kind: 'status', n: n % 48 })
        return 3
      case 'I':
        events.onAsk({ kind: 'identity', n })
        return 3
      case 'a':
        events.onAsk({ kind: 'automatic-status', n })
        return 3
      case 'P':
      case 'L':
      case 'W':
        return at.length < 4 ? NEED_MORE : 4
      case 'V':
        return stepCut(at)
      case 'k':
        return stepBarcode(at)
      case 'v':
        return stepRaster(at)
      case '(':
        return stepExtended(at)
      default:
        events.onUnknown(hexOf(at.subarray(0, 2)))
        return 2
    }
  }

  const stepCut = (at: Uint8Array): number => {
    const mode = at[2] as number
    const length = mode >= 65 ? 4 : 3
    if (at.length < length) return NEED_MORE
    flushLine()
    const feed = mode >= 65 ? (at[3] as number) : 0
    if (feed > 0) events.onItem({ kind: 'feed', dots: feed })
    events.onCut([0, 48, 65].includes(mode) ? 'full' : 'partial')
    return length
  }

  const stepBarcode = (at: Uint8Array): number => {
    const kind = at[2] as number
    if (kind <= 6) {
      const end = at.indexOf(0, 3)
      if (end < 0) return NEED_MORE
      putBarcode(Buffer.from(at.subarray(3, end)).toString('latin1'))
      return end + 1
    }
    const count = at[3]
    if (count === undefined || at.length < 4 + count) return NEED_MORE
    const data = Buffer.from(at.subarray(4, 4 + count)).toString('latin1')
    if (kind === 73 && !data.startsWith('{B')) events.onUnknown(hexOf(at.subarray(0, 6)))
    else putBarcode(kind === 73 ? data.slice(2).replaceAll('{{', '{') : data)
    return 4 + count
  }

  const putBarcode = (payload: string): void => {
    const { barcodeHeight: heightDots, barcodeModule: moduleDots, align } = state
    flushLine()
    events.onItem({
      kind: 'barcode',
      payload,
      heightDots,
      moduleDots,
      hasText: state.barcodeText >= 2,
      align,
    })
  }

  const stepRaster = (at: Uint8Array): number => {
    if (at.length < 8) return NEED_MORE
    const [mode = 0, xLow = 0, xHigh = 0, yLow = 0, yHigh = 0] = at.subarray(3, 8)
    const widthBytes = xLow + xHigh * 256
    const rows = yLow + yHigh * 256
    const end = 8 + widthBytes * rows
    if (at.length < end) return NEED_MORE
    flushLine()
    events.onItem({
      kind: 'raster',
      widthBytes,
      rows,
      bits: at.slice(8, end),
      align: state.align,
      scaleX: (mode & 1) + 1,
      scaleY: ((mode >> 1) & 1) + 1,
    })
    return end
  }

  /** `GS ( X pL pH ...`: the length is always there, so unknown functions are skipped whole. */
  const stepExtended = (at: Uint8Array): number => {
    if (at.length < 5) return NEED_MORE
    const end = 5 + (at[3] as number) + (at[4] as number) * 256
    if (at.length < end) return NEED_MORE
    const data = at.slice(5, end)
    if (at[2] === 0x6b && data[0] === 0x31) stepQr(data)
    if (at[2] === 0x48 && data[0] === 0x30) events.onAsk({ kind: 'process-id', id: data.slice(2, 6) })
    return end
  }

  const stepQr = (data: Uint8Array): void => {
    if (data[1] === 0x43) state.qrModule = data[2] as number
    if (data[1] === 0x45) state.qrEcc = ECCS[(data[2] as number) - 0x30] ?? 'L'
    if (data[1] === 0x50) state.qrData = data.slice(3)
    if (data[1] === 0x51) {
      flushLine()
      const { qrData: payload, qrModule: moduleDots, qrEcc: ecc, align } = state
      events.onItem({ kind: 'qr', payload, moduleDots, ecc, align })
    }
  }

  return {
    flushLine,
    run: (bytes, canPrint) => {
      let used = 0
      while (used < bytes.length && canPrint()) {
        const length = step(bytes.subarray(used))
        if (length === NEED_MORE) break
        used += length
      }
      return used
    },
  }
}

/** Length of `DLE EOT n`, `DLE ENQ n` and `DLE DC4 fn ...`. */
function skipRealTime(at: Uint8Array): number {
  if (at.length < 3) return NEED_MORE
  if (at[1] === 0x04 || at[1] === 0x05) return 3
  if (at[1] !== 0x14) return 1
  const length = at[2] === 8 ? 10 : 5
  return at.length < length ? NEED_MORE : length
}

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}
