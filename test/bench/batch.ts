// Part `batch`: payments per second that the integrator takes over HTTP into its embedded PostgreSQL, against a bare server with one
// raw insert on the same PostgreSQL. Only acceptance is measured: posting jobs are written, but put off to tomorrow. The floor does less
// than half of it: no signatures, no chain, no journal beside the payments, no job, no feed.
// The goals are those of a server that only takes payments; what is missed shows what the proof of every payment costs.
import { randomUUID } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { startEmbedded } from '#app/database/embedded.ts'
import { DEMO_ENROLMENT_CODE } from '#app/people/seed-demo.ts'
import { chainOf, FIRST_HASH, recordSigningInput } from '#contract/journal-record.ts'
import { enrolDevice, signedHeaders, type SignedDevice } from '#test/integration/signed-client.ts'
import { sha256 } from '#test/integration/test-journal.ts'
import { startChildServer, type ChildServer } from './child-server.ts'
import { atLeast, atMost, type BenchPart, type Figure, type Goal } from './figure.ts'
import { applyLoad, openConnection, type Connection, type Load } from './http-load.ts'
import { median, medianRatio, percentile, shuffle } from './rounds.ts'
import { samplePayment, TENANT } from './sample-bills.ts'

const ROUNDS = 5
const ROUND_MS = 1_200
// Each enrols with two calls, and the integrator takes sixty at once.
const CONNECTIONS_MAX = 28
/** Whole days of fifty tills come over in a minute. */
const PROMISED_PER_SECOND = 5_000
const root = join(import.meta.dirname, '..', '..')

type Cell = { readonly batch: number; readonly connections: number; readonly goal: Goal }

const cells: readonly Cell[] = [
  { batch: 50, connections: 1, goal: atLeast(0.9) },
  { batch: 50, connections: 28, goal: atLeast(0.9) },
  { batch: 100, connections: 1, goal: atLeast(0.9) },
  { batch: 100, connections: 28, goal: atLeast(0.9) },
  { batch: 1, connections: 1, goal: atLeast(0.85) },
  { batch: 1, connections: 28, goal: atLeast(1.5) },
]

export const batch: BenchPart = {
  about: 'payments per second into the integrator',
  measure: async () => {
    mkdirSync(join(root, 'test-output'), { recursive: true })
    const folder = mkdtempSync(join(root, 'test-output', 'bench-batch-'))
    const closers: (() => Promise<void>)[] = [async () => rmSync(folder, { recursive: true, force: true })]
    try {
      return await measureIn(folder, closers)
    } finally {
      for (const close of closers.toReversed()) await close()
    }
  },
}

async function measureIn(folder: string, closers: (() => Promise<void>)[]): Promise<Figure[]> {
  const database = await startEmbedded(folder)
  closers.push(() => database.stop())
  const { host, port, user, password, database: name } = database.connection
  const databaseUrl = `postgres://${user}:${password}@${host}:${port}/${name}`
  const ours = await startIntegratorProcess(databaseUrl)
  closers.push(() => ours.stop())
  const bare = await startChildServer({
    words: [join(import.meta.dirname, 'bare-server.ts')],
    environment: { DATABASE_URL: databaseUrl },
  })
  closers.push(() => bare.stop())
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 1 })
  closers.push(() => pool.end())
  await putOffPosting(pool)
  const devices = await Promise.all(
    Array.from({ length: CONNECTIONS_MAX }, (_, index) =>
      enrolDevice(ours.url, { code: DEMO_ENROLMENT_CODE, name: `till ${index}` }),
    ),
  )
  const senders = {
    ours: devices.map((device) => senderOf(ours.url, device, false)),
    bare: devices.map((device) => senderOf(bare.url, device, true)),
  }
  const figures: Figure[] = []
  for (const cell of cells) figures.push(...(await measureCell(cell, senders, pool)))
  await assertAllKept(pool, senders.ours)
  return figures
}

/** DIGIT is away: taking payments must not need it. */
function startIntegratorProcess(databaseUrl: string): Promise<ChildServer> {
  return startChildServer({
    words: [join(root, 'integrator-backend', 'app', 'main.ts'), '--port', '0', '--json'],
    environment: {
      DATABASE_URL: databaseUrl,
      DIGIT_BASE_URL: 'http://127.0.0.1:9',
      DIGIT_USERNAME: 'bench',
      DIGIT_PASSWORD: 'bench',
      DIGIT_TENANT: TENANT,
      TAHSIL_SEED: 'demo',
      TAHSIL_SWEEP_MS: '3600000',
      TAHSIL_LOG_LEVEL: 'error',
    },
  })
}

/** The job row is part of accepting a payment and is written; running it is not, so its time comes tomorrow. */
async function putOffPosting(pool: pg.Pool): Promise<void> {
  await pool.query(`create function put_off() returns trigger language plpgsql as $$
    begin new.run_at := new.run_at + interval '1 day'; return new; end; $$`)
  await pool.query(
    'create trigger put_off before insert on graphile_worker._private_jobs for each row execute function put_off()',
  )
}

type Sender = {
  /** For each load anew: a server closes a connection that rests for some seconds. */
  readonly open: () => Promise<void>
  readonly close: () => void
  /** Sends the next so many payments of this device. */
  readonly send: (count: number) => Promise<void>
  readonly sent: () => number
}

/** One till per connection, as in a morning of reconnecting terminals; each counts its own payments without gaps. */
function senderOf(url: string, signed: SignedDevice, isBare: boolean): Sender {
  const { deviceId, tenantId } = signed.device
  const write = paymentWriter(deviceId, tenantId)
  const journal = journalOf(signed)
  let connection: Connection | null = null
  let deviceSeq = 0
  return {
    open: async () => {
      connection = await openConnection(url, (target, body) =>
        signedHeaders(signed, { method: 'POST', target, body }),
      )
    },
    close: () => connection?.close(),
    sent: () => deviceSeq,
    send: async (count) => {
      const payments = Array.from({ length: count }, () => write(++deviceSeq))
      if (!isBare) await connection?.post('/v1/records', journal(payments))
      else if (count === 1) await connection?.post('/v1/payments', payments[0] ?? '')
      else await connection?.post('/v1/payments/batch', `{"payments":[${payments.join(',')}]}`)
    },
  }
}

/** Bodies of appends. Only the last signature of a batch is checked at once, so only that one costs this program a signature. */
function journalOf({ device, signer }: SignedDevice): (payments: readonly string[]) => string {
  const filler = 'A'.repeat(86)
  const { amountPaise } = samplePayment({
    deviceId: device.deviceId,
    tenantId: device.tenantId,
    deviceSeq: 1,
  })
  let after = 0
  let head = FIRST_HASH
  return (payments) => {
    const records = payments.map((payment, at) => {
      const seq = after + 1 + at
      const facts = `"wallMs":1,"monotonicMs":1,"bootId":"bench","turnoverPaise":${seq * amountPaise},"paymentCount":${seq}`
      return { seq, body: `{"type":"PAY",${facts},"data":${payment}}`, signature: filler }
    })
    const hashes = chainOf({ owner: device, after, hash: head }, records, sha256)
    const last = records.at(-1)
    const hash = hashes.at(-1)
    if (last === undefined || hash === undefined) throw new Error('a batch has payments')
    last.signature = signer.sign(recordSigningInput(hash))
    const body = JSON.stringify({ after, head, records })
    after += records.length
    head = hash
    return body
  }
}

/** JSON of payments that differ in ids and numbers alone, without building each from objects. */
function paymentWriter(deviceId: string, tenantId: string): (deviceSeq: number) => string {
  const template = samplePayment({ deviceId, tenantId, deviceSeq: 1 })
  const { id, collectionId, deviceSeq: _one, receiptNumber: _first, ...rest } = template
  const tail = JSON.stringify(rest).slice(1)
  const series = `BEN/${deviceId.slice(0, 8)}/26-27`
  if (id === collectionId) throw new Error('a payment and its collection have ids of their own')
  return (deviceSeq) =>
    `{"id":"${randomUUID()}","collectionId":"${randomUUID()}","deviceSeq":${deviceSeq},"receiptNumber":"${series}/${String(deviceSeq).padStart(6, '0')}-K",${tail}`
}

type Senders = { readonly ours: readonly Sender[]; readonly bare: readonly Sender[] }

async function measureCell(
  { batch: size, connections, goal }: Cell,
  senders: Senders,
  pool: pg.Pool,
): Promise<Figure[]> {
  const load = async (name: keyof Senders, forMs: number): Promise<Load> => {
    const used = senders[name].slice(0, connections)
    await Promise.all(used.map(({ open }) => open()))
    const measured = await applyLoad(
      forMs,
      used.map(
        ({ send }) =>
          () =>
            send(size),
      ),
    )
    for (const { close } of used) close()
    return measured
  }
  const rates = { ours: [] as number[], bare: [] as number[] }
  const latencies = { ours: [] as number[], bare: [] as number[] }
  for (const name of ['ours', 'bare'] as const) await load(name, ROUND_MS / 2)
  for (let round = 0; round < ROUNDS; round++) {
    for (const name of shuffle(['ours', 'bare'] as const)) {
      const { requestsPerSecond, latenciesMs } = await load(name, ROUND_MS)
      rates[name].push(requestsPerSecond * size)
      latencies[name].push(percentile(latenciesMs, 0.99))
    }
    // The floor's rows are of no further use, and a growing table would make it slower.
    await pool.query('truncate bare_payments')
  }
  const path = `/v1/records, ${size} at once`
  const what = `${path}, ${connections} connection${connections === 1 ? '' : 's'}`
  const against = 'bare node:http, zod and one raw insert on the same PostgreSQL'
  const rate: Figure = {
    what,
    ours: median(rates.ours),
    floor: median(rates.bare),
    unit: 'payments/s',
    ratio: medianRatio(rates.ours, rates.bare),
    goal,
    against,
  }
  const p99: Figure = {
    what: `${what}: p99`,
    ours: median(latencies.ours),
    floor: median(latencies.bare),
    unit: 'ms',
    ratio: medianRatio(latencies.ours, latencies.bare),
    goal: atMost(3),
    against,
  }
  const promise: Figure = {
    ...rate,
    what: `${what}: the promise`,
    floor: PROMISED_PER_SECOND,
    ratio: rate.ours / PROMISED_PER_SECOND,
    goal: atLeast(1),
    against: 'payments a second that one node promises on a machine with nothing else to do',
  }
  if (connections === 1) return [rate]
  return size === 1 ? [rate, p99] : size === 100 ? [rate, promise] : [rate]
}

/** A server that loses payments would be fast for nothing. */
async function assertAllKept(pool: pg.Pool, senders: readonly Sender[]): Promise<void> {
  const sent = senders.reduce((sum, sender) => sum + sender.sent(), 0)
  const { rows } = await pool.query<{ count: string }>('select count(*) from tahsil.payments')
  if (Number(rows[0]?.count) !== sent)
    throw new Error(`${sent} payments were sent, ${rows[0]?.count} are kept`)
}
