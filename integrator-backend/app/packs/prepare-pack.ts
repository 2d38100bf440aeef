// Reads the bills of one slice of a route from DIGIT, a few at a time with pauses, and keeps them as a chunk; after the last slice
// signs the pack. Called by the pack worker, slice by slice, so that a crash costs one slice and other jobs get their turn.
import { createHash } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import type { Pool } from 'pg'
import type { Bill } from '#contract/bill.ts'
import { PACK_CHUNK_BILLS_MAX, PACK_CHUNK_BYTES_MAX, PACK_CHUNKS_MAX } from '#contract/packs-api.ts'
import type { DigitFailure } from '#collection/digit-outcome.ts'
import { billOfDigit } from '#app/bills/bill-of-digit.ts'
import { mapBounded } from '#app/bills/map-bounded.ts'
import { fetchBillOfConsumer } from '#app/digit/bill-calls.ts'
import type { DigitClient } from '#app/digit/digit-client.ts'
import type { DigitMasters, MastersSource } from '#app/digit/masters.ts'
import { readPending } from '#app/payments/read-payments.ts'
import type { ServerKey } from '#app/server-key.ts'
import { finishPack, keepSlice, noteFailure, readPreparing, readSlice } from './pack-store.ts'
import type { Ages, Chunk, PreparingPack } from './pack-store.ts'
import type { RouteConsumer } from './route-file.ts'

export type PackParts = {
  pool: Pool
  client: DigitClient
  masters: MastersSource
  key: ServerKey
  ages: Ages
  /** Bill calls at a time, and the rest of each caller after one. */
  concurrency: number
  pauseMs: number
  /** Connections of one slice. */
  sliceMax: number
  nowMs: () => number
}

export type SliceResult =
  /** Nothing more to do. */
  | { kind: 'gone' }
  | { kind: 'ready'; billCount: number; chunkCount: number; version: number; routeId: string }
  | { kind: 'go-on' }
  /** DIGIT is away: the same slice again after this wait. */
  | { kind: 'wait'; waitMs: number; why: string }

const RETRY_BASE_MS = 2_000
const RETRY_MAX_MS = 600_000
const packed = promisify(gzip)

/** One slice of the pack. May run twice for the same slice with the effect of once. */
export async function prepareSlice(parts: PackParts, packId: string): Promise<SliceResult> {
  const pack = await readPreparing(parts.pool, packId)
  if (pack === null) return { kind: 'gone' }
  // a long route is cut into larger slices, so that it never has more chunks than a till takes
  const sliceMax = Math.max(parts.sliceMax, Math.ceil(pack.consumerCount / PACK_CHUNKS_MAX))
  if (sliceMax > PACK_CHUNK_BILLS_MAX)
    throw new RangeError('a route is never longer than its chunks can hold')
  const consumers = await readSlice(parts.pool, pack, sliceMax)
  if (consumers.length === 0) {
    const manifest = await finishPack(parts.pool, pack, {
      key: parts.key,
      ages: parts.ages,
      nowMs: parts.nowMs(),
    })
    const { billCount, version, routeId, chunks } = manifest
    return { kind: 'ready', billCount, version, routeId, chunkCount: chunks.length }
  }
  const masters = await parts.masters.get(pack.tenantId)
  if (masters.kind !== 'ok') return await later(parts, pack, masters)
  const readAtMs = parts.nowMs()
  const read = await readBills(parts, { pack, consumers, masters: masters.value })
  if ('failure' in read) return await later(parts, pack, read.failure)
  await keepSlice(parts.pool, pack, {
    nextPlace: pack.nextPlace + consumers.length,
    skippedCount: read.skippedCount,
    chunk: await chunkOf(read.bills, readAtMs),
  })
  return { kind: 'go-on' }
}

type Slice = { pack: PreparingPack; consumers: readonly RouteConsumer[]; masters: DigitMasters }

async function readBills(
  parts: PackParts,
  { pack, consumers, masters }: Slice,
): Promise<{ bills: Bill[]; skippedCount: number } | { failure: DigitFailure }> {
  const { tenantId } = pack
  const rules = new Map(masters.services.map((service) => [service.code, service.rules]))
  let failure: DigitFailure | null = null
  let skippedCount = 0
  const found = await mapBounded(consumers, parts.concurrency, async (consumer): Promise<Bill | null> => {
    const ownRules = rules.get(consumer.businessService)
    if (failure !== null) return null
    if (ownRules === undefined || !ownRules.isOpen) {
      skippedCount += 1
      return null
    }
    const answer = await fetchBillOfConsumer(parts.client, { tenantId, ...consumer })
    await wait(parts.pauseMs)
    if (answer.kind === 'ok') {
      return answer.value === null ? null : billOfDigit(answer.value, ownRules, parts.nowMs())
    }
    // one connection that DIGIT cannot bill keeps nobody from the others
    if (answer.kind === 'refused' || answer.kind === 'bad-answer') skippedCount += 1
    else failure ??= answer
    return null
  })
  if (failure !== null) return { failure }
  const bills = found.filter((bill): bill is Bill => bill?.status === 'ACTIVE')
  return { bills: await withoutOwnPayments(parts.pool, tenantId, bills), skippedCount }
}

/** Money that this integrator holds already and DIGIT may not show yet: nobody is asked for it again. */
async function withoutOwnPayments(pool: Pool, tenantId: string, bills: readonly Bill[]): Promise<Bill[]> {
  const keyOf = (each: { businessService: string; consumerCode: string }) =>
    JSON.stringify([each.businessService, each.consumerCode])
  const codes = [...new Set(bills.map(({ consumerCode }) => consumerCode))]
  const pending = codes.length === 0 ? [] : await readPending(pool, tenantId, codes)
  const held = new Set(pending.map(keyOf))
  return bills.filter((bill) => !held.has(keyOf(bill)))
}

async function chunkOf(bills: readonly Bill[], readAtMs: number): Promise<Chunk | null> {
  if (bills.length === 0) return null
  if (bills.length > PACK_CHUNK_BILLS_MAX)
    throw new RangeError('a slice never has more bills than a chunk holds')
  const content = await packed(JSON.stringify(bills))
  if (content.length > PACK_CHUNK_BYTES_MAX) throw new RangeError('a chunk is larger than a till takes')
  const sha256 = createHash('sha256').update(content).digest('hex')
  return { billCount: bills.length, readAtMs, sha256, content }
}

async function later(parts: PackParts, pack: PreparingPack, failure: DigitFailure): Promise<SliceResult> {
  await noteFailure(parts.pool, pack.packId, failure.kind)
  const waitMs = Math.min(RETRY_MAX_MS, RETRY_BASE_MS * 2 ** Math.min(pack.failureCount, 20))
  return { kind: 'wait', waitMs, why: failure.kind }
}
