// Shifts and the cash that moves in them. Part of the store; each method is one transaction.
import { desc, eq, sql } from 'drizzle-orm'
import { addPaise, paise, type Paise } from '#contract/money.ts'
import type { ShiftStore } from '#core/ports.ts'
import type { ShiftRecord } from '#core/records.ts'
import type { Gate } from './gate.ts'
import { noteClock } from './identity.ts'
import { prepareInsert } from './insert.ts'
import { appendEntries } from './journal/journal-table.ts'
import { cashMovements, shifts } from './schema.ts'
import { perSession, type Session } from './session.ts'

const statements = perSession((db) => ({
  open: db
    .select()
    .from(shifts)
    .where(sql`${shifts.isOpen} = 1`)
    .prepare(),
  last: db.select({ number: shifts.number }).from(shifts).orderBy(desc(shifts.number)).limit(1).prepare(),
  insert: prepareInsert(db, shifts),
  insertCash: prepareInsert(db, cashMovements),
  add: db
    .update(shifts)
    .set({
      cashInHandPaise: sql`cash_in_hand_paise + ${sql.placeholder('cashPaise')}`,
      collectedPaise: sql`collected_paise + ${sql.placeholder('totalPaise')}`,
      receiptCount: sql`receipt_count + ${sql.placeholder('count')}`,
    })
    .where(eq(shifts.id, sql.placeholder('id')))
    .prepare(),
}))

export function shiftTable(gate: Gate): ShiftStore {
  return {
    openShift: () => gate.read(readOpenShift),
    commitShift: (plan) =>
      gate.write((session) => {
        const { last, insert, insertCash } = statements(session)
        const nextNumber = (last.get()?.number ?? 0) + 1
        const { shift, journal } = plan({ openShift: readOpenShift(session), nextNumber })
        if (shift.number !== nextNumber) throw new Error('shifts count without gaps')
        if (shift.floatPaise !== shift.cashInHandPaise) throw new Error('a shift begins with its float')
        insert({ ...shift, isOpen: 1 })
        insertCash({
          id: shift.id,
          shiftId: shift.id,
          collectionId: null,
          kind: 'FLOAT',
          amountPaise: shift.floatPaise,
          atMs: shift.openedAtMs,
        })
        appendEntries(session, [journal])
        noteClock(session, journal.at)
        return shift
      }, readOpenShift),
  }
}

export function readOpenShift(session: Session): ShiftRecord | null {
  const row = statements(session).open.get()
  if (row === undefined) return null
  const { isOpen: _isOpen, ...facts } = row
  return {
    ...facts,
    floatPaise: paise(row.floatPaise),
    cashInHandPaise: paise(row.cashInHandPaise),
    collectedPaise: paise(row.collectedPaise),
  }
}

export type ShiftGain = {
  readonly collectionId: string
  readonly totalPaise: Paise
  readonly cashPaise: Paise
  readonly count: number
  readonly atMs: number
}

/** Adds one collection to the shift, inside the caller's transaction. */
export function addToShift(session: Session, shift: ShiftRecord, gain: ShiftGain): void {
  const { totalPaise, cashPaise, count, collectionId, atMs } = gain
  const { add, insertCash } = statements(session)
  if (cashPaise !== 0 && cashPaise !== totalPaise) throw new Error('a collection is all cash or none')
  if (cashPaise > 0) {
    const kind = 'COLLECTION'
    insertCash({ id: collectionId, shiftId: shift.id, collectionId, kind, amountPaise: cashPaise, atMs })
  }
  add.run({ id: shift.id, totalPaise, cashPaise, count })
  const after = readOpenShift(session)
  if (after?.cashInHandPaise !== addPaise(shift.cashInHandPaise, cashPaise)) {
    throw new Error('the drawer holds what it held and what came in')
  }
}
