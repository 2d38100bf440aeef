// Goal: no record of the journal can be changed, left out, put in, swapped or re-counted without the chain telling.
import { createHash, generateKeyPairSync, sign, verify } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
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
import { sha256 } from '#store/check-file.ts'

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
  expect(faultOf([first, second])).toBeNull()
  expect(faultOf([first, second, third])).toMatchObject({ seq: 3, kind: 'signature' })
})

test('a whole chain and every run of it is sound', () => {
  const entries = chain(20)
  expect(faultOf(entries)).toBeNull()
  expect(verifyEntries(entries[9]!, entries.slice(10), keys).fault).toBeNull()
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
    const forged = sealEntry(entries[3]!, { type: 'PAY', at, dataJson: '{}', amountPaise: rupees(5) }, keys)
    expect(faultOf(change(entries, 4, forged))?.seq).toBe(6)
  })

  test('the chain of another device does not pass', () => {
    const other = { ...keys, owner: { ...owner, incarnation: 'B' } }
    expect(verifyEntries(EMPTY_HEAD, chain(3), other).fault?.seq).toBe(1)
  })
})

test('only payments carry money, and turnover never goes down', () => {
  const draft = { type: 'LOGIN', at, dataJson: '{}', amountPaise: rupees(1) } as const
  expect(() => sealEntry(EMPTY_HEAD, draft, keys)).toThrow(RangeError)
  expect(() => sealEntry(EMPTY_HEAD, { ...draft, type: 'PAY', amountPaise: paise(-1) }, keys)).toThrow(
    RangeError,
  )
})
