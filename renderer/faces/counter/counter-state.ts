// Which screen the counter shows and what it holds: a reducer over every step between a scan and a receipt. Pure:
// ids and times come with the actions. Run by counter.tsx.
import type { PaymentMode } from '#contract/bill.ts'
import type { Problem } from '#contract/problem.ts'
import type { Collection, FoundBill, TakeInput } from '#rpc/procedures.ts'
import type { ShiftClose } from '#rpc/shift.ts'
import type { Consent } from '#rpc/till-rules.ts'
import { addToCart, EMPTY_CART, removeLine, replaceFound, typeAmount, type Cart } from './cart.ts'
import { NOTHING_AGREED } from './consent.ts'
import type { PayerChoice } from './payer-choice.ts'

/** Customers put aside for a moment; in memory only, no money is in them. */
export const PARKED_MAX = 9

export type TenderStep =
  | { readonly at: 'entering'; readonly problem: Problem | null }
  | { readonly at: 'taking' }
  /** The card terminal is at work: nothing but its end may change the screen. */
  | { readonly at: 'charging' }
  /** The answer was lost: it is being looked up. Nothing may be taken again until it is known. */
  | { readonly at: 'notKnown' }
  /** Known for sure that nothing was recorded. */
  | { readonly at: 'notPaid' }

export type Tender = {
  /** Made when the screen opened; kept through every repeat. */
  readonly collectionId: string
  readonly paymentIds: readonly string[]
  readonly mode: PaymentMode
  /** What this payer agreed to; nothing when the screen opens, and remembered for nobody. */
  readonly consent: Consent
  readonly step: TenderStep
  /** What was sent; the same bytes go out again after a lost answer. */
  readonly input: TakeInput | null
}

export type Screen =
  | { readonly at: 'home' }
  | { readonly at: 'tender'; readonly tender: Tender }
  | { readonly at: 'done'; readonly collection: Collection }
  | { readonly at: 'receipts'; readonly text: string; readonly paymentId: string | null }
  | { readonly at: 'queue' }
  /** Card sales that wait for somebody. */
  | { readonly at: 'cards' }
  | { readonly at: 'readiness' }
  | { readonly at: 'devices' }
  | { readonly at: 'exceptions' }
  | { readonly at: 'shift'; readonly isHandIn: boolean }
  /** The Z report of the shift that has just ended. */
  | { readonly at: 'closed'; readonly close: ShiftClose }

export type CounterState = {
  readonly screen: Screen
  readonly cart: Cart
  readonly parked: readonly Cart[]
}

export const START: CounterState = { screen: { at: 'home' }, cart: EMPTY_CART, parked: [] }

export type CounterAction =
  | { readonly do: 'addBill'; readonly found: FoundBill }
  | { readonly do: 'replaceBill'; readonly found: FoundBill }
  | { readonly do: 'removeLine'; readonly at: number }
  | { readonly do: 'select'; readonly at: number }
  | { readonly do: 'typeAmount'; readonly at: number; readonly typed: string }
  | { readonly do: 'choosePayer'; readonly payer: PayerChoice }
  | { readonly do: 'park' }
  | { readonly do: 'recall'; readonly at: number }
  | {
      readonly do: 'openTender'
      readonly mode: PaymentMode
      readonly collectionId: string
      readonly paymentIds: readonly string[]
    }
  | { readonly do: 'changeMode'; readonly mode: PaymentMode }
  | { readonly do: 'agree'; readonly consent: Consent }
  | { readonly do: 'take'; readonly input: TakeInput }
  | { readonly do: 'charge' }
  /** The terminal has come to rest without a payment. */
  | { readonly do: 'cardRests'; readonly problem: Problem | null }
  /** A sale that was found charged later was finished on the tender screen. */
  | { readonly do: 'cardTaken'; readonly collection: Collection }
  | { readonly do: 'refused'; readonly problem: Problem }
  | { readonly do: 'answerLost' }
  | { readonly do: 'nothingRecorded' }
  | { readonly do: 'taken'; readonly collection: Collection }
  /** After a restart: a payment was on its way when the window ended. */
  | { readonly do: 'resume'; readonly collectionId: string }
  | { readonly do: 'nextCustomer' }
  | { readonly do: 'showReceipts'; readonly text: string; readonly paymentId: string | null }
  | { readonly do: 'showQueue' }
  | { readonly do: 'showCards' }
  | { readonly do: 'showReadiness' }
  | { readonly do: 'showDevices' }
  | { readonly do: 'showExceptions' }
  | { readonly do: 'showShift'; readonly isHandIn: boolean }
  | { readonly do: 'shiftClosed'; readonly close: ShiftClose }
  | { readonly do: 'back' }

export function counterReducer(state: CounterState, action: CounterAction): CounterState {
  if (isMoneyMoving(state.screen)) return whileMoving(state, action)
  switch (action.do) {
    case 'addBill':
    case 'nextCustomer':
    case 'recall':
      return changeCustomer(state, action)
    case 'replaceBill':
      return { ...state, cart: replaceFound(state.cart, action.found) }
    case 'removeLine':
      return { ...state, cart: removeLine(state.cart, action.at) }
    case 'select':
      return { ...state, cart: { ...state.cart, selected: action.at } }
    case 'typeAmount':
      return { ...state, cart: typeAmount(state.cart, action.at, action.typed) }
    case 'choosePayer':
      return { ...state, cart: { ...state.cart, payer: action.payer } }
    case 'park':
      return park(state)
    case 'showReceipts':
      return {
        ...state,
        screen: { at: 'receipts', text: action.text, paymentId: action.paymentId },
      }
    case 'showQueue':
      return { ...state, screen: { at: 'queue' } }
    case 'showCards':
      return { ...state, screen: { at: 'cards' } }
    case 'showReadiness':
      return { ...state, screen: { at: 'readiness' } }
    case 'showDevices':
      return { ...state, screen: { at: 'devices' } }
    case 'showExceptions':
      return { ...state, screen: { at: 'exceptions' } }
    case 'showShift':
      return { ...state, screen: { at: 'shift', isHandIn: action.isHandIn } }
    case 'shiftClosed':
      return { ...state, screen: { at: 'closed', close: action.close } }
    case 'back':
      return { ...state, screen: { at: 'home' } }
    case 'openTender':
    case 'changeMode':
    case 'agree':
    case 'take':
      return tenderReducer(state, action)
    case 'charge':
      return withStep(state, { at: 'charging' })
    case 'cardTaken':
      return done(state, action.collection)
    case 'resume':
      return { ...state, screen: { at: 'tender', tender: lostTender(action.collectionId) } }
    // Answers to a payment that this screen does not wait for.
    case 'refused':
    case 'answerLost':
    case 'nothingRecorded':
    case 'taken':
    case 'cardRests':
      return state
  }
}

/** From pressing Take until the outcome is known: nothing but the outcome may change the screen. */
export function isMoneyMoving(screen: Screen): boolean {
  return screen.at === 'tender' && ['taking', 'charging', 'notKnown'].includes(screen.tender.step.at)
}

function whileMoving(state: CounterState, action: CounterAction): CounterState {
  switch (action.do) {
    case 'taken':
    case 'cardTaken':
      return done(state, action.collection)
    case 'cardRests':
      return withStep(state, { at: 'entering', problem: action.problem })
    case 'refused':
      return withStep(state, { at: 'entering', problem: action.problem })
    case 'answerLost':
      return withStep(state, { at: 'notKnown' })
    case 'nothingRecorded':
      return withStep(state, { at: 'notPaid' })
    default:
      return state
  }
}

function done(state: CounterState, collection: Collection): CounterState {
  return { ...state, screen: { at: 'done', collection }, cart: EMPTY_CART }
}

function lostTender(collectionId: string): Tender {
  return {
    collectionId,
    paymentIds: [],
    mode: 'CASH',
    consent: NOTHING_AGREED,
    step: { at: 'notKnown' },
    input: null,
  }
}

type CustomerAction = Extract<CounterAction, { do: 'addBill' | 'nextCustomer' | 'recall' }>

function changeCustomer(state: CounterState, action: CustomerAction): CounterState {
  const home: Screen = { at: 'home' }
  if (action.do === 'addBill') return { ...state, screen: home, cart: addToCart(state.cart, action.found) }
  if (action.do === 'nextCustomer') return { ...state, screen: home, cart: EMPTY_CART }
  const recalled = state.parked[action.at]
  if (recalled === undefined) return state
  const rest = state.parked.filter((_, index) => index !== action.at)
  const parked = state.cart.lines.length === 0 ? rest : [...rest, state.cart]
  return { screen: home, cart: recalled, parked }
}

function park(state: CounterState): CounterState {
  if (state.cart.lines.length === 0 || state.parked.length >= PARKED_MAX) return state
  return { screen: { at: 'home' }, cart: EMPTY_CART, parked: [...state.parked, state.cart] }
}

type TenderAction = Extract<CounterAction, { do: 'openTender' | 'changeMode' | 'agree' | 'take' }>

function tenderReducer(state: CounterState, action: TenderAction): CounterState {
  if (action.do === 'openTender') {
    if (action.paymentIds.length !== state.cart.lines.length || state.cart.lines.length === 0) return state
    const { mode, collectionId, paymentIds } = action
    const step: TenderStep = { at: 'entering', problem: null }
    return {
      ...state,
      screen: {
        at: 'tender',
        tender: { collectionId, paymentIds, mode, consent: NOTHING_AGREED, step, input: null },
      },
    }
  }
  if (state.screen.at !== 'tender') return state
  const { tender } = state.screen
  if (action.do === 'agree') {
    return { ...state, screen: { at: 'tender', tender: { ...tender, consent: action.consent } } }
  }
  if (action.do === 'changeMode') {
    const step: TenderStep = { at: 'entering', problem: null }
    return { ...state, screen: { at: 'tender', tender: { ...tender, mode: action.mode, step } } }
  }
  return {
    ...state,
    screen: { at: 'tender', tender: { ...tender, input: action.input, step: { at: 'taking' } } },
  }
}

function withStep(state: CounterState, step: TenderStep): CounterState {
  if (state.screen.at !== 'tender') return state
  return { ...state, screen: { at: 'tender', tender: { ...state.screen.tender, step } } }
}
