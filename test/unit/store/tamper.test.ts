// Goal: whatever is done to a journal after the fact is found, and the tables can be made anew from it alone. The long run is
// `npm run test:tamper`.
import { createHash, generateKeyPairSync, sign } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import fc from 'fast-check'
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest'
import { FIRST_HASH, chainHash, recordSigningInput, type Ack } from '#contract/journal-record.ts'
import { paise, ZERO_PAISE } from '#contract/money.ts'
import { signingInput } from '#contract/signed.ts'
import type { JournalEntry } from '#core/journal.ts'
import { EXIT_CODES, verifyJournal } from '#launch/journal-verify.ts'
import { sha256 } from '#store/journal/check-file.ts'
import { DERIVED_TABLES, rebuildDerived } from '#store/journal/rebuild.ts'
import { checkEntries, checkHeads, readJournal, type JournalFacts } from '#store/journal/verify-journal.ts'
import { cashFor, DEVICE, keepBill, makeTill, SIGNER, take, takeOne, type TillKit } from './till-kit.ts'

const RUNS = Number(process.env['TAHSIL_TAMPERINGS'] ?? 300)
let till: TillKit
beforeEach(() => {
  till = makeTill()
})
afterEach(() => till.close())
const folder = mkdtempSync(join(tmpdir(), 'tahsil-tamper-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const ackOf = (upto: number, head: string, epoch = 'e1'): Ack => ({
  deviceId: DEVICE.deviceId,
  incarnation: DEVICE.incarnation,
  upto,
  head,
  epoch,
  atMs: 1,
  retainUntilMs: 2,
})
const signedOf = (ack: Ack) => ({ text: JSON.stringify(ack), key: 'k'.repeat(43), signature: 's'.repeat(86) })

/** Cash and cheque, one bill and several, copies, a refusal, acks, and money that waits. */
function live(kit: TillKit): void {
  for (let count = 0; count < 60; count++) takeOne(kit)
  take(kit, cashFor([keepBill(kit.store), keepBill(kit.store), keepBill(kit.store)]))
  const bill = keepBill(kit.store)
  const instrument = { mode: 'CARD', lastFour: '1234', rrn: 'R12345', approvalCode: 'A1234' } as const
  take(kit, cashFor([bill], { instrument }), { isOffline: true })
  const batch = kit.store.nextBatch({ recordsMax: 60, bytesMax: 10_000_000 })
  const { hash } = facts(kit).entries[59]!
  const id = kit.store.queue()[3]!.paymentId
  const problem = { code: 'input_invalid', message: 'x', data: {} } as const
  const outcomes = [{ seq: 5, id, outcome: 'refused', problem } as const]
  expect(batch.records).toHaveLength(60)
  const ack = ackOf(60, hash)
  kit.store.applyAck({ ack, signed: signedOf(ack), outcomes }, kit.clock.read())
  for (let count = 0; count < 5; count++) takeOne(kit)
}

function facts(kit: TillKit): JournalFacts {
  const raw = new Database(kit.file, { readonly: true })
  try {
    const read = readJournal(raw, null)
    if (read === null) throw new Error('the till has a journal')
    return read
  } finally {
    raw.close()
  }
}

describe('made anew', () => {
  const dump = (): Record<string, unknown> => {
    const raw = new Database(till.file, { readonly: true })
    const all = Object.fromEntries(
      DERIVED_TABLES.map((table) => [table, raw.prepare(`SELECT * FROM ${table} ORDER BY 1, 2`).all()]),
    )
    raw.close()
    return all
  }
  test('the tables of a lively till are the same, down to the lanes, and its triggers hold as before', () => {
    live(till)
    till.store.search('1')
    till.store.close()
    const before = dump()
    const raw = new Database(till.file)
    rebuildDerived(raw)
    expect(() => raw.exec('DELETE FROM payments')).toThrow(/never deleted/)
    raw.close()
    till.store = till.open({ check: 'full' })
    till.store.search('1')
    till.store.close()
    const after = dump()
    const lanes = (all: Record<string, unknown>) =>
      (all['outbox'] as Record<string, unknown>[]).map(({ device_seq, lane, is_refused, is_conflict }) => ({
        device_seq,
        lane,
        is_refused,
        is_conflict,
      }))
    expect(lanes(after)).toEqual(lanes(before))
    for (const table of ['payments', 'collections', 'cash_movements', 'shifts', 'search_terms']) {
      expect(after[table]).toEqual(before[table])
    }
    till.store = till.open()
    expect(takeOne(till).view.payments).toHaveLength(1)
  })
})

type Tampering = { kind: string; made: JournalEntry[]; needsHead: boolean }

describe('tampering', () => {
  test(`every kind is found, ${RUNS} times`, () => {
    live(till)
    const all = facts(till)
    // A short run of a lively journal: each look checks every signature of it.
    const entries = all.entries.slice(0, 24)
    const whole = { ...all, entries }
    const last = entries.at(-1)!
    const stranger = generateKeyPairSync('ed25519').privateKey
    const chained = (list: readonly JournalEntry[], key: 'own' | 'stranger'): JournalEntry[] => {
      let previousHash = FIRST_HASH
      return list.map((entry, at) => {
        const seq = at + 1
        const hash = chainHash(
          { owner: whole.owner, seq, previousHash, body: entry.body, isSigned: true },
          sha256,
        )
        const text = recordSigningInput(hash)
        const signature =
          key === 'own' ? SIGNER.sign(text) : sign(null, Buffer.from(text), stranger).toString('base64url')
        const made = { ...entry, seq, previousHash, hash, signature }
        previousHash = hash
        return made
      })
    }
    const put = (at: number, changes: Partial<JournalEntry>): JournalEntry[] =>
      entries.map((entry, index) => (index === at ? { ...entry, ...changes } : entry))
    const tamper = (at: number, which: number): Tampering => {
      const entry = entries[at]!
      const next = entries[at + 1]!
      const swapped = entries.map((each, index) => (index === at ? next : index === at + 1 ? entry : each))
      const renumbered = entries
        .filter((_, index) => index !== at)
        .map((each, index) => ({ ...each, seq: index + 1 }))
      const kinds: (() => Tampering)[] = [
        () => ({ kind: 'gap', made: entries.filter((_, index) => index !== at), needsHead: false }),
        () => ({
          kind: 'body',
          made: put(at, { body: entry.body.replace('"data"', '"dаta"') }),
          needsHead: false,
        }),
        () => ({
          kind: 'columns',
          made: put(at, { turnoverPaise: entry.turnoverPaise + 100 }),
          needsHead: false,
        }),
        () => ({ kind: 'columns', made: put(at, { atMs: entry.atMs + 1 }), needsHead: false }),
        () => ({
          kind: 'reordered',
          made: swapped.map((each, index) => ({ ...each, seq: index + 1 })),
          needsHead: false,
        }),
        () => ({ kind: 'deleted', made: renumbered, needsHead: false }),
        () => ({ kind: 'signature', made: put(at, { signature: next.signature }), needsHead: false }),
        () => ({ kind: 'signature', made: chained(entries, 'stranger'), needsHead: false }),
        () => ({ kind: 'truncated', made: entries.slice(0, at), needsHead: true }),
        () => ({
          kind: 'rolled-back',
          made: chained(
            [...entries.slice(0, -1), { ...last, body: last.body.replace('boot-1', 'boot-2') }],
            'own',
          ),
          needsHead: true,
        }),
      ]
      return kinds[which]!()
    }
    const heads = [ackOf(last.seq, last.hash)]
    const counts = new Map<string, { of: number; found: number }>()
    const place = fc.integer({ min: 1, max: entries.length - 3 })
    fc.assert(
      fc.property(place, fc.integer({ min: 0, max: 9 }), (at, which) => {
        const { kind, made, needsHead } = tamper(at, which)
        const count = counts.get(kind) ?? { of: 0, found: 0 }
        counts.set(kind, count)
        count.of += 1
        const changed = { ...whole, entries: made }
        const alone = checkEntries(changed)
        expect(needsHead || alone.some((each) => each.kind === kind)).toBe(true)
        const found = [...alone, ...checkHeads(changed, heads)].map((each) => each.kind)
        if (found.some((each) => each === kind)) count.found += 1
        expect(found).toContain(kind)
      }),
      { numRuns: RUNS },
    )
    const sum = { of: 0, found: 0 }
    for (const { of, found } of counts.values()) {
      sum.of += of
      sum.found += found
    }
    expect(sum).toEqual({ of: RUNS, found: RUNS })
    const each = [...counts].map(([kind, { of, found }]) => `${kind} ${found}/${of}`)
    console.log(`tamper: ${sum.found} of ${sum.of} found; ${each.toSorted().join(', ')}`)
  }, 1_800_000)

  test('a record that is sealed and signed anew still breaks the sum when it lies about money', () => {
    live(till)
    const { entries, ...rest } = facts(till)
    const paid = entries.length - 1
    const entry = entries[paid]!
    const body = entry.body.replace(/"turnoverPaise":\d+/, '"turnoverPaise":1')
    const isSigned = true
    const { seq, previousHash } = entry
    const hash = chainHash({ owner: rest.owner, seq, previousHash, body, isSigned }, sha256)
    const forged = {
      ...entry,
      body,
      hash,
      turnoverPaise: paise(1),
      signature: SIGNER.sign(recordSigningInput(hash)),
    }
    const made = entries.map((each, at) => (at === paid ? forged : each))
    expect(checkEntries({ ...rest, entries: made }).map(({ kind }) => kind)).toContain('turnover')
  })
})

describe('the command', () => {
  const ask = (more: Partial<Parameters<typeof verifyJournal>[0]> = {}) =>
    verifyJournal({
      file: till.file,
      publicKey: SIGNER.publicKey,
      headsFile: null,
      serverKey: null,
      exportFile: null,
      ...more,
    })

  test('finds nothing in a sound record, also through its export', () => {
    live(till)
    till.store.close()
    const exportFile = join(folder, 'journal.jsonl')
    expect(ask({ exportFile })).toMatchObject({ exitCode: 0 })
    expect(ask({ file: exportFile })).toMatchObject({ exitCode: 0 })
    till.store = till.open()
  })

  test('says of a changed table that it is not what the journal says', () => {
    live(till)
    till.store.close()
    const raw = new Database(till.file)
    raw.exec('DROP TRIGGER collections_never_change; UPDATE collections SET operator_id = operator_id || 1')
    raw.close()
    expect(ask()).toEqual({
      lines: ['derived: table collections is not what the journal says'],
      exitCode: EXIT_CODES.derived,
    })
    till.store = till.open()
  })

  test('holds the journal against a file of countersigned heads, and the file against its own hash', () => {
    takeOne(till)
    till.store.appendEvent({ ...till.draft('BOOT'), amountPaise: ZERO_PAISE })
    till.store.close()
    const { privateKey, publicKey } = generateKeyPairSync('ed25519')
    const key = publicKey.export({ format: 'jwk' }).x!
    const headsFile = join(folder, 'heads.json')
    const write = (ack: Ack, sha = (text: string) => createHash('sha256').update(text).digest('hex')) => {
      const text = JSON.stringify(ack)
      const signature = sign(null, Buffer.from(signingInput('ack', text)), privateKey).toString('base64url')
      const head = {
        deviceCode: '0417',
        tenantId: 'pb.x',
        turnoverPaise: 0,
        paymentCount: 0,
        isForked: false,
      }
      const content = JSON.stringify({ atMs: 1, heads: [{ ...head, ack: { text, key, signature } }] })
      writeFileSync(headsFile, JSON.stringify({ kind: 'tahsil-heads-1', content, sha256: sha(content) }))
    }
    const { entries } = facts(till)
    const last = entries.at(-1)!
    write(ackOf(last.seq, last.hash))
    expect(ask({ headsFile, serverKey: key })).toMatchObject({ exitCode: 0 })
    write(ackOf(last.seq + 3, last.hash))
    expect(ask({ headsFile })).toMatchObject({ exitCode: EXIT_CODES.truncated })
    write(ackOf(last.seq, 'f'.repeat(64)))
    expect(ask({ headsFile })).toMatchObject({ exitCode: EXIT_CODES['rolled-back'] })
    expect(ask({ headsFile, serverKey: SIGNER.publicKey }).exitCode).toBe(EXIT_CODES.unreadable)
    write(ackOf(last.seq, last.hash), () => '0'.repeat(64))
    expect(ask({ headsFile })).toMatchObject({ exitCode: EXIT_CODES.unreadable })
    till.store = till.open()
  })
})
