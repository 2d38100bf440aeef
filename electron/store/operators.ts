// Failed PIN tries and operators learnt at sign-in. A try is counted before the PIN is looked at. Part of the store; each method is
// one transaction.
import { eq, sql } from 'drizzle-orm'
import type { Masters, Operator } from '#contract/api.ts'
import type { OperatorStore } from '#core/ports.ts'
import type { PinLock } from '#core/records.ts'
import type { Gate } from './gate.ts'
import { appendEntries } from './journal/journal-table.ts'
import { pinLocks } from './schema.ts'
import { perSession, type Session } from './session.ts'

const statements = perSession((db) => ({
  get: db
    .select()
    .from(pinLocks)
    .where(eq(pinLocks.operatorId, sql.placeholder('operatorId')))
    .prepare(),
  set: db
    .insert(pinLocks)
    .values({
      operatorId: sql.placeholder('operatorId'),
      failures: sql.placeholder('failures'),
      tryMonotonicMs: sql.placeholder('tryMonotonicMs'),
      tryBootId: sql.placeholder('tryBootId'),
    })
    .onConflictDoUpdate({
      target: pinLocks.operatorId,
      set: {
        failures: sql`excluded.failures`,
        tryMonotonicMs: sql`excluded.try_monotonic_ms`,
        tryBootId: sql`excluded.try_boot_id`,
      },
    })
    .prepare(),
  clear: db
    .delete(pinLocks)
    .where(eq(pinLocks.operatorId, sql.placeholder('operatorId')))
    .prepare(),
  clearAll: db.delete(pinLocks).prepare(),
  any: db.select({ failures: pinLocks.failures }).from(pinLocks).limit(1).prepare(),
}))

type MastersKeeper = {
  readonly masters: () => Masters | null
  readonly saveMasters: (masters: Masters) => void
}

export function operatorTable(gate: Gate, keeper: MastersKeeper): OperatorStore {
  return {
    beginPinTry: (operatorId, reading, pass) =>
      gate.write((session) => {
        const lock = readLock(session, operatorId)
        if (pass(lock) === 'leave') return lock
        const failures = lock.failures + 1
        const tryMonotonicMs = Math.round(reading.monotonicMs)
        statements(session).set.run({ operatorId, failures, tryMonotonicMs, tryBootId: reading.bootId })
        return readLock(session, operatorId)
      }),
    clearPinLock: (operatorId, draft) =>
      gate.write((session) => {
        statements(session).clear.run({ operatorId })
        appendEntries(session, [draft])
      }),
    clearAllPinLocks: (draft) =>
      gate.write((session) => {
        const { any, clearAll } = statements(session)
        if (any.get() === undefined) return
        clearAll.run()
        appendEntries(session, [draft])
      }),
    saveOperator: (operator) => {
      const masters = keeper.masters()
      if (masters === null) return
      const next = withOperator(masters, operator)
      if (next !== masters) keeper.saveMasters(next)
    },
  }
}

/** The same object when nothing is new, so that a sign-in does not rewrite the whole list. */
function withOperator(masters: Masters, operator: Operator): Masters {
  const known = masters.operators.find(({ id }) => id === operator.id)
  if (JSON.stringify(known) === JSON.stringify(operator)) return masters
  const others = masters.operators.filter(({ id }) => id !== operator.id)
  return { ...masters, operators: [...others, operator] }
}

function readLock(session: Session, operatorId: string): PinLock {
  const row = statements(session).get.get({ operatorId })
  if (row === undefined) return { failures: 0, lastTry: null }
  return { failures: row.failures, lastTry: { monotonicMs: row.tryMonotonicMs, bootId: row.tryBootId } }
}
