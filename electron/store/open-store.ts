// Opens the till's record: one SQLite file that holds every payment, its journal and its queue. Checks the file before trusting it,
// keeps other programs out, and hands out one object whose every method is one whole transaction. Called by the host.
import { closeSync, existsSync, mkdirSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import { limitsOf } from '#core/money-limits.ts'
import type {
  BillStore,
  CardSaleStore,
  ContactStore,
  DrawerStore,
  OperatorStore,
  OutboxStore,
  PackStore,
  PaymentStore,
  ShiftStore,
  UnlockStore,
} from '#core/ports.ts'
import type { CollectionView } from '#core/records.ts'
import type { ProblemError } from '#contract/problem.ts'
import type { DeviceSigner } from '#contract/signed.ts'
import { billTable } from './bills.ts'
import { cardSaleTable } from './payments/card-sales.ts'
import { checkFile } from './journal/check-file.ts'
import { contactTable } from './contacts.ts'
import { drawerTable } from './drawer.ts'
import { openGate, type Gate } from './gate.ts'
import { handoverTable } from './journal/handover.ts'
import { identityTable, type IdentityTable } from './identity.ts'
import { journalReads, type JournalReads } from './journal/journal-reads.ts'
import { migrate } from './migrate.ts'
import { operatorTable } from './operators.ts'
import { outboxTable, type QueueTotals } from './payments/outbox.ts'
import { packTable, type PackTable } from './packs.ts'
import { paymentRows, rowsOfCollection, type PaymentRows } from './payments/payment-rows.ts'
import { paymentTable, readCollectionFacts } from './payments/payments.ts'
import { printJobTable, type PrintJobs } from './payments/print-jobs.ts'
import { BUSY_TIMEOUT_MS } from './session.ts'
import { shiftTable } from './shifts.ts'
import { takeWriterLock } from './writer-lock.ts'

export type StoreOptions = {
  readonly file: string
  readonly nowMs: number
  /** full: follows the whole journal, not only its tail. */
  readonly check?: 'tail' | 'full'
  readonly busyTimeoutMs?: number
  /** Signs the journal. A till that was enrolled with a key writes nothing without it. */
  readonly signer?: DeviceSigner | null
}

export type Store = IdentityTable &
  JournalReads &
  ShiftStore &
  DrawerStore &
  CardSaleStore &
  BillStore &
  PaymentStore &
  PaymentRows &
  OutboxStore &
  OperatorStore &
  ContactStore &
  UnlockStore &
  PrintJobs &
  PackTable &
  PackStore & {
    readonly collection: (id: string) => CollectionView | null
    readonly queueTotals: () => QueueTotals
    /** Not null: the file was found damaged while it was used; nothing is written any more. */
    readonly damage: () => ProblemError | null
    readonly close: () => void
  }

/**
 * Throws store_corrupt (the file is left as it was: keep a copy for rescue), store_busy with reason `in_use` (another
 * program has it), Error when a newer program wrote it.
 */
export function openStore({
  file,
  nowMs,
  check = 'tail',
  busyTimeoutMs = BUSY_TIMEOUT_MS,
  signer = null,
}: StoreOptions): Store {
  mkdirSync(dirname(file), { recursive: true })
  const lock = takeWriterLock(file)
  let gate: Gate | null = null
  try {
    checkFile(file, check)
    keepPrivate(file)
    gate = openGate({ file, busyTimeoutMs, signer })
    gate.read(({ raw }) => migrate(raw, nowMs))
    return storeOver(gate, () => lock.release())
  } catch (error) {
    gate?.close()
    lock.release()
    throw error
  }
}

/** A new record is readable by this user only; SQLite gives its side files the same rights. */
function keepPrivate(file: string): void {
  if (!existsSync(file)) closeSync(openSync(file, 'a', 0o600))
}

function storeOver(gate: Gate, release: () => void): Store {
  const identity = identityTable(gate)
  const bills = billTable(gate)
  bills.pruneBills()
  return {
    ...identity,
    ...bills,
    ...shiftTable(gate),
    ...drawerTable(gate),
    ...paymentTable(gate, {
      rowsOf: (session, id) => rowsOfCollection(session, id, identity.masters()),
      limits: () => limitsOf(identity.masters()),
    }),
    ...cardSaleTable(gate, (session, key) => readCollectionFacts(session, key, limitsOf(identity.masters()))),
    ...paymentRows(gate, identity.masters),
    ...outboxTable(gate),
    ...handoverTable(gate),
    ...journalReads(gate),
    ...operatorTable(gate, identity),
    ...contactTable(gate),
    ...printJobTable(gate),
    ...packTable(gate),
    damage: gate.damage,
    close: () => {
      gate.close()
      release()
    },
  }
}
