// Goal: the drawer opens exactly once for each record of cash and for each reasoned wish, never for a slip or another way of paying, and what
// its switch says is on the screen and in the journal. Real till, real driver, virtual printer over the network.
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { rupees } from '#contract/money.ts'
import { DRAWER_LEFT_OPEN_MS, KICK_SETTLES_MS } from '#core/drawer/drawer-watch.ts'
import { machineClock } from '#host/machine-clock.ts'
import { startVirtualPrinter, type VirtualPrinterServer } from '#drivers/virtual/printer-server.ts'
import { operatorWith, PIN, startFakeIntegrator, type FakeIntegrator } from './fake-integrator.ts'
import { cashInput, problemOfCall, startKit, todaysBill, type HostKit } from './host-kit.ts'

let fake: FakeIntegrator
let kit: HostKit
let printer: VirtualPrinterServer
let aheadMs = 0

beforeEach(async () => {
  const operators = [
    operatorWith(),
    operatorWith({ id: 'op-2', code: '102', name: 'Asif Khan' }),
    operatorWith({ id: 'op-s', code: '901', name: 'Ravi Iyer', role: 'supervisor' }),
  ]
  fake = await startFakeIntegrator({ masters: { operators } })
  for (const code of ['102', '901']) fake.state.pins.set(code, PIN)
  kit = await startKit(fake)
  printer = await startVirtualPrinter({ folder: join(kit.dataDir, 'net'), port: 0 })
  aheadMs = 0
  const machine = machineClock()
  const read = () => {
    const now = machine.read()
    return { ...now, wallMs: now.wallMs + aheadMs, monotonicMs: now.monotonicMs + aheadMs }
  }
  await kit.restart({
    options: { printer: `tcp://127.0.0.1:${printer.port}`, drawerOpenLevel: 'high' },
    tuning: { clock: { read } },
  })
  await kit.client.session.signIn({ operatorCode: '101', pin: PIN })
})
afterEach(async () => {
  await printer.close()
  await kit.close()
  await fake.close()
})

const pulses = () => printer.printer.pulses()
const openShift = async (count = 0) =>
  await kit.client.shift.open({ denominations: [{ denominationPaise: rupees(100), count }] })
const newBill = async () => {
  const bill = todaysBill()
  fake.state.bills.push(bill)
  await kit.client.bill.find({ text: bill.consumerCode })
  return bill
}
const setOpen = (isOpen: boolean) => printer.printer.setFault('isDrawerPinHigh', isOpen)
const journal = (type: string): Record<string, unknown>[] => {
  const file = new Database(kit.file, { readonly: true })
  const bodies = file.prepare('SELECT body FROM journal WHERE type = ?').pluck().all(type) as string[]
  file.close()
  return bodies.map((body) => (JSON.parse(body) as { data: Record<string, unknown> }).data)
}

describe('a kick', () => {
  test('once for a float, once for a payment of several bills, none for its slips, copies or a repeated call', async () => {
    await openShift(5)
    await expect.poll(pulses).toBe(1)
    const input = cashInput([await newBill(), await newBill(), await newBill()])
    const { payments } = await kit.client.payment.take(input)
    await kit.client.payment.take(input)
    await kit.until(({ printer: { waitingJobs } }) => waitingJobs === 0)
    await kit.client.receipt.reprint({ paymentId: payments[0]?.paymentId ?? '' })
    await kit.until(({ printer: { waitingJobs } }) => waitingJobs === 0)
    expect(printer.printer.slips()).toHaveLength(4)
    expect(pulses()).toBe(2)
  })

  test('none for a shift without a float and none for a cheque', async () => {
    await openShift()
    const bill = await newBill()
    const cheque = {
      mode: 'OFFLINE_NEFT',
      utr: 'SBIN226100000001',
      dateMs: Date.now() - 60_000,
    } as const
    await kit.client.payment.take({ ...cashInput([bill]), instrument: cheque })
    await kit.until(({ printer: { waitingJobs } }) => waitingJobs === 0)
    expect(printer.printer.slips()).toHaveLength(1)
    expect(pulses()).toBe(0)
  })

  test('none for a payment that was refused', async () => {
    await openShift()
    const bill = await newBill()
    expect((await problemOfCall(kit.client.payment.take(cashInput([bill], 100)))).code).toBe(
      'tender_too_small',
    )
    expect(pulses()).toBe(0)
  })

  test('the drawer opens for cash while there is no paper', async () => {
    await openShift()
    printer.printer.setFaults({ paperLinesLeft: 0 })
    await kit.client.payment.take(cashInput([await newBill()]))
    await expect.poll(pulses).toBe(1)
  })
})

describe('without a sale', () => {
  test('a reason goes into the journal, with who, and opens once', async () => {
    const { id } = await openShift()
    expect(await kit.client.drawer.open({ reason: 'change', note: '' })).toEqual({ problem: null })
    expect(pulses()).toBe(1)
    const [entry, ...more] = journal('NO_SALE')
    expect(more).toEqual([])
    expect(entry).toMatchObject({
      reason: 'change',
      note: '',
      shiftId: id,
      operatorId: expect.any(String) as string,
    })
  })

  test('another reason needs words', async () => {
    expect(await problemOfCall(kit.client.drawer.open({ reason: 'other', note: '  ' }))).toMatchObject({
      code: 'input_invalid',
      data: { field: 'note' },
    })
    await kit.client.drawer.open({ reason: 'other', note: 'key of the safe' })
    expect(journal('NO_SALE')).toMatchObject([{ reason: 'other', note: 'key of the safe', shiftId: null }])
  })

  test('nobody signed in, or another’s shift: it stays closed and nothing is written', async () => {
    await openShift()
    await kit.client.session.signOut()
    expect((await problemOfCall(kit.client.drawer.open({ reason: 'check', note: '' }))).code).toBe(
      'not_signed_in',
    )
    await kit.client.session.signIn({ operatorCode: '102', pin: PIN })
    expect((await problemOfCall(kit.client.drawer.open({ reason: 'check', note: '' }))).code).toBe(
      'role_not_allowed',
    )
    expect([pulses(), journal('NO_SALE')]).toEqual([0, []])
  })

  test('a printer that is away is said, and the wish stays on record', async () => {
    await printer.close()
    const { problem } = await kit.client.drawer.open({ reason: 'count', note: '' })
    expect(problem?.code).toBe('printer_unreachable')
    expect(journal('NO_SALE')).toHaveLength(1)
  })

  test('without a printer there is no drawer', async () => {
    await kit.restart({ options: { printer: 'none' } })
    await kit.client.session.signIn({ operatorCode: '101', pin: PIN })
    expect((await problemOfCall(kit.client.drawer.open({ reason: 'count', note: '' }))).code).toBe(
      'printer_absent',
    )
    expect(journal('NO_SALE')).toEqual([])
  })
})

describe('the switch', () => {
  test('open, left open, closed: on the screen, and once in the journal', async () => {
    await kit.until(({ drawer }) => drawer.state === 'closed')
    await kit.client.drawer.open({ reason: 'change', note: '' })
    setOpen(true)
    expect((await kit.until(({ drawer }) => drawer.state === 'open')).drawer.leftOpenSinceMs).toBeNull()
    aheadMs += DRAWER_LEFT_OPEN_MS + 1_000
    await kit.until(({ drawer }) => drawer.leftOpenSinceMs !== null)
    setOpen(false)
    await kit.until(({ drawer }) => drawer.state === 'closed' && drawer.leftOpenSinceMs === null)
    expect(journal('DRAWER_LEFT_OPEN')).toHaveLength(1)
    expect(journal('DRAWER_FORCED')).toEqual([])
  })

  test('opened though nobody had it opened', async () => {
    const shift = await openShift()
    await kit.until(({ drawer }) => drawer.state === 'closed')
    aheadMs += KICK_SETTLES_MS
    setOpen(true)
    await kit.until(({ drawer }) => drawer.state === 'open')
    expect(journal('DRAWER_FORCED')).toMatchObject([{ shiftId: shift.id }])
  })

  test('unknown while nobody has said how it is wired', async () => {
    await kit.restart({ options: { printer: `tcp://127.0.0.1:${printer.port}` } })
    setOpen(true)
    await kit.until(({ printer: { state } }) => state === 'ready')
    expect((await kit.client.terminal.status()).drawer).toEqual({ state: 'unknown', leftOpenSinceMs: null })
  })
})

test('cash that is handed in opens the drawer, once for each record', async () => {
  await openShift(5)
  await expect.poll(pulses).toBe(1)
  const input = {
    handInId: randomUUID(),
    cash: { by: 'amount' as const, amountPaise: rupees(200) },
    receiver: { operatorCode: '901', pin: PIN },
  }
  await kit.client.shift.handIn(input)
  await kit.client.shift.handIn(input)
  await expect.poll(pulses).toBe(2)
  await kit.client.drawer.open({ reason: 'check', note: '' })
  expect(pulses()).toBe(3)
})
