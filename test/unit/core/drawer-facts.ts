// The facts of an open drawer that fit together, to be bent by a test, and a store that keeps nothing. Called by the tests beside it.
import { rupees, ZERO_PAISE } from '#contract/money.ts'
import type {
  CashCount,
  DrawerFacts,
  DrawerPlan,
  DrawerRecord,
  HandIn,
  OpenDrawer,
} from '#core/drawer/drawer-records.ts'
import { FIRST_HASH } from '#core/journal.ts'
import type { ClockState, OperatorTile, ShiftRecord } from '#core/records.ts'
import { expect } from 'vitest'
import { NOW_MS } from './sample-bill.ts'

export const CASHIER: OperatorTile = { id: 'op-1', code: '101', name: 'Meena Joshi', role: 'cashier' }
export const OTHER: OperatorTile = { id: 'op-2', code: '102', name: 'Sunil Patil', role: 'cashier' }
export const SUPERVISOR: OperatorTile = { id: 'op-9', code: '901', name: 'Ravi Iyer', role: 'supervisor' }
export const at = { wallMs: NOW_MS, monotonicMs: 5, bootId: 'boot-1' }
export const clock: ClockState = {
  anchor: null,
  floorWallMs: null,
  certainMs: null,
  acceptedDriftMs: null,
  lastReading: null,
}

export const handIn: HandIn = {
  kind: 'HAND_IN',
  id: 'hand-in-1',
  shiftId: 'shift-4',
  shiftNumber: 4,
  number: 1,
  operatorId: CASHIER.id,
  operatorName: CASHIER.name,
  receivedById: SUPERVISOR.id,
  receivedByName: SUPERVISOR.name,
  atMs: NOW_MS - 60_000,
  amountPaise: rupees(300),
  denominations: null,
  cashLeftPaise: rupees(1_200),
}
export const count: CashCount = {
  kind: 'COUNT',
  id: 'count-1',
  shiftId: 'shift-4',
  number: 1,
  operatorId: CASHIER.id,
  atMs: NOW_MS - 30_000,
  denominations: [{ denominationPaise: rupees(100), count: 12 }],
  countedPaise: rupees(1_200),
  expectedPaise: rupees(1_200),
  differencePaise: ZERO_PAISE,
  receiptCount: 3,
}
/** Float 500, cash 1,000, handed in 300; and a card payment of 200, which is not in the drawer. */
export const shift: ShiftRecord = {
  id: 'shift-4',
  number: 4,
  operatorId: CASHIER.id,
  operatorName: CASHIER.name,
  openedAtMs: NOW_MS - 3_600_000,
  businessDate: '2026-11-23',
  floatPaise: rupees(500),
  cashInHandPaise: rupees(1_200),
  collectedPaise: rupees(1_200),
  receiptCount: 3,
}
export const open: OpenDrawer = {
  shift,
  takings: [
    { mode: 'CASH', count: 2, sumPaise: rupees(1_000) },
    { mode: 'CARD', count: 1, sumPaise: rupees(200) },
  ],
  services: [{ businessService: 'WS', count: 3, sumPaise: rupees(1_200) }],
  handIns: [handIn],
  counts: [count],
  firstReceiptNumber: 'TST/1',
  lastReceiptNumber: 'TST/3',
}
export const facts: DrawerFacts = {
  openSales: [],
  recorded: null,
  open,
  clock,
  unsent: { count: 2, sumPaise: rupees(700) },
  head: { seq: 40, hash: FIRST_HASH, turnoverPaise: 9_000_00, paymentCount: 17 },
}

/** A store that keeps nothing: asks the plan with these facts and gives the record that is there or that was planned. */
export function storeOf(known: DrawerFacts) {
  const plans: DrawerPlan[] = []
  const commitDrawer = (_id: string, plan: (facts: DrawerFacts) => DrawerPlan | null): DrawerRecord => {
    const made = plan(known)
    if (made !== null) plans.push(made)
    const record = made?.record ?? known.recorded
    if (record === null) throw new Error('a record is there or is planned')
    return record
  }
  const never = () => {
    throw new Error('only the facts of the commit count')
  }
  return { plans, store: { commitDrawer, drawer: never, drawerRecord: never, lastClose: never } }
}
export const openWith = (change: Partial<OpenDrawer>): DrawerFacts => ({
  ...facts,
  open: { ...open, ...change },
})
export const problem = (code: string, data: object = {}): object => expect.objectContaining({ code, data })
