// Which sale is the last one a ZVT terminal remembers? The protocol knows no reference of ours, so the till notes the terminal's
// last sale before each new one, and compares numbers, amount and time afterwards. Pure. Called by zvt-terminal.ts.
import type { CardIntent } from '#drivers/card-terminal/card-terminal.ts'
import type { StatusInformation } from './status-information.ts'

/** What the terminal's last sale was before ours. */
export type SaleMark =
  /** The terminal said that it has nothing to repeat. */
  | { readonly kind: 'none' }
  /** It could not or would not say. */
  | { readonly kind: 'unreadable' }
  | {
      readonly kind: 'sale'
      readonly trace: string | null
      readonly receipt: string | null
      readonly amountPaise: number | null
    }

/** How far the terminal's clock and ours may be apart. */
export const CLOCK_TOLERANCE_MS = 5 * 60_000
/** A sale the terminal ends later than this after its intent is not taken for it. */
export const SALE_LONGEST_MS = 15 * 60_000

const FORMAT = 'zvt1'

/** For CardIntent.terminalReference: "zvt1;000123;0045;125000". */
export function writeMark(mark: SaleMark): string {
  if (mark.kind !== 'sale') return `${FORMAT};${mark.kind}`
  return [FORMAT, mark.trace ?? '', mark.receipt ?? '', mark.amountPaise ?? ''].join(';')
}

/** Null: no such note, so nothing can be compared. */
export function readMark(reference: string | null): SaleMark | null {
  if (reference === `${FORMAT};none`) return { kind: 'none' }
  if (reference === `${FORMAT};unreadable`) return { kind: 'unreadable' }
  const parts = /^zvt1;(\d{6})?;(\d{4})?;(\d{1,12})?$/u.exec(reference ?? '')
  if (parts === null) return null
  const [, trace, receipt, amount] = parts
  return {
    kind: 'sale',
    trace: trace ?? null,
    receipt: receipt ?? null,
    amountPaise: amount === undefined ? null : Number(amount),
  }
}

export function markOf(status: StatusInformation): SaleMark {
  const { trace, receipt, amountPaise } = status
  return trace === null && receipt === null
    ? { kind: 'unreadable' }
    : { kind: 'sale', trace, receipt, amountPaise }
}

/** Are these the numbers of one sale? Null: they contradict each other or there is nothing to compare. */
export function isSameSale(
  mark: SaleMark & { readonly kind: 'sale' },
  status: StatusInformation,
): boolean | null {
  const answers: boolean[] = []
  if (mark.trace !== null && status.trace !== null) answers.push(mark.trace === status.trace)
  if (mark.receipt !== null && status.receipt !== null) answers.push(mark.receipt === status.receipt)
  if (answers.length === 0 || new Set(answers).size > 1) return null
  return answers[0] ?? null
}

export type LastSaleVerdict =
  | { readonly kind: 'this_sale' }
  /** What was last before the sale still is. */
  | { readonly kind: 'no_new_sale' }
  | { readonly kind: 'cannot_tell'; readonly why: string }

/** Amount, numbers and time must all agree before the terminal's last sale is taken for this intent. */
export function judgeLastSale(
  intent: CardIntent,
  last: StatusInformation,
  utcOffsetMinutes: number,
): LastSaleVerdict {
  const mark = readMark(intent.terminalReference)
  if (mark === null || mark.kind === 'unreadable') {
    return cannotTell('the till does not know which sale was the last one before it')
  }
  const soldAtMs = terminalTimeMs(last, intent.startedAtMs, utcOffsetMinutes)
  if (soldAtMs === null) return cannotTell('the terminal does not say when its last sale was')
  if (mark.kind === 'sale') {
    const isSame = isSameSale(mark, last)
    if (isSame === null) return cannotTell('the numbers of its last sale contradict each other')
    if (isSame) {
      const isOlder = soldAtMs <= intent.startedAtMs + CLOCK_TOLERANCE_MS
      const isSameAmount = mark.amountPaise === last.amountPaise
      return isOlder && isSameAmount
        ? { kind: 'no_new_sale' }
        : cannotTell('its last sale bears the numbers of an older one')
    }
  }
  if (last.amountPaise !== intent.amountPaise) return cannotTell('its last sale has another amount')
  const sinceMs = soldAtMs - intent.startedAtMs
  if (sinceMs < -CLOCK_TOLERANCE_MS || sinceMs > SALE_LONGEST_MS + CLOCK_TOLERANCE_MS) {
    return cannotTell('its last sale was at another time')
  }
  return { kind: 'this_sale' }
}

function cannotTell(why: string): LastSaleVerdict {
  return { kind: 'cannot_tell', why }
}

/** The terminal's date often has no year: the one that brings it nearest to `nearMs`. Null: no date, no time, or none such. */
export function terminalTimeMs(
  status: StatusInformation,
  nearMs: number,
  utcOffsetMinutes: number,
): number | null {
  if (status.monthDay === null || status.time === null) return null
  const nearYear = new Date(nearMs).getUTCFullYear()
  const years = status.year === null ? [nearYear - 1, nearYear, nearYear + 1] : [Number(status.year)]
  const { monthDay, time } = status
  const candidates = years.flatMap((year) => {
    const text = `${year}-${monthDay.slice(0, 2)}-${monthDay.slice(2)}T${time.slice(0, 2)}:${time.slice(2, 4)}:${time.slice(4)}Z`
    const ms = Date.parse(text)
    return Number.isNaN(ms) ? [] : [ms - utcOffsetMinutes * 60_000]
  })
  return candidates.toSorted((a, b) => Math.abs(a - nearMs) - Math.abs(b - nearMs))[0] ?? null
}
