// How a card sale and the payment of its bills keep each other: while a card may have been charged nothing else pays the debt, and exactly
// one payment uses up what was charged. Used by take-payment.ts, inside the commit.
import { ZERO_PAISE, type Paise } from '#contract/money.ts'
import { ProblemError } from '#contract/problem.ts'
import { isPostable, stepTo, type CardSale } from './card-sale.ts'
import { canonicalJson } from '#core/content-hash.ts'
import type { JournalDraft } from '#core/journal.ts'
import type { CollectionInput } from '#core/records.ts'
import type { CollectionFacts, TakeSituation } from '#core/plans.ts'

type Asked = { readonly input: CollectionInput; readonly situation: TakeSituation }

/**
 * While a card may have been charged for a debt, nothing else pays it: neither another instrument nor another sale. Only what finishes
 * that very sale goes through, or a supervisor's decision.
 */
export function openSaleProblem(
  input: CollectionInput,
  { openSales, bills }: CollectionFacts,
): ProblemError | null {
  const { instrument } = input
  const own = instrument.mode === 'CARD_SALE' ? instrument.reference : null
  const isSameDebt = (line: CardSale['lines'][number]) =>
    bills.some(
      ({ bill }) =>
        bill.id === line.billId ||
        (bill.businessService === line.businessService && bill.consumerCode === line.consumerCode),
    )
  const other = openSales.find(
    (sale) =>
      sale.reference !== own && (sale.collectionId === input.collectionId || sale.lines.some(isSameDebt)),
  )
  if (other === undefined) return null
  const { reference, state, amountPaise } = other
  return new ProblemError('card_sale_open', { reference, state, salePaise: amountPaise })
}

export function typedSlipProblem(
  { instrument }: CollectionInput,
  situation: TakeSituation,
): ProblemError | null {
  if (instrument.mode !== 'CARD' || !situation.hasCardTerminal) return null
  return new ProblemError('card_sale_required')
}

/** The approved sale that pays exactly this collection, as it stands after; null: the instrument is another. */
export function saleFor(
  { input, situation }: Asked,
  at: { facts: CollectionFacts; totalPaise: Paise; nowMs: number },
): CardSale | null {
  const { instrument } = input
  if (instrument.mode !== 'CARD_SALE') return null
  const { reference } = instrument
  const sale = at.facts.openSales.find((each) => each.reference === reference)
  if (sale === undefined) throw new ProblemError('card_sale_not_found', { reference })
  const asked = canonicalJson([input.collectionId, input.lines, input.payer, input.consent])
  const lines = sale.lines.map(({ paymentId, billId, amountPaise }) => ({ paymentId, billId, amountPaise }))
  const charged = canonicalJson([sale.collectionId, lines, sale.payer, sale.consent])
  if (!isPostable(sale) || asked !== charged || sale.amountPaise !== at.totalPaise) {
    throw new ProblemError('card_sale_not_allowed', { reference, state: sale.state })
  }
  if (situation.operatorId === '') throw new Error('somebody finishes a sale')
  return stepTo(sale, 'posted', { atMs: at.nowMs })
}

/** The same commit says that the sale is used up. */
export function usedDraft(sale: CardSale, { at }: TakeSituation): JournalDraft {
  if (sale.state !== 'posted') throw new Error('a used sale is posted')
  return { type: 'CARD_SALE', at, dataJson: JSON.stringify(sale), amountPaise: ZERO_PAISE }
}
