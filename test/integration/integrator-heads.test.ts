// Goal: the heads that the integrator's own command writes are taken by the journal's verifier and tell a whole journal from one that
// was cut short; and the journal of an older till, whose first records have no signature, is taken in by the API.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DEMO_ENROLMENT_CODE } from '#app/people/seed-demo.ts'
import type { Bill } from '#contract/bill.ts'
import { headsFileSchema } from '#contract/heads-file.ts'
import { readAck } from '#contract/journal-record.ts'
import type { AppendAnswer, AppendRequest } from '#contract/records-api.ts'
import { machineClock } from '#host/machine-clock.ts'
import { EXIT_CODES, verifyJournal } from '#launch/journal-verify.ts'
import { fillTill } from '#test/reliability/queued-till.ts'
import { enrolTill, keyFolder, startTestDatabases, startWorld } from './integrator-kit.ts'
import type { TestDatabases, Till, World } from './integrator-kit.ts'
import { runToEnd } from './integrator-process.ts'
import { enrolDevice, signedRequest } from './signed-client.ts'
import { createTestJournal } from './test-journal.ts'

const folder = mkdtempSync(join(tmpdir(), 'tahsil-heads-'))
let databases: TestDatabases
let databaseUrl: string
let world: World
let bill: Bill
beforeAll(async () => {
  databases = await startTestDatabases()
  databaseUrl = await databases.create()
  world = await startWorld({ databaseUrl, environment: { TAHSIL_POSTING_CONCURRENCY: '0' } })
  bill = await world.till.billOf('PT-DVG-000001', 'PT')
})
afterAll(async () => {
  await world?.close()
  await databases?.close()
  rmSync(folder, { recursive: true, force: true })
})

describe('heads --out FILE', () => {
  it('writes a file once that the verifier holds a record against', async () => {
    const { url } = world.integrator
    const signed = await enrolDevice(url, { code: DEMO_ENROLMENT_CODE, name: 'Heads' })
    const { store } = fillTill(folder, { signed, payments: 12, clock: machineClock() })
    const { after, head, records } = store.nextBatch({ recordsMax: 100, bytesMax: 1_000_000 })
    const body: AppendRequest = { after, head, records: [...records] }
    const answer = await signedRequest<AppendAnswer>(`${url}/v1/records`, {
      method: 'POST',
      body,
      as: signed,
    })
    expect(answer.status).toBe(200)
    expect(readAck(answer.body.ack.text)?.upto).toBe(body.records.length)
    const exportFile = join(folder, 'journal.jsonl')
    store.close()

    const out = join(folder, 'heads.json')
    const words = ['heads', '--out', out, '--data', keyFolder()]
    const made = await runToEnd(words, { DATABASE_URL: databaseUrl })
    expect(made).toMatchObject({ code: 0, stderr: '' })
    expect(made.stdout).toContain(headsFileSchema.parse(JSON.parse(readFileSync(out, 'utf8'))).sha256)
    const again = await runToEnd(words, { DATABASE_URL: databaseUrl })
    expect(again).toMatchObject({ code: 2, stderr: expect.stringContaining('is there already') as string })

    const ask = {
      publicKey: signed.signer.publicKey,
      headsFile: out,
      serverKey: signed.serverKey,
      exportFile,
    }
    expect(verifyJournal({ ...ask, file: join(folder, 'till.sqlite') })).toMatchObject({ exitCode: 0 })
    const lines = readFileSync(exportFile, 'utf8').trimEnd().split('\n')
    const short = join(folder, 'short.jsonl')
    writeFileSync(short, `${lines.slice(0, -1).join('\n')}\n`)
    const cut = verifyJournal({ ...ask, file: short, exportFile: null })
    expect(cut.exitCode).toBe(EXIT_CODES.truncated)
  })
})

describe('the journal of an older till', () => {
  const handOver = (till: Till, journal: ReturnType<typeof createTestJournal>, after: number) =>
    till.append(journal.request(after))
  const olderTill = async (name: string) => {
    const till = await enrolTill(world.integrator.url, name)
    const { device: owner, signer } = till.signed
    const older = createTestJournal({ owner, signer: null })
    older.add('ENROL', '{}')
    older.pay(till.payment(bill))
    const newer = createTestJournal({ owner, signer })
    newer.entries.push(...older.entries)
    newer.pay(till.payment(bill))
    return { till, older, newer }
  }
  const countOf = async (till: Till) => {
    const text = 'select count(*)::int as count from tahsil.payments where device_id = $1'
    const { rows } = await world.pool.query<{ count: number }>(text, [till.device.deviceId])
    return rows[0]?.count
  }

  it('is taken in unsigned, goes on signed, and never goes back to unsigned', async () => {
    const { till, older, newer } = await olderTill('Older 1')
    expect((await handOver(till, older, 0)).status).toBe(200)
    const { status, body } = await handOver(till, newer, 2)
    expect(status).toBe(200)
    expect(readAck(body.ack.text)).toMatchObject({ upto: 3, head: newer.hashAt(3) })
    expect(await countOf(till)).toBe(2)
    const back = createTestJournal({ owner: till.signed.device, signer: null })
    back.entries.push(...newer.entries)
    back.add('BOOT', '{}')
    expect(await handOver(till, back, 3)).toMatchObject({ body: { code: 'signature_invalid' } })
  })

  it('is taken in when old and new records come in one batch', async () => {
    const { till, newer } = await olderTill('Older 2')
    const { status, body } = await handOver(till, newer, 0)
    expect(status).toBe(200)
    expect(readAck(body.ack.text)).toMatchObject({ upto: 3, head: newer.hashAt(3) })
    expect(await countOf(till)).toBe(2)
  })
})
