// Goal: both sides compute the same chain from the same records, and read nothing as a record or an ack that is not one.
import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  ackSchema,
  chainHash,
  chainOf,
  FIRST_HASH,
  hashSchema,
  journalRecordSchema,
  readAck,
  readBody,
  RECORD_CHARS_MAX,
  recordSigningInput,
} from '#contract/journal-record.ts'

const sha256 = (parts: readonly Uint8Array[]) => {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest('hex')
}
const owner = { deviceId: 'device-1', incarnation: 'A' }
const signature = 's'.repeat(86)
const someHash = sha256([new TextEncoder().encode('some record')])

describe('the chain', () => {
  const seqBytes = (seq: bigint) => {
    const bytes = Buffer.alloc(8)
    bytes.writeBigUInt64BE(seq)
    return bytes
  }
  const expected = (name: string, seq: bigint, body: string) =>
    createHash('sha256')
      .update(name)
      .update(seqBytes(seq))
      .update(Buffer.from(someHash, 'hex'))
      .update(body)
      .digest('hex')

  test.each([
    [true, 'tahsil-j2\0device-1\0A\0'],
    [false, 'tahsil-j1device-1A'],
  ])('of a record, signed: %s', (isSigned, name) => {
    for (const [seq, body] of [
      [1, '{}'],
      [258, '{"paid":"₹5 पंजाब"}'],
      [Number.MAX_SAFE_INTEGER, 'x'],
    ] as const) {
      const hash = chainHash({ owner, seq, previousHash: someHash, body, isSigned }, sha256)
      expect(hash).toBe(expected(name, BigInt(seq), body))
    }
  })

  test('what is signed names its purpose and its version', () => {
    expect(recordSigningInput(someHash)).toBe(`tahsil-journal-2\n${someHash}`)
  })

  test('of many records is that of one after another, whether they are signed or not', () => {
    const kinds = fc.array(fc.record({ body: fc.string(), isSigned: fc.boolean() }), { maxLength: 8 })
    fc.assert(
      fc.property(kinds, fc.integer({ min: 0, max: 1_000_000 }), (records, after) => {
        let hash = someHash
        const oneByOne = records.map(({ body, isSigned }, at) => {
          hash = chainHash({ owner, seq: after + at + 1, previousHash: hash, body, isSigned }, sha256)
          return hash
        })
        const sent = records.map(({ body, isSigned }) => ({ body, signature: isSigned ? signature : null }))
        expect(chainOf({ owner, after, hash: someHash }, sent, sha256)).toEqual(oneByOne)
      }),
    )
  })

  test('begins with 64 zeros', () => {
    expect(FIRST_HASH).toMatch(/^0{64}$/)
    expect(hashSchema.safeParse(FIRST_HASH).success).toBe(true)
  })
})

test.each([
  [someHash, true],
  [someHash.slice(1), false],
  [`${someHash}0`, false],
  [`${someHash}\n${someHash}`, false],
  [`x${someHash}`, false],
  ['A'.repeat(64), false],
  ['g'.repeat(64), false],
])('%s as a hash: %s', (text, isHash) => {
  expect(hashSchema.safeParse(text).success).toBe(isHash)
})

describe('a record on its way', () => {
  const record = { seq: 1, body: '{}', signature }
  test.each<[string, object, boolean]>([
    ['the smallest', {}, true],
    ['of a till without a key', { signature: null }, true],
    ['the largest body', { body: 'x'.repeat(RECORD_CHARS_MAX) }, true],
    ['a larger body', { body: 'x'.repeat(RECORD_CHARS_MAX + 1) }, false],
    ['an empty body', { body: '' }, false],
    ['one character', { body: '{' }, false],
    ['a NUL in the body', { body: '{"a":"\0"}' }, false],
    ['number 0', { seq: 0 }, false],
    ['half a number', { seq: 1.5 }, false],
    ['half a signature', { signature: signature.slice(43) }, false],
    ['no signature at all', { signature: undefined }, false],
    ['something else beside it', { hash: someHash }, false],
  ])('%s', (_name, change, isRecord) => {
    expect(journalRecordSchema.safeParse({ ...record, ...change }).success).toBe(isRecord)
  })
})

describe('a body', () => {
  type Parts = Record<
    'type' | 'wallMs' | 'monotonicMs' | 'bootId' | 'turnover' | 'count' | 'note' | 'data',
    string
  >
  const made = (change: Partial<Parts> = {}) => {
    const all: Parts = {
      type: 'PAY',
      wallMs: '1790000000000',
      monotonicMs: '5',
      bootId: 'boot-1',
      turnover: '154000',
      count: '7',
      note: '',
      data: '{"id":"x"}',
      ...change,
    }
    return (
      `{"type":"${all.type}","wallMs":${all.wallMs},"monotonicMs":${all.monotonicMs},"bootId":"${all.bootId}",` +
      `"turnoverPaise":${all.turnover},"paymentCount":${all.count}${all.note},"data":${all.data}}`
    )
  }
  const digits = (length: number) => '9'.repeat(length)

  test('says what it is about, and gives the data byte for byte', () => {
    expect(readBody(made())).toEqual({
      type: 'PAY',
      wallMs: 1_790_000_000_000,
      turnoverPaise: 154_000,
      paymentCount: 7,
      noteJson: '{}',
      dataJson: '{"id":"x"}',
    })
    const noted = readBody(made({ note: ',"note":{"a":1}', data: ' [1, {"note":{}}] ', wallMs: '-12' }))
    expect(noted).toMatchObject({ noteJson: '{"a":1}', dataJson: ' [1, {"note":{}}] ', wallMs: -12 })
  })

  test.each<[string, Partial<Parts>]>([
    ['a type of one letter', { type: 'A' }],
    ['a type of 32 letters', { type: 'A_'.repeat(16) }],
    ['a time of one digit', { wallMs: '0' }],
    ['a time of 16 digits', { wallMs: digits(16) }],
    ['a time before 1970', { wallMs: `-${digits(16)}` }],
    ['a clock of one digit', { monotonicMs: '0' }],
    ['a clock of 16 digits', { monotonicMs: digits(16) }],
    ['a clock below zero', { monotonicMs: '-12' }],
    ['no name of the boot', { bootId: '' }],
    ['the longest name of a boot', { bootId: 'b'.repeat(128) }],
    ['no turnover', { turnover: '0' }],
    ['the largest turnover', { turnover: digits(16) }],
    ['no payment', { count: '0' }],
    ['the most payments', { count: digits(16) }],
    ['an empty note', { note: ',"note":{}' }],
    ['the longest note', { note: `,"note":{${'n'.repeat(2000)}}` }],
    ['no data', { data: '' }],
  ])('with %s is read', (_name, change) => {
    expect(readBody(made(change))).not.toBeNull()
  })

  test.each<[string, Partial<Parts>]>([
    ['no type', { type: '' }],
    ['a type of 33 letters', { type: 'A'.repeat(33) }],
    ['a type in small letters', { type: 'pay' }],
    ['no time', { wallMs: '' }],
    ['a time of 17 digits', { wallMs: digits(17) }],
    ['two signs', { wallMs: '--1' }],
    ['a time in words', { wallMs: 'null' }],
    ['no clock', { monotonicMs: '' }],
    ['a clock of 17 digits', { monotonicMs: digits(17) }],
    ['a clock with two signs', { monotonicMs: '--1' }],
    ['a clock in words', { monotonicMs: 'null' }],
    ['too long a name of the boot', { bootId: 'b'.repeat(129) }],
    ['a quote in the name of the boot', { bootId: 'a"b' }],
    ['a backslash in the name of the boot', { bootId: 'a\\b' }],
    ['turnover left out', { turnover: '' }],
    ['turnover of 17 digits', { turnover: digits(17) }],
    ['turnover below zero', { turnover: '-1' }],
    ['turnover in words', { turnover: 'null' }],
    ['a count left out', { count: '' }],
    ['a count of 17 digits', { count: digits(17) }],
    ['a count below zero', { count: '-1' }],
    ['a count in words', { count: 'null' }],
    ['a note in a note', { note: ',"note":{"a":{}}' }],
    ['a note that ends twice', { note: ',"note":{}}' }],
    ['too long a note', { note: `,"note":{${'n'.repeat(2001)}}` }],
    ['two notes', { note: ',"note":{},"note":{}' }],
  ])('with %s is none', (_name, change) => {
    expect(readBody(made(change))).toBeNull()
  })

  test('begins and ends where it should', () => {
    expect(readBody(` ${made()}`)).toBeNull()
    expect(readBody(`${made()} `)).toBeNull()
    expect(readBody(made().slice(0, -1))).toEqual(readBody(made({ data: '{"id":"x"' })))
    expect(readBody(made({ data: '1' }).slice(0, -1))).toBeNull()
    expect(readBody('}')).toBeNull()
  })
})

describe('an ack', () => {
  const ack = {
    deviceId: 'device-1',
    incarnation: 'A',
    upto: 0,
    head: FIRST_HASH,
    epoch: 'e',
    atMs: 1_790_000_000_000,
    retainUntilMs: 1_790_000_000_000,
  }
  test.each<[string, object, boolean]>([
    ['of nothing yet', {}, true],
    [
      'the longest names',
      { deviceId: 'd'.repeat(64), incarnation: 'A'.repeat(8), epoch: 'e'.repeat(64) },
      true,
    ],
    ['the first life', { incarnation: '' }, true],
    ['too long a device', { deviceId: 'd'.repeat(65) }, false],
    ['no device', { deviceId: '' }, false],
    ['too long a life', { incarnation: 'A'.repeat(9) }, false],
    ['too long an epoch', { epoch: 'e'.repeat(65) }, false],
    ['no epoch', { epoch: '' }, false],
    ['less than nothing', { upto: -1 }, false],
    ['half a record', { upto: 0.5 }, false],
    ['no hash', { head: 'x' }, false],
    ['something else beside it', { seq: 1 }, false],
  ])('%s', (_name, change, isAck) => {
    const given = { ...ack, ...change }
    expect(ackSchema.safeParse(given).success).toBe(isAck)
    expect(readAck(JSON.stringify(given))).toEqual(isAck ? given : null)
  })

  test('that is no JSON is none', () => {
    expect(readAck('{"deviceId"')).toBeNull()
  })
})
