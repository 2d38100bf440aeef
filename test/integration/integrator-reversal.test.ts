// Goal: what two supervisors undo is undone in DIGIT exactly once, whatever happens to the answer; what DIGIT does not allow stays
// where it is and waits for people with its reason.
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Instrument } from '#contract/payment.ts'
import type { FaultInput } from '#sandbox/faults.ts'
import { actAt, addSecondSupervisor, decideByTwo } from './exceptions-kit.ts'
import { heldByDigit, startTestDatabases, startWorld } from './integrator-kit.ts'
import type { TestDatabases, World } from './integrator-kit.ts'
import { createMoney } from './integrator-money.ts'

let databases: TestDatabases
let world: World
const { newConsumer, billOf, payAll, expectPostedOnce } = createMoney(() => world)

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

const cheque = (): Instrument => ({
  mode: 'CHEQUE',
  number: '000777',
  dateMs: Date.now() - 86_400_000,
  bank: 'State Bank',
  ifsc: null,
})
const statusesAtDigit = (payment: Parameters<typeof heldByDigit>[1]) =>
  heldByDigit(world.sandbox, payment).map((held) => held.instrumentStatus)
const attemptsOf = async (id: string) => {
  const rows = await world.pool.query<{ action: string }>(
    'select action from tahsil.reversal_attempts where payment_id = $1 order by n',
    [id],
  )
  return rows.rows.map((row) => row.action)
}

describe('undoing a payment', () => {
  it('in cash cancels it, with the attempt on record, and the dues come back', async () => {
    const consumer = newConsumer('PT', 730)
    const payment = await payAll(consumer)
    await world.till.until(payment.id, 'CONFIRMED')
    expect((await decideByTwo(world.till, { payment, act: 'reverse' })).result).toBe('done')
    const status = await world.till.until(payment.id, 'REVERSED')
    expect(statusesAtDigit(payment)).toEqual(['CANCELLED'])
    expect(await attemptsOf(payment.id)).toEqual(['CANCEL'])
    expect(status.steps.map((step) => step.state)).toContain('REVERSING')
    const note = status.steps.find((step) => step.state === 'REVERSING')?.note ?? ''
    expect(note).toMatch(/ and .*seen on the statement/)
    world.sandbox.admin.releaseEvents()
    const next = await payAll(consumer)
    expect(next.bill.id).not.toBe(payment.bill.id)
    expectPostedOnce(next, await world.till.until(next.id, 'CONFIRMED'))
  })

  it('by cheque dishonours it', async () => {
    const payment = await payAll(newConsumer('WS', 730), { instrument: cheque(), mode: 'CHEQUE' })
    await world.till.until(payment.id, 'CONFIRMED')
    await decideByTwo(world.till, { payment, act: 'reverse' })
    await world.till.until(payment.id, 'REVERSED')
    expect(statusesAtDigit(payment)).toEqual(['DISHONOURED'])
    expect(await attemptsOf(payment.id)).toEqual(['DISHONOUR'])
  })

  const faults: (FaultInput & { name: string; attempts: number })[] = [
    { name: 'answer lost after the work', kind: 'drop-after-commit', attempts: 1 },
    { name: 'half an answer', kind: 'half-json', attempts: 1 },
    { name: 'an HTML page, work done', kind: 'html-error', isWorkDone: true, attempts: 1 },
    { name: 'an HTML page, no work done', kind: 'html-error', attempts: 2 },
    { name: 'closed before anything', kind: 'reset-before', attempts: 2 },
    { name: 'event bus fails, rolled back', kind: 'kafka-failure', attempts: 2 },
    // every module is tried in one attempt
    { name: 'access control away', kind: 'forbidden', count: 3, attempts: 2 },
  ]
  it.each(faults)('$name: looked up, and done once', async ({ name: _name, attempts, ...fault }) => {
    const payment = await payAll(newConsumer('PT', 410))
    await world.till.until(payment.id, 'CONFIRMED')
    world.sandbox.admin.faults.add({ ...fault, operation: 'workflow' })
    await decideByTwo(world.till, { payment, act: 'reverse' })
    await world.till.until(payment.id, 'REVERSED')
    expect(statusesAtDigit(payment)).toEqual(['CANCELLED'])
    expect(await attemptsOf(payment.id)).toHaveLength(attempts)
  })

  it('goes on after a restart of the integrator', async () => {
    const payment = await payAll(newConsumer('PT', 415))
    await world.till.until(payment.id, 'CONFIRMED')
    world.sandbox.admin.faults.add({ kind: 'reset-before', operation: 'search-payment', count: null })
    await decideByTwo(world.till, { payment, act: 'reverse' })
    await world.restart()
    world.sandbox.admin.faults.clear()
    await world.till.until(payment.id, 'REVERSED')
    expect(statusesAtDigit(payment)).toEqual(['CANCELLED'])
  })
})

describe('what DIGIT does not undo', () => {
  const expectRefused = async (payment: Parameters<typeof heldByDigit>[1], words: RegExp) => {
    await decideByTwo(world.till, { payment, act: 'reverse' })
    const status = await world.till.until(payment.id, 'SUSPENSE')
    expect(status.reason).toBe('REVERSAL_REFUSED')
    expect(status.steps.at(-1)?.note).toMatch(words)
    expect(statusesAtDigit(payment)).toHaveLength(1)
    return status
  }

  it('a card payment stays, with no call made', async () => {
    const instrument: Instrument = {
      mode: 'CARD',
      lastFour: '4321',
      rrn: '600112233449',
      approvalCode: 'A1B2C3',
    }
    const payment = await payAll(newConsumer('WS', 500), { instrument, mode: 'CARD' })
    await world.till.until(payment.id, 'CONFIRMED')
    await expectRefused(payment, /REMITTED/)
    expect(await attemptsOf(payment.id)).toEqual([])
  })

  it('an earlier payment of the consumer stays; looked at again it is what it is', async () => {
    const consumer = newConsumer('WS', 900)
    const { till } = world
    const first = till.payment(await billOf(consumer), { amountPaise: 30_000 as never })
    await till.submit(first)
    await till.until(first.id, 'CONFIRMED')
    const second = till.payment(await billOf(consumer), { amountPaise: 20_000 as never })
    await till.submit(second)
    await till.until(second.id, 'CONFIRMED')
    await expectRefused(first, /later payment/)
    expect((await actAt(till, { payment: first, act: 'look-again' })).status).toBe(200)
    await till.until(first.id, 'POSTED', 'CONFIRMED')
    await decideByTwo(till, { payment: second, act: 'reverse' })
    await till.until(second.id, 'REVERSED')
    expect([...statusesAtDigit(first), ...statusesAtDigit(second)]).toEqual(['APPROVED', 'CANCELLED'])
  })

  it('without the role it waits for a person after a few tries', async () => {
    const payment = await payAll(newConsumer('PT', 520))
    await world.till.until(payment.id, 'CONFIRMED')
    world.sandbox.admin.faults.add({ kind: 'forbidden', operation: 'workflow', count: null })
    await expectRefused(payment, /may not undo/)
    expect(statusesAtDigit(payment)).toEqual(['APPROVED'])
  })
})
