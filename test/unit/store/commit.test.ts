// Goal: a commit that did not get through is told as what it is: busy and full mean "nothing was taken", a failing disk means "look first",
// and what was said holds when the record is opened again.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { rupees } from '#contract/money.ts'
import { openGate, type Gate } from '#store/gate.ts'
import { openSession } from '#store/session.ts'
import { cashFor, codeOf, keepBill, makeTill, take, takeOne, type TillKit, SIGNER } from './till-kit.ts'

let till: TillKit
beforeEach(() => {
  till = makeTill({ busyTimeoutMs: 50 })
})
afterEach(() => till.close())

describe('busy', () => {
  test('another connection holds the record: store_busy, nothing taken, and later it works', () => {
    const input = cashFor([keepBill(till.store)])
    const other = new Database(till.file)
    other.exec('BEGIN IMMEDIATE')
    expect(codeOf(() => take(till, input))).toBe('store_busy')
    other.exec('ROLLBACK')
    other.close()
    expect(till.store.search('')).toEqual([])
    expect(take(till, input).payments).toHaveLength(1)
  })
})

describe('full', () => {
  test('store_full in the middle of a collection takes nothing of it, and the record stays sound', () => {
    const { view } = takeOne(till)
    till.store.close()
    const gate = openGate({ file: till.file, busyTimeoutMs: 50, signer: SIGNER })
    gate.read(({ raw }) =>
      raw.pragma(`max_page_count = ${Number(raw.pragma('page_count', { simple: true })) + 2}`),
    )
    const rows = () => gate.read(({ raw }) => raw.prepare('SELECT count(*) AS count FROM meta').get())
    const before = rows()
    const fill = () =>
      gate.write(({ raw }) => {
        const insert = raw.prepare('INSERT INTO meta VALUES (?, ?)')
        for (let count = 0; count < 50; count++) insert.run(`filler-${count}`, 'x'.repeat(2_000))
      })
    expect(codeOf(fill)).toBe('store_full')
    expect(rows()).toEqual(before)
    gate.close()
    till.store = till.open({ check: 'full' })
    expect(till.store.row(view.payments[0]!.paymentId)).not.toBeNull()
    takeOne(till)
  })
})

describe('a commit whose end was not seen', () => {
  const gateOf = (): Gate => {
    till.store.close()
    return openGate({ file: till.file, busyTimeoutMs: 50, signer: SIGNER })
  }
  const failAfterCommit = (gate: Gate) =>
    gate.read(({ raw }) => {
      const exec = raw.exec.bind(raw)
      raw.exec = (text: string) => {
        exec(text)
        if (text === 'COMMIT') throw new Database.SqliteError('disk I/O error', 'SQLITE_IOERR_FSYNC')
        return raw
      }
    })
  const put = (gate: Gate) =>
    gate.write(
      ({ raw }) => {
        raw.prepare("INSERT INTO meta VALUES ('proof', '1')").run()
        return 'written'
      },
      ({ raw }) => {
        const row = raw.prepare("SELECT value FROM meta WHERE key = 'proof'").get()
        return row === undefined ? null : 'found'
      },
    )

  test('is on the disk: the record is opened again, read, and the answer is the true one', () => {
    const gate = gateOf()
    failAfterCommit(gate)
    expect(put(gate)).toBe('found')
    expect(gate.read(({ raw }) => raw.pragma('synchronous', { simple: true }))).toBe(2)
    gate.close()
    till.store = till.open()
  })

  test('is not on the disk: nothing was taken, and that is what is said', () => {
    const gate = gateOf()
    gate.read(({ raw }) => {
      const exec = raw.exec.bind(raw)
      raw.exec = (text: string) => {
        if (text !== 'COMMIT') return exec(text)
        exec('ROLLBACK')
        throw new Database.SqliteError('disk I/O error', 'SQLITE_IOERR_WRITE')
      }
    })
    expect(codeOf(() => put(gate))).toBe('store_busy')
    expect(put(gate)).toBe('written')
    gate.close()
    till.store = till.open()
  })

  test('cannot be read again: not known, and later calls find out', () => {
    const gate = gateOf()
    failAfterCommit(gate)
    let isUnreadable = true
    const blind = () =>
      gate.write(
        ({ raw }) => {
          raw.prepare("INSERT OR REPLACE INTO meta VALUES ('proof', '1')").run()
          return 'written'
        },
        () => {
          if (isUnreadable) throw new Database.SqliteError('disk I/O error', 'SQLITE_IOERR_READ')
          return 'found'
        },
      )
    expect(codeOf(blind)).toBe('store_unknown')
    isUnreadable = false
    expect(blind()).toBe('written')
    gate.close()
    till.store = till.open()
  })
})

test('damage found while trading stops every later write', () => {
  till.store.close()
  const gate = openGate({ file: till.file, busyTimeoutMs: 50, signer: SIGNER })
  const hit = () =>
    gate.read(() => {
      throw new Database.SqliteError('database disk image is malformed', 'SQLITE_CORRUPT')
    })
  expect(codeOf(hit)).toBe('store_corrupt')
  expect(gate.damage()?.code).toBe('store_corrupt')
  expect(codeOf(() => gate.write(() => 1))).toBe('store_corrupt')
  gate.close()
  till.store = till.open()
})

test('a mistake of the program is not taken for trouble of the disk, and rolls back', () => {
  till.store.close()
  const gate = openGate({ file: till.file, busyTimeoutMs: 50, signer: SIGNER })
  const wrong = () =>
    gate.write(({ raw }) => {
      raw.prepare("INSERT INTO meta VALUES ('half', '1')").run()
      throw new TypeError('a mistake')
    })
  expect(wrong).toThrow(TypeError)
  expect(() => gate.write(({ raw }) => raw.exec("INSERT INTO meta VALUES ('device', 'twice')"))).toThrow(
    Database.SqliteError,
  )
  expect(gate.read(({ raw }) => raw.prepare("SELECT * FROM meta WHERE key = 'half'").get())).toBeUndefined()
  gate.close()
  till.store = till.open()
})

test('the tables themselves refuse what would break the money', () => {
  takeOne(till)
  till.store.close()
  const { raw } = openSession({ file: till.file, busyTimeoutMs: 50, signer: SIGNER })
  const insert = (sql: string) => () => raw.exec(sql)
  expect(insert("INSERT INTO shifts SELECT 'other', 2, 'o', 'n', 0, 0, 0, 0, 0, 1, '2026-11-23'")).toThrow(
    /UNIQUE/,
  )
  expect(
    insert(`INSERT INTO collections SELECT 'other', 'h', id, 'o', 100, 300, 100, 0, 0, 9 FROM shifts`),
  ).toThrow(/CHECK/)
  expect(insert("INSERT INTO outbox VALUES (99, 1, 1, 'waiting', 0, 0, 0, NULL, NULL, NULL)")).toThrow(
    /FOREIGN KEY/,
  )
  // Numbers, records and cash, each once.
  const paid = (changes: Record<string, string>) => {
    const columns = raw.pragma('table_info(payments)') as { name: string }[]
    const fresh = { device_seq: '2', id: "'other'", bill_id: "'other'", ...changes }
    const values = columns.map(({ name }) => new Map(Object.entries(fresh)).get(name) ?? name)
    return insert(`INSERT INTO payments SELECT ${values.join(', ')} FROM payments`)
  }
  expect(paid({})).toThrow('its own record')
  expect(paid({ device_seq: '1' })).toThrow(/UNIQUE/)
  const record = insert(
    "INSERT INTO journal SELECT 9, type, body, hash, 'h9', at_ms, turnover_paise, 2, signature FROM journal WHERE type = 'PAY'",
  )
  record()
  const own = { journal_seq: '9', journal_hash: "'h9'" }
  expect(paid(own)).toThrow(/UNIQUE/)
  expect(paid({ ...own, receipt_seq: '2' })).toThrow(/CHECK/)
  expect(paid({ ...own, financial_year: "'99-00'" })).toThrow(/CHECK/)
  expect(insert("INSERT INTO cash_movements SELECT * FROM cash_movements WHERE kind = 'FLOAT'")).toThrow(
    /UNIQUE/,
  )
  expect(
    insert(
      "INSERT INTO cash_movements SELECT 'other', shift_id, collection_id, kind, 1, 1 FROM cash_movements",
    ),
  ).toThrow(/CHECK/)
  raw.exec('DROP TRIGGER journal_never_shrinks; DELETE FROM journal WHERE seq = 9')
  raw.close()
  till.store = till.open({ check: 'full' })
})

test('a collection of many bills comes back whole and in its order, and only its own', () => {
  const taken = [1, 20, 3].map((count) => {
    const input = cashFor(Array.from({ length: count }, () => keepBill(till.store)))
    return { input, view: take(till, input) }
  })
  for (const { input, view } of taken) {
    expect(view.payments.map(({ paymentId }) => paymentId)).toEqual(
      input.lines.map(({ paymentId }) => paymentId),
    )
    expect(till.store.collection(input.collectionId)).toEqual(view)
  }
})

test('shift totals are what the immutable cash movements add up to', () => {
  for (let count = 1; count <= 5; count++) {
    const bill = keepBill(till.store, { totalPaise: rupees(count * 7) })
    take(till, cashFor([bill]))
  }
  const raw = new Database(till.file, { readonly: true })
  const sum = raw
    .prepare<[], { total: number }>('SELECT sum(amount_paise) AS total FROM cash_movements')
    .get()
  raw.close()
  expect(till.store.openShift()?.cashInHandPaise).toBe(sum?.total)
})

// File sizes can be limited only where a POSIX shell is.
test.runIf(process.platform !== 'win32')(
  'a disk that fails in the middle of writing: what was acknowledged is there, what was denied is not',
  () => {
    till.store.close()
    const child = fileURLToPath(new URL('taking-child.ts', import.meta.url))
    const limited = `ulimit -f 700; exec "$0" "$1" "$2" 400`
    const { stdout } = spawnSync('/bin/sh', ['-c', limited, process.execPath, child, till.file], {
      encoding: 'utf8',
    })
    const lines = stdout.trim().split('\n')
    const told = (word: string) =>
      lines.flatMap((line) => (line.startsWith(`${word} `) ? [line.split(' ')[1] ?? ''] : []))
    till.store = till.open({ check: 'full' })
    const here = (id: string) => till.store.row(id) !== null
    expect(told('ack').length).toBeGreaterThan(5)
    expect(told('denied').length).toBeGreaterThan(0)
    expect(told('ack').filter((id) => !here(id))).toEqual([])
    expect(told('denied').filter(here)).toEqual([])
    expect(lines).toContain('done')
  },
)
