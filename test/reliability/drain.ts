// How long a till with a day's payments in its journal takes to hand them over, through a thin and long line, to a real integrator with
// its PostgreSQL: the product's own client and its own rounds of sending and of asking for news. Called by drain.test.ts and run-drain.ts.
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import pg from 'pg'
import { pino } from 'pino'
import { startEmbedded } from '#app/database/embedded.ts'
import { DEMO_ENROLMENT_CODE } from '#app/people/seed-demo.ts'
import { createIntegratorClient, INTEGRATOR_TIMES } from '#host/link/integrator-client.ts'
import { createLinkState } from '#host/link/link-state.ts'
import { machineClock } from '#host/machine-clock.ts'
import { startSyncRunner } from '#host/link/sync-runner.ts'
import { startChildServer } from '#test/bench/child-server.ts'
import { enrolDevice, type SignedDevice } from '#test/integration/signed-client.ts'
import { fillTill, type QueuedTill } from '#test/reliability/queued-till.ts'
import { startSlowLine, type LineSpeed, type SlowLine } from '#test/reliability/slow-line.ts'

const TENANT = 'pb.navapur'
const LOOK_MS = 10

export type Drained = {
  readonly payments: number
  /** Until the last payment's durable word was written into the till's record. */
  readonly seconds: number
  readonly bytes: ReturnType<SlowLine['bytes']>
  readonly connectionCount: number
  /** Rounds that did not get through, by the words of the log. */
  readonly troubles: readonly string[]
  /** What is not exactly once, in order and signed for; empty when all is well. */
  readonly findings: readonly string[]
}

export type DrainOptions = {
  readonly payments: number
  readonly speed: LineSpeed
  /** Given up after this long. */
  readonly secondsMax: number
}

export const drainTill = async ({ payments, speed, secondsMax }: DrainOptions): Promise<Drained> => {
  const folder = mkdtempSync(join(tmpdir(), 'tahsil-drain-'))
  // The embedded PostgreSQL runs as another user when this one is root.
  chmodSync(folder, 0o755)
  const closers: (() => Promise<void> | void)[] = [() => rmSync(folder, { recursive: true, force: true })]
  try {
    const database = await startEmbedded(join(folder, 'database'))
    closers.push(() => database.stop())
    const { host, port, user, password, database: name } = database.connection
    const databaseUrl = `postgres://${user}:${password}@${host}:${port}/${name}`
    const integrator = await startIntegratorChild(folder, databaseUrl)
    closers.push(() => integrator.stop())
    const signed = await enrolDevice(integrator.url, { code: DEMO_ENROLMENT_CODE, name: 'Queued till' })
    const clock = machineClock()
    const till = fillTill(folder, { signed, payments, clock })
    closers.push(() => till.store.close())
    const line = await startSlowLine({ port: Number(new URL(integrator.url).port) }, speed)
    closers.push(() => line.close())
    const handed = await handOver({ till, signed, line, secondsMax })
    const findings = await findingsOf(databaseUrl, till)
    return { payments, ...handed, bytes: line.bytes(), connectionCount: line.connectionCount(), findings }
  } finally {
    for (const close of closers.toReversed()) await close()
  }
}

/** DIGIT is away and nothing is posted: taking the payments in must not need it. */
const startIntegratorChild = (folder: string, databaseUrl: string) =>
  startChildServer({
    words: [
      join(import.meta.dirname, '../../integrator-backend/app/main.ts'),
      '--data',
      join(folder, 'integrator'),
      '--port',
      '0',
      '--json',
    ],
    environment: {
      DATABASE_URL: databaseUrl,
      DIGIT_BASE_URL: 'http://127.0.0.1:9',
      DIGIT_USERNAME: 'drain',
      DIGIT_PASSWORD: 'drain',
      DIGIT_TENANT: TENANT,
      TAHSIL_SEED: 'demo',
      TAHSIL_POSTING_CONCURRENCY: '0',
      TAHSIL_LOG_LEVEL: 'error',
    },
  })

type HandOver = { till: QueuedTill; signed: SignedDevice; line: SlowLine; secondsMax: number }

const handOver = async ({ till: { store }, signed, line, secondsMax }: HandOver) => {
  const clock = machineClock()
  const link = createLinkState(clock)
  const troubles: string[] = []
  const logger = pino(
    { level: 'warn' },
    { write: (text: string) => void troubles.push(text.replaceAll(/"(time|pid|hostname)":[^,}]*,?/g, '')) },
  )
  const integrator = createIntegratorClient({
    baseUrl: line.url,
    speaker: () => ({ deviceId: signed.device.deviceId, signer: signed.signer, isApproved: true }),
    clock,
    link,
    times: INTEGRATOR_TIMES,
    isTrusted: (_purpose, { key }) => key === signed.serverKey,
  })
  const appendRecords: typeof integrator.appendRecords = async (batch) => {
    try {
      return await integrator.appendRecords(batch)
    } catch (error) {
      const cause = error instanceof Error ? (error.cause ?? error) : null
      if (cause instanceof Error) troubles.push(`after record ${batch.after}: ${cause.message}`)
      throw error
    }
  }
  const startedMs = performance.now()
  const sync = startSyncRunner({
    store,
    integrator: { ...integrator, appendRecords },
    clock,
    random: Math.random,
    link,
    isEnrolled: () => true,
    logger,
  })
  try {
    while (store.waitingCount() > 0) {
      if (performance.now() - startedMs > secondsMax * 1000) {
        throw new Error(`${store.waitingCount()} still wait after ${secondsMax} s: ${troubles.join(' ')}`)
      }
      await wait(LOOK_MS)
    }
    // What the closing below cuts off is no trouble of the line.
    return { seconds: (performance.now() - startedMs) / 1000, troubles: [...troubles] }
  } finally {
    integrator.close()
    await sync.stop()
  }
}

const findingsOf = async (databaseUrl: string, { store, paymentIds }: QueuedTill): Promise<string[]> => {
  const findings: string[] = []
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  try {
    const held = await client.query<{ id: string }>('select id from tahsil.payments order by device_seq')
    const ids = held.rows.map(({ id }) => id)
    if (ids.length !== paymentIds.length || ids.some((id, at) => id !== paymentIds[at]))
      findings.push(`${paymentIds.length} payments were taken, ${ids.length} are held, or in another order`)
    const { ack } = store.handover()
    const head = await client.query<{ upto: string; hash: string; kept: string }>(
      `select h.upto, h.hash, (select count(*) from tahsil.journal_records) as kept from tahsil.journal_heads h`,
    )
    const [row] = head.rows
    if (row === undefined || ack === null) findings.push('there is no head or no word about it')
    else if (Number(row.upto) < ack.upto || Number(row.kept) !== Number(row.upto))
      findings.push(`the word says ${ack.upto}, the head ${row.upto}, and ${row.kept} records are kept`)
    const aside = await client.query<{ count: string }>(
      `select (select count(*) from tahsil.journal_forks) + (select count(*) from tahsil.payment_forks)
         + (select count(*) from tahsil.poison_records) + (select count(*) from tahsil.device_findings) as count`,
    )
    if (aside.rows[0]?.count !== '0') findings.push(`${aside.rows[0]?.count} things were kept aside or found`)
  } finally {
    await client.end()
  }
  return findings
}
