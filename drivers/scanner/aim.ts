// AIM identifiers: the three characters by which a scanner says what kind of code it read (ISO/IEC 15424). Called by
// scan.ts and hid-pos.ts.

export type Symbology =
  | 'code39'
  | 'code128'
  | 'gs1-128'
  | 'ean'
  | 'itf'
  | 'codabar'
  | 'code93'
  | 'pdf417'
  | 'qr'
  | 'gs1-qr'
  | 'datamatrix'
  | 'gs1-datamatrix'
  | 'gs1-databar'
  | 'aztec'
  | 'other'

export type AimReading = {
  readonly aim: string | null
  readonly symbology: Symbology | null
  readonly value: string
}

/** By code letter; the modifier after it matters only where a row of EXACT says so. */
const BY_LETTER: Readonly<Record<string, Symbology>> = {
  A: 'code39',
  C: 'code128',
  E: 'ean',
  F: 'codabar',
  G: 'code93',
  I: 'itf',
  L: 'pdf417',
  Q: 'qr',
  X: 'other',
  d: 'datamatrix',
  e: 'gs1-databar',
  z: 'aztec',
}
const EXACT: Readonly<Record<string, Symbology>> = {
  C1: 'gs1-128',
  Q3: 'gs1-qr',
  Q4: 'gs1-qr',
  d2: 'gs1-datamatrix',
  d3: 'gs1-datamatrix',
}

/** Honeywell's letter at the end of a HID-POS report, for models that send no AIM identifier. */
const BY_VENDOR_LETTER: Readonly<Record<string, Symbology>> = {
  s: 'qr',
  j: 'code128',
  d: 'ean',
  D: 'ean',
  b: 'code39',
  r: 'pdf417',
}

/** Takes a known identifier off the front; anything else is part of the value. */
export function readAim(text: string): AimReading {
  const [, aim, letter = '', modifier = ''] = /^(\]([A-Za-z])([0-9A-Za-z]))/.exec(text) ?? []
  const symbology = symbologyOf(letter, modifier)
  if (aim === undefined || symbology === null) return { aim: null, symbology: null, value: text }
  return { aim, symbology, value: text.slice(aim.length) }
}

export function symbologyOfVendorLetter(letter: string): Symbology | null {
  return Object.hasOwn(BY_VENDOR_LETTER, letter) ? (BY_VENDOR_LETTER[letter] ?? null) : null
}

function symbologyOf(letter: string, modifier: string): Symbology | null {
  return EXACT[letter + modifier] ?? BY_LETTER[letter] ?? null
}
