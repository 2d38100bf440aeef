// The integrator in a simulated world: one or two programs on one database in memory, with the real rules of records, posting and
// bill search; each may crash at every call and start again, and the database may be replaced by an old backup, with or without
// a word to the programs. Made by run-seed.
import type { Bill } from '#contract/bill.ts'
import type { PaymentStatus } from '#contract/payment.ts'
import { ProblemError } from '#contract/problem.ts'
import { RECORDS_MAX } from '#contract/records-api.ts'
import type { AppendAnswer, AppendRequest } from '#contract/records-api.ts'
import type { BillQuery } from '#core/ports.ts'
import type { Digit } from './digit.ts'
import { signerOf } from './keys.ts'
import type { Mutant } from './mutants.ts'
import { createPosting } from './posting.ts'
import type { Posting } from './posting.ts'
import { createRandom } from './random.ts'
import { append } from './records.ts'
import { beginEpoch } from './table-records.ts'
import { changesOf } from './table-reads.ts'
import { createTableStore } from './table-store.ts'
import type { Tables, TableStore } from './table-store.ts'
import { deviceIdOf } from './till-file.ts'
import { callOut } from './world.ts'
import type { Life, World } from './world.ts'

export type Changes = { payments: PaymentStatus[]; nextCursor: number; hasMore: boolean }

export type Integrator = {
  /** One of the programs that run now, as the balancer picks; null while all are down. */
  life: () => Life | null
  restoreCount: () => number
  enrol: (number: number) => void
  /** The office withdraws a device, and does so again when a restore forgot it. */
  revoke: (deviceId: string) => void
  isRevoked: (deviceId: string) => boolean
  appendRecords: (server: Life, deviceId: string, request: AppendRequest) => Promise<AppendAnswer>
  changes: (server: Life, deviceId: string, since: number) => Promise<Changes>
  searchBills: (server: Life, deviceId: string, query: BillQuery) => Promise<Bill[]>
  crash: (downMs: number) => void
  start: () => void
  backup: () => void
  /** What the operators do with a lost database: any of the last backups comes back. */
  restore: () => void
  /** A person's act may have made work. */
  wake: () => void
  store: TableStore
  firstLookMs: ReadonlyMap<string, number>
}

const backupsMax = 6
const flushMs = 20_000

type Node = { name: string; running: { life: Life; posting: Posting } | null }

type IntegratorParts = {
  digit: Digit
  mutant: Mutant
  /** A till holds our word about more records than these tables have. */
  isProvable: (tables: Tables) => boolean
}

export function createIntegrator(world: World, parts: IntegratorParts): Integrator {
  const { timeline, random, weather } = world
  const { digit, mutant } = parts
  const ids = createRandom('epochs', world.seed)
  const store = createTableStore(timeline.nowMs, ids.uuid())
  /** For the auditor: when the integrator looked before it first tried a payment. */
  const firstLookMs = new Map<string, number>()
  const backups: Tables[] = []
  const revoked = new Set<string>()
  const nodes = Array.from({ length: weather.nodeCount }, (_, at): Node => ({
    name: weather.nodeCount === 1 ? 'integrator' : `node ${at + 1}`,
    running: null,
  }))
  let restoreCount = 0
  let flushed: { atMs: number; tables: Tables } = { atMs: timeline.nowMs(), tables: store.backup() }

  const startNode = (node: Node) => {
    if (node.running !== null) return
    const life: Life = {
      name: node.name,
      isDead: false,
      end: () => crashNode(node, random.whole(1_000, 120_000)),
    }
    const isAlone = weather.nodeCount === 1
    const posting = createPosting(world, { life, store, digit, mutant, firstLookMs, isAlone })
    node.running = { life, posting }
    world.log(node.name, 'starts')
    posting.start()
  }
  const stopNode = (node: Node) => {
    if (node.running === null) return
    node.running.life.isDead = true
    node.running = null
  }
  const crashNode = (node: Node, downMs: number) => {
    if (node.running === null) return
    stopNode(node)
    world.log(node.name, `crashes; back in ${Math.round(downMs / 1000)} s`)
    timeline.after(downMs, () => startNode(node))
    if (mutant.isVolatile !== true) return
    // a database that answers before its commit is on the disk loses the last seconds
    for (const other of nodes) stopNode(other)
    store.restore(flushed.tables)
    timeline.after(downMs, start)
  }
  const start = () => {
    for (const node of nodes) startNode(node)
  }
  const flush = () => {
    if (mutant.isVolatile !== true || timeline.nowMs() - flushed.atMs < flushMs) return
    flushed = { atMs: timeline.nowMs(), tables: store.backup() }
  }
  const running = () => nodes.flatMap((node) => node.running ?? [])
  const nodeOf = (server: Life) => {
    const node = running().find(({ life }) => life === server)
    if (node === undefined) throw new TypeError('a program that is down serves nobody')
    return node
  }
  const withdraw = () => {
    const { devices } = store.at().tables
    for (const id of revoked) {
      const device = devices.get(id)
      if (device !== undefined) devices.set(id, { ...device, isRevoked: true })
    }
  }
  const requireKnown = (deviceId: string) => {
    const device = store.at().tables.devices.get(deviceId)
    if (device === undefined) throw new ProblemError('device_not_enrolled')
    if (device.isRevoked) throw new ProblemError('device_revoked')
  }
  const wake = () => {
    for (const { posting } of running()) posting.wake()
  }
  const restore = () => {
    if (backups.length === 0) return
    for (const node of nodes) stopNode(node)
    store.restore(random.pick(backups))
    flushed = { atMs: timeline.nowMs(), tables: store.backup() }
    restoreCount += 1
    const at = store.at()
    // the runbook says that a restore is told; one that nobody tells shows itself only where a till can prove it
    const isSilent = random.isHit(weather.silentRestores) && parts.isProvable(at.tables)
    const how = isSilent ? 'silently' : 'by the command'
    world.log('integrator', `is restored ${how} from a backup with ${at.tables.payments.size} payments`)
    if (!isSilent) beginEpoch(at, { epoch: ids.uuid(), provedBy: null, mutant })
    withdraw()
    timeline.after(random.whole(1_000, 60_000), start)
  }
  return {
    life: () => {
      const lives = running().map(({ life }) => life)
      return lives.length === 0 ? null : lives.length === 1 ? (lives[0] ?? null) : random.pick(lives)
    },
    restoreCount: () => restoreCount,
    store,
    firstLookMs,
    start,
    crash: (downMs) => crashNode(random.pick(nodes), downMs),
    restore,
    wake,
    enrol: (number) => {
      const { publicKey } = signerOf(number)
      const row = { number, publicKey, isRevoked: false, isForked: false, maxSeq: 0 }
      store.at().tables.devices.set(deviceIdOf(number), row)
      if (backups.length > 0) throw new TypeError('devices are enrolled before the first backup')
    },
    revoke: (deviceId) => {
      revoked.add(deviceId)
      withdraw()
      world.log('office', `withdraws ${deviceId}`)
    },
    isRevoked: (deviceId) => revoked.has(deviceId),
    backup: () => {
      backups.push(store.backup())
      if (backups.length > backupsMax) backups.shift()
    },
    appendRecords: async (server, deviceId, request) => {
      const { life } = nodeOf(server)
      flush()
      const { length } = request.records
      if (length === 0 || length > RECORDS_MAX) throw new RangeError('a batch has 1 to 100')
      const answer = await callOut(world, life, () =>
        append({ world, store, mutant, ids }, deviceId, request),
      )
      wake()
      return { ...answer, nextAfterMs: 0, maxBatch: RECORDS_MAX }
    },
    changes: (server, deviceId, since) =>
      callOut(world, nodeOf(server).life, () => {
        requireKnown(deviceId)
        return changesOf(store.at(), deviceId, { since, limit: 200 })
      }),
    searchBills: (server, deviceId, query) => {
      requireKnown(deviceId)
      return nodeOf(server).posting.searchBills(query)
    },
  }
}
