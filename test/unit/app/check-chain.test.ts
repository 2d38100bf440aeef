// Goal: a batch that parted from our journal before its first record makes a running till go back to where it parted, also where a
// restore has made us forget the other branch; what comes from a rescue, which has nothing earlier, is a fork at once.
import { expect, it } from 'vitest'
import { checkChain, isProofOfRestore, sha256 } from '#app/records/check-chain.ts'
import type { HeldHead } from '#app/records/check-chain.ts'
import { chainOf, FIRST_HASH, recordSigningInput } from '#contract/journal-record.ts'
import type { JournalRecord } from '#contract/journal-record.ts'
import { deviceSigner, makeDeviceKey } from '#host/identity/device-key.ts'

const owner = { deviceId: 'device-1', incarnation: 'A' }
const signer = deviceSigner(makeDeviceKey())
/** Only that it is there counts for the hash. */
const someSignature = 'x'.repeat(86)

type Chain = { records: JournalRecord[]; hashes: string[] }

function chain(bodies: readonly string[]): Chain {
  const drafts = bodies.map((body) => ({ body, signature: someSignature }))
  const hashes = chainOf({ owner, after: 0, hash: FIRST_HASH }, drafts, sha256)
  const records = bodies.map((body, at) => ({
    seq: at + 1,
    body,
    signature: signer.sign(recordSigningInput(hashes[at] ?? '')),
  }))
  return { records, hashes }
}

const common = Array.from({ length: 130 }, (_, at) => `{"record":${at + 1}}`)
const ours = chain([...common, '{"ours":131}', '{"ours":132}'])
const theirs = chain([...common, '{"theirs":131}', '{"theirs":132}', '{"theirs":133}'])

function held(after: number, changes: Partial<HeldHead> = {}): HeldHead {
  return {
    upto: ours.records.length,
    hash: ours.hashes.at(-1) ?? '',
    isSigned: true,
    turnoverPaise: 0,
    paymentCount: 0,
    isForked: false,
    hashAfter: after === 0 ? FIRST_HASH : (ours.hashes[after - 1] ?? null),
    isOnFork: false,
    epoch: 'first',
    ...changes,
  }
}

async function check(after: number, { hasEarlier = true, changes = {} } = {}) {
  const handed = {
    after,
    head: after === 0 ? FIRST_HASH : (theirs.hashes[after - 1] ?? ''),
    records: theirs.records.slice(after, after + 100),
  }
  return await checkChain(held(after, changes), handed, {
    owner,
    publicKey: signer.publicKey,
    hasEarlier,
    heldHashes: (from, to) => {
      const places = ours.hashes.map((hash, at): [number, string] => [at + 1, hash])
      return Promise.resolve(new Map(places.filter(([seq]) => seq >= from && seq <= to)))
    },
  })
}

it('sends a till back until the batch begins where both still agree, and takes the rest as a fork', async () => {
  expect(await check(132)).toEqual({ kind: 'gap', expectedSeq: 33 })
  expect((await check(32)).kind).toBe('fork')
  expect(await check(131)).toEqual({ kind: 'gap', expectedSeq: 32 })
  expect((await check(130)).kind).toBe('fork')
})

it('never sends it back beyond the first record', async () => {
  expect(await check(132, { changes: { hashAfter: 'f'.repeat(64) } })).toEqual({
    kind: 'gap',
    expectedSeq: 33,
  })
  const short = await check(5, { changes: { hashAfter: 'f'.repeat(64) } })
  expect(short).toEqual({ kind: 'gap', expectedSeq: 1 })
})

it('goes on with a fork that is known, and takes that of a rescue at once', async () => {
  expect((await check(132, { changes: { isOnFork: true } })).kind).toBe('fork')
  expect((await check(132, { hasEarlier: false })).kind).toBe('fork')
})

it('asks for what is missing when the batch begins after our last record', async () => {
  expect(await check(132, { changes: { upto: 100, hashAfter: null } })).toEqual({
    kind: 'gap',
    expectedSeq: 101,
  })
})

it('takes a word of ours for proof of a restore when we lack its records, or hold another one under its number', () => {
  const word = { ...owner, epoch: 'first', atMs: 0, retainUntilMs: 0 }
  const [ourHash = '', theirHash = ''] = [ours.hashes[130], theirs.hashes[130]]
  expect(isProofOfRestore({ ...word, upto: 133, head: theirHash }, held(132), 132)).toBe(true)
  expect(isProofOfRestore({ ...word, upto: 131, head: theirHash }, held(131), 131)).toBe(true)
  expect(isProofOfRestore({ ...word, upto: 131, head: ourHash }, held(131), 131)).toBe(false)
  // an older word than the place that the batch follows says nothing about that place
  expect(isProofOfRestore({ ...word, upto: 120, head: theirHash }, held(131), 131)).toBe(false)
})
