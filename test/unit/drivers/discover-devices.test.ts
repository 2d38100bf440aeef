// Goal: what is plugged in is listed under a name that stays when it is pulled out, plugged elsewhere in the order, or the
// till restarts, and is known for what it is. The kernel's lists are recorded ones.
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { expect, test, vi } from 'vitest'
import { deviceTransport } from '#drivers/discover/device-transport.ts'
import { discover, resolve } from '#drivers/discover/discover.ts'
import type { PluggedDevice } from '#drivers/discover/found-device.ts'
import { linuxListers, type Lister, systemListers } from '#drivers/discover/listers.ts'
import { NO_PLACE } from '#drivers/discover/sysfs.ts'
import { serialTransport } from '#drivers/transport/serial.ts'
import { makeFolder, openLine } from './pty-pair.ts'

/** A /sys with USB devices on a hub, written as the kernel shows it. */
const writeSys = (
  devices: {
    port: string
    ids: string
    serial?: string
    product?: string
    faces: { class: string; entry?: string }[]
  }[],
) => {
  const root = makeFolder()
  const put = (path: string, text: string) => {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), `${text}\n`)
  }
  const link = (from: string, to: string) => {
    mkdirSync(dirname(join(root, from)), { recursive: true })
    symlinkSync(relative(dirname(join(root, from)), join(root, to)), join(root, from))
  }
  for (const { port, ids, serial, product, faces } of devices) {
    const device = `devices/pci0000:00/usb1/1-2/${port}`
    const [vendor = '', model = ''] = ids.split(':')
    put(`${device}/idVendor`, vendor)
    put(`${device}/idProduct`, model)
    if (serial !== undefined) put(`${device}/serial`, serial)
    if (product !== undefined) put(`${device}/product`, product)
    link(`bus/usb/devices/${port}`, device)
    for (const [index, face] of faces.entries()) {
      const name = `${port}:1.${index}`
      put(`${device}/${name}/bInterfaceClass`, face.class)
      put(`${device}/${name}/bInterfaceNumber`, `0${index}`)
      link(`bus/usb/devices/${name}`, `${device}/${name}`)
      if (face.entry !== undefined) link(`class/${face.entry}/device`, `${device}/${name}`)
    }
  }
  return { root, put }
}

const namesOf = (devices: readonly { identity: string; kind: string; path: string }[]) =>
  devices.map(({ identity, kind, path }) => [identity, kind, path])

test('a Linux counter: printer, scanner and adapters on a hub, ports of the mainboard, a paired printer', async () => {
  const { root, put } = writeSys([
    {
      port: '1-2.1',
      ids: '04b8:0202',
      serial: 'SN2',
      product: 'TM-T88-like',
      faces: [{ class: '07', entry: 'usbmisc/lp2' }],
    },
    { port: '1-2.2', ids: '0c2e:0b61', serial: 'SN1', faces: [{ class: '02', entry: 'tty/ttyACM0' }] },
    { port: '1-2.3', ids: '1a86:7523', faces: [{ class: 'ff', entry: 'tty/ttyUSB0' }] },
    { port: '1-2.4', ids: '1a86:7523', faces: [{ class: 'ff', entry: 'tty/ttyUSB1' }] },
    { port: '1-2.5', ids: '046d:c31c', faces: [{ class: '03' }] },
  ])
  put('devices/pci0000:00/usb1/1-2/1-2.1/1-2.1:1.0/ieee1284_id', 'MFG:EPSON;CMD:ESC/POS;MDL:TM-T88;')
  put('class/tty/ttyS0/type', '4')
  put('class/tty/ttyS1/type', '0')
  put('class/tty/tty1/uevent', '')
  put('class/tty/rfcomm0/address', 'AA:BB:CC:00:11:22')
  const found = await discover(linuxListers(root))
  expect(found.problems).toEqual([])
  expect(namesOf(found.devices)).toEqual([
    ['bluetooth:AA:BB:CC:00:11:22', 'unknown', '/dev/rfcomm0'],
    ['serial:0c2e:0b61:SN1/0', 'scanner', '/dev/ttyACM0'],
    ['serial:port:ttyS0', 'serial', '/dev/ttyS0'],
    ['serial:1a86:7523@1-2.3/0', 'serial', '/dev/ttyUSB0'],
    ['serial:1a86:7523@1-2.4/0', 'serial', '/dev/ttyUSB1'],
    ['usb:04b8:0202:SN2', 'printer', '1-2.1'],
    ['lp:04b8:0202:SN2/0', 'printer', '/dev/usb/lp2'],
  ])
  expect(found.devices.map(({ label, printerUrl }) => [label, printerUrl])).toContainEqual([
    'EPSON TM-T88 (1-2.1)',
    'usb:04b8:0202:SN2',
  ])
})

test('nothing of USB and Bluetooth in the kernel: an empty list and no problem', async () => {
  expect(await discover(linuxListers(makeFolder()))).toEqual({ devices: [], problems: [] })
})

test('the listers of this computer answer, whatever it has', async () => {
  const { devices } = await discover(systemListers())
  for (const { identity, path } of devices) expect([identity, path]).not.toContain('')
})

const plugged = (device: Partial<PluggedDevice> & Pick<PluggedDevice, 'link' | 'path'>): PluggedDevice => ({
  ...NO_PLACE,
  ...device,
})
const listing = (...devices: PluggedDevice[]): Lister => ({
  name: 'recorded list',
  list: async () => devices,
})

const hid = (device: Partial<PluggedDevice>) => plugged({ link: 'hid', path: '/dev/hidraw0', ...device })

test('HID devices: scanners and card readers are known by what they say they do, keyboards are left alone', async () => {
  const scanner = { vendorId: 0x0c2e, productId: 0x0b61, serialNumber: 'SN1', interfaceNumber: 0 }
  const { devices } = await discover([
    listing(
      hid({ ...scanner, usagePage: 0x8c, usage: 2 }),
      hid({ ...scanner, usagePage: 0x8c, usage: 2 }),
      hid({ ...scanner, usagePage: 0x01, usage: 6, interfaceNumber: 1, path: '/dev/hidraw1' }),
      hid({
        vendorId: 0x9999,
        productId: 1,
        portPath: '1-1',
        usagePage: 0x8e,
        usage: 0x11,
        path: '/dev/hidraw2',
      }),
      hid({
        vendorId: 0x0801,
        productId: 2,
        portPath: '1-4',
        usagePage: 0xff00,
        usage: 1,
        path: '/dev/hidraw3',
      }),
      hid({ vendorId: 0x046d, productId: 0xc534, usagePage: 0xff00, usage: 1, path: '/dev/hidraw4' }),
      hid({ vendorId: 0x046d, productId: 0xc077, usagePage: 0x01, usage: 2, path: '/dev/hidraw5' }),
      hid({ vendorId: 0x0c2e, productId: 3, path: '/dev/hidraw6' }),
    ),
  ])
  expect(namesOf(devices)).toEqual([
    ['hid:0c2e:0b61:SN1/0', 'scanner', '/dev/hidraw0'],
    ['hid:9999:0001@1-1', 'card reader', '/dev/hidraw2'],
    ['hid:0801:0002@1-4', 'card reader', '/dev/hidraw3'],
  ])
})

const acm = (number: number, more: Partial<PluggedDevice> = {}) =>
  plugged({ link: 'serial', path: `/dev/ttyACM${number}`, vendorId: 0x0c2e, productId: 1, ...more })

test('the identity leads to the device after it came back under another number', async () => {
  const before = await discover([listing(acm(0, { serialNumber: 'A7' }), acm(1, { serialNumber: 'B8' }))])
  const [identity = ''] = before.devices.map((device) => device.identity)
  const after = await discover([listing(acm(0, { serialNumber: 'B8' }), acm(1, { serialNumber: 'A7' }))])
  expect(resolve(identity, after).path).toBe('/dev/ttyACM1')
  const without = await discover([listing(acm(0, { serialNumber: 'B8' }))])
  expect(() => resolve(identity, without)).toThrow('serial:0c2e:0001:A7 is not plugged in')
})

test('a link by identity opens the device where it is now', async () => {
  const line = await openLine()
  let path = '/dev/ttyACM-before'
  const scanner: Lister = { name: 'list', list: async () => [{ ...acm(0, { serialNumber: 'A7' }), path }] }
  const transport = deviceTransport('serial:0c2e:0001:A7', {
    transportOf: (device) => serialTransport({ path: device.path, noun: 'scanner' }),
    listers: [scanner],
  })
  await expect(transport.open()).rejects.toMatchObject({ code: 'device_unreachable' })
  path = line.path
  const connection = await transport.open()
  await connection.write(Buffer.from('hello'))
  await vi.waitFor(() => expect(line.heard().toString()).toBe('hello'), { timeout: 20_000, interval: 5 })
  await connection.close()
})

test('two devices with the same serial number are told apart by their ports, and never mixed up', async () => {
  const one = acm(0, { serialNumber: 'A7', portPath: '1-1' })
  const alone = await discover([listing(one)])
  const both = await discover([listing(one, acm(1, { serialNumber: 'A7', portPath: '1-2' }))])
  expect(both.devices.map(({ identity }) => identity)).toEqual([
    'serial:0c2e:0001:A7@1-1',
    'serial:0c2e:0001:A7@1-2',
  ])
  expect(() => resolve(alone.devices[0]?.identity ?? '', both)).toThrow('Two devices are both')
  expect(resolve('serial:0c2e:0001:A7@1-2', both).path).toBe('/dev/ttyACM1')
})

test.each([
  ['0123456789ABCDEF', 'serial:0c2e:0001@1-1'],
  ['00000000', 'serial:0c2e:0001@1-1'],
  ['\u0000\u0001', 'serial:0c2e:0001@1-1'],
  ['x'.repeat(500), 'serial:0c2e:0001@1-1'],
  [' SN-9 ', 'serial:0c2e:0001:SN-9'],
])('a serial number of %j', async (serialNumber, identity) => {
  const { devices } = await discover([listing(acm(0, { serialNumber, portPath: '1-1' }))])
  expect(devices.map((device) => device.identity)).toEqual([identity])
})

test('a port of which nothing stays true is not listed, and names from devices are one plain line', async () => {
  const { devices } = await discover([
    listing(
      plugged({ link: 'serial', path: '/dev/ttyUSB0' }),
      acm(0, { product: 'Scan\n\u001b[2Jner', portPath: '1' }),
    ),
  ])
  expect(devices.map(({ label }) => label)).toEqual(['Scan [2Jner (/dev/ttyACM0)'])
})

test('a lister that fails or hangs is a problem in words; the others still list', async () => {
  vi.useFakeTimers()
  try {
    const broken: Lister = {
      name: 'USB printers',
      list: async () => await Promise.reject(new Error('no USB')),
    }
    const hanging: Lister = { name: 'serial ports', list: async () => await new Promise(() => undefined) }
    const finding = discover([broken, hanging, listing(acm(0, { portPath: '1-1' }))])
    await vi.advanceTimersByTimeAsync(5_000)
    const { devices, problems } = await finding
    expect(devices).toHaveLength(1)
    expect(problems).toMatchObject([
      {
        lister: 'USB printers',
        problem: { code: 'device_unsupported', message: expect.stringContaining('cannot be listed') },
      },
      { lister: 'serial ports' },
    ])
  } finally {
    vi.useRealTimers()
  }
})
