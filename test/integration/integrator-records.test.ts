// Goal: a journal is taken in whole or not at all, in order, once; what does not belong is kept aside and told; and a restored
// database learns from the tills what it has lost.
import { randomUUID } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Bill } from '#contract/bill.ts'
import { readAck } from '#contract/journal-record.ts'
import type { PaymentStatus } from '#contract/payment.ts'
import { createServerKeyCheck } from './server-word.ts'
import { enrolTill, startTestDatabases, startWorld } from './integrator-kit.ts'
import type { TestDatabases, Till, World } from './integrator-kit.ts'
import { signedHeaders } from './signed-client.ts'
import { createTestJournal } from './test-journal.ts'

let databases: TestDatabases
let world: World
let bill: Bill
let count = 0
beforeAll(async () => {
  databases = await startTestDatabases()
  world = await startWorld({
    databaseUrl: await databases.create(),
    environment: { TAHSIL_POSTING_CONCURRENCY: '0' },
  })
  bill = await world.till.billOf('PT-DVG-000001', 'PT')
})
afterAll(async () => {
  await world?.close()
  await databases?.close()
})

const freshTill = async (): Promise<Till> => await enrolTill(world.integrator.url, `Records ${(count += 1)}`)
const findings = async ({ device }: Till): Promise<string[]> => {
  const text = 'select kind from tahsil.device_findings where device_id = $1 order by finding_id'
  return (await world.pool.query<{ kind: string }>(text, [device.deviceId])).rows.map(({ kind }) => kind)
}
const heldCount = async ({ device }: Till): Promise<number> => {
  const text = 'select count(*)::int as count from tahsil.journal_records where device_id = $1'
  return (await world.pool.query<{ count: number }>(text, [device.deviceId])).rows[0]!.count
}
const send = async (till: Till, body: Buffer, headers: Record<string, string> = {}) => {
  const signed = signedHeaders(till.signed, { method: 'POST', target: '/v1/records', body })
  const answer = await fetch(`${till.url}/v1/records`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...signed, ...headers },
    body: new Uint8Array(body),
  })
  return { status: answer.status, body: (await answer.json()) as { code?: string } }
}

describe('an append', () => {
  it('is answered with a signed word about exactly what is durable', async () => {
    const till = await freshTill()
    till.journal.add('ENROL', '{}')
    const payment = till.payment(bill)
    till.journal.pay(payment)
    const { body, status } = await till.append()
    expect(status).toBe(200)
    expect(createServerKeyCheck(till.signed.serverKey)('ack', body.ack)).toBe(true)
    expect(readAck(body.ack.text)).toMatchObject({
      deviceId: till.device.deviceId,
      incarnation: till.device.incarnation,
      upto: 2,
      head: till.journal.hashAt(2),
    })
    expect(body).toMatchObject({ outcomes: [], nextAfterMs: 0, maxBatch: 100 })
    expect((await till.status(payment.id)).state).toBe('RECEIVED')
    expect(await heldCount(till)).toBe(2)
  })

  it('comes twice, at once, and with more behind it: one record each, the same word', async () => {
    const till = await freshTill()
    for (let at = 0; at < 3; at += 1) till.journal.pay(till.payment(bill))
    const request = till.journal.request(0)
    const answers = await Promise.all([1, 2, 3].map(async () => await till.append(request)))
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200])
    till.journal.pay(till.payment(bill))
    const more = await till.append(till.journal.request(0))
    expect(readAck(more.body.ack.text)?.upto).toBe(4)
    expect(await heldCount(till)).toBe(4)
    expect(await findings(till)).toEqual([])
  })

  it('after a gap is sent back to the place that is known', async () => {
    const till = await freshTill()
    for (let at = 0; at < 5; at += 1) till.journal.add('LOGIN', '{}')
    await till.append(till.journal.request(0, 2))
    const reply = await till.append(till.journal.request(4))
    expect(reply).toMatchObject({ status: 409, body: { code: 'sequence_gap', data: { expectedSeq: 3 } } })
    expect(await heldCount(till)).toBe(2)
  })

  it('with a record that is no payment and one of a stranger keeps the prefix, both as poison', async () => {
    const till = await freshTill()
    const good = till.payment(bill)
    const outcomes = await till.submitBatch([{ id: randomUUID(), amountPaise: 100 }, good, null])
    expect(outcomes.map(({ outcome }) => outcome)).toEqual(['refused', 'accepted', 'refused'])
    expect(till.sentSeq).toBe(3)
  })

  it('finds receipt numbers that never came', async () => {
    const till = await freshTill()
    const receiptNumber = 'DVG/0001A/26-27/000003-K'
    await till.submitBatch([till.payment(bill, { receiptNumber })])
    expect(await findings(till)).toContain('receipt-gap')
  })
})

describe('what does not belong', () => {
  it('another content under a number that is taken: a fork, kept aside, its money in quarantine', async () => {
    const till = await freshTill()
    for (let at = 0; at < 3; at += 1) till.journal.pay(till.payment(bill))
    const copy = till.journal.fork(2)
    await till.append()
    const paid = till.payment(bill)
    copy.pay(paid)
    const reply = await till.append(copy.request(1))
    expect(reply).toMatchObject({ status: 409, body: { code: 'sequence_fork', data: { upto: 3 } } })
    const status = await till.status(paid.id)
    expect(status).toMatchObject({ state: 'QUARANTINE', reason: 'SEQUENCE_FORK' })
    // and the copy's next record reaches us too
    const later = till.payment(bill)
    copy.pay(later)
    expect((await till.append(copy.request(3))).body.code).toBe('sequence_fork')
    expect((await till.status(later.id)).state).toBe('QUARANTINE')
    expect(await findings(till)).toContain('sequence-fork')
    expect(await heldCount(till)).toBe(3)
  })

  it('a changed record in the middle or a foreign signature: refused, kept as evidence, nothing taken', async () => {
    const till = await freshTill()
    till.journal.pay(till.payment(bill))
    till.journal.pay(till.payment(bill))
    const request = till.journal.request(0)
    const [first, second] = request.records
    const changed = {
      ...request,
      records: [{ ...first!, body: first!.body.replace('CASH', 'CARD') }, second!],
    }
    expect(await till.append(changed)).toMatchObject({ status: 401, body: { code: 'signature_invalid' } })
    const other = createTestJournal({ owner: till.device, signer: world.till.signed.signer })
    other.pay(till.payment(bill))
    expect((await till.append(other.request(0))).body.code).toBe('signature_invalid')
    const none = createTestJournal({ owner: { deviceId: 'x', incarnation: 'A' }, signer: till.signed.signer })
    none.add('LOGIN', '{}')
    expect((await till.append(none.request(0))).body.code).toBe('signature_invalid')
    expect(await findings(till)).toContain('bad-signature')
    expect(await heldCount(till)).toBe(0)
    expect((await till.append()).status).toBe(200)
  })

  it('money of a withdrawn device is taken and waits for a person', async () => {
    const till = await freshTill()
    const payment = till.payment(bill)
    till.journal.pay(payment)
    const withdraw = 'update tahsil.devices set revoked_at = now() where device_id = $1'
    await world.pool.query(withdraw, [till.device.deviceId])
    await expect
      .poll(async () => (await till.call<{ code?: string }>('GET', '/v1/payments')).body.code, {
        timeout: 15_000,
      })
      .toBe('device_revoked')
    expect((await till.append()).status).toBe(200)
    const text = 'select state, reason from tahsil.payments where id = $1'
    const { rows } = await world.pool.query(text, [payment.id])
    expect(rows).toEqual([{ state: 'QUARANTINE', reason: 'REVOKED_DEVICE' }])
  })
})

describe('a restored database', () => {
  it('learns from our own word that it is old, begins one new life, and gets everything again', async () => {
    const own = await startWorld({
      databaseUrl: await databases.create(),
      environment: { TAHSIL_POSTING_CONCURRENCY: '0' },
    })
    try {
      const { till, pool } = own
      till.journal.pay(till.payment(bill))
      await till.append()
      const before = readAck(till.lastAck!.text)!
      const lastAck = till.lastAck!
      // The backup is older than the till's last word.
      await pool.query('alter table tahsil.journal_heads disable trigger all')
      await pool.query("update tahsil.journal_heads set upto = 0, hash = repeat('0', 64)")
      await pool.query('alter table tahsil.journal_records disable trigger all')
      await pool.query('delete from tahsil.journal_records')
      till.journal.pay(till.payment(bill))
      const gap = await till.append(till.journal.request(1, 2, lastAck))
      expect(gap.body).toMatchObject({ code: 'sequence_gap', data: { expectedSeq: 1 } })
      expect(gap.body.data['epoch']).not.toBe(before.epoch)
      const again = await till.append(till.journal.request(1, 2, lastAck))
      expect(again.body.data['epoch']).toBe(gap.body.data['epoch'])
      const whole = await till.append(till.journal.request(0, 2, lastAck))
      const after = readAck(whole.body.ack.text)!
      expect(after).toMatchObject({ upto: 2, epoch: gap.body.data['epoch'] })
      const { rows } = await pool.query<{ count: number }>('select count(*)::int as count from tahsil.epochs')
      expect(rows[0]?.count).toBe(2)
    } finally {
      await own.close()
    }
  })
})

describe('bodies', () => {
  it('packed ones are unpacked, and a bomb, half of one and nonsense are refused', async () => {
    const till = await freshTill()
    till.journal.add('ENROL', '{}')
    const packed = gzipSync(JSON.stringify(till.journal.request(0)))
    const gzip = { 'content-encoding': 'gzip' }
    expect((await send(till, packed, gzip)).status).toBe(200)
    const bomb = gzipSync(Buffer.alloc(40_000_000, 0x20))
    expect(await send(till, bomb, gzip)).toMatchObject({ status: 413, body: { code: 'batch_too_large' } })
    const half = packed.subarray(0, packed.length / 2)
    expect(await send(till, half, gzip)).toMatchObject({ status: 400, body: { code: 'input_invalid' } })
    for (const body of ['{"after":0}', '[]', 'null', '{"after":-1,"head":"x","records":[]}', '{']) {
      expect(await send(till, Buffer.from(body))).toMatchObject({
        status: 400,
        body: { code: 'input_invalid' },
      })
    }
    expect(await heldCount(till)).toBe(1)
  })
})

describe('waiting for news', () => {
  it('is answered as soon as something moves, and after the time that was asked for at the latest', async () => {
    const till = await freshTill()
    type Feed = { payments: PaymentStatus[]; nextCursor: number }
    const feed = async (since: number, waitMs: number) =>
      (await till.call<Feed>('GET', `/v1/payments?since=${since}&waitMs=${waitMs}`)).body
    expect((await feed(0, 50)).payments).toEqual([])
    const payment = till.payment(bill)
    await till.submit(payment)
    const { nextCursor } = await feed(0, 20_000)
    const news = feed(nextCursor, 20_000)
    await new Promise((done) => setTimeout(done, 100))
    await world.pool.query('select tahsil.quarantine(array[$1::uuid], $2, $3)', [
      payment.id,
      'SEQUENCE_FORK',
      'by the test',
    ])
    const { payments } = await news
    expect(payments).toMatchObject([{ id: payment.id, state: 'QUARANTINE' }])
  })
})
