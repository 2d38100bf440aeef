// What a card sale has come to, in words: the title, what to do, and how grave it is. Used by the card screens.
import { formatInr, paise } from '#contract/money.ts'
import type { Tone } from '#renderer/parts/tone.ts'
import type { CardSaleView } from '#rpc/card.ts'
import type { TextKey, TextValues } from '#renderer/text/catalog.ts'

export type SaleWords = {
  readonly tone: Tone
  readonly title: TextKey
  readonly act: TextKey | null
  readonly values: TextValues
}

export function saleWords(sale: CardSaleView): SaleWords {
  const amount = formatInr(sale.amountPaise)
  const charged = sale.charged === null ? amount : formatInr(paise(sale.charged.amountPaise))
  const values = { amount, charged }
  switch (sale.state) {
    case 'started':
    case 'handed_over':
    case 'unknown':
      return { tone: 'unknown', title: 'card.unknown', act: 'card.unknownAct', values }
    case 'declined':
      return { tone: 'error', title: 'card.declined', act: 'card.notCharged', values }
    case 'cancelled':
      return { tone: 'error', title: 'card.cancelled', act: 'card.notCharged', values }
    case 'approved':
      return sale.mayPost
        ? { tone: 'warn', title: 'card.charged', act: 'card.chargedAct', values }
        : { tone: 'warn', title: 'card.chargedOther', act: 'card.chargedOtherAct', values }
    case 'reversing':
      return { tone: 'warn', title: 'card.reversing', act: 'card.reversingAct', values: { amount: charged } }
    case 'reversal_refused':
      return { tone: 'warn', title: 'card.refused', act: 'card.refusedAct', values: { amount: charged } }
    case 'reversed':
      return { tone: 'ok', title: 'card.reversed', act: null, values }
    case 'closed_by_person':
      return { tone: 'info', title: 'card.closed', act: null, values }
    case 'posted':
      return { tone: 'ok', title: 'card.posted', act: null, values }
  }
}

const DOUBTFUL: readonly CardSaleView['state'][] = ['started', 'handed_over', 'unknown']
const GIVES_BACK: readonly CardSaleView['state'][] = ['approved', 'reversing', 'reversal_refused']

export function mayAsk({ state }: CardSaleView): boolean {
  return DOUBTFUL.includes(state)
}

export function mayGiveBack({ state }: CardSaleView): boolean {
  return GIVES_BACK.includes(state)
}

export function isOpenSale(sale: CardSaleView): boolean {
  return mayAsk(sale) || mayGiveBack(sale)
}
