// What the virtual printer has put on paper: plain data between its command machine (escpos-machine.ts), its picture
// (slip-image.ts) and its text (slip-text.ts).
export type PaperAlign = 'left' | 'center' | 'right'

export type Glyph = {
  readonly character: string
  readonly wide: number
  readonly high: number
  readonly isBold: boolean
  readonly isInverse: boolean
  readonly isUnderlined: boolean
}

export type PaperItem =
  | {
      readonly kind: 'line'
      readonly glyphs: readonly Glyph[]
      readonly align: PaperAlign
      /** Paper feed of the line in dots. */
      readonly dots: number
    }
  | { readonly kind: 'feed'; readonly dots: number }
  | {
      readonly kind: 'raster'
      readonly widthBytes: number
      readonly rows: number
      readonly bits: Uint8Array
      readonly align: PaperAlign
      readonly scaleX: number
      readonly scaleY: number
    }
  | {
      readonly kind: 'qr'
      readonly payload: Uint8Array
      readonly moduleDots: number
      readonly ecc: 'L' | 'M' | 'Q' | 'H'
      readonly align: PaperAlign
    }
  | {
      readonly kind: 'barcode'
      readonly payload: string
      readonly heightDots: number
      readonly moduleDots: number
      readonly hasText: boolean
      readonly align: PaperAlign
    }

/** The paper between two cuts. */
export type Slip = { readonly items: readonly PaperItem[]; readonly cut: 'full' | 'partial' | 'none' }

export const GLYPH_WIDTH = 12
export const GLYPH_HEIGHT = 24
