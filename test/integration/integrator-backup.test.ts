// Goal: a backup taken while money moves can be proved whole, is refused when a single byte is wrong, and comes back complete
// into an empty database only: then DIGIT is asked again about everything, and nothing that was paid is lost or paid twice.
import { mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { checkBackup } from '#app/backup/backup-file.ts'
import { restoreBackup } from '#app/backup/restore-backup.ts'
import { startIntegrator } from '#app/start-integrator.ts'
import {
  heldByDigit,
  keyFolder,
  startTestDatabases,
  startWorld,
  type TestDatabases,
  type World,
} from './integrator-kit.ts'
import { replayJournal } from './replay-journal.ts'
import { runToEnd } from './integrator-process.ts'

let databases: TestDatabases
let world: World
let folder: string

beforeAll(async () => {
  databases = await startTestDatabases()
  folder = mkdtempSync(join(tmpdir(), 'tahsil-backup-'))
  world = await startWorld({ databaseUrl: await databases.create() })
})
afterAll(async () => {
  await world?.close()
  await databases?.close()
  rmSync(folder, { recursive: true, force: true })
})

const command = (words: readonly string[], databaseUrl: string) =>
  runToEnd(words, { DATABASE_URL: databaseUrl })
const urlOf = ({ environment }: World) => environment['DATABASE_URL'] ?? ''
const backUp = async (): Promise<string> => {
  const made = await command(['backup', '--out', folder], urlOf(world))
  expect(made).toMatchObject({ code: 0, stderr: '' })
  const [path = ''] = made.stdout.split('\n')
  return path
}
/** Every row of every table as text, with what only work changes left out. */
const rowsOf = async (url: string): Promise<Map<string, string>> => {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    const tables = await client.query<{ name: string }>(
      `select format('%I.%I', schemaname, tablename) as name from pg_tables
        where schemaname = 'tahsil' and tablename not in ('migrations', 'epochs', 'settings') order by 1`,
    )
    const rows = new Map<string, string>()
    for (const { name } of tables.rows) {
      // tills are told everything anew after a restore: places in the feed go on
      const text = `select (to_jsonb(t) - 'cursor' - 'last_cursor')::text as line from ${name} t order by 1`
      const read = await client.query<{ line: string }>(text)
      rows.set(name, read.rows.map(({ line }) => line).join('\n'))
    }
    return rows
  } finally {
    await client.end()
  }
}

describe('backup', () => {
  it('every row comes back as it was, with the numbers that follow, and a second restore is refused', async () => {
    const { till } = world
    const payment = till.payment(await till.billOf('PT-DVG-000001', 'PT'), {
      payer: { paidBy: 'Zoë "X" \\ Tab\there', mobileNumber: '9876512345', isOwner: true },
    })
    await till.submitBatch([payment])
    const plain = till.payment(await till.billOf('PT-DVG-000002', 'PT'))
    await till.submit(plain)
    await till.until(plain.id, 'CONFIRMED')
    const before = await rowsOf(urlOf(world))
    const path = await backUp()
    expect(statSync(path).mode & 0o777).toBe(0o600)
    expect(readFileSync(`${path}.sha256`, 'utf8')).toMatch(
      /^[0-9a-f]{64} {2}tahsil-\d{8}T\d{6}Z\.backup\.gz\n$/,
    )

    const empty = await databases.create()
    const restored = await command(['restore', '--from', path], empty)
    expect(restored).toMatchObject({ code: 0, stderr: '' })
    const after = await rowsOf(empty)
    before.delete('tahsil.restore_looks')
    after.delete('tahsil.restore_looks')
    expect(after).toEqual(before)
    const client = new pg.Client({ connectionString: empty })
    await client.connect()
    const epochs = await client.query<{ why: string }>('select why from tahsil.epochs order by epoch_id')
    expect(epochs.rows.map(({ why }) => why)).toEqual(['first start', 'restored from backup'])
    const hold = await client.query<{ isHeld: boolean }>(
      `select (value #>> '{}')::float8 / 1000 > extract(epoch from now()) - 60 as "isHeld"
        from tahsil.settings where key = 'posting-hold-until'`,
    )
    expect(hold.rows).toEqual([{ isHeld: true }])
    // what may not change may not change here either
    await expect(client.query('delete from tahsil.payment_steps')).rejects.toThrow('never changed')
    await client.end()

    const again = await command(['restore', '--from', path], empty)
    expect(again.code).toBe(2)
    expect(again.stderr).toMatch(/^The database is not empty: nothing was changed\./)
    expect((await rowsOf(empty)).get('tahsil.payments')).toBe(after.get('tahsil.payments'))
  })

  it('a byte that changed, an end that is missing, a row too few and another file are found before anything is written', async () => {
    const path = await backUp()
    const good = await command(['backup-check', '--from', path], '')
    expect(good).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^Whole: made 20.*, \d+ rows of \d+ tables\./) as string,
    })
    const whole = readFileSync(path)
    const text = gunzipSync(whole).toString('latin1')
    const empty = await databases.create()
    const bad = join(folder, 'bad.backup.gz')
    const damages: (() => void)[] = [
      () =>
        writeFileSync(
          bad,
          Buffer.concat([whole.subarray(0, 500), Buffer.from([whole[500]! ^ 1]), whole.subarray(501)]),
        ),
      () => {
        writeFileSync(bad, whole)
        truncateSync(bad, whole.length - 40)
      },
      () => writeFileSync(bad, gzipSync(Buffer.from(text.replace('CONFIRMED', 'SUSPENSE'), 'latin1'))),
      () =>
        writeFileSync(bad, gzipSync(Buffer.from(text.slice(0, text.lastIndexOf('{"end":true')), 'latin1'))),
      () => writeFileSync(bad, gzipSync(Buffer.from(`${text}more\n`, 'latin1'))),
      () => writeFileSync(bad, gzipSync('{"hello":1}\n')),
      () => writeFileSync(bad, 'not gzip at all'),
      () => writeFileSync(bad, ''),
    ]
    const pool = new pg.Pool({ connectionString: empty, max: 2 })
    for (const damage of damages) {
      damage()
      const words = /^(The backup is damaged|This is no backup)[^\n]*$/
      await expect(checkBackup(bad)).rejects.toThrow(words)
      await expect(restoreBackup(pool, bad)).rejects.toThrow(words)
    }
    await pool.end()
    writeFileSync(`${bad}.sha256`, readFileSync(`${path}.sha256`))
    writeFileSync(bad, gzipSync(text))
    expect((await command(['backup-check', '--from', bad], empty)).stderr).toMatch(/is not the file that/)
    expect(await rowsOf(empty)).toEqual(new Map())
    for (const words of [['backup'], ['restore'], ['backup-check', '--from', join(folder, 'none')]]) {
      expect((await command(words, empty)).code).toBe(2)
    }
  })
})

it('the drill: pay, back up, pay on, lose the database, restore, hand over again: nothing lost, nothing twice', async () => {
  const { till, sandbox } = world
  const early = till.payment(await till.billOf('PT-DVG-000004', 'PT'))
  const waiting = till.payment(await till.billOf('PT-DVG-000009', 'PT'))
  await till.submit(early)
  await till.until(early.id, 'CONFIRMED')
  // in the backup this one is only on its way; DIGIT has it before the database is lost
  sandbox.admin.faults.add({ kind: 'delay', operation: 'create-payment', delayMs: 1200, count: 1 })
  await till.submit(waiting)
  await till.until(waiting.id, 'POSTING')
  const path = await backUp()
  await till.until(waiting.id, 'CONFIRMED')
  const late = till.payment(await till.billOf('PT-DVG-000012', 'PT'))
  await till.submit(late)
  await till.until(late.id, 'CONFIRMED')
  await world.integrator.close()

  const url = await databases.create()
  expect((await command(['restore', '--from', path], url)).code).toBe(0)
  // the standing hold of ten minutes is for people; a test lets its own fence of 300 ms do
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.query(
    `update tahsil.settings set value = to_jsonb((extract(epoch from clock_timestamp()) * 1000)::bigint + 500)
      where key = 'posting-hold-until'`,
  )
  await client.end()
  const environment = { ...world.environment, DATABASE_URL: url }
  const next = await startIntegrator({ environment, dataFolder: keyFolder() })
  try {
    till.url = next.url
    // a terminal hands over again what the integrator does not know any more
    till.journal.add('BOOT', '{}')
    await replayJournal(till)
    for (const payment of [early, waiting, late]) {
      expect(await till.until(payment.id, 'CONFIRMED')).toMatchObject({ state: 'CONFIRMED' })
      expect(heldByDigit(sandbox, payment)).toHaveLength(1)
    }
  } finally {
    await next.close()
  }
})
