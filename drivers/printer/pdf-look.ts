// How text looks on A4 and how it is put there; what pdf-items.ts builds pages from. Sizes are points (1/72 inch).
import type { SKRSContext2D } from '@napi-rs/canvas'
import { cleanText, directionOf } from './clean-text.ts'
import type { PrintAlign, PrintStyle } from './document.ts'
import type { FontWeight } from './fonts.ts'
import { loadFacesFor, sansFont, spellMissing } from './fonts.ts'

/** Drawn with its top left corner at 0, 0; `width` of the frame wide. */
export type PageItem = { readonly height: number; readonly draw: (context: SKRSContext2D) => void }

export type Frame = {
  /** For measuring only. */
  readonly context: SKRSContext2D
  readonly width: number
  readonly lang: string
}

export const INK = '#16181d'
export const QUIET = '#565b66'
export const HAIRLINE = '#c3c7ce'
export const SHADE = '#f0f1f3'

const LINE_HEIGHT = 1.5
const BASELINE = 1.06

export type Look = {
  font: string
  lineHeight: number
  baseline: number
  colour: string
  lang: string
  direction: 'ltr' | 'rtl'
}

type Placed = { text: string; x: number; top: number; align: PrintAlign }

export function lookOf(
  frame: Frame,
  {
    px,
    weight = 400,
    colour = INK,
    style = {},
  }: { px: number; weight?: FontWeight; colour?: string; style?: PrintStyle },
): Look {
  const lang = (style.lang ?? frame.lang).replaceAll('_', '-')
  return {
    font: sansFont(weight, px),
    lineHeight: px * LINE_HEIGHT,
    baseline: px * BASELINE,
    colour,
    lang,
    direction: style.direction ?? directionOf(lang),
  }
}

export function drawable(text: string): string {
  const words = spellMissing(cleanText(text))
  loadFacesFor({ text: words, lang: '' })
  return words
}

export function measureIn({ context }: Frame, look: Look): (text: string) => number {
  return (text) => {
    context.font = look.font
    context.lang = look.lang
    return context.measureText(text).width
  }
}

/** Mirrors a place on the line for languages written from right to left. */
export function place(frame: Frame, look: Look, placed: Placed): Placed {
  if (look.direction === 'ltr' || placed.align === 'center') return placed
  return { ...placed, x: frame.width - placed.x, align: placed.align === 'left' ? 'right' : 'left' }
}

export function put(context: SKRSContext2D, look: Look, { text, x, top, align }: Placed): void {
  if (text === '') return
  context.font = look.font
  context.lang = look.lang
  context.direction = look.direction
  context.fillStyle = look.colour
  context.textAlign = align
  context.fillText(text, x, top + look.baseline)
}
