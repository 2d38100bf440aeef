// Follows every drawer through a journal: what a hand-in, a count and a close say must follow from the payments and the records before
// them. Reads only. Called by verify-journal.ts.
import type { Payment } from '#contract/payment.ts'
import type { CashCount, HandIn, ShiftClose } from '#core/drawer/drawer-records.ts'
import { dataOfBody, type JournalEntry } from '#core/journal.ts'

export type DrawerFault = { readonly seq: number; readonly reason: string }

/** One shift as far as it was followed. */
type Drawer = {
  readonly shiftId: string
  readonly number: number
  readonly floatPaise: number
  cashPaise: number
  collectedPaise: number
  receiptCount: number
  lastReceiptNumber: string | null
  handIns: number
  counts: number
  lastCount: CashCount | null
}

type Opening = { readonly shiftId: string; readonly number: number; readonly floatPaise: number }

/** Faults of the bodies themselves are told by the chain; a record that cannot be read is left to it. */
export function drawerFaults(entries: readonly JournalEntry[]): DrawerFault[] {
  const faults: DrawerFault[] = []
  let drawer: Drawer | null = null
  let previous: JournalEntry | null = null
  for (const entry of entries) {
    const before: JournalEntry | null = previous
    previous = entry
    const data = readData(entry)
    if (data === null) continue
    if (entry.type === 'OPEN_SHIFT') {
      if (drawer !== null) faults.push({ seq: entry.seq, reason: 'opens a shift while another is open' })
      drawer = opened(data as Opening)
      continue
    }
    const reason = step(drawer, entry, { data, before })
    if (reason !== null) faults.push({ seq: entry.seq, reason })
    if (entry.type === 'CLOSE_SHIFT') drawer = null
  }
  return faults
}

type Step = { readonly data: object; readonly before: JournalEntry | null }

/** Takes the record into the drawer's figures; returns what is wrong with it. */
function step(drawer: Drawer | null, entry: JournalEntry, { data, before }: Step): string | null {
  switch (entry.type) {
    case 'PAY':
      return drawer === null ? 'takes money without a shift' : pay(drawer, data as Payment)
    case 'CASH_OUT':
      return drawer === null ? 'hands in cash without a shift' : handIn(drawer, data as HandIn)
    case 'CASH_COUNT':
      return drawer === null ? 'counts without a shift' : count(drawer, data as CashCount)
    case 'CLOSE_SHIFT':
      return drawer === null ? 'closes no shift' : closeFault(drawer, data as ShiftClose, before)
    default:
      return null
  }
}

function opened({ shiftId, number, floatPaise }: Opening): Drawer {
  return {
    shiftId,
    number,
    floatPaise,
    cashPaise: floatPaise,
    collectedPaise: 0,
    receiptCount: 0,
    lastReceiptNumber: null,
    handIns: 0,
    counts: 0,
    lastCount: null,
  }
}

function pay(drawer: Drawer, { shiftId, amountPaise, mode, receiptNumber }: Payment): string | null {
  drawer.collectedPaise += amountPaise
  drawer.receiptCount += 1
  drawer.lastReceiptNumber = receiptNumber
  if (mode === 'CASH') drawer.cashPaise += amountPaise
  return shiftId === drawer.shiftId ? null : 'takes money into another shift'
}

function handIn(drawer: Drawer, { shiftId, number, amountPaise, cashLeftPaise }: HandIn): string | null {
  drawer.handIns += 1
  drawer.cashPaise -= amountPaise
  if (shiftId !== drawer.shiftId || number !== drawer.handIns) return 'is not the next hand-in of its shift'
  if (amountPaise <= 0 || drawer.cashPaise < 0) return 'hands in what was not in the drawer'
  return cashLeftPaise === drawer.cashPaise ? null : 'does not leave what it says in the drawer'
}

function count(drawer: Drawer, counted: CashCount): string | null {
  drawer.counts += 1
  drawer.lastCount = counted
  if (counted.shiftId !== drawer.shiftId || counted.number !== drawer.counts) {
    return 'is not the next count of its shift'
  }
  if (counted.expectedPaise !== drawer.cashPaise) return 'expects another sum than the journal'
  return counted.countedPaise - counted.expectedPaise === counted.differencePaise
    ? null
    : 'names another difference than its figures'
}

function closeFault(drawer: Drawer, close: ShiftClose, before: JournalEntry | null): string | null {
  const { lastCount } = drawer
  const takenPaise = close.takings.reduce((sum, { sumPaise }) => sum + sumPaise, 0)
  const isShift = close.shiftId === drawer.shiftId && close.number === drawer.number
  if (!isShift) return 'closes another shift than the open one'
  if (close.headHash !== before?.hash || close.headSeq !== before.seq)
    return 'names another record before it than there is'
  if (takenPaise !== drawer.collectedPaise || close.collectedPaise !== drawer.collectedPaise) {
    return 'collected another sum than its payments'
  }
  if (close.receiptCount !== drawer.receiptCount || close.lastReceiptNumber !== drawer.lastReceiptNumber) {
    return 'names other receipts than its payments'
  }
  if (close.expectedPaise !== drawer.cashPaise || close.handIns.length !== drawer.handIns) {
    return 'expects another sum than the journal'
  }
  const isCount =
    lastCount?.id === close.countId &&
    lastCount.countedPaise === close.countedPaise &&
    close.countedPaise - close.expectedPaise === close.differencePaise
  return isCount ? null : 'does not say what was counted'
}

function readData({ body }: JournalEntry): object | null {
  try {
    const data: unknown = JSON.parse(dataOfBody(body))
    return typeof data === 'object' ? data : null
  } catch {
    return null
  }
}
