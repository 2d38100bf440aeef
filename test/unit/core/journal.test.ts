// Goal: no record of the journal can be changed, left out, put in, swapped or re-counted without the chain telling.
import { createHash, generateKeyPairSync, sign, verify } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { chainHash, recordSigningInput } from '#contract/journal-record.ts'
import { paise, rupees, ZERO_PAISE } from '#contract/money.ts'
import {
  dataOfBody,
  EMPTY_HEAD,
  FIRST_HASH,
  sealEntry,
  verifyEntries,
  type JournalEntry,
  type JournalHead,
} from '#core/journal.ts'
import { sha256 } from '#store/journal/check-file.ts'

const owner = { deviceId: 'device-1', incarnation: 'A' }
const pair = generateKeyPairSync('ed25519')
const keys = {
  owner,
  sha256,
  sign: (text: string) => sign(null, Buffer.from(text), pair.privateKey).toString('base64url'),
  verify: (text: string, signature: string) =>
    verify(null, Buffer.from(text), pair.publicKey, Buffer.from(signature, 'base64url')),
}
const at = { wallMs: 1_000, monotonicMs: 5, bootId: 'boot-1' }

function chain(length: number): JournalEntry[] {
  let head: JournalHead = EMPTY_HEAD
  return Array.from({ length }, (_, index) => {
    const isPay = index % 3 !== 0
    const entry = sealEntry(
      head,
      {
        type: isPay ? 'PAY' : 'LOGIN',
        at,
        dataJson: JSON.stringify({ index, text: 'पंजाब "x"' }),
        amountPaise: isPay ? rupees(index + 1) : ZERO_PAISE,
      },
      keys,
    )
    head = entry
    return entry
  })
}

const faultOf = (entries: readonly JournalEntry[]) => verifyEntries(EMPTY_HEAD, entries, keys).fault

test('the hash is SHA-256 over name, device, incarnation, number, hash before and the exact body', () => {
  const [first] = chain(1)
  const number = Buffer.alloc(8)
  number.writeBigUInt64BE(1n)
  const expected = createHash('sha256')
    .update('tahsil-j2\0device-1\0A\0')
    .update(number)
    .update(Buffer.from(FIRST_HASH, 'hex'))
    .update(first!.body)
    .digest('hex')
  expect(first!.hash).toBe(expected)
})

test('a body carries the running total, and what was recorded byte for byte', () => {
  const entries = chain(5)
  expect(JSON.parse(entries[4]!.body)).toMatchObject({
    type: 'PAY',
    paymentCount: 3,
    turnoverPaise: (2 + 3 + 5) * 100,
  })
  expect(dataOfBody(entries[4]!.body)).toBe(JSON.stringify({ index: 4, text: 'पंजाब "x"' }))
})

test('records of the time before keys are of the first version, and a signed journal never goes back to it', () => {
  const old = { ...keys, sign: null }
  const draft = { type: 'LOGIN', at, dataJson: '{}', amountPaise: ZERO_PAISE } as const
  const first = sealEntry(EMPTY_HEAD, draft, old)
  const second = sealEntry(first, draft, keys)
  const third = sealEntry(second, draft, old)
  expect(first.signature).toBeNull()
  expect(faultOf([first, sealEntry(first, draft, old)])).toBeNull()
  expect(faultOf([first, second])).toBeNull()
  expect(faultOf([first, second, third])).toMatchObject({ seq: 3, kind: 'signature' })
})

test('a whole chain and every run of it is sound', () => {
  const entries = chain(20)
  expect(faultOf(entries)).toBeNull()
  expect(verifyEntries(entries[9]!, entries.slice(10), keys).fault).toBeNull()
})

/** An entry that says of itself what it likes and is chained and signed as it should be: only the figures can give it away. */
function forged(
  head: JournalHead,
  { atMs = 1_000, ...change }: Partial<JournalEntry>,
  inBody: object = {},
): JournalEntry {
  const seq = head.seq + 1
  const said = {
    type: 'LOGIN' as const,
    turnoverPaise: head.turnoverPaise,
    paymentCount: head.paymentCount,
    ...change,
  }
  const facts = {
    type: said.type,
    wallMs: atMs,
    monotonicMs: 5,
    bootId: 'boot-1',
    turnoverPaise: said.turnoverPaise,
    paymentCount: said.paymentCount,
    ...inBody,
  }
  const body = `${JSON.stringify(facts).slice(0, -1)},"data":{}}`
  const hash = chainHash({ owner, seq, previousHash: head.hash, body, isSigned: true }, sha256)
  const signature = keys.sign(recordSigningInput(hash))
  return { seq, body, previousHash: head.hash, hash, atMs, signature, ...said }
}

describe('figures of a record that is chained and signed', () => {
  const head: JournalHead = { seq: 3, hash: 'ab'.repeat(32), turnoverPaise: 5_00, paymentCount: 2 }
  const kind = (change: Partial<JournalEntry>, inBody: object = {}) =>
    verifyEntries(head, [forged(head, change, inBody)], keys).fault?.kind ?? null
  const paid = head.turnoverPaise + 100
  const count = head.paymentCount + 1

  test.each<[string, Partial<JournalEntry>, object, string | null]>([
    ['no money', {}, {}, null],
    ['a payment', { type: 'PAY', turnoverPaise: paid, paymentCount: count }, {}, null],
    ['a payment of one paisa', { type: 'PAY', turnoverPaise: paid - 99, paymentCount: count }, {}, null],
    ['a payment of nothing', { type: 'PAY', paymentCount: count }, {}, 'turnover'],
    [
      'a payment that takes back',
      { type: 'PAY', turnoverPaise: paid - 200, paymentCount: count },
      {},
      'turnover',
    ],
    ['a payment that is not counted', { type: 'PAY', turnoverPaise: paid }, {}, 'turnover'],
    [
      'a payment counted twice',
      { type: 'PAY', turnoverPaise: paid, paymentCount: count + 1 },
      {},
      'turnover',
    ],
    ['money without a payment', { turnoverPaise: paid }, {}, 'turnover'],
    ['money given back', { turnoverPaise: paid - 200 }, {}, 'turnover'],
    ['a count without a payment', { paymentCount: count }, {}, 'turnover'],
    ['another type in the body', {}, { type: 'BOOT' }, 'columns'],
    ['another time in the body', {}, { wallMs: 999 }, 'columns'],
    ['another turnover in the body', {}, { turnoverPaise: paid }, 'columns'],
    ['another count in the body', {}, { paymentCount: count }, 'columns'],
    ['a body that is none', {}, { type: 'small' }, 'columns'],
  ])('%s: %s', (_name, change, inBody, expected) => {
    expect(kind(change, inBody)).toBe(expected)
  })
})

describe('what is wrong is named', () => {
  const sealed = () => chain(3) as [JournalEntry, JournalEntry, JournalEntry]
  const otherHash = sha256([new TextEncoder().encode('x')])

  test('not where nothing is', () => {
    const entries = sealed()
    expect(verifyEntries(EMPTY_HEAD, entries, keys)).toEqual({ fault: null, head: entries[2] })
  })

  test.each<[string, object, (second: JournalEntry, others: JournalEntry[]) => JournalEntry]>([
    ['a record is missing', { seq: 3, kind: 'gap' }, (_, [, third]) => third!],
    ['it follows another', { seq: 2, kind: 'chain' }, (second) => ({ ...second, previousHash: otherHash })],
    ['its body was changed', { seq: 2, kind: 'body' }, (second) => ({ ...second, body: `${second.body} ` })],
    [
      'another key',
      { seq: 2, kind: 'signature' },
      (second, [first]) => ({ ...second, signature: first!.signature }),
    ],
    ['a time that is not its own', { seq: 2, kind: 'columns' }, (second) => ({ ...second, atMs: 1_001 })],
  ])('%s', (_name, fault, change) => {
    const [first, second, third] = sealed()
    const end = verifyEntries(EMPTY_HEAD, [first, change(second, [first, third])], keys)
    expect(end).toMatchObject({ head: first, fault })
  })

  test('a signature that cannot be checked is passed over, one that is lost is not', () => {
    const [first, second] = sealed()
    const unknown = { ...keys, verify: null }
    const swapped = { ...second, signature: first.signature }
    expect(verifyEntries(EMPTY_HEAD, [first, swapped], unknown).fault).toBeNull()
    const draft = { type: 'LOGIN', at, dataJson: '{}', amountPaise: ZERO_PAISE } as const
    const unsigned = sealEntry(first, draft, { ...keys, sign: null })
    expect(verifyEntries(first, [unsigned], unknown).fault).toMatchObject({ seq: 2, kind: 'signature' })
    expect(verifyEntries({ ...first, signature: null }, [unsigned], unknown).fault).toBeNull()
  })
})

describe('tampering', () => {
  const change = (entries: JournalEntry[], place: number, with_: Partial<JournalEntry>) =>
    entries.map((entry, index) => (index === place ? { ...entry, ...with_ } : entry))

  test('every single change to any field of any record is found', () => {
    const edits = fc.constantFrom<(entry: JournalEntry) => Partial<JournalEntry>>(
      (entry) => ({ body: entry.body.replace('"index"', '"indey"') }),
      (entry) => ({ body: `${entry.body} ` }),
      (entry) => ({ hash: entry.hash.replace(/^./, (digit) => (digit === '0' ? '1' : '0')) }),
      (entry) => ({ previousHash: entry.previousHash.replace(/.$/, (digit) => (digit === '0' ? '1' : '0')) }),
      (entry) => ({ seq: entry.seq + 1 }),
      (entry) => ({ type: entry.type === 'PAY' ? 'LOGIN' : 'PAY' }),
      (entry) => ({ turnoverPaise: entry.turnoverPaise + 100 }),
      (entry) => ({ paymentCount: entry.paymentCount + 1 }),
      (entry) => ({ atMs: entry.atMs + 1 }),
      () => ({ signature: null }),
      (entry) => ({ signature: entry.signature!.replace(/^./, (sign_) => (sign_ === 'A' ? 'B' : 'A')) }),
    )
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 30 }), fc.nat(), edits, (length, place, edit) => {
        const entries = chain(length)
        const index = place % length
        expect(faultOf(change(entries, index, edit(entries[index]!)))).not.toBeNull()
      }),
    )
  })

  test('a record taken out, put in twice or swapped is found', () => {
    const entries = chain(10)
    expect(faultOf(entries.filter((_, index) => index !== 4))).toEqual({
      seq: 6,
      kind: 'gap',
      reason: 'record 5 is missing',
    })
    expect(faultOf([...entries.slice(0, 5), entries[4]!, ...entries.slice(5)])).not.toBeNull()
    expect(faultOf([entries[1]!, entries[0]!, ...entries.slice(2)])).not.toBeNull()
  })

  test('a record re-sealed after a change breaks the one behind it', () => {
    const entries = chain(10)
    const resealed = sealEntry(entries[3]!, { type: 'PAY', at, dataJson: '{}', amountPaise: rupees(5) }, keys)
    expect(faultOf(change(entries, 4, resealed))?.seq).toBe(6)
  })

  test('the chain of another device does not pass', () => {
    const other = { ...keys, owner: { ...owner, incarnation: 'B' } }
    expect(verifyEntries(EMPTY_HEAD, chain(3), other).fault?.seq).toBe(1)
  })
})

test('a record carries its note, and the clock in whole milliseconds', () => {
  const draft = {
    type: 'LOGIN',
    at: { ...at, monotonicMs: 5.6 },
    dataJson: '{"a":1}',
    amountPaise: ZERO_PAISE,
  } as const
  expect(sealEntry(EMPTY_HEAD, draft, keys).body).toBe(
    '{"type":"LOGIN","wallMs":1000,"monotonicMs":6,"bootId":"boot-1","turnoverPaise":0,"paymentCount":0,"data":{"a":1}}',
  )
  const noted = sealEntry(EMPTY_HEAD, { ...draft, note: { shift: 1 } }, keys)
  expect(noted.body).toContain('"paymentCount":0,"note":{"shift":1},"data":{"a":1}}')
  const { type, atMs, seq, previousHash } = noted
  expect({ type, atMs, seq, previousHash }).toEqual({
    type: 'LOGIN',
    atMs: 1_000,
    seq: 1,
    previousHash: FIRST_HASH,
  })
})

test('what could not be read again is not written', () => {
  const draft = { type: 'PAY', at, dataJson: '{}', amountPaise: rupees(1) } as const
  const unreadable = { ...draft, at: { ...at, bootId: 'b'.repeat(129) } }
  expect(() => sealEntry(EMPTY_HEAD, unreadable, keys)).toThrow(RangeError)
  const full = { ...EMPTY_HEAD, turnoverPaise: Number.MAX_SAFE_INTEGER - 100 }
  expect(sealEntry(full, draft, keys).turnoverPaise).toBe(Number.MAX_SAFE_INTEGER)
  const over = { ...draft, amountPaise: paise(102) }
  expect(() => sealEntry(full, over, keys)).toThrow(RangeError)
  expect(() => dataOfBody('{}')).toThrow(RangeError)
})

test('only payments carry money, and turnover never goes down', () => {
  const draft = { type: 'LOGIN', at, dataJson: '{}', amountPaise: rupees(1) } as const
  expect(() => sealEntry(EMPTY_HEAD, draft, keys)).toThrow(RangeError)
  for (const head of [EMPTY_HEAD, chain(3)[2]!]) {
    const back = { ...draft, type: 'PAY', amountPaise: paise(-1) } as const
    expect(() => sealEntry(head, back, keys)).toThrow(RangeError)
  }
})
