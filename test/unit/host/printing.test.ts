// Goal: every payment has exactly one original on paper, copies are marked and counted, trouble with the printer never touches money, and what
// is not known is said, not guessed. Real store, real drivers, virtual printer.
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import Database from 'better-sqlite3'
import { pino } from 'pino'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { startVirtualPrinter, type VirtualPrinterServer } from '#drivers/virtual/printer-server.ts'
import { startPrintRunner } from '#host/paper/print-runner.ts'
import { makeTill, takeOne as takeOneOf } from '#test/unit/store/till-kit.ts'
import { PIN, startFakeIntegrator, type FakeIntegrator } from './fake-integrator.ts'
import { problemOfCall, signInAndOpen, startKit, takeNewBill, type HostKit } from './host-kit.ts'

let fake: FakeIntegrator
let kit: HostKit
beforeEach(async () => {
  fake = await startFakeIntegrator()
  kit = await startKit(fake)
})
afterEach(async () => {
  await kit.close()
  await fake.close()
})
const takeOne = async () => await takeNewBill(kit.client, fake)
const allPrinted = async () => await kit.until(({ printer }) => printer.waitingJobs === 0)
const prints = async (paymentId: string) =>
  (await kit.client.receipt.get({ paymentId })).prints.map(
    ({ copyNumber, state }) => `${copyNumber} ${state}`,
  )

test('an original once, provisional; a copy later, marked, counted and with DIGIT’s number', async () => {
  await signInAndOpen(kit.client)
  const paymentId = await takeOne()
  await allPrinted()
  const [original] = kit.slips()
  expect(original).toContain('PROVISIONAL')
  expect(original).not.toContain('DUPLICATE')
  fake.post('POSTED')
  await kit.client.queue.sendNow()
  expect(await kit.client.receipt.reprint({ paymentId })).toMatchObject({ copyNumber: 1 })
  expect(await kit.client.receipt.reprint({ paymentId })).toMatchObject({ copyNumber: 2 })
  await allPrinted()
  const [, first, second] = kit.slips()
  expect(first).toContain('DUPLICATE COPY 1')
  expect(first).toContain('by 101')
  expect(first).not.toContain('PROVISIONAL')
  expect(first).toMatch(/DIGIT receipt no\. +11\/2026-27\//)
  expect(second).toContain('DUPLICATE COPY 2')
  expect(await prints(paymentId)).toEqual(['0 printed', '1 printed', '2 printed'])
  expect((await kit.client.receipt.search({ text: '' }))[0]).toMatchObject({ copies: 2 })
})

test('with the network there a slip waits a moment for DIGIT’s number, and prints without it when none comes', async () => {
  await kit.restart({ tuning: { numberWaitMs: 1_000 } })
  await signInAndOpen(kit.client)
  await takeOne()
  await pause(200)
  expect(kit.slips()).toEqual([])
  fake.post('POSTED')
  await allPrinted()
  expect(kit.slips()[0]).toMatch(/DIGIT receipt no\. +11\/2026-27\//)
  await takeOne()
  await allPrinted()
  expect(kit.slips()[1]).toContain('PROVISIONAL')
})

test('the number of copies survives a restart', async () => {
  await signInAndOpen(kit.client)
  const paymentId = await takeOne()
  await allPrinted()
  await kit.client.receipt.reprint({ paymentId })
  await allPrinted()
  await kit.restart()
  await kit.client.session.signIn({ operatorCode: '101', pin: PIN })
  expect(await kit.client.receipt.reprint({ paymentId })).toMatchObject({ copyNumber: 2 })
})

test('at the printer when the till ended: not known, journaled, never printed again by itself; the queued ones print', async () => {
  await signInAndOpen(kit.client)
  const first = await takeOne()
  const second = await takeOne()
  await allPrinted()
  const slipsBefore = kit.slips().length
  await kit.host.close()
  const raw = new Database(kit.file)
  raw.exec('DROP TRIGGER print_jobs_print_once')
  raw.exec(`UPDATE print_jobs SET state = 'sent' WHERE payment_id = '${first}'`)
  raw.exec(`UPDATE print_jobs SET state = 'queued' WHERE payment_id = '${second}'`)
  raw.close()
  await kit.restart()
  await kit.client.session.signIn({ operatorCode: '101', pin: PIN })
  await allPrinted()
  expect(await prints(first)).toEqual(['0 unknown'])
  expect(await prints(second)).toEqual(['0 printed'])
  expect(kit.slips()).toHaveLength(slipsBefore + 1)
  const types = new Database(kit.file, { readonly: true })
  expect(types.prepare("SELECT count(*) AS count FROM journal WHERE type = 'PRINT_UNKNOWN'").get()).toEqual({
    count: 1,
  })
  types.close()
  expect(await kit.client.receipt.reprint({ paymentId: first })).toMatchObject({ copyNumber: 1 })
})

test('without a printer money is taken, the receipt waits for nobody, and asking again says why', async () => {
  await kit.restart({ options: { printer: 'none' } })
  await signInAndOpen(kit.client)
  const paymentId = await takeOne()
  const status = await kit.client.terminal.status()
  expect(status.printer).toMatchObject({
    state: 'absent',
    problem: { code: 'printer_absent' },
    waitingJobs: 0,
  })
  expect(await prints(paymentId)).toEqual(['0 absent'])
  expect((await problemOfCall(kit.client.receipt.reprint({ paymentId }))).code).toBe('printer_absent')
  await kit.restart()
  await kit.client.session.signIn({ operatorCode: '101', pin: PIN })
  // It never was on paper, so what comes out now is the original.
  expect(await kit.client.receipt.reprint({ paymentId })).toMatchObject({ copyNumber: 0 })
  await allPrinted()
  expect(kit.slips().at(-1)).not.toContain('DUPLICATE')
})

describe('a network printer', () => {
  let printer: VirtualPrinterServer
  beforeEach(async () => {
    printer = await startVirtualPrinter({ folder: join(kit.dataDir, 'net'), port: 0 })
    await kit.restart({ options: { printer: `tcp://127.0.0.1:${printer.port}` } })
    await signInAndOpen(kit.client)
  })
  afterEach(async () => await printer.close())

  test('out of paper: the payment is safe, the status says so, and the receipt comes out when there is paper', async () => {
    printer.printer.setFaults({ paperLinesLeft: 0 })
    const paymentId = await takeOne()
    const status = await kit.until((seen) => seen.printer.state === 'not_ready')
    expect(status).toMatchObject({
      shift: { receiptCount: 1 },
      printer: { problem: { code: 'printer_not_ready' } },
    })
    printer.printer.recover()
    printer.printer.setFaults({})
    await allPrinted()
    expect(await prints(paymentId)).toEqual(['0 printed'])
    expect(printer.printer.slips()).toHaveLength(1)
  })
})

test('a receipt that cannot be laid out fails alone and holds up no other', async () => {
  const till = makeTill()
  const jobs = [takeOneOf(till), takeOneOf(till), takeOneOf(till)].map(
    ({ view }) => view.payments[0]!.paymentId,
  )
  const printed: string[] = []
  const runner = startPrintRunner({
    store: till.store,
    printers: [
      {
        describe: () => ({ kind: 'virtual', name: 'paper', profileId: 'x', profileLabel: 'x' }),
        status: async () =>
          await Promise.resolve({
            state: 'ready',
            problem: null,
            isPaperNearEnd: false,
            isDrawerPinHigh: false,
          }),
        print: async (document) => {
          printed.push(document.title)
          return await Promise.resolve({ result: 'printed', problem: null, isPaperNearEnd: false })
        },
        latePrints: async () => await Promise.resolve(new Set<string>()),
        kick: async () => await Promise.resolve(null),
        close: async () => await Promise.resolve(),
      },
    ],
    clock: till.clock,
    logger: pino({ level: 'silent' }),
    pollMs: 10,
    waitOf: () => 0,
    documentOf: ({ paymentId }) => {
      if (paymentId === jobs[0]) throw new TypeError('a layout mistake')
      return paymentId === jobs[1] ? null : { title: paymentId, lang: 'en', blocks: [] }
    },
  })
  await vi.waitUntil(() => till.store.waitingPrintJobs() === 0)
  await runner.stop()
  expect(jobs.map((id) => till.store.printJobsOf(id)[0]?.state)).toEqual(['failed', 'failed', 'printed'])
  expect(printed).toEqual([jobs[2]])
  till.close()
})
