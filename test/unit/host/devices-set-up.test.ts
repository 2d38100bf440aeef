// Goal: what a supervisor sets up on the screen comes into use at once, is found by the name it keeps, survives a restart, and leaves again;
// what is plugged in, pulled out, forbidden or already used is told. Recorded lists in place of real ports.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { allowedTrouble } from '#host/devices/found-devices.ts'
import { startVirtualPrinter } from '#drivers/virtual/printer-server.ts'
import { eventually, serialDevice, startDeviceKit, type DeviceKit } from './device-kit.ts'
import { problemOfCall } from './host-kit.ts'

let kit: DeviceKit
beforeEach(async () => {
  kit = await startDeviceKit(
    { printer: 'none', cardTerminal: 'manual', scanners: [] },
    { plugged: [serialDevice()] },
  )
  await kit.signInSupervisor()
})
afterEach(async () => {
  await kit.close()
})
const IDENTITY = 'serial:0c2e:0720:SN42'

test('a plugged-in device is offered with its uses, and no more once it is used', async () => {
  const { devices, troubles } = await kit.client.devices.found()
  expect(troubles).toEqual([])
  expect(devices).toMatchObject([
    {
      identity: IDENTITY,
      kind: 'scanner',
      uses: ['scanner', 'card_terminal'],
      address: `device:${IDENTITY}`,
    },
  ])
  const device = await kit.client.devices.use({ identity: IDENTITY, as: 'scanner' })
  expect(device).toMatchObject({ kind: 'scanner', address: `device:${IDENTITY}`, canRemove: true })
  expect((await kit.client.devices.found()).devices).toEqual([])
  expect(await problemOfCall(kit.client.devices.use({ identity: IDENTITY, as: 'card_terminal' }))).toEqual({
    code: 'device_not_usable',
    data: { reason: 'used_already' },
  })
})

test('it is set up again after a restart, under the same id and the name it was given', async () => {
  const { id } = await kit.client.devices.use({ identity: IDENTITY, as: 'scanner' })
  expect(await kit.client.devices.rename({ id, name: 'Window 2' })).toMatchObject({ name: 'Window 2' })
  await kit.restart()
  expect(await kit.device(id)).toMatchObject({ kind: 'scanner', name: 'Window 2' })
  await kit.signInSupervisor()
  await kit.client.devices.remove({ id })
  await kit.restart()
  expect(await kit.device(id)).toBeUndefined()
})

test('pulled out and put in elsewhere is harmless and told', async () => {
  const { id } = await kit.client.devices.use({ identity: IDENTITY, as: 'scanner' })
  kit.plugged.splice(0)
  await kit.client.devices.found()
  kit.plugged.push(serialDevice({ path: '/dev/ttyACM7', portPath: '1-9' }))
  await kit.client.devices.found()
  const events = (await kit.events(id)).map(({ decoded }) => decoded)
  expect(events).toEqual(expect.arrayContaining(['pulled out', 'plugged in']))
  await eventually(
    async () => await kit.device(id),
    (device) => device?.trouble?.code === 'device_unreachable',
  )
})

test('a network printer set up on the screen prints at once; a second one is the spare; a third is refused', async () => {
  const first = await startVirtualPrinter({ port: 0 })
  const second = await startVirtualPrinter({ port: 0 })
  try {
    expect((await kit.client.terminal.status()).printer.state).toBe('absent')
    const device = await kit.client.devices.use({ identity: `tcp://127.0.0.1:${first.port}`, as: 'printer' })
    expect(await kit.client.devices.test({ id: device.id })).toMatchObject({ tone: 'green', state: 'ready' })
    expect(first.printer.slips()).toHaveLength(1)
    const spare = await kit.client.devices.use({ identity: `tcp://127.0.0.1:${second.port}`, as: 'printer' })
    await kit.client.devices.test({ id: spare.id })
    expect([first.printer.slips().length, second.printer.slips().length]).toEqual([1, 1])
    expect((await kit.client.terminal.status()).printer.spare).toMatchObject({ isInUse: false })
    expect(
      await problemOfCall(kit.client.devices.use({ identity: 'tcp://127.0.0.1:9100', as: 'printer' })),
    ).toEqual({ code: 'device_not_usable', data: { reason: 'too_many' } })
    await kit.client.devices.remove({ id: device.id })
    expect((await kit.client.terminal.status()).printer).toMatchObject({ spare: null })
  } finally {
    await first.close()
    await second.close()
  }
})

test('an address that means nothing, a device that is not there, and a use that a device has not, are told apart', async () => {
  const use = async (identity: string, as: 'printer' | 'display' | 'card_terminal') =>
    (await problemOfCall(kit.client.devices.use({ identity, as }))).code
  expect(await use('tcp://:::', 'printer')).toBe('device_address_invalid')
  expect(await use('file:/etc/passwd', 'printer')).toBe('device_address_invalid')
  expect(await use('serial:0c2e:9999:SN1', 'printer')).toBe('device_not_found')
  expect(await use(IDENTITY, 'display')).toBe('device_not_usable')
  expect(await use('zvt:tcp://', 'card_terminal')).toBe('device_address_invalid')
  expect(existsSync(join(kit.dataDir, 'devices.json'))).toBe(false)
})

test('only a supervisor changes devices', async () => {
  await kit.client.session.signIn({ operatorCode: '101', pin: '246810' })
  expect(await problemOfCall(kit.client.devices.use({ identity: IDENTITY, as: 'scanner' }))).toMatchObject({
    code: 'role_not_allowed',
  })
})

test('a list that was damaged is as none, and the till starts', async () => {
  await kit.client.devices.use({ identity: IDENTITY, as: 'scanner' })
  const file = join(kit.dataDir, 'devices.json')
  for (const text of ['{', '{"version":1,"devices":[{"id":"a"}],"names":{}}', 'null', '[]']) {
    writeFileSync(file, text)
    await kit.restart()
    expect((await kit.client.devices.list()).devices).toEqual([])
  }
  writeFileSync(file, '{"version":1,"devices":[{"id":"a","kind":"printer","address":"nonsense"}],"names":{}}')
  await kit.restart()
  expect((await kit.client.devices.list()).devices).toMatchObject([
    { id: 'a', tone: 'red', trouble: { code: 'printer_url_invalid' }, canTest: false },
  ])
})

test('a device file that this user may not open names the rule that allows it', async () => {
  const refused = Object.assign(new Error('permission denied'), { code: 'EACCES' })
  const device = { path: '/dev/ttyACM0', link: 'serial', kind: 'scanner' } as const
  const trouble = await allowedTrouble(device, async () => await Promise.reject(refused))
  expect(trouble).toMatchObject({ code: 'device_permission' })
  expect(trouble?.message).toContain('70-tahsil.rules')
  expect(await allowedTrouble(device, async () => await Promise.resolve())).toBeNull()
})

test('a card terminal set up on the screen takes cards from then on', async () => {
  const server = createServer((socket) => void socket.end())
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  try {
    const { port } = server.address() as AddressInfo
    const device = await kit.client.devices.use({
      identity: `zvt:tcp://127.0.0.1:${port}`,
      as: 'card_terminal',
    })
    expect((await kit.client.terminal.status()).card.terminalName).toContain(`${port}`)
    await kit.client.devices.remove({ id: device.id })
    expect((await kit.client.terminal.status()).card.terminalName).toBeNull()
  } finally {
    server.close()
  }
  expect(JSON.parse(readFileSync(join(kit.dataDir, 'devices.json'), 'utf8'))).toMatchObject({ devices: [] })
})
