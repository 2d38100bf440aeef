// What the payer sees, in two lines of twenty Latin characters. Pure; called by customer-desk.ts.
import { formatInr, type Paise } from '#contract/money.ts'
import type { PoleLines } from '#drivers/display/pole-display.ts'
import { latinOr, poleCentred, poleRow } from '#drivers/display/pole-text.ts'
import type { CardStep } from '#rpc/card.ts'
import type { CustomerView } from '#rpc/customer.ts'

type PoleFacts = { readonly municipalityName: string; readonly cardStep: CardStep | null }

export function poleLines(view: CustomerView, { municipalityName, cardStep }: PoleFacts): PoleLines {
  switch (view.at) {
    case 'idle':
      return { upper: placed(latinOr(municipalityName, 'WELCOME')), lower: poleCentred('NAMASTE') }
    case 'bills': {
      const last = view.lines.at(-1)
      const upper = last === undefined ? '' : poleRow(latinOr(last.service, 'BILL'), money(last.amountPaise))
      return { upper, lower: poleRow('TOTAL', money(view.totalPaise)) }
    }
    case 'paying':
      return {
        upper: poleRow('TOTAL', money(view.totalPaise)),
        lower: poleCentred(stepWords(view, cardStep)),
      }
    case 'done': {
      const upper =
        view.tenderedPaise === null
          ? poleRow('PAID', money(view.totalPaise))
          : poleRow('CHANGE', money(view.changePaise))
      return { upper, lower: poleCentred('THANK YOU') }
    }
  }
}

function stepWords({ by, step }: Extract<CustomerView, { at: 'paying' }>, cardStep: CardStep | null): string {
  switch (step) {
    case 'asked':
      return by === 'cash' ? 'CASH' : by === 'card' ? 'CARD' : 'CHEQUE OR TRANSFER'
    case 'terminal':
      return cardStep === null ? 'SEE CARD TERMINAL' : CARD_STEPS[cardStep]
    case 'recording':
    case 'notKnown':
      return 'PLEASE WAIT'
    case 'notPaid':
      return 'NOT PAID'
  }
}

const CARD_STEPS: Readonly<Record<CardStep, string>> = {
  connecting: 'PLEASE WAIT',
  present_card: 'PRESENT CARD',
  enter_pin: 'ENTER PIN',
  wrong_pin: 'WRONG PIN, TRY AGAIN',
  authorising: 'ASKING THE BANK',
  remove_card: 'REMOVE CARD',
  working: 'PLEASE WAIT',
}

function money(amount: Paise | null): string {
  return amount === null ? '' : formatInr(amount)
}

/** A short name stands in the middle, a long one walks. */
function placed(text: string): string {
  return text.length > 20 ? text : poleCentred(text)
}
