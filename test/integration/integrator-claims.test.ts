// Goal: money that two supervisors gave back is never posted to DIGIT because the integrator came back from a backup that does not know
// of it: the record of the act in a till's journal holds it, in every order, until a person has decided again.
import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Payment } from '#contract/payment.ts'
import { makeBackup } from '#app/backup/make-backup.ts'
import { restoreBackup } from '#app/backup/restore-backup.ts'
import { startIntegrator } from '#app/start-integrator.ts'
import {
  actAt,
  addSecondSupervisor,
  countOfClaims as countOf,
  decideByTwo,
  findingsOf,
  SECOND,
  shownAt,
} from './exceptions-kit.ts'
import { enrolTill, heldByDigit, keyFolder, startTestDatabases, startWorld } from './integrator-kit.ts'
import type { TestDatabases, Till, World } from './integrator-kit.ts'
import { createMoney } from './integrator-money.ts'
import { runToEnd } from './integrator-process.ts'
import { replayJournal } from './replay-journal.ts'

let databases: TestDatabases
let world: World
let folder: string
const open: Restored[] = []
const { newConsumer, billOf, expectPostedOnce } = createMoney(() => world)

type Restored = { environment: Record<string, string>; pool: pg.Pool; close: () => Promise<void> }

beforeAll(async () => {
  databases = await startTestDatabases()
  folder = mkdtempSync(join(tmpdir(), 'tahsil-claims-'))
  world = await startWorld({ databaseUrl: await databases.create() })
  await addSecondSupervisor(world)
})
afterEach(async () => {
  for (const each of open.splice(0)) await each.close()
  world.till.url = world.integrator.url
})
afterAll(async () => {
  await world?.close()
  await databases?.close()
  rmSync(folder, { recursive: true, force: true })
})

const enrol = async (name: string) =>
  await enrolTill(world.integrator.url, `${name} ${randomUUID().slice(0, 8)}`)
const backUp = async (): Promise<string> => {
  const { path } = await makeBackup(world.pool, join(folder, randomUUID()))
  return path
}
/** An integrator on a database that came back; nothing is posted before `release`. The tills know no other from now on. */
const restore = async (path: string, tills: readonly Till[]): Promise<Restored> => {
  const databaseUrl = await databases.create()
  const environment = { ...world.environment, DATABASE_URL: databaseUrl }
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 2 })
  pool.on('error', () => undefined)
  pool.on('connect', (client) => client.on('error', () => undefined))
  await restoreBackup(pool, path)
  await holdUntil({ pool }, Date.now() + 600_000)
  const integrator = await startIntegrator({ environment, dataFolder: keyFolder() })
  for (const till of tills) {
    till.url = integrator.url
    till.journal.add('BOOT', '{}')
  }
  const close = async () => {
    await pool.end()
    await integrator.close()
  }
  const restored = { environment, pool, close }
  open.push(restored)
  return restored
}
const holdUntil = async ({ pool }: Pick<Restored, 'pool'>, atMs: number) =>
  await pool.query(
    `update tahsil.settings set value = to_jsonb($1::bigint) where key = 'posting-hold-until'`,
    [atMs],
  )
const release = async (restored: Restored) => await holdUntil(restored, 0)

/** Paid elsewhere meanwhile, so ours waits; then the same is due again, so it could be posted at any time. */
const suspendedAt = async (
  till: Till,
  rupees: number,
): Promise<{ payment: Payment; dueAgain: () => void }> => {
  const consumer = newConsumer('PT', rupees)
  const payment = till.payment(await billOf(consumer), { isOffline: true })
  await world.sandbox.admin.payElsewhere(consumer)
  await till.submit(payment)
  await till.until(payment.id, 'SUSPENSE')
  const dueAgain = () =>
    world.sandbox.admin.postDemand({ ...consumer, taxHeadCode: 'PT_TAX', taxRupees: rupees })
  return { payment, dueAgain }
}
/** As a till writes it down. */
const noteAct = (till: Till, { id }: Pick<Payment, 'id'>, change: object = {}) => {
  const data = {
    paymentId: id,
    kind: 'payment',
    act: 'refund',
    operatorId: 'operator-9',
    result: 'done',
    ...change,
  }
  till.journal.add('SUPERVISOR_ACT', JSON.stringify(data))
}
const giveBack = async (till: Till, payment: Payment) => {
  await decideByTwo(till, { payment, act: 'refund' })
  noteAct(till, payment)
  expect((await till.append()).status).toBe(200)
}
describe('a refund that a restored database does not know', () => {
  it.each(['payment first', 'act first'])('holds its payment, %s, and others are posted', async (order) => {
    const [taking, acting] = [await enrol('Taking'), await enrol('Acting')]
    const path = await backUp()
    const given = await suspendedAt(taking, 810)
    const kept = await suspendedAt(taking, 820)
    await giveBack(acting, given.payment)
    // where the decision is known there is nothing to claim
    expect(await countOf(world, given.payment)).toBe(0)
    expect((await taking.status(given.payment.id)).state).toBe('REVERSED')
    for (const { dueAgain } of [given, kept]) dueAgain()

    const restored = await restore(path, [taking, acting])
    const tills = order === 'payment first' ? [taking, acting] : [acting, taking]
    for (const till of tills) await replayJournal(till)
    await release(restored)
    const status = await taking.until(given.payment.id, 'SUSPENSE')
    expect(status).toMatchObject({ state: 'SUSPENSE', reason: 'REFUND_CLAIMED' })
    expect(status.steps.at(-1)?.note).toContain('given back')
    expectPostedOnce(kept.payment, await taking.until(kept.payment.id, 'CONFIRMED'))
    expect(heldByDigit(world.sandbox, given.payment)).toEqual([])
    expect(await shownAt(acting, given.payment.id)).toMatchObject({
      reason: 'REFUND_CLAIMED',
      amountPaise: 81_000,
      acts: ['look-again', 'post-to-bill', 'refund', 'mark'],
    })

    // handed over again it is the same claim
    acting.sentSeq = 0
    await replayJournal(acting)
    expect(await countOf(restored, given.payment)).toBe(1)
    expect(await findingsOf(restored, given.payment)).toEqual([])
  })

  /** One that waits by the word of its till; the same is due again. */
  const claimed = async () => {
    const till = await enrol('Alone')
    const path = await backUp()
    const { payment, dueAgain } = await suspendedAt(till, 830)
    await giveBack(till, payment)
    dueAgain()
    const restored = await restore(path, [till])
    await replayJournal(till)
    await release(restored)
    expect((await till.until(payment.id, 'SUSPENSE')).reason).toBe('REFUND_CLAIMED')
    return { till, restored, payment }
  }

  it('is confirmed by two people, and then told by nobody again', async () => {
    const { till, restored, payment } = await claimed()
    expect((await actAt(till, { payment, act: 'refund' })).body).toMatchObject({ result: 'asked' })
    expect((await actAt(till, { payment, act: 'refund' })).body).toMatchObject({
      code: 'second_person_needed',
    })
    expect((await actAt(till, { payment, act: 'refund', by: SECOND })).body).toMatchObject({ result: 'done' })
    noteAct(till, payment)
    await replayJournal(till)
    expect((await till.status(payment.id)).state).toBe('REVERSED')
    expect(await shownAt(till, payment.id)).toBeUndefined()
    expect(await countOf(restored, payment)).toBe(1)
    expect(heldByDigit(world.sandbox, payment)).toEqual([])
  })

  it('is not answered by a look, and is by a person who posts the payment all the same', async () => {
    const { till, payment } = await claimed()
    const before = (await till.status(payment.id)).steps.length
    expect((await actAt(till, { payment, act: 'look-again' })).status).toBe(200)
    await expect.poll(async () => (await till.status(payment.id)).steps.length).toBeGreaterThan(before + 2)
    expect((await till.until(payment.id, 'SUSPENSE')).reason).toBe('REFUND_CLAIMED')
    expect(heldByDigit(world.sandbox, payment)).toEqual([])
    expect((await actAt(till, { payment, act: 'post-to-bill' })).status).toBe(200)
    expectPostedOnce(payment, await till.until(payment.id, 'CONFIRMED'))
  })

  it('is explained by one person: it waits for nobody and is still not posted', async () => {
    const { till, payment } = await claimed()
    expect((await actAt(till, { payment, act: 'mark' })).body).toEqual({ result: 'done', exception: null })
    expect((await till.status(payment.id)).state).toBe('SUSPENSE')
    expect(heldByDigit(world.sandbox, payment)).toEqual([])
  })

  it('changes the reason of what the backup held already, also after DIGIT was asked again', async () => {
    const till = await enrol('Held')
    const { payment, dueAgain } = await suspendedAt(till, 840)
    const path = await backUp()
    await giveBack(till, payment)
    dueAgain()
    const restored = await restore(path, [till])
    await release(restored)
    const before = await till.until(payment.id, 'SUSPENSE')
    expect(before).toMatchObject({ reason: 'ALREADY_PAID' })
    await replayJournal(till)
    expect((await till.until(payment.id, 'SUSPENSE')).reason).toBe('REFUND_CLAIMED')
  })

  it('about money that DIGIT holds changes nothing and is a finding, until it is undone there', async () => {
    const [taking, acting] = [await enrol('Taking'), await enrol('Acting')]
    const path = await backUp()
    const { payment, dueAgain } = await suspendedAt(taking, 850)
    await giveBack(acting, payment)
    dueAgain()
    const restored = await restore(path, [taking, acting])
    await replayJournal(taking)
    await release(restored)
    expectPostedOnce(payment, await taking.until(payment.id, 'CONFIRMED'))
    // the till that knows of it was out of reach for too long
    await replayJournal(acting)
    expect((await taking.status(payment.id)).state).toBe('CONFIRMED')
    expect(await findingsOf(restored, payment)).toEqual(['refund-posted'])
    const check = async () => (await runToEnd(['check-money'], restored.environment)).stdout
    const line = new RegExp(`I5 ${payment.id} is CONFIRMED, and record \\d+ of device \\S+ says`)
    expect(await check()).toMatch(line)
    await decideByTwo(taking, { payment, act: 'reverse' })
    await taking.until(payment.id, 'REVERSED')
    expect(await check()).not.toMatch(line)
  })
})

it('the rest of a payment, given back in the lost hours, says so before anybody gives it back again', async () => {
  const till = await enrol('Rest')
  const path = await backUp()
  const consumer = newConsumer('PT', 800)
  const bill = await billOf(consumer)
  world.sandbox.admin.changeTax({ ...consumer, taxHeadCode: 'PT_TAX', taxRupees: 650 })
  const payment = till.payment(bill, { isOffline: true })
  await till.submit(payment)
  expect((await till.until(payment.id, 'CONFIRMED')).heldPaise).toBe(15_000)
  await decideByTwo(till, { payment, act: 'refund', kind: 'remainder' })
  noteAct(till, payment, { kind: 'remainder' })
  const restored = await restore(path, [till])
  await replayJournal(till)
  await release(restored)
  const status = await till.until(payment.id, 'CONFIRMED')
  expect(status).toMatchObject({ heldPaise: 15_000 })
  expect(heldByDigit(world.sandbox, payment).map((held) => held.totalPaidPaise)).toEqual([65_000])
  const shown = await shownAt(till, payment.id)
  expect(shown).toMatchObject({ kind: 'remainder', acts: ['refund', 'mark'] })
  expect(shown?.note).toContain('given back')
  expect(await findingsOf(restored, payment)).toEqual([])
  await decideByTwo(till, { payment, act: 'refund', kind: 'remainder' })
  expect(await shownAt(till, payment.id)).toBeUndefined()
})

describe('a payment that was undone in DIGIT in the lost hours', () => {
  it('is found undone when it comes again, and never posted anew', async () => {
    const till = await enrol('Undone')
    const path = await backUp()
    const consumer = newConsumer('PT', 860)
    const payment = till.payment(await billOf(consumer))
    await till.submit(payment)
    await till.until(payment.id, 'CONFIRMED')
    await decideByTwo(till, { payment, act: 'reverse' })
    await till.until(payment.id, 'REVERSED')
    noteAct(till, payment, { act: 'reverse' })
    await till.append()
    world.sandbox.admin.releaseEvents()
    const restored = await restore(path, [till])
    await replayJournal(till)
    await release(restored)
    const status = await till.until(payment.id, 'REVERSED')
    expect(status.steps.map(({ state }) => state)).not.toContain('POSTING')
    expect(heldByDigit(world.sandbox, payment).map((held) => held.instrumentStatus)).toEqual(['CANCELLED'])
    expect(await countOf(restored, payment)).toBe(0)
  })

  it('and that the backup believes confirmed is named by the nightly check', async () => {
    const till = await enrol('Believed')
    const payment = till.payment(await billOf(newConsumer('PT', 870)))
    await till.submit(payment)
    await till.until(payment.id, 'CONFIRMED')
    const path = await backUp()
    await decideByTwo(till, { payment, act: 'reverse' })
    await till.until(payment.id, 'REVERSED')
    noteAct(till, payment, { act: 'reverse' })
    const restored = await restore(path, [till])
    await replayJournal(till)
    await release(restored)
    const { stdout } = await runToEnd(['check-money'], restored.environment)
    expect(stdout).toContain(`I4 ${payment.id} is CONFIRMED here and not live in DIGIT`)
    expect(heldByDigit(world.sandbox, payment)).toHaveLength(1)
  })
})
