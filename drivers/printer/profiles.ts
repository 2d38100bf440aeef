// What differs between receipt printers, as data. encode-document.ts encodes by it; a printer URL names one by id
// (tcp://10.0.0.9:9100?profile=generic-58). A new model is a new entry here, never a condition in the encoder.

/** The commands a printer reads. Star's older models speak Line Mode, its newer ones StarPRNT. */
export type PrinterLanguage = 'esc-pos' | 'star-prnt' | 'star-line'

export type CodePage = {
  /** Name in @point-of-sale/codepage-encoder. */
  readonly name: 'cp437' | 'cp858' | 'windows1252'
  /** n of `ESC t n`; of `ESC GS t n` for Star. */
  readonly number: number
}

/** `DLE DC4 8` clears always; `DLE ENQ 2` clears and recovers from an error such as a jammed cutter. */
export type BufferClear = 'dle-dc4-8' | 'dle-enq-2'

export type PrinterProfile = {
  readonly id: string
  readonly label: string
  readonly language: PrinterLanguage
  /** Width of the roll. */
  readonly paperMm: 58 | 80
  /** Printable width; a multiple of 8. */
  readonly dots: number
  /** Characters of font A in a line. */
  readonly columns: number
  /** In the order in which they are tried. */
  readonly codePages: readonly CodePage[]
  /** Draws its own QR codes (`GS ( k`, Star `ESC GS y`); otherwise they are sent as a picture. */
  readonly hasQr: boolean
  readonly hasCutter: boolean
  /** Empty lines before the cut, so that the blade does not hit the text. */
  readonly linesBeforeCut: number
  /** n of `GS V 65/66 n`: extra feed that the printer itself adds up to the blade. */
  readonly cutFeed: number
  /** `GS P n n` makes one motion unit one dot; null for printers whose unit is a dot anyway. */
  readonly motionUnitsPerInch: number | null
  /** Knows `GS ( H`: says when a job is on paper, and not only that it was processed. */
  readonly hasProcessId: boolean
  /** What empties its buffers after a broken slip, in the order in which they are sent. */
  readonly clears: readonly BufferClear[]
  /** Sends every line of text as a picture, for printers with broken fonts. */
  readonly isAllPicture: boolean
}

const COMMON_PAGES = pagesAt({ cp437: 0, cp858: 19, windows1252: 16 })

function pagesAt(numbers: Partial<Record<CodePage['name'], number>>): readonly CodePage[] {
  return Object.entries(numbers).map(([name, number]) => ({ name: name as CodePage['name'], number }))
}

const generic80: PrinterProfile = {
  id: 'generic-80',
  label: '80 mm ESC/POS printer, 48 columns',
  language: 'esc-pos',
  paperMm: 80,
  dots: 576,
  columns: 48,
  codePages: COMMON_PAGES,
  hasQr: true,
  hasCutter: true,
  linesBeforeCut: 4,
  cutFeed: 0,
  motionUnitsPerInch: null,
  hasProcessId: false,
  clears: ['dle-enq-2', 'dle-dc4-8'],
  isAllPicture: false,
}

const generic58: PrinterProfile = {
  ...generic80,
  id: 'generic-58',
  label: '58 mm ESC/POS printer, 32 columns, no cutter',
  paperMm: 58,
  dots: 384,
  columns: 32,
  hasCutter: false,
  linesBeforeCut: 4,
}

/**
 * For makes whose command tables we have not seen: nothing is sent that a plain ESC/POS printer may lack. Letters beyond the
 * oldest page and QR codes come as pictures, which all of them print.
 */
const cautious80: PrinterProfile = {
  ...generic80,
  codePages: pagesAt({ cp437: 0 }),
  hasQr: false,
  clears: ['dle-enq-2'],
}

/** Star answers questions of its own, which we do not ask: what it printed is for the operator to say. */
const star80: PrinterProfile = {
  ...generic80,
  id: 'star-prnt-80',
  label: 'Star, StarPRNT: mC-Print3, TSP654II (80 mm, 48 columns)',
  language: 'star-prnt',
  codePages: pagesAt({ cp437: 1, cp858: 4, windows1252: 32 }),
  clears: [],
}

export const profiles: readonly PrinterProfile[] = [
  generic80,
  generic58,
  {
    ...generic80,
    id: 'generic-80-42',
    label: '80 mm ESC/POS printer, 42 columns',
    dots: 512,
    columns: 42,
  },
  {
    ...generic80,
    id: 'generic-80-picture',
    label: '80 mm ESC/POS printer with unusable fonts: everything as a picture',
    hasQr: false,
    isAllPicture: true,
  },
  {
    ...generic58,
    id: 'generic-58-picture',
    label: '58 mm ESC/POS printer with unusable fonts: everything as a picture',
    hasQr: false,
    isAllPicture: true,
  },
  {
    ...generic80,
    id: 'epson-tm',
    label: 'Epson TM-T20, TM-T82, TM-T83, TM-m30 (80 mm, 203 dpi, 48 columns)',
    linesBeforeCut: 0,
    cutFeed: 16,
    motionUnitsPerInch: 203,
    hasProcessId: true,
  },
  {
    ...generic80,
    id: 'epson-tm-t88',
    label: 'Epson TM-T88IV and later, TM-T70 (80 mm, 180 dpi, 42 columns)',
    dots: 512,
    columns: 42,
    linesBeforeCut: 0,
    cutFeed: 16,
    motionUnitsPerInch: 180,
    hasProcessId: true,
  },
  {
    ...generic80,
    id: 'epson-tm-58',
    label: 'Epson TM-T20, TM-T82 with the guide for 58 mm paper (35 columns)',
    paperMm: 58,
    dots: 416,
    columns: 35,
    linesBeforeCut: 0,
    cutFeed: 16,
    motionUnitsPerInch: 203,
    hasProcessId: true,
  },
  {
    ...generic80,
    id: 'generic-80-44',
    label: '80 mm ESC/POS printer, 44 columns (HP A779)',
    dots: 528,
    columns: 44,
    codePages: pagesAt({ cp437: 0, cp858: 6, windows1252: 8 }),
  },
  {
    ...generic80,
    id: 'bixolon-srp',
    label: 'Bixolon SRP-350, SRP-350plus (80 mm, 180 dpi, 42 columns)',
    dots: 512,
    columns: 42,
    // Older ones have no QR codes: as a picture they are right on all.
    hasQr: false,
    codePages: pagesAt({ cp437: 0, cp858: 19 }),
  },
  {
    ...generic80,
    id: 'citizen-ct',
    label: 'Citizen CT-S310II, CT-S601, CT-E351 (80 mm, 48 columns)',
    codePages: pagesAt({ cp437: 0, cp858: 2, windows1252: 16 }),
  },
  { ...generic80, id: 'xprinter-80', label: 'Xprinter XP-N160II, XP-T80Q and the like (80 mm, 48 columns)' },
  { ...generic58, id: 'xprinter-58', label: 'Xprinter XP-58, POS-5890 and the like (58 mm, 32 columns)' },
  {
    ...cautious80,
    id: 'tvs-rp',
    label: 'TVS Electronics RP 3160 Star, RP 3200 (80 mm, 48 columns)',
  },
  {
    ...cautious80,
    id: 'posiflex-pp',
    label: 'Posiflex PP-6900, PP-7000, PP-8000 (80 mm, 42 columns)',
    dots: 512,
    columns: 42,
  },
  {
    ...cautious80,
    id: 'ngx-58',
    label: 'NGX portable printers (58 mm, 32 columns, no cutter)',
    paperMm: 58,
    dots: 384,
    columns: 32,
    hasCutter: false,
  },
  star80,
  {
    ...star80,
    id: 'star-prnt-58',
    label: 'Star, StarPRNT: mC-Print2, mPOP, SM-L200 (58 mm, 32 columns)',
    paperMm: 58,
    dots: 384,
    columns: 32,
  },
  {
    ...star80,
    id: 'star-line-80',
    label: 'Star, Line Mode: TSP650, TSP700, TSP800 (80 mm, 48 columns)',
    language: 'star-line',
  },
]

/** The same paper on a printer that reads ESC/POS: what slips on a screen are drawn from, whatever printer the till has. */
export function asEscPos(profile: PrinterProfile): PrinterProfile {
  return profile.language === 'esc-pos'
    ? profile
    : { ...profile, language: 'esc-pos', codePages: COMMON_PAGES }
}

export const defaultProfile: PrinterProfile = generic80

export function findProfile(id: string): PrinterProfile | undefined {
  return profiles.find((profile) => profile.id === id)
}
