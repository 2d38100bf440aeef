// The two command sets that pole displays speak, as data: Epson's (DM-D series) and CD5220. Which one a display takes is set by its
// DIP switches. Sources: Epson DM-D command manual; CD5220 manuals. Called by pole-display.ts.
import { POLE_COLUMNS } from './pole-text.ts'

export type PoleFamily = {
  readonly label: string
  /** Back to a known state, then writing over what stands there. */
  readonly init: readonly number[]
  readonly clear: readonly number[]
  /** n 1 (20 %) to 4 (100 %). */
  readonly brightness: (level: PoleBrightness) => readonly number[]
  /** Before and after the twenty characters of each row. */
  readonly rows: readonly [RowBytes, RowBytes]
}

type RowBytes = { readonly before: readonly number[]; readonly after: readonly number[] }

export type PoleBrightness = 1 | 2 | 3 | 4

const ESC = 0x1b
const US = 0x1f
const CR = 0x0d
const CLR = 0x0c

const escpos: PoleFamily = {
  label: 'Epson DM-D (ESC/POS)',
  // ESC @, then US SOH: overwrite mode
  init: [ESC, 0x40, US, 0x01],
  clear: [CLR],
  brightness: (level) => [US, 0x58, level],
  // US $ x y: the cursor before each row, so that a lost byte spoils one row and not all that follow
  rows: [
    { before: [US, 0x24, 1, 1], after: [] },
    { before: [US, 0x24, 1, 2], after: [] },
  ],
}

const cd5220: PoleFamily = {
  label: 'CD5220',
  // ESC @, then ESC DC1: overwrite mode
  init: [ESC, 0x40, ESC, 0x11],
  clear: [CLR],
  brightness: (level) => [ESC, 0x2a, level],
  // ESC Q A and ESC Q B: a whole row, ended by CR
  rows: [
    { before: [ESC, 0x51, 0x41], after: [CR] },
    { before: [ESC, 0x51, 0x42], after: [CR] },
  ],
}

export const poleFamilies = { escpos, cd5220 } as const
export type PoleFamilyName = keyof typeof poleFamilies

export type PoleRows = readonly [string, string]

/** Both rows, each exactly twenty characters of the display. */
export function rowBytes(family: PoleFamily, rows: PoleRows): Uint8Array {
  const parts = rows.map((text, index) => {
    if (text.length !== POLE_COLUMNS || !/^[\x20-\x7e]*$/.test(text))
      throw new Error('a row of a pole display is twenty plain characters')
    const { before, after } = family.rows[index] ?? family.rows[0]
    return [...before, ...Buffer.from(text, 'latin1'), ...after]
  })
  return Uint8Array.from(parts.flat())
}

/** Whatever the display was doing, it is dark and listens afterwards: behind ESC Q a CD5220 takes nothing but CLR. */
export function startBytes(family: PoleFamily, brightness: PoleBrightness): Uint8Array {
  return Uint8Array.from([...family.clear, ...family.init, ...family.brightness(brightness), ...family.clear])
}
