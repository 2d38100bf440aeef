// What is to be printed, as plain data that knows neither paper nor printer. The receipt layout builds it; escpos.ts
// (slips), text.ts (plain text) and pdf.ts (A4) read it. A document is made once, before any byte is sent, so
// that every copy of a receipt and every kind of paper says the same words.
//
// Width-independent: nobody pads with spaces or counts columns outside the drivers. Any script is allowed in any field:
// a printer that lacks a character gets that line as a picture. In every text field "\n" is a line break; all other control
// characters (below U+0020, U+007F to U+009F) are taken out, so data can never become printer commands.

export type PrintDocument = {
  /** Names the print job and the PDF ("Receipt 11/2026-27/000123"). Not printed on slips. */
  readonly title: string
  /** BCP 47 language of every line that does not name its own ("en-IN", "hi-IN"). Decides direction and shaping. */
  readonly lang: string
  readonly blocks: readonly PrintBlock[]
}

export type PrintBlock =
  | TextBlock
  | RowBlock
  | ColumnsBlock
  | RuleBlock
  | FeedBlock
  | QrBlock
  | BarcodeBlock
  | BannerBlock
  | CutBlock
  | DrawerBlock

export type PrintAlign = 'left' | 'center' | 'right'

/** `double-height` keeps the column count; `double` doubles width too, so half as many characters fit in a line. */
export type PrintSize = 'normal' | 'double-height' | 'double'

export type PrintDirection = 'ltr' | 'rtl'

/** How a piece of text looks and which language it is in; shared by text, row and columns. */
export type PrintStyle = {
  readonly isBold?: boolean
  readonly size?: PrintSize
  /** BCP 47; default is the document's. */
  readonly lang?: string
  /** Default follows the language (ar, ur, fa, he, ... are right to left). */
  readonly direction?: PrintDirection
}

/**
 * What a text or row is for. Slips ignore it; A4 has room to set it properly. Without it A4 goes by size and weight.
 * issuer: the municipality's name. title: RECEIPT. total: the amount taken, drawn largest. small: help and legal lines.
 */
export type PrintRole = 'issuer' | 'title' | 'heading' | 'total' | 'small'

/** A paragraph: wraps at words; a word longer than the line is broken, never clipped. Empty text is an empty line. */
export type TextBlock = PrintStyle & {
  readonly kind: 'text'
  readonly text: string
  /** Default left; in right-to-left text `left` means the start side, that is the right. */
  readonly align?: PrintAlign
  readonly role?: PrintRole
}

/**
 * Label at the start, value at the end of the line: "Water tax 2026-27        1,250.00".
 * The label wraps at words. The value stays in one piece (an amount is never split): if it does not fit behind the
 * label's last line it gets a line of its own, right-aligned; only a value wider than the whole paper is wrapped.
 */
export type RowBlock = PrintStyle & {
  readonly kind: 'row'
  readonly label: string
  readonly value: string
  readonly role?: PrintRole
}

/**
 * A table line of 1 to COLUMNS_MAX cells. Columns blocks that follow each other with the same number of cells are one table:
 * their columns stay under each other. Text cells wrap inside their column; a cell with `isWhole` (amounts, dates) is
 * never split: its column grows at the cost of the text columns, and where the paper is too narrow even for that the cells
 * are printed under each other instead.
 */
export type ColumnsBlock = PrintStyle & {
  readonly kind: 'columns'
  readonly cells: readonly PrintCell[]
}

export type PrintCell = {
  readonly text: string
  /** Share of the line: widths 3, 1, 1 give the first cell three fifths. A positive number. */
  readonly width: number
  readonly align?: PrintAlign
  readonly isWhole?: boolean
}

export type RuleBlock = { readonly kind: 'rule'; readonly style?: 'solid' | 'dashed' | 'double' }

/** Empty lines, 1 to FEED_LINES_MAX. */
export type FeedBlock = { readonly kind: 'feed'; readonly lines: number }

export type QrBlock = {
  readonly kind: 'qr'
  /** Encoded as UTF-8; 1 to QR_BYTES_MAX bytes. Control characters are an error here, not taken out. */
  readonly payload: string
  /** Default M. */
  readonly ecc?: 'L' | 'M' | 'Q' | 'H'
  /** Dots per module, 2 to 16, default 6; made smaller when the code would not fit the paper. */
  readonly moduleSize?: number
  /** Printed under the code, and before the payload in plain text ("Verify this receipt"). */
  readonly caption?: string
}

/** CODE128 code set B: 1 to BARCODE_CHARS_MAX printable ASCII characters. Printed as a text line where it is too wide. */
export type BarcodeBlock = {
  readonly kind: 'barcode'
  readonly payload: string
  /** Default 72, 24 to 255. */
  readonly heightDots?: number
  /** Human-readable line under the bars, default true. */
  readonly hasText?: boolean
}

/** A box nobody can overlook: DUPLICATE COPY 2 / PROVISIONAL / CANCELLED / TRAINING - NOT A RECEIPT. */
export type BannerBlock = {
  readonly kind: 'banner'
  readonly text: string
  /** Smaller second line inside the box: "printed 23-11-2026 10:15 by C-07". */
  readonly detail?: string
  readonly lang?: string
}

/** Feeds past the blade and cuts; printers without a cutter feed only. A new page in a PDF, a dashed line in text. */
export type CutBlock = { readonly kind: 'cut'; readonly mode?: 'partial' | 'full' }

/**
 * Opens the cash drawer wired to the printer. `onMs` 2 to 510 (default 50), `offMs` up to 510 (default 500), on < off.
 * Text and PDF leave it out. Put it before the text if the drawer should open while the slip prints.
 */
export type DrawerBlock = {
  readonly kind: 'drawer'
  readonly pin?: 2 | 5
  readonly onMs?: number
  readonly offMs?: number
}

export const BLOCKS_MAX = 500
export const TEXT_CHARS_MAX = 2_000
export const COLUMNS_MAX = 6
export const FEED_LINES_MAX = 20
export const QR_BYTES_MAX = 1_000
export const BARCODE_CHARS_MAX = 60
export const COPIES_MAX = 10
