// Goal: no money is given back that DIGIT holds: DIGIT is asked before each of the two words, what it says stands in the trail, and
// without its answer, or while an attempt may still run, nothing leaves and nothing changes.
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Payment } from '#contract/payment.ts'
import { actAt, addSecondSupervisor, byOf, decideByTwo, FIRST, SECOND, shownAt } from './exceptions-kit.ts'
import { heldByDigit, keyFolder, startTestDatabases, startWorld } from './integrator-kit.ts'
import type { TestDatabases, World } from './integrator-kit.ts'
import { createMoney } from './integrator-money.ts'
import { runToEnd } from './integrator-process.ts'

let databases: TestDatabases
let world: World
const { newConsumer, payAll, billOf, expectPostedOnce } = createMoney(() => world)

beforeAll(async () => {
  databases = await startTestDatabases()
  world = await startWorld({ databaseUrl: await databases.create() })
  await addSecondSupervisor(world)
})
afterAll(async () => {
  await world?.close()
  await databases?.close()
})
afterEach(() => world.sandbox.admin.faults.clear())

/** As after a restore: DIGIT took it in the lost hours, and its till was withdrawn before it handed it over again. */
const quarantined = async (rupees: number): Promise<Payment> => {
  const payment = await payAll(newConsumer('PT', rupees))
  await world.till.until(payment.id, 'CONFIRMED')
  await world.pool.query(
    `update tahsil.payments set state = 'QUARANTINE', reason = 'REVOKED_DEVICE', attempt_count = 0, last_attempt_at = null,
       digit_receipt_number = null, digit_payment_id = null, posted_at_ms = null, posted_since = null
     where id = $1`,
    [payment.id],
  )
  return payment
}
/** Paid elsewhere meanwhile: DIGIT does not hold ours. */
const suspended = async (rupees: number): Promise<Payment> => {
  const consumer = newConsumer('PT', rupees)
  const payment = world.till.payment(await billOf(consumer), { isOffline: true })
  await world.sandbox.admin.payElsewhere(consumer)
  await world.till.submit(payment)
  await world.till.until(payment.id, 'SUSPENSE')
  return payment
}
const decisionsOf = async (payment: Payment): Promise<string[]> => {
  const rows = await world.pool.query<{ line: string }>(
    `select concat_ws(' ', act, stage, state_after || ':', digit_said) as line from tahsil.decisions
     where subject_id = $1 order by decision_id`,
    [payment.id],
  )
  return rows.rows.map(({ line }) => line)
}
const refund = (payment: Payment, by: string) => actAt(world.till, { payment, act: 'refund', by })

describe('a payment that DIGIT holds', () => {
  it('is given back by nobody: it stands as posted from then on, and is undone in DIGIT', async () => {
    const payment = await quarantined(710)
    const [held] = heldByDigit(world.sandbox, payment)
    const number = held!.details[0]!.receiptNumber
    const said = `it holds this payment as receipt ${number}`
    expect(await refund(payment, FIRST)).toMatchObject({
      status: 409,
      body: { code: 'refund_held_by_digit', data: { digitReceiptNumber: number } },
    })
    const status = await world.till.until(payment.id, 'CONFIRMED')
    expectPostedOnce(payment, status)
    expect(status.steps.map(({ note }) => note).join('\n')).toContain(
      `(DIGIT was asked: ${said}): not given back`,
    )
    expect(await decisionsOf(payment)).toEqual([`look-again done POSTED: ${said}`])
    expect(await shownAt(world.till, payment.id)).toBeUndefined()
    expect((await refund(payment, SECOND)).body).toMatchObject({ code: 'act_not_allowed' })
    await decideByTwo(world.till, { payment, act: 'reverse' })
    await world.till.until(payment.id, 'REVERSED')
  })

  it('is found by the second person too, whatever the first was told', async () => {
    const payment = await quarantined(720)
    const { payments } = world.sandbox.admin.state
    const [held] = heldByDigit(world.sandbox, payment)
    const hidden = { ...held!.details[0]!, manualReceiptNumber: null, additionalDetails: null }
    payments.put({ ...held!, additionalDetails: null, details: [hidden] })
    expect((await refund(payment, FIRST)).body).toMatchObject({ result: 'asked' })
    payments.put(held!)
    expect((await refund(payment, SECOND)).body).toMatchObject({ code: 'refund_held_by_digit' })
    expectPostedOnce(payment, await world.till.until(payment.id, 'CONFIRMED'))
    expect((await decisionsOf(payment)).map((line) => line.split(':')[0])).toEqual([
      'refund asked QUARANTINE',
      'look-again done POSTED',
    ])
  })

  it('and that was cancelled there is given back, and the trail says so', async () => {
    const payment = await quarantined(730)
    const [held] = heldByDigit(world.sandbox, payment)
    const { payments } = world.sandbox.admin.state
    payments.put({ ...held!, instrumentStatus: 'CANCELLED', paymentStatus: 'CANCELLED' })
    expect((await decideByTwo(world.till, { payment, act: 'refund' })).result).toBe('done')
    const status = await world.till.until(payment.id, 'REVERSED')
    expect(status.steps.at(-1)?.note).toMatch(/DIGIT was asked: it held .+, CANCELLED since\): seen on/)
  })
})

it('without DIGIT’s answer nothing is given back, and the first person’s wish stands', async () => {
  const payment = await suspended(740)
  expect((await refund(payment, FIRST)).body).toMatchObject({ result: 'asked' })
  const before = await world.till.status(payment.id)
  world.sandbox.admin.faults.add({ kind: 'html-error', operation: 'search-payment', count: null })
  expect(await refund(payment, SECOND)).toMatchObject({ status: 503, body: { code: 'digit_unreachable' } })
  expect(await world.till.status(payment.id)).toEqual(before)
  world.sandbox.admin.faults.clear()
  expect((await refund(payment, SECOND)).body).toMatchObject({ result: 'done' })
  const said = 'it does not hold this payment'
  expect(await decisionsOf(payment)).toEqual([
    `refund asked SUSPENSE: ${said}`,
    `refund done REVERSED: ${said}`,
  ])
})

it.each([
  ['an attempt', 'update tahsil.payments set last_attempt_at = clock_timestamp() where id = $1'],
  [
    'a restore',
    `insert into tahsil.settings (key, value)
     select 'restored-at', to_jsonb(extract(epoch from clock_timestamp())) where $1::text is not null`,
  ],
])('while something of %s may still run inside DIGIT it is said when to come back', async (_what, text) => {
  const payment = await suspended(750)
  const setFence = (ms: number) =>
    world.pool.query(`update tahsil.settings set value = to_jsonb($1::int) where key = 'fence-ms'`, [ms])
  await setFence(600_000)
  await world.pool.query(text, [payment.id])
  const reply = await refund(payment, FIRST)
  expect(reply).toMatchObject({ status: 409, body: { code: 'refund_too_early' } })
  const againAtMs = 'data' in reply.body ? reply.body.data['againAtMs'] : null
  expect(againAtMs).toBeGreaterThan(Date.now() + 400_000)
  expect(await decisionsOf(payment)).toEqual([])
  await setFence(0)
  expect((await refund(payment, FIRST)).body).toMatchObject({ result: 'asked' })
})

it('the command line asks DIGIT in the same way, and says so when it has no settings for it', async () => {
  const payment = await quarantined(760)
  const words = ['decide', '--id', payment.id, '--act', 'refund', '--why', 'cash returned', '--code', FIRST]
  const run = (environment: Record<string, string>) =>
    runToEnd([...words, '--data', keyFolder()], {
      ...world.environment,
      TAHSIL_PIN: byOf(FIRST).pin,
      ...environment,
    })
  const [unset, held] = [await run({ DIGIT_BASE_URL: '' }), await run({})]
  expect(unset).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('DIGIT_BASE_URL is not set') as string,
  })
  expect(held).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/DIGIT holds this payment: .+ It is receipt \S+ there\./) as string,
  })
  expectPostedOnce(payment, await world.till.until(payment.id, 'CONFIRMED'))
})
