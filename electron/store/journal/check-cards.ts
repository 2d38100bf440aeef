// Follows every card sale through a journal: each step must be one that may follow, a sale that is used up must be paid into its
// collection in the very same place, once, and every payment by a terminal must have its sale. Reads only. Called by verify-journal.ts.
import type { Payment } from '#contract/payment.ts'
import { isAsAsked, mayFollow, type CardSale } from '#core/cards/card-sale.ts'
import { dataOfBody, type JournalEntry } from '#core/journal.ts'

export type CardFault = { readonly seq: number; readonly reason: string }

type Followed = {
  readonly sales: Map<string, CardSale>
  /** Sums of the payments of one collection that name a sale; taken away when the sale is used up. */
  readonly unused: Map<string, { readonly seq: number; sumPaise: number }>
}

export function cardFaults(entries: readonly JournalEntry[]): CardFault[] {
  const followed: Followed = { sales: new Map(), unused: new Map() }
  const faults: CardFault[] = []
  for (const entry of entries) {
    const data = readData(entry)
    if (data === null) continue
    if (entry.type === 'PAY') noteCardPayment(followed, entry.seq, data as Payment)
    if (entry.type !== 'CARD_SALE') continue
    const sale = data as CardSale
    const reason = saleFault(followed, sale)
    if (reason !== null) faults.push({ seq: entry.seq, reason })
    followed.sales.set(sale.reference, sale)
  }
  for (const { seq } of followed.unused.values()) {
    faults.push({ seq, reason: 'pays by card without the sale at the terminal' })
  }
  return faults
}

function noteCardPayment({ unused }: Followed, seq: number, { instrument, amountPaise }: Payment): void {
  if (instrument.mode !== 'CARD' || instrument.saleReference === undefined) return
  const known = unused.get(instrument.saleReference)
  if (known === undefined) unused.set(instrument.saleReference, { seq, sumPaise: amountPaise })
  else known.sumPaise += amountPaise
}

function saleFault({ sales, unused }: Followed, sale: CardSale): string | null {
  const before = sales.get(sale.reference)
  if (before === undefined) return sale.state === 'started' ? null : 'takes on a card sale that was not begun'
  if (!mayFollow(before.state, sale.state)) return 'is no step that may follow in its card sale'
  if (before.amountPaise !== sale.amountPaise || before.collectionId !== sale.collectionId) {
    return 'changes what its card sale was asked for'
  }
  if (sale.state !== 'posted') return null
  const paid = unused.get(sale.reference)
  unused.delete(sale.reference)
  const isPaid = paid?.sumPaise === sale.amountPaise && isAsAsked(sale)
  return isPaid ? null : 'uses up a card sale without payments of its amount'
}

function readData({ type, body }: JournalEntry): object | null {
  if (type !== 'PAY' && type !== 'CARD_SALE') return null
  try {
    const data: unknown = JSON.parse(dataOfBody(body))
    return typeof data === 'object' ? data : null
  } catch {
    return null
  }
}
