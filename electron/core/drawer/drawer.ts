// What leaves the drawer and how a shift ends: cash is handed in to a supervisor, the drawer is counted blind, the shift is closed with
// everything that was taken in it. Nothing here changes what was taken: turnover only grows, a difference is recorded as it is and
// never made right. Each plan is asked for inside the commit, with the facts of that very transaction. Called by the host's shift
// procedures.
import {
  addPaise,
  AMOUNT_PAISE_MAX,
  isWholeRupees,
  paise,
  subtractPaise,
  ZERO_PAISE,
  type Paise,
} from '#contract/money.ts'
import { ProblemError } from '#contract/problem.ts'
import { DENOMINATIONS_PAISE, type NoteCount } from '#contract/tender.ts'
import { judgeClock } from '#core/time/clock-guard.ts'
import type {
  CashCount,
  DrawerFacts,
  DrawerPlan,
  DrawerRecord,
  HandIn,
  OpenDrawer,
  ShiftClose,
} from './drawer-records.ts'
import type { JournalType } from '#core/journal.ts'
import { REASON_CHARS_MAX, SHIFT_COUNTS_MAX, SHIFT_HAND_INS_MAX } from '#core/limits.ts'
import type { DrawerStore } from '#core/ports.ts'
import type { ClockReading, OperatorTile, ShiftRecord } from '#core/records.ts'

type DrawerPorts = { readonly store: DrawerStore }
type Situation = { readonly operator: OperatorTile; readonly at: ClockReading }

/** Counted note by note, or only said as a sum. */
export type CashAmount =
  | { readonly by: 'notes'; readonly denominations: readonly NoteCount[] }
  | { readonly by: 'amount'; readonly amountPaise: Paise }

export type HandInWish = {
  /** Made by the screen: the same wish again is done once. */
  readonly id: string
  readonly cash: CashAmount
  /** Has given code and PIN on this till just now. */
  readonly receiver: OperatorTile
}

/**
 * Cash goes from the drawer to a supervisor. Throws cash_not_enough, second_person_needed (nobody hands in to themselves),
 * role_not_allowed, shift_not_open, input_invalid (nothing, part of a rupee, unknown note, same id with other content).
 */
export function handInCash({ store }: DrawerPorts, wish: HandInWish, situation: Situation): HandIn {
  const amountPaise = sumOf(wish.cash)
  const record = store.commitDrawer(wish.id, (facts) => planHandIn(facts, { wish, amountPaise, situation }))
  if (record.kind !== 'HAND_IN') throw new ProblemError('input_invalid', { field: 'handInId' })
  const { receivedById } = record
  if (record.amountPaise !== amountPaise || receivedById !== wish.receiver.id) {
    throw new ProblemError('input_invalid', { field: 'handInId' })
  }
  return record
}

type HandInAsked = {
  readonly wish: HandInWish
  readonly amountPaise: Paise
  readonly situation: Situation
}

function planHandIn(facts: DrawerFacts, { wish, amountPaise, situation }: HandInAsked): DrawerPlan | null {
  if (facts.recorded !== null) return null
  const { operator, at } = situation
  const { receiver, cash } = wish
  const { shift, handIns } = ownDrawer(facts, operator)
  if (shift.operatorId !== operator.id) throw new ProblemError('shift_not_open', { isOpenForOther: true })
  if (receiver.role !== 'supervisor') throw new ProblemError('role_not_allowed', { role: receiver.role })
  if (receiver.id === operator.id) throw new ProblemError('second_person_needed')
  if (amountPaise <= 0 || !isWholeRupees(amountPaise)) {
    throw new ProblemError('input_invalid', { field: 'amountPaise' })
  }
  const { cashInHandPaise } = shift
  if (amountPaise > cashInHandPaise)
    throw new ProblemError('cash_not_enough', { amountPaise, cashInHandPaise })
  if (handIns.length >= SHIFT_HAND_INS_MAX) throw new ProblemError('input_invalid', { field: 'handInId' })
  const record: HandIn = {
    kind: 'HAND_IN',
    id: wish.id,
    shiftId: shift.id,
    shiftNumber: shift.number,
    number: handIns.length + 1,
    operatorId: operator.id,
    operatorName: operator.name,
    receivedById: receiver.id,
    receivedByName: receiver.name,
    atMs: judgeClock(at, facts.clock).nowMs,
    amountPaise,
    denominations: cash.by === 'notes' ? countedOnly(cash.denominations) : null,
    cashLeftPaise: subtractPaise(cashInHandPaise, amountPaise),
  }
  if (record.cashLeftPaise < 0) throw new Error('a drawer never holds less than nothing')
  return planOf('CASH_OUT', record, at)
}

export type CountWish = { readonly id: string; readonly denominations: readonly NoteCount[] }

/**
 * The drawer was counted without knowing what it should hold; only then is that told. Every count stays in the journal, so that
 * counting again until it fits is seen. Throws shift_not_open, input_invalid.
 */
export function countCash({ store }: DrawerPorts, wish: CountWish, { operator, at }: Situation): CashCount {
  const countedPaise = sumOf({ by: 'notes', denominations: wish.denominations })
  const record = store.commitDrawer(wish.id, (facts) => {
    if (facts.recorded !== null) return null
    const { shift, counts } = ownDrawer(facts, operator)
    if (counts.length >= SHIFT_COUNTS_MAX) throw new ProblemError('input_invalid', { field: 'countId' })
    const expectedPaise = shift.cashInHandPaise
    const count: CashCount = {
      kind: 'COUNT',
      id: wish.id,
      shiftId: shift.id,
      number: counts.length + 1,
      operatorId: operator.id,
      atMs: judgeClock(at, facts.clock).nowMs,
      denominations: countedOnly(wish.denominations),
      countedPaise,
      expectedPaise,
      differencePaise: subtractPaise(countedPaise, expectedPaise),
      receiptCount: shift.receiptCount,
    }
    return planOf('CASH_COUNT', count, at)
  })
  if (record.kind !== 'COUNT' || record.countedPaise !== countedPaise) {
    throw new ProblemError('input_invalid', { field: 'countId' })
  }
  return record
}

export type CloseWish = {
  readonly id: string
  /** The count that was shown; it must be the last one, and nothing may have moved since. */
  readonly countId: string
  /** Why counted and expected differ; null: they do not. */
  readonly reason: string | null
}

/**
 * Ends the shift with the last count, whatever it came to. Money that is not sent yet stays in the queue and is named. Throws
 * shift_not_open, count_outdated (money moved since, or it was counted again), difference_unexplained.
 */
export function closeShift({ store }: DrawerPorts, wish: CloseWish, situation: Situation): ShiftClose {
  const record = store.commitDrawer(wish.id, (facts) => planClose(facts, { wish, situation }))
  if (record.kind !== 'CLOSE' || record.countId !== wish.countId) {
    throw new ProblemError('input_invalid', { field: 'closeId' })
  }
  return record
}

function planClose(
  facts: DrawerFacts,
  { wish, situation: { operator, at } }: { wish: CloseWish; situation: Situation },
): DrawerPlan | null {
  if (facts.recorded !== null) return null
  const drawer = ownDrawer(facts, operator)
  // Charged cards are the shift's own affair: each is finished, given back, or closed by a supervisor with a reason.
  const [sale] = facts.openSales
  if (sale !== undefined) {
    const { reference, state, amountPaise } = sale
    throw new ProblemError('card_sale_open', { reference, state, salePaise: amountPaise })
  }
  const { shift, counts, takings, handIns } = drawer
  const count = counts.at(-1)
  const isCurrent =
    count?.id === wish.countId &&
    count.expectedPaise === shift.cashInHandPaise &&
    count.receiptCount === shift.receiptCount
  if (count === undefined || !isCurrent) throw new ProblemError('count_outdated')
  const { countedPaise, expectedPaise, differencePaise } = count
  const reason = wish.reason === null || wish.reason.trim() === '' ? null : wish.reason.trim()
  if (reason !== null && reason.length > REASON_CHARS_MAX) {
    throw new ProblemError('input_invalid', { field: 'reason' })
  }
  if (differencePaise !== 0 && reason === null) {
    throw new ProblemError('difference_unexplained', { countedPaise, expectedPaise, differencePaise })
  }
  const close: ShiftClose = {
    kind: 'CLOSE',
    id: wish.id,
    shiftId: shift.id,
    number: shift.number,
    operatorId: shift.operatorId,
    operatorName: shift.operatorName,
    closedById: operator.id,
    closedByName: operator.name,
    openedAtMs: shift.openedAtMs,
    closedAtMs: Math.max(shift.openedAtMs, judgeClock(at, facts.clock).nowMs),
    businessDate: shift.businessDate,
    floatPaise: shift.floatPaise,
    takings,
    services: drawer.services,
    collectedPaise: shift.collectedPaise,
    receiptCount: shift.receiptCount,
    firstReceiptNumber: drawer.firstReceiptNumber,
    lastReceiptNumber: drawer.lastReceiptNumber,
    handIns: handIns.map(({ number, amountPaise, receivedByName, atMs }) => ({
      number,
      amountPaise,
      receivedByName,
      atMs,
    })),
    countId: count.id,
    countNumber: count.number,
    denominations: count.denominations,
    expectedPaise,
    countedPaise,
    differencePaise,
    reason: differencePaise === 0 ? null : reason,
    unsent: facts.unsent,
    turnoverPaise: facts.head.turnoverPaise,
    headSeq: facts.head.seq,
    headHash: facts.head.hash,
  }
  return planOf('CLOSE_SHIFT', close, at)
}

/** What must be in the drawer: float and cash taken, less what was handed in. */
export function expectedCash({
  floatPaise,
  takings,
  handIns,
}: Pick<ShiftClose, 'floatPaise' | 'takings'> & {
  readonly handIns: readonly Pick<HandIn, 'amountPaise'>[]
}): Paise {
  const cash = takings.filter(({ mode }) => mode === 'CASH').map(({ sumPaise }) => sumPaise)
  const out = addPaise(ZERO_PAISE, ...handIns.map(({ amountPaise }) => amountPaise))
  return subtractPaise(addPaise(floatPaise, ...cash), out)
}

/**
 * The drawer of the open shift, for its own operator or a supervisor (who closes what somebody left open). Throws shift_not_open;
 * Error when the record's own figures do not fit together.
 */
export function ownDrawer(
  { open }: Pick<DrawerFacts, 'open'>,
  operator: Pick<OperatorTile, 'id' | 'role'>,
): OpenDrawer {
  if (open === null) throw new ProblemError('shift_not_open')
  const { shift } = open
  if (shift.operatorId !== operator.id && operator.role !== 'supervisor') {
    throw new ProblemError('shift_not_open', { isOpenForOther: true })
  }
  requireSums(shift, open)
  return open
}

function requireSums(shift: ShiftRecord, { takings, handIns }: OpenDrawer): void {
  const taken = takings.reduce((sum, { sumPaise }) => sum + sumPaise, 0)
  const count = takings.reduce((sum, each) => sum + each.count, 0)
  if (taken !== shift.collectedPaise) throw new Error('a shift has collected what its payments say')
  if (count !== shift.receiptCount) throw new Error('a shift has as many receipts as payments')
  const { floatPaise } = shift
  if (expectedCash({ floatPaise, takings, handIns }) !== shift.cashInHandPaise) {
    throw new Error('float and cash taken less what was handed in is in the drawer')
  }
}

/** Throws input_invalid for a note that there is not. */
export function sumOf(cash: CashAmount): Paise {
  if (cash.by === 'amount') return cash.amountPaise
  for (const { denominationPaise, count } of cash.denominations) {
    const isKnown = DENOMINATIONS_PAISE.includes(denominationPaise)
    if (!isKnown || !Number.isSafeInteger(count) || count < 0) {
      throw new ProblemError('input_invalid', { field: 'denominations', denominationPaise })
    }
  }
  const sums = cash.denominations.map(({ denominationPaise, count }) => paise(denominationPaise * count))
  const total = addPaise(ZERO_PAISE, ...sums)
  if (total > AMOUNT_PAISE_MAX) throw new ProblemError('input_invalid', { field: 'denominations' })
  return total
}

function countedOnly(denominations: readonly NoteCount[]): NoteCount[] {
  return denominations.filter(({ count }) => count > 0)
}

function planOf(type: JournalType, record: DrawerRecord, at: ClockReading): DrawerPlan {
  return { record, journal: { type, at, dataJson: JSON.stringify(record), amountPaise: ZERO_PAISE } }
}
