// Whose paper the lines are that a ZVT terminal wants printed: a block (06 D3) says it (tag 1F07), single lines (06 D1) do not, but the last
// line of a slip is marked, and the copy of the shop comes before the customer's. Pure. Called by dialogue.ts and sale-outcome.ts.

export type SlipKind = 'merchant' | 'customer' | 'administration'

/** What one message adds. */
export type SlipPart = {
  /** null: the terminal does not say. */
  readonly kind: SlipKind | null
  readonly lines: readonly string[]
  readonly isLast: boolean
}

export type Slip = { readonly kind: SlipKind | null; readonly lines: readonly string[] }

export type SlipPile = { readonly add: (part: SlipPart) => void; readonly slips: () => readonly Slip[] }

const LINES_MAX = 500
const CUSTOMER = /(?:customer|card ?holder)(?:'?s)? ?(?:copy|receipt|slip)|kunden ?beleg/iu
const MERCHANT = /merchant(?:'?s)? ?(?:copy|receipt|slip)|h.ndler ?beleg/iu

export function createSlipPile(): SlipPile {
  const slips: { kind: SlipKind | null; lines: string[]; isWhole: boolean }[] = []
  let lineCount = 0
  return {
    add: ({ kind, lines, isLast }) => {
      const kept = lines.slice(0, LINES_MAX - lineCount)
      lineCount += kept.length
      const open = slips.at(-1)
      if (open === undefined || open.isWhole || open.kind !== kind) {
        slips.push({ kind, lines: [...kept], isWhole: isLast })
        return
      }
      open.lines.push(...kept)
      open.isWhole = isLast
    },
    slips: () => slips.filter(({ lines }) => lines.some((line) => line !== '')),
  }
}

/** What belongs on the customer's paper. Several slips of which none says whose it is: the last one. */
export function customerLines(slips: readonly Slip[]): readonly string[] {
  return linesOf(slips.filter((slip) => ownerOf(slip, slips) === 'customer'))
}

/** What the shop keeps, perhaps with the customer's signature. */
export function merchantLines(slips: readonly Slip[]): readonly string[] {
  return linesOf(slips.filter((slip) => ownerOf(slip, slips) === 'merchant'))
}

export function allLines(slips: readonly Slip[]): readonly string[] {
  return linesOf(slips)
}

function linesOf(slips: readonly Slip[]): readonly string[] {
  return slips.flatMap(({ lines }, at) => (at === 0 ? lines : ['', ...lines]))
}

function ownerOf(slip: Slip, slips: readonly Slip[]): SlipKind {
  const named = nameOf(slip)
  if (named !== null) return named
  const isTold = slips.some((each) => nameOf(each) === 'customer')
  return !isTold && slip === slips.findLast((each) => nameOf(each) === null) ? 'customer' : 'merchant'
}

/** What the terminal or the words on it say; letters may be set apart: "K U N D E N B E L E G". */
function nameOf({ kind, lines }: Slip): SlipKind | null {
  if (kind !== null) return kind
  const words = lines.join(' ')
  const close = words.replaceAll(/[ -]/gu, '')
  if (CUSTOMER.test(words) || CUSTOMER.test(close)) return 'customer'
  return MERCHANT.test(words) || MERCHANT.test(close) ? 'merchant' : null
}
