// Handlers of the drawer: figures so far, hand-in, count, close and their slips. None of them needs the network or a till that may still
// take money: cash must always have a way out. Called by router.ts.
import { subtractPaise, ZERO_PAISE } from '#contract/money.ts'
import { ProblemError, type Problem } from '#contract/problem.ts'
import type { NoteCount } from '#contract/tender.ts'
import { closeShift, countCash, handInCash, ownDrawer, sumOf, type CashAmount } from '#core/drawer/drawer.ts'
import type { CashCount, HandIn, ShiftClose } from '#core/drawer/drawer-records.ts'
import type { OperatorTile } from '#core/records.ts'
import { signIn } from '#core/people/sign-in.ts'
import type { ShiftReport } from '#rpc/shift.ts'
import { closeDocument, handInDocument, type SlipHead } from '#host/paper/shift-slips.ts'
import { operatorOf, type Till } from '#host/till.ts'

/** Throws shift_not_open. */
export function reportOf(till: Till): ShiftReport {
  const { store } = till
  const { shift, takings, services, handIns, firstReceiptNumber, lastReceiptNumber } = ownDrawer(
    { open: store.drawer() },
    operatorOf(till),
  )
  const { waitingCount, waitingPaise } = store.queueTotals()
  return {
    shiftId: shift.id,
    number: shift.number,
    operatorId: shift.operatorId,
    operatorName: shift.operatorName,
    openedAtMs: shift.openedAtMs,
    floatPaise: shift.floatPaise,
    takings: [...takings],
    services: [...services],
    serviceNames: serviceNames(till),
    collectedPaise: shift.collectedPaise,
    receiptCount: shift.receiptCount,
    firstReceiptNumber,
    lastReceiptNumber,
    handIns: handIns.map(outHandIn),
    cashInHandPaise: shift.cashInHandPaise,
    unsent: { count: waitingCount, sumPaise: waitingPaise },
  }
}

type HandInInput = {
  readonly handInId: string
  readonly cash: CashAmount
  readonly receiver: { readonly operatorCode: string; readonly pin: string }
}

/** The receiver is checked like a sign-in, with its counted tries, and nobody is signed in or out by it. */
export async function handIn(till: Till, input: HandInInput) {
  const operator = operatorOf(till)
  refuseEarly(till, { input, operator })
  const { store, integrator, clock, pinCheck, isUnattended, sync, drawer } = till
  const receiver = await signIn({ store, integrator, clock, pinCheck, isUnattended }, input.receiver)
  const wish = { id: input.handInId, cash: input.cash, receiver }
  const isNew = store.drawerRecord(input.handInId) === null
  const record = handInCash({ store }, wish, { operator, at: clock.read() })
  if (isNew) drawer.cashMoved()
  sync.nudge()
  return outHandIn(record)
}

/** What is wrong anyway is said before a PIN is tried. The same is checked again in the commit. */
function refuseEarly(
  { store }: Till,
  { input, operator }: { input: HandInInput; operator: OperatorTile },
): void {
  if (store.drawerRecord(input.handInId) !== null) return
  const receiver = store.masters()?.operators.find(({ code }) => code === input.receiver.operatorCode)
  if (receiver?.id === operator.id) throw new ProblemError('second_person_needed')
  if (receiver !== undefined && receiver.role !== 'supervisor') {
    throw new ProblemError('role_not_allowed', { role: receiver.role })
  }
  const amountPaise = sumOf(input.cash)
  const cashInHandPaise = store.openShift()?.cashInHandPaise ?? ZERO_PAISE
  if (subtractPaise(cashInHandPaise, amountPaise) < 0) {
    throw new ProblemError('cash_not_enough', { amountPaise, cashInHandPaise })
  }
}

export function countDrawer(
  till: Till,
  { countId, denominations }: { countId: string; denominations: readonly NoteCount[] },
) {
  const { store, clock } = till
  const wish = { id: countId, denominations }
  return outCount(countCash({ store }, wish, { operator: operatorOf(till), at: clock.read() }))
}

type CloseInput = { readonly closeId: string; readonly countId: string; readonly reason: string | null }

export function closeDrawer(till: Till, { closeId, countId, reason }: CloseInput) {
  const { store, clock, sync } = till
  const wish = { id: closeId, countId, reason }
  const record = closeShift({ store }, wish, { operator: operatorOf(till), at: clock.read() })
  sync.nudge()
  return outClose(record)
}

export function lastCloseOf({ store }: Till) {
  const close = store.lastClose()
  return close === null ? null : outClose(close)
}

type Printed = { readonly state: 'printed' | 'failed' | 'unknown'; readonly problem: Problem | null }

/** Throws printer_absent, input_invalid (no such record). */
export async function printRecord(till: Till, recordId: string): Promise<Printed> {
  const { store, printing } = till
  const record = store.drawerRecord(recordId)
  if (record === null || record.kind === 'COUNT') {
    throw new ProblemError('input_invalid', { field: 'recordId' })
  }
  if (!printing.hasPrinter) throw new ProblemError('printer_absent')
  const head = slipHead(till)
  const document = record.kind === 'HAND_IN' ? handInDocument(record, head) : closeDocument(record, head)
  const { result, problem } = await printing.printNow(document)
  const isUnknown = result === 'unknown'
  return { state: result === 'printed' ? 'printed' : isUnknown ? 'unknown' : 'failed', problem }
}

function slipHead(till: Till): SlipHead {
  const { store, clock, receiptLanguage } = till
  const masters = store.masters()
  const device = store.device()
  const tenant = masters?.tenants.find(({ id }) => id === device?.tenantId)
  return {
    municipalityName: tenant?.name ?? device?.tenantId ?? '',
    deviceCode: device?.deviceCode ?? '',
    isDemo: masters?.isDemo ?? false,
    printedAtMs: clock.read().wallMs,
    language: receiptLanguage,
    serviceNames: serviceNames(till),
  }
}

function serviceNames({ store }: Till): Record<string, string> {
  return Object.fromEntries((store.masters()?.services ?? []).map(({ code, name }) => [code, name]))
}

function outHandIn(record: HandIn) {
  const { denominations } = record
  return { ...record, denominations: denominations === null ? null : [...denominations] }
}

function outCount(record: CashCount) {
  return { ...record, denominations: [...record.denominations] }
}

function outClose(record: ShiftClose) {
  const { takings, services, handIns, denominations } = record
  return {
    ...record,
    takings: [...takings],
    services: [...services],
    handIns: [...handIns],
    denominations: [...denominations],
  }
}
