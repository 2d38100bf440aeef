// What a payment commit is measured against on the same disk: the least that is durable at all (32 KiB written over and synced,
// about what the write-ahead log takes), and a bare SQLite transaction of two rows that keeps no journal, no cash, no search.
import { closeSync, fdatasyncSync, openSync, writeSync } from 'node:fs'
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import Database from 'better-sqlite3'

export type Floor = { readonly once: () => void; readonly close: () => void }

const FILE_BLOCKS = 64

export function openOverwriteFloor(folder: string, bytes: number): Floor {
  const file = openSync(join(folder, `overwrite-${bytes}.bin`), 'w')
  const block = Buffer.alloc(bytes, 0x5a)
  // The file is as large as it will be: only its content changes, as in a write-ahead log that is used again.
  for (let at = 0; at < FILE_BLOCKS; at++) writeSync(file, block, 0, bytes, at * bytes)
  fdatasyncSync(file)
  let at = 0
  return {
    once: () => {
      at = (at + 1) % FILE_BLOCKS
      writeSync(file, block, 0, bytes, at * bytes)
      fdatasyncSync(file)
    },
    close: () => closeSync(file),
  }
}

const TABLES = `
CREATE TABLE payments (
  id TEXT PRIMARY KEY, device_seq INTEGER NOT NULL UNIQUE, receipt_number TEXT NOT NULL, tenant_id TEXT NOT NULL,
  business_service TEXT NOT NULL, consumer_code TEXT NOT NULL, bill_id TEXT NOT NULL, payer_name TEXT,
  mobile TEXT, amount_paise INTEGER NOT NULL, due_paise INTEGER NOT NULL, mode TEXT NOT NULL, operator_id TEXT NOT NULL,
  shift_id TEXT NOT NULL, status TEXT NOT NULL, collected_at_ms INTEGER NOT NULL, created_at_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX payments_of_consumer ON payments (consumer_code, collected_at_ms);
CREATE INDEX payments_of_day ON payments (collected_at_ms, mode, amount_paise);
CREATE TABLE outbox (id INTEGER PRIMARY KEY, payment_id TEXT NOT NULL, payload TEXT NOT NULL, status TEXT NOT NULL) STRICT;
CREATE INDEX outbox_pending ON outbox (id) WHERE status = 'pending';
`

const INSERT_PAYMENT = `
INSERT INTO payments VALUES (
  @id, @index, @number, 'pb.navapur', 'PT', @code, @billId, 'Asha Sharma', NULL, 125000, 125000, 'CASH', 'op-1', 'shift-1',
  'pending', @nowMs, @nowMs
)`

/** @param payload makes the JSON of the outbox row, as long as the product's */
export function openTwoRowFloor(folder: string, payload: (index: number) => string): Floor {
  const db = new Database(join(folder, 'two-rows.db'))
  db.pragma('journal_mode = WAL')
  db.pragma('synchronous = FULL')
  db.exec(TABLES)
  const insertPayment = db.prepare(INSERT_PAYMENT)
  const insertOutbox = db.prepare("INSERT INTO outbox (payment_id, payload, status) VALUES (?, ?, 'pending')")
  const begin = db.prepare('BEGIN IMMEDIATE')
  const commit = db.prepare('COMMIT')
  let index = 0
  return {
    once: () => {
      index++
      const id = randomUUID()
      const code = `PT-107-${index}`
      const nowMs = Date.now()
      const json = payload(index)
      begin.run()
      insertPayment.run({ id, index, number: `R/${index}`, code, billId: randomUUID(), nowMs })
      insertOutbox.run(id, json)
      commit.run()
    },
    close: () => db.close(),
  }
}
