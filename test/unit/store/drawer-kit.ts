// The drawer of a till under test: hands in, counts and closes through core's own rules on the real store. Used by the drawer tests.
import { randomUUID } from 'node:crypto'
import Database from 'better-sqlite3'
import { paise, rupees, type Paise } from '#contract/money.ts'
import { closeShift, countCash, handInCash, type CashAmount } from '#core/drawer/drawer.ts'
import type { CashCount, HandIn, ShiftClose } from '#core/drawer/drawer-records.ts'
import type { JournalEntry } from '#core/journal.ts'
import type { OperatorTile, ShiftRecord } from '#core/records.ts'
import { openShift } from '#core/drawer/shift.ts'
import { verifyJournal } from '#launch/journal-verify.ts'
import { DERIVED_TABLES } from '#store/journal/rebuild.ts'
import { readJournal } from '#store/journal/verify-journal.ts'
import { CASHIER, SIGNER, type TillKit } from './till-kit.ts'

export const SUPERVISOR: OperatorTile = { id: 'op-9', code: '901', name: 'Ravi Iyer', role: 'supervisor' }
export const OTHER: OperatorTile = { id: 'op-2', code: '102', name: 'Sunil Patil', role: 'cashier' }
/** The one who has the shift is a supervisor. */
export const SUPERVISOR_CASHIER: OperatorTile = { ...CASHIER, role: 'supervisor' }
export const card = { mode: 'CARD', lastFour: '1234', rrn: 'R12345', approvalCode: 'A1234' } as const

type HandInWishes = { id?: string; receiver?: OperatorTile; operator?: OperatorTile }
type CloseWishes = { reason?: string | null; operator?: OperatorTile; id?: string }

export function drawerOf(till: TillKit) {
  const by = (operator: OperatorTile) => ({ operator, at: till.clock.read() })
  const handInOf = (cash: CashAmount, more: HandInWishes = {}): HandIn => {
    const { id = randomUUID(), receiver = SUPERVISOR, operator = CASHIER } = more
    return handInCash({ store: till.store }, { id, cash, receiver }, by(operator))
  }
  return {
    handInOf,
    /** In rupees. */
    handIn: (value: number, more: HandInWishes = {}) =>
      handInOf({ by: 'amount', amountPaise: paise(value * 100) }, more),
    /** In notes of ₹1, so that every sum can be counted. */
    count: (countedPaise: Paise, operator = CASHIER, id: string = randomUUID()): CashCount => {
      const denominations = [{ denominationPaise: rupees(1), count: countedPaise / 100 }]
      return countCash({ store: till.store }, { id, denominations }, by(operator))
    },
    close: (
      countId: string,
      { reason = null, operator = CASHIER, id = randomUUID() }: CloseWishes = {},
    ): ShiftClose => closeShift({ store: till.store }, { id, countId, reason }, by(operator)),
    openNext: (operator = CASHIER): ShiftRecord =>
      openShift({ store: till.store, newId: randomUUID }, [], by(operator)),
    inHand: (): Paise => {
      const shift = till.store.openShift()
      if (shift === null) throw new Error('a shift is open')
      return shift.cashInHandPaise
    },
    /** The rows of the tables that hold only what the journal says. */
    dump: (): unknown => {
      const raw = new Database(till.file, { readonly: true })
      const tables = DERIVED_TABLES.filter((table) => !['outbox', 'search_terms', 'statuses'].includes(table))
      const all = tables.map((table) => [table, raw.prepare(`SELECT * FROM ${table} ORDER BY 1, 2`).all()])
      raw.close()
      return all
    },
    verify: () =>
      verifyJournal({
        file: till.file,
        publicKey: SIGNER.publicKey,
        headsFile: null,
        serverKey: null,
        exportFile: null,
      }),
    entries: (): JournalEntry[] => {
      const raw = new Database(till.file, { readonly: true })
      const read = readJournal(raw, null)
      raw.close()
      if (read === null) throw new Error('the till has a journal')
      return [...read.entries]
    },
  }
}
