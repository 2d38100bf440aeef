// Cash at the counter: what a payer is likely to hand over, and which notes make the change. Used by core and screens.
import { paise, type Paise } from './money.ts'

/** Notes and coins in use, in paise, largest first (RBI: ₹500 to ₹1). */
export const DENOMINATIONS_PAISE: readonly Paise[] = [500, 200, 100, 50, 20, 10, 5, 2, 1].map((value) =>
  paise(value * 100),
)

const STEPS_PAISE = [10_00, 50_00, 100_00, 200_00, 500_00, 1_000_00]
const SUGGESTIONS_MAX = 5

/**
 * Up to five likely tenders for an amount due, ascending, the exact amount first:
 * ₹1,247 → 1,247 · 1,250 · 1,300 · 1,400 · 1,500. Empty when nothing is due.
 */
export function suggestTenders(duePaise: Paise): Paise[] {
  if (duePaise <= 0) return []
  const amounts = new Set<number>([duePaise])
  for (const step of STEPS_PAISE) amounts.add(Math.ceil(duePaise / step) * step)
  return [...amounts]
    .toSorted((a, b) => a - b)
    .slice(0, SUGGESTIONS_MAX)
    .map(paise)
}

export type NoteCount = { readonly denominationPaise: Paise; readonly count: number }

/** The fewest notes and coins for an amount: ₹253 → 1×200 + 1×50 + 1×2 + 1×1. Paise below a rupee are left out. */
export function planNotes(amountPaise: Paise): NoteCount[] {
  let rest: number = Math.max(0, amountPaise)
  const plan: NoteCount[] = []
  for (const denominationPaise of DENOMINATIONS_PAISE) {
    const count = Math.floor(rest / denominationPaise)
    if (count > 0) plan.push({ denominationPaise, count })
    rest -= count * denominationPaise
  }
  return plan
}
