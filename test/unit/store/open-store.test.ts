// Goal: a record is only ever used when it is whole, durable, ours alone and of this program's making; whatever is wrong is said in a code,
// and a damaged file stays as it was found.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFileSync, statSync, truncateSync, writeFileSync, openSync, writeSync, closeSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import Database from 'better-sqlite3'
import { getTableColumns, is } from 'drizzle-orm'
import { SQLiteTable } from 'drizzle-orm/sqlite-core'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openGate } from '#store/gate.ts'
import { openStore } from '#store/open-store.ts'
import * as schema from '#store/schema.ts'
import { assertDurable } from '#store/session.ts'
import { codeOf, makeTill, takeOne, type TillKit, SIGNER } from './till-kit.ts'

let till: TillKit
beforeEach(() => {
  till = makeTill()
})
afterEach(() => till.close())

const hashOf = (path: string) => createHash('sha256').update(readFileSync(path)).digest('hex')
/** Works on the closed file as somebody with a database tool would. */
const edit = (...statements: string[]): void => {
  const raw = new Database(till.file)
  for (const statement of statements) raw.exec(statement)
  raw.close()
}
const openAgain = (check: 'tail' | 'full' = 'tail') => {
  till.store = openStore({ file: till.file, nowMs: 0, check, signer: SIGNER })
}
const openProblem = (check: 'tail' | 'full' = 'tail') => {
  try {
    openAgain(check)
    return null
  } catch (error) {
    return error as { code: string; data: Record<string, unknown> }
  }
}

describe('durability', () => {
  test('synchronous=FULL, WAL and foreign keys hold on the first open and on every reopening', () => {
    for (let count = 0; count < 3; count++) {
      till.store.close()
      const gate = openGate({ file: till.file, busyTimeoutMs: 100, signer: SIGNER })
      gate.read(({ raw }) => {
        expect(raw.pragma('synchronous', { simple: true })).toBe(2)
        expect(raw.pragma('journal_mode', { simple: true })).toBe('wal')
        expect(raw.pragma('foreign_keys', { simple: true })).toBe(1)
      })
      gate.close()
      openAgain()
      takeOne(till)
    }
  })

  test('a connection that would lose payments is refused', () => {
    // What the library does by itself on a file that is in WAL mode already.
    const raw = new Database(till.file)
    expect(raw.pragma('synchronous', { simple: true })).toBe(1)
    expect(() => assertDurable(raw)).toThrow('synchronous=FULL')
    raw.close()
    const memory = new Database(':memory:')
    expect(() => assertDurable(memory)).toThrow('WAL')
    memory.close()
  })
})

describe('one program at a time', () => {
  test('a second opening is refused while the first one lives, and works after it', () => {
    expect(openProblem()).toMatchObject({ code: 'store_busy', data: { reason: 'in_use' } })
    takeOne(till)
    till.store.close()
    openAgain()
    expect(till.store.search('')).toHaveLength(1)
  })

  test('another process is refused as well, and writes nothing', () => {
    const child = fileURLToPath(new URL('taking-child.ts', import.meta.url))
    const { status, stdout, stderr } = spawnSync(process.execPath, [child, till.file, '1'], {
      encoding: 'utf8',
    })
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' })
    expect(stderr).toContain('in_use')
    expect(till.store.search('')).toEqual([])
  })

  test('the record can still be looked at by a tool that only reads', () => {
    takeOne(till)
    const raw = new Database(till.file, { readonly: true })
    expect(raw.prepare('SELECT count(*) AS count FROM payments').get()).toEqual({ count: 1 })
    raw.close()
  })

  test('only this user may read it', () => {
    expect(statSync(till.file).mode & 0o077).toBe(0)
  })
})

describe('history', () => {
  test('a file of a newer program is left alone', () => {
    till.store.close()
    edit("INSERT INTO migrations VALUES (99, 'from the future', 'x', 0)")
    expect(() => openAgain()).toThrow('newer version')
  })

  test('a file whose steps are not ours is left alone', () => {
    till.store.close()
    edit("UPDATE migrations SET checksum = 'other'")
    expect(() => openAgain()).toThrow('not the one this program knows')
  })

  test('drizzle sees the tables that the steps have made', () => {
    till.store.close()
    const raw = new Database(till.file, { readonly: true })
    const tables = Object.entries(schema).flatMap(([, table]) => (is(table, SQLiteTable) ? [table] : []))
    expect(tables.length).toBeGreaterThan(10)
    for (const table of tables) {
      const name = Reflect.get(table, Symbol.for('drizzle:Name')) as string
      const made = raw.prepare<[], { name: string; notnull: number; pk: number; type: string }>(
        `SELECT name, "notnull", pk, type FROM pragma_table_info('${name}')`,
      )
      const expected = made
        .all()
        .map((column) => `${column.name} ${column.type} ${column.notnull === 1 || column.pk > 0}`)
      const seen = Object.values(getTableColumns(table)).map(
        (column) => `${column.name} ${column.getSQLType().toUpperCase()} ${column.notNull || column.primary}`,
      )
      expect({ name, columns: seen.toSorted() }).toEqual({ name, columns: expected.toSorted() })
    }
    raw.close()
  })
})

describe('damage', () => {
  beforeEach(() => {
    for (let count = 0; count < 40; count++) takeOne(till)
    till.store.close()
  })

  test('pages overwritten: refused, and the file is not touched', () => {
    const handle = openSync(till.file, 'r+')
    writeSync(handle, Buffer.alloc(8_192, 0x5a), 0, 8_192, 4_096 * 6)
    closeSync(handle)
    const before = hashOf(till.file)
    expect(openProblem()).toMatchObject({ code: 'store_corrupt', data: { file: till.file } })
    expect(hashOf(till.file)).toBe(before)
  })

  test('cut short: refused, and the file is not touched', () => {
    truncateSync(till.file, Math.floor(statSync(till.file).size / 2))
    const before = hashOf(till.file)
    expect(openProblem()?.code).toBe('store_corrupt')
    expect(hashOf(till.file)).toBe(before)
  })

  test('not a database at all: refused, and the file is not touched', () => {
    writeFileSync(till.file, 'this was a record once '.repeat(500))
    const before = hashOf(till.file)
    expect(openProblem()?.code).toBe('store_corrupt')
    expect(hashOf(till.file)).toBe(before)
  })
})

describe('tampering with the closed file', () => {
  const withoutTriggers = (...statements: string[]): void => {
    const raw = new Database(till.file)
    const triggers = raw
      .prepare<[], { name: string }>("SELECT name FROM sqlite_master WHERE type = 'trigger'")
      .all()
    raw.close()
    edit('PRAGMA foreign_keys = OFF', ...triggers.map(({ name }) => `DROP TRIGGER ${name}`), ...statements)
  }
  beforeEach(() => {
    for (let count = 0; count < 5; count++) takeOne(till)
    till.store.close()
  })

  test('untouched it opens, also when the whole journal is followed', () => {
    expect(openProblem('full')).toBeNull()
  })

  test.each([
    ['a body changed', "UPDATE journal SET body = replace(body, 'Asha', 'Usha') WHERE seq = 4"],
    [
      'an amount changed on both sides',
      "UPDATE journal SET body = replace(body, '154000', '54000') WHERE seq = 4",
    ],
    ['a total changed', 'UPDATE journal SET turnover_paise = turnover_paise - 100 WHERE seq = 5'],
    ['a record deleted', 'DELETE FROM journal WHERE seq = 5'],
    ['the last record deleted', 'DELETE FROM journal WHERE seq = (SELECT max(seq) FROM journal)'],
    ['a payment changed', "UPDATE payments SET body = replace(body, '154000', '54000') WHERE device_seq = 2"],
    ['a payment deleted', 'DELETE FROM payments WHERE device_seq = 2'],
    ['the last payment deleted', 'DELETE FROM payments WHERE device_seq = 5'],
    [
      'another till’s name',
      "UPDATE meta SET value = replace(value, 'device-1', 'device-2') WHERE key = 'device'",
    ],
    ['the name taken out', "DELETE FROM meta WHERE key = 'device'"],
  ])('%s: refused', (_what, statement) => {
    withoutTriggers(statement)
    expect(openProblem()).toMatchObject({ code: 'store_corrupt' })
  })
})

describe('the triggers', () => {
  test.each([
    ['journal', 'seq = seq'],
    ['payments', 'amount_paise = amount_paise'],
    ['collections', 'total_paise = total_paise'],
    ['cash_movements', 'amount_paise = amount_paise'],
    ['shifts', 'float_paise = float_paise'],
  ])('%s can be neither changed nor deleted', (table, change) => {
    takeOne(till)
    till.store.close()
    expect(() => edit(`UPDATE ${table} SET ${change}`)).toThrow(/never/)
    expect(() => edit(`DELETE FROM ${table}`)).toThrow(/never/)
    openAgain('full')
  })

  test('outbox and print jobs cannot be deleted', () => {
    takeOne(till)
    till.store.close()
    expect(() => edit('DELETE FROM outbox')).toThrow('nothing is deleted')
    expect(() => edit('DELETE FROM print_jobs')).toThrow('never deleted')
  })
})

test('a till is enrolled once', () => {
  const device = { deviceId: 'device-2', deviceCode: '1', incarnation: 'A', tenantId: 'pb.testnagar' }
  expect(() => till.store.saveDevice(device, till.draft('ENROL'))).toThrow('enrolled once')
  expect(till.store.device()?.deviceId).toBe('device-1')
})

test('old snapshots of bills are dropped at start, payments keep theirs', () => {
  const { view } = takeOne(till)
  const raw = new Database(till.file)
  const fill = raw.prepare(`INSERT INTO bills VALUES (?, 't', 's', 'c', 'C', 'N', NULL, 1, ?, '{}', NULL)`)
  raw.transaction(() => {
    for (let count = 0; count < 50_010; count++) fill.run(`filler-${count}`, 9_000_000_000_000 + count)
  })()
  raw.close()
  till.reopen()
  const left = new Database(till.file, { readonly: true })
  expect(left.prepare('SELECT count(*) AS count FROM bills').get()).toEqual({ count: 50_001 })
  left.close()
  expect(till.store.payment(view.payments[0]!.paymentId)?.payment.bill.id).toBeDefined()
})

test('a folder that does not exist yet is made', () => {
  const file = join(till.folder, 'a', 'b', 'tahsil.db')
  const store = openStore({ file, nowMs: 0 })
  expect(store.device()).toBeNull()
  expect(codeOf(() => store.saveMasters({} as never))).toBe('none')
  store.close()
})
