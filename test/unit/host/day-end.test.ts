// Goal: whoever is signed in closes the day of a card terminal from the till: its totals are shown, kept in its events and printed; never while
// a sale is open there, and never before anybody has signed in.
import { afterEach, expect, test } from 'vitest'
import { startVirtualZvtTerminal, type VirtualZvtServer } from '#drivers/virtual/zvt-terminal-server.ts'
import { charge } from './card-kit.ts'
import { startFakeIntegrator, type FakeIntegrator } from './fake-integrator.ts'
import { problemOfCall, signInAndOpen, startKit, todaysBill, type HostKit } from './host-kit.ts'

const bill = todaysBill()
let fake: FakeIntegrator
let kit: HostKit
let zvt: VirtualZvtServer | null = null
afterEach(async () => {
  await kit.close()
  await fake.close()
  await zvt?.close()
  zvt = null
})

async function openTill(cardTerminal: string): Promise<void> {
  fake = await startFakeIntegrator({ bills: [bill] })
  kit = await startKit(fake, { options: { cardTerminal }, tuning: { cardAskAgainMs: [] } })
  await signInAndOpen(kit.client)
  await kit.client.bill.find({ text: bill.consumerCode })
}
const openZvt = async (): Promise<VirtualZvtServer> => {
  zvt = await startVirtualZvtTerminal({ port: 0 })
  await openTill(`zvt:tcp://127.0.0.1:${zvt.port}`)
  return zvt
}
const terminal = async () => {
  const { devices } = await kit.client.devices.list()
  return devices.find(({ kind }) => kind === 'card_terminal')!
}

test('the totals of the day are shown, printed and kept in the terminal’s events', async () => {
  await openTill('virtual:')
  await charge(kit, [bill])
  await kit.until(() => kit.slips().length === 1)
  const { id, canEndDay } = await terminal()
  expect(canEndDay).toBe(true)
  const total = `TOTAL ${(bill.totalPaise / 100).toFixed(2)}`
  const told = await kit.client.devices.endDay({ id })
  expect(told).toMatchObject({ state: 'done', said: null, slip: { state: 'printed', problem: null } })
  expect(told.lines).toContain(total)
  const slip = kit.slips().at(-1)!
  expect(slip).toContain('DAY OF THE CARD TERMINAL CLOSED')
  expect(slip).toContain(total)
  expect(await terminal()).toMatchObject({ state: 'ready', tone: 'green' })
  const [newest] = (await kit.client.devices.events({ id })).events
  expect(newest).toMatchObject({ tone: 'green', what: 'step', decoded: 'end of day done' })
  expect(newest?.raw).toContain(total)
})

test('a terminal that speaks ZVT closes its day', async () => {
  await openZvt()
  const { id } = await terminal()
  expect(await kit.client.devices.endDay({ id })).toMatchObject({ state: 'done', lines: ['DAY CLOSED'] })
})

test('not while a sale is open there: after its day the terminal may not know it any more', async () => {
  const { terminal: machine } = await openZvt()
  machine.setFaults({ cutAt: 'after_capture' })
  expect((await charge(kit, [bill])).state).toBe('unknown')
  const { id } = await terminal()
  expect((await problemOfCall(kit.client.devices.endDay({ id }))).code).toBe('card_sale_open')
})

test('a terminal that is away is told of as not known, and nothing is printed', async () => {
  const server = await openZvt()
  const { id } = await terminal()
  await server.close()
  expect(await kit.client.devices.endDay({ id })).toMatchObject({
    state: 'unknown',
    lines: [],
    slip: { state: 'none' },
  })
  expect(kit.slips()).toEqual([])
})

test('nobody signed in, and a device without a day, are refused', async () => {
  await openTill('virtual:')
  const { id } = await terminal()
  expect((await problemOfCall(kit.client.devices.endDay({ id: 'printer' }))).code).toBe('device_not_usable')
  await kit.client.session.signOut()
  expect((await problemOfCall(kit.client.devices.endDay({ id }))).code).toBe('not_signed_in')
})
