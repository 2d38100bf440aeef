// Goal: the device check tells how the drawer, the pole display and the customer display are and what they did, tries both displays, and a
// demonstration can open the drawer by hand and pull a cable. Real drivers and virtual devices.
import { afterEach, beforeEach, expect, test } from 'vitest'
import { rupees } from '#contract/money.ts'
import { startCustomerDesk } from '#host/counter/customer-desk.ts'
import type { CustomerView } from '#rpc/customer.ts'
import { pino } from 'pino'
import { eventually, startDeviceKit, type DeviceKit } from './device-kit.ts'
import { PIN } from './fake-integrator.ts'
import { problemOfCall } from './host-kit.ts'

const paying: CustomerView = {
  at: 'paying',
  by: 'cash',
  step: 'asked',
  lines: [{ service: 'Property tax', codeEnd: '0001', amountPaise: rupees(2_100) }],
  totalPaise: rupees(2_100),
}

let kit: DeviceKit
beforeEach(async () => {
  kit = await startDeviceKit({ drawerOpenLevel: 'high', poleDisplay: 'pole:cd5220:virtual:' })
})
afterEach(async () => {
  await kit.close()
})

const whats = async (id: string) => (await kit.events(id)).map(({ what }) => what)
const fault = async (
  id: string,
  which: 'drawer_open' | 'unplugged' | 'late_ids' | 'wrong_answers',
  isOn: boolean,
) => await kit.client.virtual.fault({ id, fault: which, isOn })
const isIn = async (id: string, state: string) =>
  await eventually(
    async () => await kit.device(id),
    (device) => device?.state === state,
  )
const lines = async () =>
  (await kit.client.virtual.list()).devices.find(({ id }) => id === 'pole-display')?.lines ?? null

test('the drawer is listed with the printer that opens it; by hand in a demonstration it is open, and was forced', async () => {
  expect(await isIn('drawer', 'closed')).toMatchObject({ tone: 'green', canTest: false, canRename: false })
  expect((await kit.device('drawer'))?.address).toBe((await kit.device('printer'))?.name)
  expect(await problemOfCall(kit.client.devices.test({ id: 'drawer' }))).toMatchObject({
    code: 'device_not_usable',
  })
  await fault('printer', 'drawer_open', true)
  expect(await isIn('drawer', 'open')).toMatchObject({ tone: 'green' })
  await fault('printer', 'drawer_open', false)
  await isIn('drawer', 'closed')
  expect(await whats('drawer')).toEqual(['closed', 'forced', 'closed'])
})

test('a drawer that was told to open says so; the reason is in the journal only', async () => {
  await isIn('drawer', 'closed')
  await kit.client.session.signIn({ operatorCode: '901', pin: PIN })
  await kit.client.drawer.open({ reason: 'other', note: 'looked for a key' })
  expect((await kit.events('drawer'))[0]).toMatchObject({ what: 'kicked', tone: 'green' })
  await fault('printer', 'drawer_open', true)
  await isIn('drawer', 'open')
  expect(await whats('drawer')).toEqual(['opened', 'kicked', 'closed'])
  await fault('printer', 'unplugged', true)
  await kit.client.drawer.open({ reason: 'check', note: '' })
  expect((await kit.events('drawer'))[0]).toMatchObject({
    what: 'kicked',
    tone: 'red',
    trouble: { code: 'printer_unreachable' },
  })
  expect(JSON.stringify(await kit.events('drawer'))).not.toContain('key')
})

test('without a switch that is set up the drawer tells nothing; without a printer there is none', async () => {
  await kit.restart({ options: { drawerOpenLevel: 'unknown' } })
  expect(await kit.device('drawer')).toMatchObject({ state: 'no_switch', tone: 'grey' })
  await kit.restart({ options: { printer: 'none' } })
  expect(await kit.device('drawer')).toBeUndefined()
})

test('the pole display shows its test and then again what it should; pulled out it is told, and comes back', async () => {
  expect(await isIn('pole-display', 'ready')).toMatchObject({ kind: 'pole_display', tone: 'green' })
  expect((await lines())?.[1]).toContain('NAMASTE')
  expect(await kit.client.devices.test({ id: 'pole-display' })).toMatchObject({ state: 'ready' })
  await eventually(lines, (both) => both?.[0] === '12345678901234567890')
  // The payer comes first.
  await kit.client.session.signIn({ operatorCode: '101', pin: PIN })
  await kit.client.customer.show(paying)
  await eventually(lines, (both) => both?.[0] === 'TOTAL       Rs 2,100')
  await fault('pole-display', 'unplugged', true)
  const away = await isIn('pole-display', 'unreachable')
  expect(away).toMatchObject({ tone: 'red', trouble: { code: 'device_gone' } })
  expect(await kit.client.devices.test({ id: 'pole-display' })).toMatchObject({ tone: 'red' })
  expect((await kit.events('pole-display'))[0]).toMatchObject({ what: 'tested', tone: 'red' })
  await fault('pole-display', 'unplugged', false)
  await isIn('pole-display', 'ready')
  await eventually(lines, (both) => both?.[0] === 'TOTAL       Rs 2,100')
})

test('what the pole display showed is kept for this screen, and leaves no till with a support file', async () => {
  await kit.client.session.signIn({ operatorCode: '101', pin: PIN })
  await kit.client.customer.show(paying)
  expect((await kit.events('pole-display'))[0]).toMatchObject({
    what: 'shown',
    raw: 'TOTAL       Rs 2,100 |         CASH        ',
  })
  const { base64 } = await kit.client.devices.bundle()
  const file = Buffer.from(base64, 'base64').toString()
  expect(file).toContain('"id":"pole-display"')
  expect(file).not.toContain('2,100')
})

test('a customer display is there as soon as its page asks, is tested by a picture, and not while somebody pays', async () => {
  expect(await kit.device('customer-display')).toBeUndefined()
  const { number } = await kit.client.customer.view({ after: null })
  expect(await kit.device('customer-display')).toMatchObject({ state: 'ready', canTest: true })
  const shown = kit.client.customer.view({ after: number })
  await kit.client.devices.test({ id: 'customer-display' })
  expect(await shown).toMatchObject({ isTest: true, view: { at: 'idle' } })
  await kit.client.session.signIn({ operatorCode: '101', pin: PIN })
  await kit.client.customer.show(paying)
  expect(await kit.client.customer.view({ after: null })).toMatchObject({ isTest: false, view: paying })
  expect(await kit.device('customer-display')).toMatchObject({ state: 'busy', canTest: false })
  expect(await problemOfCall(kit.client.devices.test({ id: 'customer-display' }))).toMatchObject({
    code: 'device_busy',
  })
  expect(await whats('customer-display')).toEqual(['tested', 'opened'])
})

test('a wanted customer display without a window is told', async () => {
  await kit.restart({ options: { isCustomerDisplayWanted: true } })
  expect(await kit.device('customer-display')).toMatchObject({
    state: 'not_open',
    tone: 'grey',
    canTest: false,
  })
})

test('the test goes away by itself, and a window that does not ask any more is gone', async () => {
  const told: boolean[] = []
  const desk = startCustomerDesk({
    municipalityName: () => '',
    language: 'hi',
    receiptCode: () => null,
    pole: null,
    logger: pino({ level: 'silent' }),
    nowMs: () => 7,
    onScreen: (isOpen) => void told.push(isOpen),
    waitMs: 5_000,
    testShownMs: 10,
    goneMs: 10,
  })
  desk.testScreen()
  const testing = await desk.view(null)
  expect(testing.isTest).toBe(true)
  expect(await desk.view(testing.number)).toMatchObject({ isTest: false, number: testing.number + 1 })
  await eventually(
    async () => await Promise.resolve(desk.screen()),
    ({ isOpen }) => !isOpen,
  )
  expect(desk.screen()).toEqual({ isOpen: false, lastSeenAtMs: 7, isPaying: false })
  expect(told).toEqual([true, false])
  await desk.stop()
})

test('a printer that answers garbage is told, and one that confirms late prints once', async () => {
  await fault('printer', 'wrong_answers', true)
  expect((await kit.client.devices.test({ id: 'printer' })).tone).not.toBe('green')
  await kit.client.virtual.act({ id: 'printer', act: 'mend', text: '' })
  await fault('printer', 'late_ids', true)
  const testing = kit.client.devices.test({ id: 'printer' })
  const before = kit.slips().length
  await eventually(
    async () => await Promise.resolve(kit.slips().length),
    (count) => count > before,
  )
  await fault('printer', 'late_ids', false)
  expect(await testing).toMatchObject({ state: 'ready', tone: 'green' })
  expect(kit.slips()).toHaveLength(before + 1)
})
