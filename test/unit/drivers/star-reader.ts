// Reads the bytes of a Star slip by Star's command tables (StarPRNT and Line Mode specifications), knowing nothing of what
// made them, and says what would be on paper. Called by star.test.ts. Anything it does not know is an error.

export type StarItem =
  | { kind: 'line'; text: string; isBold: boolean; wide: number; high: number }
  | { kind: 'qr'; data: Buffer; size: number; ecc: number; align: number }
  | { kind: 'barcode'; data: string; height: number; module: number; hasText: boolean; align: number }
  | { kind: 'band'; width: number; columns: Buffer }
  | { kind: 'cut'; mode: number }
  | { kind: 'pulse'; onMs: number; offMs: number; drive: number }

const LATIN_1252 = new TextDecoder('windows-1252')
/** By n of `ESC GS t n`, the characters these tests use. */
const PAGES: Record<number, (byte: number) => string> = {
  1: (byte) =>
    ({ 0x82: 'é', 0x9c: '£', 0xba: '║', 0xbb: '╗', 0xbc: '╝', 0xc8: '╚', 0xc9: '╔', 0xcd: '═' })[byte] ?? '?',
  4: (byte) => ({ 0x82: 'é', 0x9c: '£', 0xd5: '€' })[byte] ?? '?',
  32: (byte) => LATIN_1252.decode(Uint8Array.of(byte)),
}

export function readStar(bytes: Uint8Array): StarItem[] {
  const items: StarItem[] = []
  const at = { position: 0 }
  const state = { text: '', isBold: false, isInked: false, wide: 1, high: 1, page: 0, align: 0 }
  const qr: { data: Buffer; size: number; ecc: number } = { data: Buffer.alloc(0), size: 0, ecc: 0 }
  const take = (): number => {
    const byte = bytes[at.position++]
    if (byte === undefined) throw new Error('the slip ends in the middle of a command')
    return byte
  }
  const takeMany = (count: number): Buffer => Buffer.from(Array.from({ length: count }, take))
  const expectByte = (byte: number): void => {
    const found = take()
    if (found !== byte)
      throw new Error(`${found.toString(16)} at ${at.position - 1} is not ${byte.toString(16)}`)
  }
  let shown = { isBold: false, wide: 1, high: 1 }
  const put = (character: string): void => {
    if (character !== ' ') shown = { isBold: state.isBold, wide: state.wide, high: state.high }
    state.text += character
  }
  const group = (): void => {
    const name = String.fromCharCode(take())
    if (name === 'a') state.align = take()
    else if (name === 't') state.page = take()
    else if (name === 'P') take()
    else if (name === 'y') qrCommand()
    else throw new Error(`ESC GS ${name} is not known`)
  }
  const qrCommand = (): void => {
    const name = String.fromCharCode(take())
    if (name === 'S') {
      const [what, value] = [take(), take()]
      if (what === 0x31) qr.ecc = value
      if (what === 0x32) qr.size = value
    } else if (name === 'D') {
      expectByte(0x31)
      expectByte(0)
      qr.data = takeMany(take() + take() * 256)
    } else if (name === 'P') items.push({ kind: 'qr', ...qr, align: state.align })
    else throw new Error(`ESC GS y ${name} is not known`)
  }
  const escape = (): void => {
    const code = take()
    switch (String.fromCharCode(code)) {
      case '@':
        return expectByte(0x18)
      case '\x1d':
        return group()
      case 'E':
        state.isBold = true
        return undefined
      case 'F':
        state.isBold = false
        return undefined
      case 'i':
        ;[state.high, state.wide] = [take() + 1, take() + 1]
        return undefined
      case '0':
        return undefined
      case 'z':
        return expectByte(1)
      case 'X': {
        const width = take() + take() * 256
        items.push({ kind: 'band', width, columns: takeMany(width * 3) })
        expectByte(0x0a)
        return expectByte(0x0d)
      }
      case 'b': {
        expectByte(6)
        const [text, module, height] = [take(), take(), take()]
        const end = bytes.indexOf(0x1e, at.position)
        const data = takeMany(end - at.position).toString('latin1')
        expectByte(0x1e)
        items.push({ kind: 'barcode', data, height, module, hasText: text === 2, align: state.align })
        return undefined
      }
      case 'd':
        items.push({ kind: 'cut', mode: take() })
        return undefined
      case '\x07': {
        const [onMs, offMs] = [take() * 10, take() * 10]
        items.push({ kind: 'pulse', onMs, offMs, drive: take() === 0x07 ? 1 : 2 })
        return undefined
      }
      default:
        throw new Error(`ESC ${code.toString(16)} at ${at.position - 1} is not known`)
    }
  }
  while (at.position < bytes.length) {
    const byte = take()
    if (byte === 0x1b) escape()
    else if (byte === 0x0a) {
      items.push({ kind: 'line', text: state.text, ...shown })
      state.text = ''
      shown = { isBold: false, wide: 1, high: 1 }
    } else if (byte >= 0x80) {
      const page = PAGES[state.page]
      if (page === undefined) throw new Error(`code page ${state.page} is not known`)
      put(page(byte))
    } else if (byte >= 0x20) put(String.fromCharCode(byte))
    else throw new Error(`${byte.toString(16)} at ${at.position - 1} is no command`)
  }
  if (state.text !== '') throw new Error('the slip ends in a line that is not printed')
  return items
}
