// Fetches the packs of the chosen routes in the background: one chunk at a time, kept in small pieces with pauses, and only while no money
// waits to be sent. What is half fetched goes on after a restart. The pack in use stays in use until a newer one is whole, and
// whatever comes unsigned or changed is thrown away. Started by start-host.
import { createHash } from 'node:crypto'
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import type { Logger } from 'pino'
import type { Bill } from '#contract/bill.ts'
import { PACK_TEXT_BYTES_MAX } from '#contract/packs-api.ts'
import type { PackManifest, PackRoute } from '#contract/packs-api.ts'
import { ProblemError, problemOf, type Problem } from '#contract/problem.ts'
import type { SignedText } from '#contract/signed.ts'
import { billsOfChunk, requireChunk, trustedManifest, untrusted } from '#core/bills/packs.ts'
import { repeat } from '#host/repeating.ts'
import type { LoadingPack } from '#store/packs.ts'
import type { Store } from '#store/open-store.ts'
import type { PackSource } from './pack-source.ts'

export type PackRunner = {
  readonly view: () => PackView
  /** Looks for newer packs at once, also of routes that had trouble. */
  readonly fetchNow: () => void
  /** Asks which routes there are. Throws what the integrator said. */
  readonly askRoutes: () => Promise<void>
  readonly stop: () => Promise<void>
}

export type PackView = {
  /** As the integrator last told; null: not asked yet. */
  readonly routes: readonly PackRoute[] | null
  /** What went wrong with a route last. */
  readonly troubles: ReadonlyMap<string, Problem>
  readonly isBusy: boolean
}

export type PackTimes = {
  /** Between two looks for newer packs. */
  readonly lookMs: number
  /** Between two pieces. */
  readonly pieceMs: number
  /** While money is on its way, or after something went wrong. */
  readonly waitMs: number
  /** Money that does not move for so long holds nothing up any more. */
  readonly stuckMs: number
}

export const PACK_TIMES: PackTimes = { lookMs: 600_000, pieceMs: 60, waitMs: 2_000, stuckMs: 60_000 }

/** Bills of one write, so that a payment waits a few milliseconds at most. */
const PIECE_BILLS = 50
const SHRED_BILLS = 100
/** Names and mobiles of a route are not kept longer than they are of use: so long after a pack became too old. */
const KEPT_AFTER_MS = 7 * 86_400_000
const unpacked = promisify(gunzip)

type RunnerPorts = {
  readonly store: Store
  readonly source: PackSource
  /** Signed as a pack by the integrator that this till was enrolled with. */
  readonly isTrusted: (signed: SignedText) => boolean
  readonly isOnline: () => boolean
  readonly nowMs: () => number
  readonly times: PackTimes
  readonly logger: Logger
}

type State = {
  routes: readonly PackRoute[] | null
  troubles: Map<string, Problem>
  /** Routes and when they are looked at again. */
  dueAtMs: Map<string, number>
  lastQueue: { count: number; atMs: number }
  isBusy: boolean
}

export function startPackRunner(ports: RunnerPorts): PackRunner {
  const { times, logger, nowMs } = ports
  const state: State = {
    routes: null,
    troubles: new Map(),
    dueAtMs: new Map(),
    lastQueue: { count: 0, atMs: nowMs() },
    isBusy: false,
  }
  const loop = repeat({
    run: async () => {
      const waitMs = await step(ports, state)
      state.isBusy = waitMs === times.pieceMs
      return waitMs
    },
    faultWaitMs: times.waitMs * 5,
    onFault: (error) => {
      state.isBusy = false
      logger.error({ error }, 'a step of the bill packs failed')
    },
  })
  return {
    view: () => ({ routes: state.routes, troubles: state.troubles, isBusy: state.isBusy }),
    fetchNow: () => {
      state.dueAtMs.clear()
      state.troubles.clear()
      void loop.wake()
    },
    askRoutes: async () => {
      state.routes = await ports.source.packRoutes()
    },
    stop: loop.stop,
  }
}

/** One small piece of work; returns the wait before the next. */
async function step(ports: RunnerPorts, state: State): Promise<number> {
  const { store, times, nowMs } = ports
  const device = store.device()
  if (device === null || store.damage() !== null) return times.waitMs
  if (isMoneyMoving(ports, state)) return times.waitMs
  if (store.shredDropped(SHRED_BILLS)) return times.pieceMs
  for (const { manifest } of store.packsInUse()) {
    const { routeId, preparedAtMs, refuseAfterMs } = manifest
    if (nowMs() - preparedAtMs > refuseAfterMs + KEPT_AFTER_MS) store.dropInUse(routeId)
  }
  if (!ports.isOnline()) return times.waitMs
  const chosen = store.chosenRoutes()
  for (const routeId of chosen) {
    const dueAtMs = state.dueAtMs.get(routeId) ?? 0
    // the wall clock may have been set back
    if (dueAtMs > nowMs() && dueAtMs <= nowMs() + times.lookMs) continue
    return await stepOfRoute(ports, state, { routeId, tenantId: device.tenantId })
  }
  return Math.max(
    times.waitMs,
    Math.min(times.lookMs, ...chosen.map((id) => (state.dueAtMs.get(id) ?? 0) - nowMs())),
  )
}

/** Money goes first: as long as it moves, and until it is known that it does not. */
function isMoneyMoving({ store, nowMs, times }: RunnerPorts, state: State): boolean {
  const { waitingCount } = store.queueTotals()
  if (waitingCount !== state.lastQueue.count) state.lastQueue = { count: waitingCount, atMs: nowMs() }
  return waitingCount > 0 && nowMs() - state.lastQueue.atMs < times.stuckMs
}

type Wanted = { readonly routeId: string; readonly tenantId: string }

async function stepOfRoute(ports: RunnerPorts, state: State, wanted: Wanted): Promise<number> {
  const { store, times, logger, nowMs } = ports
  const { routeId } = wanted
  const rest = (waitMs: number) => state.dueAtMs.set(routeId, nowMs() + waitMs)
  try {
    const loading = store.loadingPack(routeId)
    if (loading !== null && loading.loadedChunks < loading.manifest.chunks.length) {
      await fetchChunk(ports, loading)
      return times.pieceMs
    }
    if (loading !== null) {
      store.usePack(loading)
      // what is offered was seen when loading began
      rest(times.lookMs)
      const { packId, version, billCount } = loading.manifest
      logger.info({ packId, version, billCount }, 'bill pack in use')
      return times.pieceMs
    }
    const isNewer = await lookForNewer(ports, state, wanted)
    state.troubles.delete(routeId)
    if (!isNewer) rest(times.lookMs)
    return times.pieceMs
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error
    state.troubles.set(routeId, problemOf(error))
    logger.warn({ code: error.code, reason: error.data['reason'] }, 'a bill pack could not be fetched')
    // replaced or withdrawn while it was fetched, or not what was signed: the next look begins anew
    if (error.code === 'pack_not_found' || error.code === 'pack_not_trusted') store.dropLoading(routeId)
    rest(error.code === 'pack_not_trusted' ? times.lookMs : times.waitMs * 5)
    return times.waitMs
  }
}

/** true: a newer pack is there, and loading it has begun. */
async function lookForNewer(ports: RunnerPorts, state: State, wanted: Wanted): Promise<boolean> {
  const { store, source } = ports
  state.routes = await source.packRoutes()
  const offered = state.routes.find(({ routeId }) => routeId === wanted.routeId)
  const own = store.packsInUse().find(({ manifest }) => manifest.routeId === wanted.routeId)?.manifest
  if (offered?.pack === undefined || offered.pack === null) {
    if (own === undefined) throw new ProblemError('pack_not_found', { routeId: wanted.routeId })
    return false
  }
  if (offered.pack.packId === own?.packId) return false
  const signed = await source.packManifest(wanted.routeId)
  const manifest = trustedManifest(signed, { ...wanted, isTrusted: ports.isTrusted })
  // an older one, though signed, is never a better one
  if (own !== undefined && manifest.preparedAtMs <= own.preparedAtMs) return false
  store.beginLoading(manifest)
  return true
}

async function fetchChunk(ports: RunnerPorts, loading: LoadingPack): Promise<void> {
  const { store, source, times } = ports
  const { manifest, loadedChunks: chunk } = loading
  const content = await source.packChunk(manifest.packId, chunk)
  const sha256 = createHash('sha256').update(content).digest('hex')
  requireChunk(manifest, chunk, { bytes: content.length, sha256 })
  const bills = await readBills(content, manifest, chunk)
  store.beginChunk(loading, chunk)
  for (let at = 0; at < bills.length; at += PIECE_BILLS) {
    const isLast = at + PIECE_BILLS >= bills.length
    store.addPackBills(loading, { chunk, bills: bills.slice(at, at + PIECE_BILLS), isLast })
    await pause(times.pieceMs)
  }
}

async function readBills(content: Buffer, manifest: PackManifest, chunk: number): Promise<Bill[]> {
  const text = await unpacked(content, { maxOutputLength: PACK_TEXT_BYTES_MAX }).catch(() => null)
  if (text === null) throw untrusted('packing')
  return billsOfChunk(text.toString('utf8'), manifest, chunk)
}

async function pause(ms: number): Promise<void> {
  await new Promise<void>((resolve) => {
    setTimeout(resolve, ms)
  })
}
