// Does a profile make sense: do its columns fit its dots, its dots its paper, and do we speak its language? Called by
// printer-address.ts for what the settings say, and by open-printer.ts for profiles that come another way.
import type { PrinterLanguage, PrinterProfile } from './profiles.ts'

/** What receipt printers have in font A. */
export const COLUMNS_KNOWN: readonly number[] = [32, 35, 42, 44, 48]
const FONT_A_DOTS = 12
const DOTS_MIN = 384
/** Printable, at the 203 dpi that nearly all have. */
const DOTS_MAX: Record<PrinterProfile['paperMm'], number> = { 58: 432, 80: 640 }
const LANGUAGES: readonly PrinterLanguage[] = ['esc-pos', 'star-prnt', 'star-line']

/** The profile with other columns on the same paper, or what is wrong with them. */
export function withColumns(profile: PrinterProfile, columns: string): PrinterProfile | string {
  const count = /^\d{1,3}$/.test(columns) ? Number(columns) : 0
  if (!COLUMNS_KNOWN.includes(count)) return `columns must be one of ${COLUMNS_KNOWN.join(', ')}`
  return { ...profile, columns: count }
}

/** What is wrong, as the end of a sentence; null if nothing is. */
export function complaintAboutProfile(profile: PrinterProfile): string | null {
  const { id, language, paperMm, dots, columns, codePages } = profile
  if (!LANGUAGES.includes(language)) {
    return `the commands "${language}" of "${id}" are not supported, choose ${LANGUAGES.join(', ')}`
  }
  if (DOTS_MAX[paperMm] === undefined)
    return `paper of ${String(paperMm)} mm is not supported, choose 58 or 80`
  if (dots > DOTS_MAX[paperMm]) {
    return `"${id}" prints ${dots} dots, but paper of ${paperMm} mm takes at most ${DOTS_MAX[paperMm]}: choose a profile for this paper`
  }
  if (!Number.isInteger(dots / 8) || dots < DOTS_MIN) {
    return `"${id}" has ${dots} dots, which must be a multiple of 8 and at least ${DOTS_MIN}`
  }
  if (!COLUMNS_KNOWN.includes(columns)) return `columns must be one of ${COLUMNS_KNOWN.join(', ')}`
  // Dots are counted in eights: 35 columns are 420 of them, of which a picture uses 416.
  if (columns * FONT_A_DOTS >= dots + 8) {
    const fitting = COLUMNS_KNOWN.findLast((each) => each * FONT_A_DOTS < dots + 8)
    return `${columns} columns do not fit on the ${paperMm} mm paper of "${id}", which holds ${fitting ?? 0}`
  }
  return codePages.some(({ name }) => name === 'cp437') ? null : `"${id}" has no code page cp437`
}
