// Goal: what the printer says of a slip is in the record before, while and after it is printed; a spare printer takes only what surely was
// not begun; and an operator can always act: print again, use the other printer, or say that it did print.
import { setTimeout as pause } from 'node:timers/promises'
import Database from 'better-sqlite3'
import { pino } from 'pino'
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { DriverProblem } from '#drivers/problem.ts'
import type { Printer } from '#drivers/printer/open-printer.ts'
import type { VirtualFaults } from '#drivers/virtual/printer.ts'
import { startVirtualPrinter, type VirtualPrinterServer } from '#drivers/virtual/printer-server.ts'
import { slipToText } from '#drivers/virtual/slip-text.ts'
import { startPrintRunner } from '#host/paper/print-runner.ts'
import { makeTill, takeOne as takeOneOf } from '#test/unit/store/till-kit.ts'
import { operatorWith, PIN, startFakeIntegrator, type FakeIntegrator } from './fake-integrator.ts'
import { problemOfCall, signInAndOpen, startKit, takeNewBill, type HostKit } from './host-kit.ts'

const supervisor = operatorWith({ id: 'op-9', code: '901', name: 'Ravi Iyer', role: 'supervisor' })
const patient = { timeout: 10_000, interval: 10 }
let fake: FakeIntegrator
let kit: HostKit
beforeEach(async () => {
  fake = await startFakeIntegrator({ masters: { operators: [operatorWith(), supervisor] } })
  fake.state.pins.set(supervisor.code, PIN)
  kit = await startKit(fake)
})
afterEach(async () => {
  await kit.close()
  await fake.close()
})

const startPrinter = async (faults: VirtualFaults = {}): Promise<VirtualPrinterServer> => {
  const server = await startVirtualPrinter({ port: 0, faults })
  onTestFinished(server.close)
  return server
}
const openTill = async (servers: VirtualPrinterServer[], printerPollMs = 50) => {
  const printer = servers.map(({ url }) => `${url}?profile=generic-80-42`).join(',')
  await kit.restart({ options: { printer }, tuning: { printerPollMs } })
  await signInAndOpen(kit.client)
}
const takeOne = async () => await takeNewBill(kit.client, fake)
const printsOf = async (paymentId: string) => (await kit.client.receipt.get({ paymentId })).prints
const ended = async (paymentId: string, ...states: string[]) =>
  await vi.waitFor(async () => {
    const prints = await printsOf(paymentId)
    expect(prints.map(({ copyNumber, state }) => `${copyNumber} ${state}`)).toEqual(states)
    return prints
  }, patient)
const textsOf = ({ printer }: VirtualPrinterServer) => printer.slips().map((slip) => slipToText(slip, 48))
const nameOf = ({ port }: VirtualPrinterServer) => `127.0.0.1:${port}`

describe('a spare printer', () => {
  test('takes what the first cannot begin, says so, and gives way when the first is well again', async () => {
    const [first, spare] = [await startPrinter({ paperLinesLeft: 0 }), await startPrinter()]
    await openTill([first, spare])
    const paymentId = await takeOne()
    const [print] = await ended(paymentId, '0 printed')
    expect(print?.printer).toBe(nameOf(spare))
    expect([textsOf(first).length, textsOf(spare).length]).toEqual([0, 1])
    expect((await kit.client.terminal.status()).printer).toMatchObject({
      problem: { data: { reason: 'printer_paper_out' } },
      spare: { name: nameOf(spare), isInUse: true },
    })
    first.printer.recover()
    const [next] = await ended(await takeOne(), '0 printed')
    expect(next?.printer).toBe(nameOf(first))
    expect((await kit.client.terminal.status()).printer.spare?.isInUse).toBe(false)
  })

  test('is called by the name that people gave it, wherever a slip is told of', async () => {
    await openTill([await startPrinter({ paperLinesLeft: 0 }), await startPrinter()])
    const paymentId = await takeOne()
    await ended(paymentId, '0 printed')
    await kit.client.session.signOut()
    await kit.client.session.signIn({ operatorCode: supervisor.code, pin: PIN })
    const { devices } = await kit.client.devices.list()
    const spare = devices.filter(({ kind }) => kind === 'printer')[1]
    await kit.client.devices.rename({ id: spare?.id ?? '', name: 'By the door' })
    expect((await printsOf(paymentId))[0]?.printer).toBe('By the door')
    expect((await kit.client.terminal.status()).printer.spare).toEqual({ name: 'By the door', isInUse: true })
    expect(await kit.client.receipt.reprint({ paymentId, isOnSpare: true })).toMatchObject({ copyNumber: 1 })
    await ended(paymentId, '0 printed', '1 printed')
  })

  test('never takes a slip that broke off by itself; the operator sends it there, as a duplicate', async () => {
    const [first, spare] = [await startPrinter({ paperLinesLeft: 8 }), await startPrinter()]
    await openTill([first, spare])
    const paymentId = await takeOne()
    const [print] = await ended(paymentId, '0 interrupted')
    expect(print).toMatchObject({
      printer: nameOf(first),
      problem: { data: { reason: 'printer_paper_out' } },
    })
    await pause(100)
    expect(textsOf(spare)).toEqual([])
    expect(await kit.client.receipt.reprint({ paymentId, isOnSpare: true })).toEqual({
      copyNumber: 1,
      isOutAlready: false,
    })
    await ended(paymentId, '0 interrupted', '1 printed')
    expect(textsOf(spare)[0]).toContain('DUPLICATE COPY 1')
    expect(textsOf(first)).toEqual([])
  })

  test('three addresses are refused in words', async () => {
    const printer = 'tcp://192.0.2.1,tcp://192.0.2.2,tcp://192.0.2.3'
    await expect(kit.restart({ options: { printer } })).rejects.toThrow('Two printers are the most')
    await kit.restart()
  })
})

test('a slip that came out late is found before any reprint: nothing is printed twice', async () => {
  const server = await startPrinter({ paperLinesLeft: 8, ignoresClear: true })
  await openTill([server], 60_000)
  const paymentId = await takeOne()
  await ended(paymentId, '0 interrupted')
  server.printer.recover()
  await vi.waitFor(() => expect(textsOf(server)).toHaveLength(1), patient)
  await pause(200)
  expect(await kit.client.receipt.reprint({ paymentId })).toEqual({ copyNumber: 0, isOutAlready: true })
  await ended(paymentId, '0 printed')
  expect(textsOf(server)).toHaveLength(1)
  expect(await kit.client.receipt.reprint({ paymentId })).toEqual({ copyNumber: 1, isOutAlready: false })
  await ended(paymentId, '0 printed', '1 printed')
  expect(textsOf(server).join('')).not.toContain('VOID')
})

test('where the printer says nothing a person may say that it did print, once, and who said so is recorded', async () => {
  const server = await startPrinter({ isSilent: true })
  await openTill([server])
  const paymentId = await takeOne()
  await ended(paymentId, '0 unknown')
  expect(await kit.client.receipt.confirmPrint({ paymentId, copyNumber: 0 })).toEqual({})
  await ended(paymentId, '0 printed')
  const again = kit.client.receipt.confirmPrint({ paymentId, copyNumber: 0 })
  expect((await problemOfCall(again)).code).toBe('input_invalid')
  const raw = new Database(kit.file, { readonly: true })
  const records = raw.prepare("SELECT body FROM journal WHERE type = 'PRINT_CONFIRMED'").pluck().all()
  raw.close()
  expect(records).toHaveLength(1)
  expect(String(records[0])).toContain(paymentId)
})

test('the record names every try before its first byte, and knows when all bytes are out', async () => {
  const till = makeTill()
  const { paymentId } = takeOneOf(till).view.payments[0]!
  const seen: unknown[] = []
  const look = () => {
    const { state, attempts, processId, printer } = till.store.printJobsOf(paymentId)[0]!
    seen.push([state, attempts, processId, printer])
  }
  const paper = (name: string, result: 'not-sent' | 'printed'): Printer => ({
    describe: () => ({ kind: 'virtual', name, profileId: 'x', profileLabel: 'x' }),
    status: async () =>
      await Promise.resolve({ state: 'ready', problem: null, isPaperNearEnd: false, isDrawerPinHigh: false }),
    print: async (_document, { onSent, jobId } = {}) => {
      look()
      if (result === 'printed') onSent?.()
      look()
      expect(till.store.printJobsOf(paymentId)[0]?.processId).toBe(jobId)
      const problem = result === 'printed' ? null : new DriverProblem('printer_cover_open', 'Cover open.')
      return await Promise.resolve({ result, problem, isPaperNearEnd: false })
    },
    latePrints: async () => await Promise.resolve(new Set<string>()),
    kick: async () => await Promise.resolve(null),
    close: async () => await Promise.resolve(),
  })
  const runner = startPrintRunner({
    store: till.store,
    printers: [paper('first', 'not-sent'), paper('spare', 'printed')],
    clock: till.clock,
    logger: pino({ level: 'silent' }),
    pollMs: 10,
    waitOf: () => 0,
    documentOf: () => ({ title: 'Slip', lang: 'en', blocks: [] }),
  })
  await vi.waitUntil(() => till.store.waitingPrintJobs() === 0)
  await runner.stop()
  const [one, two] = [seen[0] as string[], seen[2] as string[]]
  expect(seen).toEqual([
    ['sending', 1, one[2], 'first'],
    ['sending', 1, one[2], 'first'],
    ['sending', 2, two[2], 'spare'],
    ['sent', 2, two[2], 'spare'],
  ])
  expect(one[2]).not.toBe(two[2])
  expect(till.store.printJobsOf(paymentId)[0]?.state).toBe('printed')
  till.close()
})
