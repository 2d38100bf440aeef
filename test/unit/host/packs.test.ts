// Goal: packs come in behind the money, go on after a restart, and nothing that was not signed by the integrator of this till is ever
// used; the pack in use stays. Real store and runner; what the integrator sends is made by hand.
import { setTimeout as wait } from 'node:timers/promises'
import { pino } from 'pino'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { PackManifest } from '#contract/packs-api.ts'
import { ProblemError } from '#contract/problem.ts'
import type { SignedText } from '#contract/signed.ts'
import type { PackSource } from '#host/packs/pack-source.ts'
import { startPackRunner, type PackRunner } from '#host/packs/pack-runner.ts'
import {
  loadPack,
  makeKey,
  makePack,
  wardBills,
  type MadePack,
  type TestKey,
} from '#test/unit/packs/pack-kit.ts'
import { NOW_MS } from '#test/unit/core/sample-bill.ts'
import { makeTill, takeOne, type TillKit } from '#test/unit/store/till-kit.ts'

const server = makeKey()
const stranger = makeKey()
const quick = { lookMs: 5_000, pieceMs: 1, waitMs: 5, stuckMs: 60_000 }

let till: TillKit
let runner: PackRunner | null
let asked: string[]
beforeEach(() => {
  till = makeTill()
  till.store.chooseRoutes(['ward-4'])
  runner = null
  asked = []
})
afterEach(async () => {
  await runner?.stop()
  till.close()
})

type Serving = {
  made: MadePack
  signed?: SignedText
  chunkOf?: (index: number) => Buffer | undefined
}

function serve({ made, signed = server.signed(made.manifest), chunkOf }: Serving): PackSource {
  return {
    packRoutes: async () => {
      asked.push('routes')
      const { packId, version, preparedAtMs, billCount, chunks } = made.manifest
      const pack = { packId, version, preparedAtMs, billCount, chunkCount: chunks.length }
      return await Promise.resolve([
        { routeId: 'ward-4', name: 'Ward 4', consumerCount: 40, pack, preparingCount: null },
      ])
    },
    packManifest: async () => await Promise.resolve(signed),
    packChunk: async (packId, index) => {
      asked.push(`chunk ${index}`)
      const content = chunkOf === undefined ? made.chunks[index] : chunkOf(index)
      if (packId !== made.manifest.packId || content === undefined) throw new ProblemError('pack_not_found')
      return await Promise.resolve(content)
    },
  }
}

function start(source: PackSource, isTrusted = server.isTrusted): PackRunner {
  runner = startPackRunner({
    store: till.store,
    source,
    isTrusted,
    isOnline: () => true,
    nowMs: () => till.clock.now.wallMs,
    times: quick,
    logger: pino({ level: 'silent' }),
  })
  return runner
}

async function until(isThere: () => boolean): Promise<void> {
  for (let count = 0; count < 2_000; count++) {
    if (isThere()) return
    await wait(2)
  }
  throw new Error('it never came about')
}
const usedPack = () => till.store.packsInUse()[0]?.manifest.packId ?? null
const trouble = () => runner?.view().troubles.get('ward-4') ?? null
const changed = (manifest: PackManifest, facts: Partial<PackManifest>) =>
  server.signed({ ...manifest, ...facts })

test('a pack is fetched chunk by chunk, put in use, and the one before it is removed', async () => {
  const old = loadPack(till.store, wardBills(30, { seed: 'old' }), { preparedAtMs: NOW_MS - 9_000_000 })
  const made = makePack(wardBills(120), { chunkMax: 50 })
  start(serve({ made }))
  await until(() => usedPack() === made.manifest.packId)
  expect(asked).toEqual(['routes', 'chunk 0', 'chunk 1', 'chunk 2'])
  await until(() => !till.store.shredDropped(1))
  expect(till.store.packedBills({ by: 'number', value: 'PT-OLD-000001' })).toEqual([])
  expect(till.store.packedBills({ by: 'number', value: 'PT-W-000101' })).toHaveLength(1)
  expect(old.packId).not.toBe(made.manifest.packId)
})

test('a half fetched pack goes on after a restart where it stopped', async () => {
  const bills = wardBills(100)
  const made = makePack(bills, { chunkMax: 25 })
  const away = (index: number) => {
    if (index >= 2) throw new ProblemError('integrator_unreachable')
    return made.chunks[index]
  }
  start(serve({ made, chunkOf: away }))
  await until(() => trouble()?.code === 'integrator_unreachable')
  await runner?.stop()
  const half = till.store.loadingPack('ward-4')
  if (half === null) throw new Error('what is loaded stays')
  expect(half.loadedChunks).toBe(2)
  // and the power went in the middle of the next chunk
  till.store.addPackBills(half, { chunk: 2, bills: bills.slice(50, 60), isLast: false })
  till.reopen()
  asked = []
  start(serve({ made }))
  await until(() => usedPack() === made.manifest.packId)
  expect(asked.filter((each) => each.startsWith('chunk'))).toEqual(['chunk 2', 'chunk 3'])
  expect(till.store.packedBills({ by: 'number', value: 'PT-W-000055' })).toHaveLength(1)
})

test('a pack that was replaced at the integrator while it was fetched is begun anew', async () => {
  const made = makePack(wardBills(60), { chunkMax: 20 })
  start(serve({ made, chunkOf: (index) => (index === 0 ? made.chunks[0] : undefined) }))
  await until(() => trouble()?.code === 'pack_not_found')
  expect(till.store.loadingPack('ward-4')).toBeNull()
})

describe('what is not trusted', () => {
  const made = makePack(wardBills(60), { chunkMax: 30 })
  const [first, second] = made.chunks
  if (first === undefined || second === undefined) throw new Error('two chunks')
  const tampered = Buffer.from(first)
  tampered[tampered.length - 9] = (tampered[tampered.length - 9] ?? 0) ^ 1

  test.each<[string, string, Omit<Serving, 'made'>, TestKey['isTrusted']?]>([
    ['a changed chunk', 'chunk', { chunkOf: () => tampered }],
    ['swapped chunks', 'chunk', { chunkOf: (index) => made.chunks[1 - index] }],
    ['another key', 'signature', { signed: stranger.signed(made.manifest) }],
    [
      'a signature of another text',
      'signature',
      { signed: { ...server.signed({}), text: JSON.stringify(made.manifest) } },
    ],
    [
      'a key that is only said',
      'signature',
      { signed: { ...stranger.signed(made.manifest), key: server.key } },
    ],
    [
      'a manifest of another municipality',
      'tenant',
      { signed: changed(made.manifest, { tenantId: 'pb.other' }) },
    ],
    ['a manifest of another route', 'route', { signed: changed(made.manifest, { routeId: 'ward-9' }) }],
    ['a count that does not add up', 'count', { signed: changed(made.manifest, { billCount: 61 }) }],
    ['a shape that is none', 'content', { signed: server.signed({ hello: 1 }) }],
    ['an integrator that this till was not enrolled with', 'signature', {}, stranger.isTrusted],
  ])('%s', async (_name, reason, serving, isTrusted = server.isTrusted) => {
    const old = loadPack(till.store, wardBills(10, { seed: 'old' }), { preparedAtMs: NOW_MS - 9_000_000 })
    start(serve({ made, ...serving }), isTrusted)
    await until(() => trouble() !== null)
    expect(trouble()).toMatchObject({ code: 'pack_not_trusted', data: { reason } })
    expect(usedPack()).toBe(old.packId)
    expect(till.store.loadingPack('ward-4')).toBeNull()
    expect(till.store.packedBills({ by: 'number', value: 'PT-OLD-000001' })).toHaveLength(1)
  })

  test('bills of another municipality in a chunk that was signed', async () => {
    const foreign = makePack(wardBills(5).map((bill) => ({ ...bill, tenantId: 'pb.other' })))
    start(serve({ made: foreign }))
    await until(() => trouble() !== null)
    expect(trouble()).toMatchObject({ code: 'pack_not_trusted', data: { reason: 'tenant' } })
    expect(usedPack()).toBeNull()
  })

  test('an older pack, though signed, does not take the place of a newer one', async () => {
    const own = loadPack(till.store, wardBills(10), { preparedAtMs: NOW_MS })
    start(serve({ made }))
    await until(() => asked.includes('routes'))
    await wait(30)
    expect(usedPack()).toBe(own.packId)
    expect(trouble()).toBeNull()
  })
})

test('money goes first: nothing is fetched while a payment is on its way, until it is known to be stuck', async () => {
  takeOne(till)
  const made = makePack(wardBills(5))
  start(serve({ made }))
  await wait(60)
  expect(asked).toEqual([])
  till.clock.pass(61_000)
  await until(() => usedPack() === made.manifest.packId)
})

test('a route that the integrator does not know says so', async () => {
  const source = { ...serve({ made: makePack([]) }), packRoutes: async () => await Promise.resolve([]) }
  start(source)
  await until(() => trouble() !== null)
  expect(trouble()?.code).toBe('pack_not_found')
})

test('an empty pack is whole at once', async () => {
  const made = makePack([])
  start(serve({ made }))
  await until(() => usedPack() !== null)
  expect(usedPack()).toBe(made.manifest.packId)
  // Many steps later nothing was asked again: what is offered was seen when loading began.
  await wait(50)
  expect(asked).toEqual(['routes'])
})

test('a pack that became too old a week ago is removed, names and all', async () => {
  loadPack(till.store, wardBills(30), { preparedAtMs: NOW_MS - 9 * 86_400_000 })
  const [bill] = till.store.packedBills({ by: 'words', value: 'Ramesh' })
  expect(bill).toBeDefined()
  till.clock.pass(2 * 86_400_000)
  start({ ...serve({ made: makePack([]) }), packRoutes: async () => await Promise.resolve([]) })
  await until(() => usedPack() === null)
  expect(till.store.packedBills({ by: 'words', value: 'Ramesh' })).toEqual([])
})
