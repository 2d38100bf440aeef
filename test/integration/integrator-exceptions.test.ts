// Goal: what waits for a person is seen by the supervisors of its own municipality and by nobody else; every act is allowed by its
// state, proven by a PIN, kept for ever, and done once; money leaves only by two people.
import { randomUUID } from 'node:crypto'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Exception } from '#contract/exceptions-api.ts'
import { paise } from '#contract/money.ts'
import { startIntegrator } from '#app/start-integrator.ts'
import {
  actAt,
  addSecondSupervisor,
  byOf,
  decideByTwo,
  FIRST,
  listAt,
  SECOND,
  shownAt,
} from './exceptions-kit.ts'
import type { Told } from './exceptions-kit.ts'
import { enrolTill, heldByDigit, keyFolder, startTestDatabases, startWorld } from './integrator-kit.ts'
import type { TestDatabases, World } from './integrator-kit.ts'
import { createMoney } from './integrator-money.ts'
import { runToEnd } from './integrator-process.ts'

let databases: TestDatabases
let world: World
const { newConsumer, billOf, payAll, expectPostedOnce } = createMoney(() => world)

beforeAll(async () => {
  databases = await startTestDatabases()
  world = await startWorld({
    databaseUrl: await databases.create(),
    environment: { TAHSIL_UNKNOWN_SHOWN_MS: '0', TAHSIL_DECISION_DAYS: '3' },
  })
  await addSecondSupervisor(world)
})
afterAll(async () => {
  await world?.close()
  await databases?.close()
})
afterEach(() => {
  world.sandbox.admin.faults.clear()
  world.sandbox.admin.setSettings({ backUpdateDelayMs: 20 })
})

/** Paid elsewhere meanwhile: ours waits. */
const suspended = async (rupees = 800) => {
  const consumer = newConsumer('PT', rupees)
  const payment = world.till.payment(await billOf(consumer), { isOffline: true })
  await world.sandbox.admin.payElsewhere(consumer)
  await world.till.submit(payment)
  await world.till.until(payment.id, 'SUSPENSE')
  return { consumer, payment }
}
const decisionsOf = async (id: string) => {
  const rows = await world.pool.query<{ act: string; stage: string; state_after: string }>(
    'select act, stage, state_after from tahsil.decisions where subject_id = $1 order by decision_id',
    [id],
  )
  return rows.rows.map(({ act, stage, state_after }) => `${act} ${stage} ${state_after}`)
}
const codeOf = (reply: { body: unknown }) => (reply.body as { code?: string }).code

describe('the list', () => {
  it('says all that a supervisor needs, and what may be done', async () => {
    const { payment } = await suspended()
    const shown = await shownAt(world.till, payment.id)
    expect(shown).toMatchObject({
      kind: 'payment',
      state: 'SUSPENSE',
      reason: 'ALREADY_PAID',
      amountPaise: 80_000,
      receiptNumber: payment.receiptNumber,
      consumerCode: payment.bill.consumerCode,
      businessService: 'PT',
      payerName: 'Asha Rao',
      deviceCode: world.till.device.deviceCode,
      evidence: { collectedAtMs: payment.collectedAtMs, billPaise: 80_000, isPartAgreed: false },
      acts: ['look-again', 'post-to-bill', 'refund', 'mark'],
      asked: null,
    })
    const days = ((shown?.dueAtMs ?? 0) - (shown?.sinceMs ?? 0)) / 86_400_000
    expect(days).toBeCloseTo(3, 5)
  })

  it('is read in pages that lose and repeat nothing, with totals of everything', async () => {
    for (let count = 0; count < 3; count += 1) await suspended(300 + count)
    const all = await listAt(world.till)
    const seen: Exception[] = []
    for (let after: number | null = 0; after !== null;) {
      const page = await listAt(world.till, after, 2)
      expect(page).toMatchObject({ totalCount: all.totalCount, totalPaise: all.totalPaise })
      seen.push(...page.exceptions)
      after = page.next
    }
    expect(seen.map(({ id }) => id)).toEqual(all.exceptions.map(({ id }) => id))
    expect(all.totalCount).toBe(all.exceptions.length)
    expect(all.totalPaise).toBe(seen.reduce((sum, each) => sum + (each.amountPaise ?? 0), 0))
  })

  it('shows what is unknown for too long and what lags; posted money is none of it', async () => {
    const payment = await payAll(newConsumer('PT', 310))
    await world.till.until(payment.id, 'CONFIRMED')
    expect(await shownAt(world.till, payment.id)).toBeUndefined()
    const consumer = newConsumer('PT', 320)
    const bill = await billOf(consumer)
    world.sandbox.admin.faults.add({ kind: 'reset-before', operation: 'create-payment', count: 1 })
    world.sandbox.admin.faults.add({ kind: 'html-error', operation: 'search-payment', count: null, skip: 1 })
    const unknown = world.till.payment(bill)
    await world.till.submit(unknown)
    await world.till.until(unknown.id, 'UNKNOWN')
    expect(await shownAt(world.till, unknown.id)).toMatchObject({ state: 'UNKNOWN', acts: ['look-again'] })
    expect((await actAt(world.till, { payment: unknown, act: 'look-again' })).status).toBe(200)
    world.sandbox.admin.faults.clear()
    expectPostedOnce(unknown, await world.till.until(unknown.id, 'CONFIRMED'))
  })

  it('shows records that nobody can read, until they are explained', async () => {
    const { deviceId } = world.till.device
    await world.pool.query(
      `insert into tahsil.poison_records (device_id, claimed_id, reason, content, content_hash)
       values ($1, null, 'cannot be read', $2, sha256(convert_to($2::text, 'UTF8')))`,
      [deviceId, JSON.stringify({ amountPaise: 12_300, receiptNumber: 5, payer: { paidBy: 'Asha Rao' } })],
    )
    const record = (await listAt(world.till)).exceptions.find(({ kind }) => kind === 'record')
    expect(record).toMatchObject({
      amountPaise: 12_300,
      receiptNumber: null,
      payerName: 'Asha Rao',
      acts: ['mark'],
    })
    const told = await actAt(world.till, { payment: { id: record!.id }, act: 'mark', kind: 'record' })
    expect(told.body).toEqual({ result: 'done', exception: null })
    expect(await decisionsOf(record!.id)).toEqual(['mark done POISON'])
    const again = await actAt(world.till, { payment: { id: record!.id }, act: 'mark', kind: 'record' })
    expect(codeOf(again)).toBe('payment_not_found')
  })

  it('and every act is of the municipality of the calling device alone', async () => {
    const { payment } = await suspended()
    const other = await enrolTill(world.integrator.url, 'Far away')
    await world.pool.query(`update tahsil.slots set tenant_id = 'sr.chandnipur' where device_code = $1`, [
      other.device.deviceCode,
    ])
    const page = await other.call<{ exceptions: Exception[] }>('GET', '/v1/exceptions')
    expect(page.body.exceptions ?? []).toEqual([])
    const reply = await actAt(other, { payment, act: 'mark' })
    // there is no such supervisor over there, and no such payment either
    expect(reply.status).not.toBe(200)
    expect(await decisionsOf(payment.id)).toEqual([])
  })
})

describe('an act', () => {
  it('needs the PIN and the role of a supervisor', async () => {
    const { payment } = await suspended()
    const input = { id: payment.id, kind: 'payment', act: 'mark', why: 'seen on paper' }
    const act = (by: { operatorCode: string; pin: string }, change = {}) =>
      world.till.call('POST', '/v1/exceptions/act', { ...input, by, ...change })
    expect(codeOf(await act({ operatorCode: FIRST, pin: '999999' }))).toBe('wrong_pin')
    expect(codeOf(await act({ operatorCode: '777', pin: '246810' }))).toBe('operator_unknown')
    expect(codeOf(await act({ operatorCode: '101', pin: '246810' }))).toBe('role_not_allowed')
    expect(codeOf(await act(byOf(FIRST), { why: ' x ' }))).toBe('input_invalid')
    expect(codeOf(await act(byOf(FIRST), { id: randomUUID() }))).toBe('payment_not_found')
    expect(codeOf(await act(byOf(FIRST), { act: 'reverse' }))).toBe('act_not_allowed')
    expect(await decisionsOf(payment.id)).toEqual([])
    expect((await world.till.status(payment.id)).state).toBe('SUSPENSE')
  })

  it('of giving money back needs two different people, and is done once', async () => {
    const { payment } = await suspended()
    const { till } = world
    const asked = await actAt(till, { payment, act: 'refund' })
    expect(asked.body).toMatchObject({ result: 'asked', exception: { asked: { act: 'refund' } } })
    expect(codeOf(await actAt(till, { payment, act: 'refund' }))).toBe('second_person_needed')
    const both = await Promise.all([
      actAt(till, { payment, act: 'refund', by: SECOND }),
      actAt(till, { payment, act: 'refund', by: SECOND }),
    ])
    expect(both.map(({ status }) => status).toSorted((one, other) => one - other)).toEqual([200, 409])
    const status = await till.status(payment.id)
    expect(status.state).toBe('REVERSED')
    expect(status.steps.at(-1)?.note).toMatch(/^money given back by .+ and .+: seen on the statement$/)
    expect(await decisionsOf(payment.id)).toEqual(['refund asked SUSPENSE', 'refund done REVERSED'])
    expect(heldByDigit(world.sandbox, payment)).toEqual([])
  })

  it('that was asked for is forgotten after a day, and by any other decision', async () => {
    const { payment } = await suspended()
    const { till } = world
    await actAt(till, { payment, act: 'refund' })
    expect((await actAt(till, { payment, act: 'look-again' })).status).toBe(200)
    await till.until(payment.id, 'SUSPENSE')
    const late = await actAt(till, { payment, act: 'refund', by: SECOND })
    expect((late.body as Told).result).toBe('asked')
    // a day later: rows are never changed, so the clock of the row is set where only a test may
    await world.pool.query('alter table tahsil.decisions disable trigger decisions_kept')
    await world.pool.query(
      `update tahsil.decisions set at = at - interval '25 hours' where subject_id = $1`,
      [payment.id],
    )
    await world.pool.query('alter table tahsil.decisions enable trigger decisions_kept')
    expect((await shownAt(till, payment.id))?.asked).toBeNull()
    expect(((await actAt(till, { payment, act: 'refund' })).body as Told).result).toBe('asked')
    expect(((await actAt(till, { payment, act: 'refund', by: SECOND })).body as Told).result).toBe('done')
  })

  it('of posting aims at the bill of now, with every guard', async () => {
    const { consumer, payment } = await suspended(700)
    world.sandbox.admin.postDemand({ ...consumer, taxHeadCode: 'PT_TAX', taxRupees: 700 })
    expect((await actAt(world.till, { payment, act: 'post-to-bill' })).status).toBe(200)
    const status = await world.till.until(payment.id, 'CONFIRMED')
    expectPostedOnce(payment, status)
    expect(heldByDigit(world.sandbox, payment)[0]?.details[0]?.billId).not.toBe(payment.bill.id)
    expect(await decisionsOf(payment.id)).toEqual(['post-to-bill done RESOLVE'])
  })

  it('is done once when two nodes carry it out at the same moment', async () => {
    const { payment } = await suspended()
    const { environment, till } = world
    const other = await startIntegrator({ environment, dataFolder: keyFolder() })
    try {
      const far = await enrolTill(other.url, 'On the other node')
      await actAt(far, { payment, act: 'refund' })
      const both = await Promise.all([
        actAt(till, { payment, act: 'refund', by: SECOND }),
        actAt(far, { payment, act: 'refund', by: SECOND }),
      ])
      const outcomes = both.map(({ body }) => ('result' in body ? body.result : body.code))
      expect(outcomes.toSorted()).toEqual(['act_not_allowed', 'done'])
      expect(await decisionsOf(payment.id)).toHaveLength(2)
    } finally {
      await other.close()
    }
  })

  it('on money of a withdrawn device is posting it or giving it back, never a look alone', async () => {
    const { consumer, payment } = await suspended(540)
    await world.pool.query(
      `update tahsil.payments set state = 'QUARANTINE', reason = 'REVOKED_DEVICE' where id = $1`,
      [payment.id],
    )
    expect(await shownAt(world.till, payment.id)).toMatchObject({
      reason: 'REVOKED_DEVICE',
      acts: ['post-to-bill', 'refund', 'mark'],
    })
    expect(codeOf(await actAt(world.till, { payment, act: 'look-again' }))).toBe('act_not_allowed')
    world.sandbox.admin.postDemand({ ...consumer, taxHeadCode: 'PT_TAX', taxRupees: 540 })
    expect((await actAt(world.till, { payment, act: 'post-to-bill' })).status).toBe(200)
    expectPostedOnce(payment, await world.till.until(payment.id, 'CONFIRMED'))
  })

  it('of marking ends the waiting and leaves the state; a new look brings it back', async () => {
    const { payment } = await suspended()
    const { till } = world
    expect((await actAt(till, { payment, act: 'mark' })).body).toEqual({ result: 'done', exception: null })
    expect((await till.status(payment.id)).state).toBe('SUSPENSE')
    expect(await shownAt(till, payment.id)).toBeUndefined()
    expect(codeOf(await actAt(till, { payment, act: 'mark' }))).toBe('payment_not_found')
  })

  it('on a record that DIGIT’s rules forbid is a refund or an explanation', async () => {
    const payment = await payAll(newConsumer('PT', 500), { amountPaise: paise(12_345) })
    await world.till.until(payment.id, 'POISON')
    expect(await shownAt(world.till, payment.id)).toMatchObject({ acts: ['look-again', 'refund', 'mark'] })
    await decideByTwo(world.till, { payment, act: 'refund' })
    expect((await world.till.status(payment.id)).state).toBe('REVERSED')
  })

  it.each([
    `update tahsil.decisions set why = 'x'`,
    'delete from tahsil.decisions',
    'truncate tahsil.decisions cascade',
    'truncate tahsil.reversal_attempts',
    'truncate tahsil.restore_looks',
  ])('is kept for ever: %s', async (text) => {
    await expect(world.pool.query(text)).rejects.toThrow(/never changed or deleted/)
  })
})

describe('the command line', () => {
  const run = (words: string[], environment: NodeJS.ProcessEnv = {}) =>
    runToEnd([...words, '--data', keyFolder()], {
      ...world.environment,
      ...environment,
    })

  it('lists and decides like the API, two by two', async () => {
    const { payment } = await suspended(612)
    const list = await run(['exceptions'])
    expect(list).toMatchObject({
      code: 0,
      stdout: expect.stringContaining(`payment ${payment.id} SUSPENSE ALREADY_PAID ₹612`) as string,
    })
    const words = ['decide', '--id', payment.id, '--act', 'refund', '--why', 'cash returned, slip 12']
    const first = await run([...words, '--code', FIRST], { TAHSIL_PIN: byOf(FIRST).pin })
    expect(first.stdout).toContain('Another supervisor')
    const same = await run([...words, '--code', FIRST], { TAHSIL_PIN: byOf(FIRST).pin })
    expect(same).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('Another person must agree') as string,
    })
    const second = await run([...words, '--code', SECOND], { TAHSIL_PIN: byOf(SECOND).pin })
    expect(second.stdout).toContain('Done.')
    expect((await world.till.status(payment.id)).state).toBe('REVERSED')
    expect(await run(words)).toMatchObject({ code: 2 })
  })
})
