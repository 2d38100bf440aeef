// Goal: the device check tells how every device is and what it said, tests it without touching money, and a demonstration can make each of
// them fail. Real drivers and virtual devices.
import { afterEach, beforeEach, expect, test } from 'vitest'
import { eventually, startDeviceKit, type DeviceKit } from './device-kit.ts'
import { problemOfCall } from './host-kit.ts'

let kit: DeviceKit
beforeEach(async () => {
  kit = await startDeviceKit()
})
afterEach(async () => {
  await kit.close()
})

const stateOf = async (id: string) => await kit.device(id)
const scan = async (text: string) => await kit.client.virtual.act({ id: 'scanner-1', act: 'scan', text })
const scannerIsOpen = async () =>
  await eventually(
    async () => await stateOf('scanner-1'),
    (device) => device?.state === 'ready',
  )

test('what the till was started with stands in the list, cannot be removed, and is told apart by stable ids', async () => {
  const { devices } = await kit.client.devices.list()
  expect(devices.map(({ id, kind, canRemove }) => [id, kind, canRemove])).toEqual([
    ['printer', 'printer', false],
    ['scanner-1', 'scanner', false],
    ['card-terminal', 'card_terminal', false],
    ['drawer', 'drawer', false],
  ])
  await kit.signInSupervisor()
  expect(await problemOfCall(kit.client.devices.remove({ id: 'printer' }))).toMatchObject({
    code: 'device_fixed',
  })
  expect(await problemOfCall(kit.client.devices.events({ id: 'toaster' }))).toMatchObject({
    code: 'device_not_found',
  })
})

test('a printer is tested by a slip that says it is no receipt; no money moves', async () => {
  const before = await kit.client.terminal.status()
  const device = await kit.client.devices.test({ id: 'printer' })
  expect(device).toMatchObject({ state: 'ready', tone: 'green', canTest: true })
  const [slip] = kit.slips()
  expect(slip).toContain('TEST - NOT A RECEIPT')
  expect(slip).toContain(`${'123456789.'.repeat(4)}12`)
  expect((await kit.events('printer')).map(({ what, decoded }) => `${what} ${decoded}`)).toEqual(
    expect.arrayContaining(['tested printed', 'printed printed']),
  )
  const after = await kit.client.terminal.status()
  expect([after.queue, after.lastReceipt, after.shift]).toEqual([
    before.queue,
    before.lastReceipt,
    before.shift,
  ])
})

test('paper out, cover open and a pulled cable are told with the driver’s code, and end when mended', async () => {
  for (const [fault, code] of [
    ['paper_out', 'printer_paper_out'],
    ['cover_open', 'printer_cover_open'],
    ['unplugged', 'printer_unreachable'],
  ] as const) {
    await kit.client.virtual.fault({ id: 'printer', fault, isOn: true })
    expect(await kit.client.devices.test({ id: 'printer' })).toMatchObject({ tone: 'red', trouble: { code } })
    expect((await kit.events('printer'))[0]).toMatchObject({ what: 'tested', tone: 'red', trouble: { code } })
    await kit.client.virtual.act({ id: 'printer', act: 'mend', text: '' })
    expect(await kit.client.devices.test({ id: 'printer' })).toMatchObject({ state: 'ready', trouble: null })
  }
})

test('paper near its end is amber', async () => {
  await kit.client.virtual.fault({ id: 'printer', fault: 'paper_low', isOn: true })
  await eventually(
    async () => await stateOf('printer'),
    (device) => device?.state === 'paper_low',
  )
  expect(await stateOf('printer')).toMatchObject({ tone: 'amber', trouble: null })
})

test('the last slip of the virtual printer comes as a picture', async () => {
  expect(await problemOfCall(kit.client.virtual.slip({ id: 'printer' }))).toMatchObject({
    code: 'device_not_found',
  })
  await kit.client.devices.test({ id: 'printer' })
  const { number, dataUrl } = await kit.client.virtual.slip({ id: 'printer' })
  expect(number).toBe(1)
  expect(Buffer.from(dataUrl.replace('data:image/png;base64,', ''), 'base64').subarray(1, 4).toString()).toBe(
    'PNG',
  )
  expect((await kit.client.virtual.list()).devices[0]).toMatchObject({ slipNumber: 1 })
})

test('a scanner is tested by a scan, which is shown raw and decoded; meanwhile it is busy', async () => {
  await scannerIsOpen()
  const testing = kit.client.devices.test({ id: 'scanner-1' })
  const busy = await eventually(
    async () => await stateOf('scanner-1'),
    (device) => device?.state === 'busy',
  )
  expect(busy).toMatchObject({ canTest: false })
  expect(await problemOfCall(kit.client.devices.test({ id: 'scanner-1' }))).toMatchObject({
    code: 'device_busy',
  })
  await scan('PT-DVG-000001')
  expect(await testing).toMatchObject({ state: 'ready', tone: 'green' })
  const [tested, read] = await kit.events('scanner-1')
  expect(tested).toMatchObject({ what: 'tested', tone: 'green' })
  expect(read).toMatchObject({ what: 'scan', raw: 'PT-DVG-000001', decoded: 'code PT-DVG-000001' })
})

test('garbage is told as noise, a pulled cable as gone, and the scanner comes back by itself', async () => {
  await scannerIsOpen()
  await kit.client.virtual.fault({ id: 'scanner-1', fault: 'garbage', isOn: true })
  await scan('PT-DVG-000001')
  await eventually(
    async () => await kit.events('scanner-1'),
    ([event]) => event?.what === 'noise',
  )
  await kit.client.virtual.fault({ id: 'scanner-1', fault: 'unplugged', isOn: true })
  await eventually(
    async () => await stateOf('scanner-1'),
    (device) => device?.trouble?.code === 'device_gone',
  )
  expect(await kit.client.devices.test({ id: 'scanner-1' })).toMatchObject({ tone: 'red' })
  await kit.client.virtual.fault({ id: 'scanner-1', fault: 'unplugged', isOn: false })
  await scannerIsOpen()
})

test('the card terminal is asked whether it answers', async () => {
  expect(await kit.client.devices.test({ id: 'card-terminal' })).toMatchObject({
    state: 'ready',
    tone: 'green',
  })
  await kit.client.virtual.script({ id: 'card-terminal', script: 'offline' })
  expect(await kit.client.devices.test({ id: 'card-terminal' })).toMatchObject({
    tone: 'red',
    trouble: { code: 'device_unreachable' },
  })
  expect((await kit.client.virtual.list()).devices.at(-1)).toMatchObject({ script: 'offline' })
})

test('only the last fifty events of a device are kept, newest first', async () => {
  await scannerIsOpen()
  for (let count = 0; count < 60; count += 1) await scan(`PT-DVG-${String(count).padStart(6, '0')}`)
  const events = await eventually(
    async () => await kit.events('scanner-1'),
    ([event]) => event?.raw === 'PT-DVG-000059',
  )
  expect(events).toHaveLength(50)
  expect(events.map(({ number }) => number)).toEqual(events.map((_each, at) => events[0]!.number - at))
})

test('a till that is no demonstration has no virtual devices to play with', async () => {
  await kit.close()
  kit = await startDeviceKit({}, { masters: { isDemo: false } })
  expect(await kit.client.virtual.list()).toEqual({ devices: [] })
  const calls = [
    kit.client.virtual.fault({ id: 'printer', fault: 'paper_out', isOn: true }),
    kit.client.virtual.act({ id: 'scanner-1', act: 'scan', text: 'PT-1' }),
    kit.client.virtual.script({ id: 'card-terminal', script: 'decline' }),
    kit.client.virtual.slip({ id: 'printer' }),
  ]
  for (const call of calls) expect(await problemOfCall(call)).toMatchObject({ code: 'device_not_found' })
})

test('a card reader tells that a card was read and never which; a bank card only that it was refused', async () => {
  await kit.close()
  kit = await startDeviceKit({ cardReader: 'virtual:cards.txt' })
  const swipe = async (text: string) =>
    await kit.client.virtual.act({ id: 'card-reader', act: 'swipe', text })
  await eventually(
    async () => await kit.device('card-reader'),
    (device) => device?.state === 'ready',
  )
  const testing = kit.client.devices.test({ id: 'card-reader' })
  await eventually(
    async () => await kit.device('card-reader'),
    (device) => device?.state === 'busy',
  )
  await swipe(';204?')
  expect(await testing).toMatchObject({ kind: 'card_reader', state: 'ready', tone: 'green' })
  await swipe(';4111111111111111=2912?')
  const events = await eventually(
    async () => await kit.events('card-reader'),
    ([event]) => event?.decoded === 'bank card refused',
  )
  expect(events.map(({ what, decoded }) => `${what} ${decoded}`)).toContain('swipe card read, track 2')
  const told = events.map(({ raw, decoded, trouble }) => ({ raw, decoded, trouble }))
  expect(JSON.stringify(told)).not.toMatch(/204|1111/)
})

test('a card reader whose address means nothing is told when the till starts', async () => {
  await expect(kit.restart({ options: { cardReader: 'usb:1' } })).rejects.toThrow(/card reader must be/)
  await kit.restart()
})
