// Goal: money that DIGIT would not take is seen, decided and closed from the till: over the real host, integrator, PostgreSQL and sandbox, by two
// persons where two are needed, with a trace of every act in the till's journal and never a PIN in it; without the office nothing is decided.
import { afterAll, beforeAll, expect, test } from 'vitest'
import Database from 'better-sqlite3'
import { DEMO_ENROLMENT_CODE, DEMO_PIN } from '#app/people/seed-demo.ts'
import { readRefundClaim } from '#app/records/refund-claims.ts'
import type { ExceptionActInput } from '#contract/exceptions-api.ts'
import { readBody } from '#contract/journal-record.ts'
import { rupees } from '#contract/money.ts'
import { cashInput, problemOfCall, startKit, type HostKit } from '#test/unit/host/host-kit.ts'
import { addSecondSupervisor, byOf, FIRST, SECOND, SECOND_PIN } from './exceptions-kit.ts'
import { startTestDatabases, startWorld, type TestDatabases, type World } from './integrator-kit.ts'
import { createMoney } from './integrator-money.ts'

let databases: TestDatabases
let world: World
let kit: HostKit
const { newConsumer } = createMoney(() => world)
const WHY = 'Returned by voucher 71'

beforeAll(async () => {
  databases = await startTestDatabases()
  world = await startWorld({ databaseUrl: await databases.create() })
  await addSecondSupervisor(world)
  kit = await startKit(
    { url: world.integrator.url },
    { options: { enrolmentCode: DEMO_ENROLMENT_CODE }, tuning: { mastersEveryMs: 60_000 } },
  )
  await signInAs('101')
  await kit.client.shift.open({ denominations: [{ denominationPaise: rupees(100), count: 5 }] })
})
afterAll(async () => {
  await kit?.close()
  await world?.close()
  await databases?.close()
})

const signInAs = async (operatorCode: string) =>
  await kit.client.session.signIn({ operatorCode, pin: DEMO_PIN })
/** Paid elsewhere between the look and the posting: what this till took is held. */
const takeHeld = async (amount: number): Promise<string> => {
  const consumer = newConsumer('PT', amount)
  await signInAs('101')
  const { bills } = await kit.client.bill.find({ text: consumer.consumerCode })
  await world.sandbox.admin.payElsewhere(consumer)
  const before = (await kit.client.terminal.status()).queue.attentionCount
  const taken = await kit.client.payment.take(cashInput([bills[0]!.bill]))
  await kit.until(({ queue }) => queue.attentionCount === before + 1)
  await signInAs('900')
  return taken.payments[0]!.paymentId
}
const shown = async (id: string) =>
  (await kit.client.exceptions.list()).exceptions.find((one) => one.id === id)
const act = async (id: string, by: string, name: ExceptionActInput['act']) =>
  await kit.client.exceptions.act({ id, kind: 'payment', act: name, why: WHY, by: byOf(by) })

test('a cashier sees nothing of it', async () => {
  await signInAs('101')
  expect((await problemOfCall(kit.client.exceptions.list())).code).toBe('role_not_allowed')
  const call = act('9d3a6f5e-7b0e-4f43-9a55-0d6b0c6b1f10', FIRST, 'mark')
  expect((await problemOfCall(call)).code).toBe('role_not_allowed')
})

test('held money is shown with its evidence and given back by two persons; the trail and the receipt tell it', async () => {
  const id = await takeHeld(640)
  const held = await shown(id)
  expect(held).toMatchObject({
    kind: 'payment',
    state: 'SUSPENSE',
    amountPaise: 64_000,
    deviceCode: (await kit.client.terminal.status()).deviceCode,
    operatorCode: '101',
    evidence: { billPaise: 64_000, isAdvanceAgreed: false },
    asked: null,
  })
  const { consumerCode, businessService } = held!
  const now = await kit.client.exceptions.billNow({
    consumerCode: consumerCode!,
    businessService: businessService!,
  })
  expect(now.duePaise).toBeNull()

  expect((await act(id, FIRST, 'refund')).result).toBe('asked')
  expect((await shown(id))?.asked).toMatchObject({ act: 'refund' })
  expect((await problemOfCall(act(id, FIRST, 'refund'))).code).toBe('second_person_needed')
  expect(await act(id, SECOND, 'refund')).toEqual({ result: 'done', exception: null })
  expect(await shown(id)).toBeUndefined()
  await kit.until(({ queue }) => queue.attentionCount === 0)
  const { row, steps } = await kit.client.receipt.get({ paymentId: id })
  expect(row.standing).toBe('cancelled')
  expect(steps.map(({ note }) => note).join('\n')).toContain(WHY)
  const { handover } = await kit.client.terminal.status()
  expect(handover!.retainUntilMs).toBeGreaterThan(handover!.acknowledgedAtMs)
})

test('a wrong PIN, a cashier’s PIN and an act that is not allowed decide nothing', async () => {
  const id = await takeHeld(650)
  const wrong = { operatorCode: FIRST, pin: '999999' }
  const cashier = { operatorCode: '101', pin: DEMO_PIN }
  const tried = async (by: ExceptionActInput['by'], name: ExceptionActInput['act']) =>
    (await problemOfCall(kit.client.exceptions.act({ id, kind: 'payment', act: name, why: WHY, by }))).code
  expect(await tried(wrong, 'mark')).toBe('wrong_pin')
  expect(await tried(cashier, 'mark')).toBe('role_not_allowed')
  expect(await tried(byOf(FIRST), 'reverse')).toBe('act_not_allowed')
  expect((await shown(id))?.asked).toBeNull()
  expect((await act(id, FIRST, 'mark')).result).toBe('done')
  expect(await shown(id)).toBeUndefined()
})

test('the journal of the till has every act with what came of it, and no PIN, reason or name', () => {
  const database = new Database(kit.file, { readonly: true })
  const rows = database.prepare(`SELECT body FROM journal ORDER BY seq`).all() as { body: string }[]
  database.close()
  const acts = rows.map(({ body }) => body).filter((body) => body.includes('"SUPERVISOR_ACT"'))
  const results = acts.map((body) => (JSON.parse(body) as { data: { act: string; result: string } }).data)
  expect(results.map(({ act: name, result }) => `${name} ${result}`)).toEqual([
    'refund asked',
    'refund second_person_needed',
    'refund done',
    'mark wrong_pin',
    'mark role_not_allowed',
    'reverse act_not_allowed',
    'mark done',
  ])
  // what the integrator would take for a refund after a restore
  const facts = acts.map((body) => readBody(body)!.dataJson)
  const claims = facts.map((dataJson, at) => readRefundClaim(at, dataJson)).filter((claim) => claim !== null)
  expect(claims).toMatchObject([{ seq: 2, kind: 'payment', operatorId: expect.any(String) as string }])
  expect(acts.join()).not.toMatch(new RegExp(`${DEMO_PIN}|${SECOND_PIN}|999999|voucher|Asha`))
})

test('without the office the list is not there, and an act is not known', async () => {
  await world.integrator.close()
  expect((await problemOfCall(kit.client.exceptions.list())).code).toBe('integrator_unreachable')
  const call = act('9d3a6f5e-7b0e-4f43-9a55-0d6b0c6b1f10', FIRST, 'mark')
  expect((await problemOfCall(call)).code).toBe('integrator_unreachable')
  expect(await kit.client.queue.list()).toBeInstanceOf(Array)
})
