// Reads the bills of one slice of a route from DIGIT, a few at a time with pauses, and keeps them as a chunk; after the last slice
// signs the pack. Called by the pack worker, slice by slice, so that a crash costs one slice and other jobs get their turn.
import { createHash } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import type { Pool } from 'pg'
import type { Bill } from '#contract/bill.ts'
import { PACK_CHUNK_BILLS_MAX, PACK_CHUNK_BYTES_MAX, PACK_CHUNKS_MAX } from '#contract/packs-api.ts'
import type { DigitFailure, DigitOutcome } from '#collection/digit-outcome.ts'
import { billOfDigit } from '#app/bills/bill-of-digit.ts'
import { mapBounded } from '#app/bills/map-bounded.ts'
import { fetchBillOfConsumer } from '#app/digit/bill-calls.ts'
import type { ConsumerKey } from '#app/digit/bill-calls.ts'
import type { DigitClient } from '#app/digit/digit-client.ts'
import type { DigitMasters, MastersSource } from '#app/digit/masters.ts'
import { readPending } from '#app/payments/read-payments.ts'
import type { ServerKey } from '#app/server-key.ts'
import type { Bill as DigitBill } from '#digit-wire/bill.ts'
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
  /** true: this node is being stopped; what is asked of DIGIT is not worth waiting for. */
  isStopping?: () => boolean
}

export type SliceResult =
  /** Nothing more to do. */
  | { kind: 'gone' }
  | { kind: 'ready'; billCount: number; chunkCount: number; version: number; routeId: string }
  | { kind: 'go-on' }
  /** DIGIT is away, or this node stops: the same slice again after this wait. */
  | { kind: 'wait'; waitMs: number; why: string }

const RETRY_BASE_MS = 2_000
/** Connections of one slice whose failure may be their own; more, and the slice is tried again, but not for ever. */
const UNCLEAR_MAX = 3
const UNCLEAR_SHARE = 0.1
const UNCLEAR_TRIES_MAX = 10
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
  if (read === 'stopped') return { kind: 'wait', waitMs: 0, why: 'stopped' }
  if ('failure' in read) return await later(parts, pack, read.failure)
  await keepSlice(parts.pool, pack, {
    nextPlace: pack.nextPlace + consumers.length,
    skippedCount: read.skippedCount,
    chunk: await chunkOf(read.bills, readAtMs),
  })
  return { kind: 'go-on' }
}

type Slice = { pack: PreparingPack; consumers: readonly RouteConsumer[]; masters: DigitMasters }
type Read = { bills: Bill[]; skippedCount: number } | { failure: DigitFailure } | 'stopped'

/** One connection that DIGIT cannot bill keeps nobody from the others; many of them mean that DIGIT is not well. */
async function readBills(parts: PackParts, { pack, consumers, masters }: Slice): Promise<Read> {
  const rules = new Map(masters.services.map((service) => [service.code, service.rules]))
  const away = { failure: null as DigitFailure | null }
  const asked = await mapBounded(consumers, parts.concurrency, async (consumer): Promise<Asked> => {
    const ownRules = rules.get(consumer.businessService)
    if (away.failure !== null || parts.isStopping?.() === true) return 'skipped'
    if (ownRules === undefined || !ownRules.isOpen) return 'skipped'
    const answer = await askTwice(parts, { tenantId: pack.tenantId, ...consumer })
    if (answer.kind === 'ok') {
      if (answer.value === null) return 'nothing'
      return billOfDigit(answer.value, ownRules, parts.nowMs()) ?? 'skipped'
    }
    if (isAway(answer)) away.failure = answer
    return isUnclear(answer) ? answer : 'skipped'
  })
  if (parts.isStopping?.() === true) return 'stopped'
  if (away.failure !== null) return { failure: away.failure }
  const unclear = asked.filter((each) => isFailure(each))
  const isPatient = pack.failureCount < UNCLEAR_TRIES_MAX
  const [first] = unclear
  if (
    first !== undefined &&
    isPatient &&
    unclear.length > Math.max(UNCLEAR_MAX, consumers.length * UNCLEAR_SHARE)
  ) {
    return { failure: first }
  }
  const bills = asked.filter((each) => isBill(each)).filter(({ status }) => status === 'ACTIVE')
  const skippedCount = asked.filter((each) => each === 'skipped').length + unclear.length
  return { bills: await withoutOwnPayments(parts.pool, pack.tenantId, bills), skippedCount }
}

type Asked = Bill | 'nothing' | 'skipped' | DigitFailure

async function askTwice(parts: PackParts, key: ConsumerKey): Promise<DigitOutcome<DigitBill | null>> {
  const answer = await fetchBillOfConsumer(parts.client, key)
  await wait(parts.pauseMs)
  if (answer.kind === 'ok' || !isUnclear(answer)) return answer
  const again = await fetchBillOfConsumer(parts.client, key)
  await wait(parts.pauseMs)
  return again
}

function isFailure(asked: Asked): asked is DigitFailure {
  return typeof asked === 'object' && 'kind' in asked
}

function isBill(asked: Asked): asked is Bill {
  return typeof asked === 'object' && !('kind' in asked)
}

/** Nobody answers, or nobody lets us in: the next connection would hear the same. */
function isAway({ kind }: DigitFailure): boolean {
  return kind === 'not-sent' || kind === 'denied'
}

/** DIGIT's codes do not tell a fault of one connection from a fault of a moment. */
function isUnclear({ kind }: DigitFailure): boolean {
  return kind === 'transient' || kind === 'unknown'
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
