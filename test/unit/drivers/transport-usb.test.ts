// Goal: a USB printer is found, claimed, written to and read back from, whatever else holds it or happens to it. The device
// here answers as the `usb` package does, in its words; the same driver meets a real kernel elsewhere.
import { setTimeout as wait } from 'node:timers/promises'
import { expect, test, vi } from 'vitest'
import { usbTransport } from '#drivers/transport/usb.ts'
import type { UsbAlternateLike, UsbDeviceLike } from '#drivers/transport/usb-device.ts'

const patient = { timeout: 20_000, interval: 5 }

const bulk = (endpointNumber: number, direction: 'in' | 'out') => ({
  endpointNumber,
  direction,
  type: 'bulk',
})

const printerFace = (more: Partial<UsbAlternateLike> = {}): UsbAlternateLike => ({
  alternateSetting: 0,
  interfaceClass: 7,
  interfaceSubclass: 1,
  interfaceProtocol: 2,
  endpoints: [bulk(1, 'out'), bulk(2, 'in')],
  ...more,
})

type Faults = {
  faces?: UsbAlternateLike[]
  serialNumber?: string
  openError?: string
  claimError?: string
  /** Claims work once the kernel's driver was set aside. */
  isHeldByKernel?: boolean
  transferOut?: (data: Uint8Array) => Promise<number>
}

const createDevice = (faults: Faults = {}) => {
  const calls: string[] = []
  const received: Uint8Array[] = []
  const answers: Uint8Array[] = []
  let isHeld = faults.isHeldByKernel ?? false
  let isGone = false
  const note = async (what: string, error?: string | false) => {
    calls.push(what)
    await wait(0)
    if (error) throw new Error(error)
  }
  const configuration = {
    configurationValue: 1,
    interfaces: [{ interfaceNumber: 0, alternates: faults.faces ?? [printerFace()] }],
  }
  const device: UsbDeviceLike = {
    vendorId: 0x04b8,
    productId: 0x0202,
    serialNumber: faults.serialNumber ?? 'SN2',
    bus: '001',
    ports: [2, 3],
    configuration,
    configurations: [configuration],
    open: async () => await note('open', faults.openError),
    close: async () => await note('close'),
    selectConfiguration: async () => await note('configuration', 'selectConfiguration error: device is busy'),
    claimInterface: async () =>
      await note('claim', faults.claimError ?? (isHeld && 'claimInterface error: interface is busy')),
    releaseInterface: async () => await note('release'),
    selectAlternateInterface: async (_, setting) => await note(`alternate ${setting}`),
    detachKernelDriver: async () => {
      await note('detach', !isHeld && 'detachKernelDriver error: no kernel driver attached')
      isHeld = false
    },
    attachKernelDriver: async () => await note('attach'),
    transferOut: async (_, data) => {
      if (isGone) throw new Error('transferOut error: Disconnected')
      const bytesWritten = faults.transferOut === undefined ? data.length : await faults.transferOut(data)
      received.push(data.slice(0, bytesWritten))
      return { status: 'ok', bytesWritten }
    },
    transferIn: async () => {
      await wait(5)
      if (isGone) throw new Error('transferIn error: Disconnected')
      const answer = answers.shift()
      if (answer === undefined) throw new Error('transferIn error: Cancelled')
      return { status: 'ok', data: new DataView(answer.buffer, answer.byteOffset, answer.byteLength) }
    },
  }
  return {
    device,
    calls,
    answers,
    heard: () => Buffer.concat(received),
    unplug: () => (isGone = true),
  }
}

const transportTo = (device: UsbDeviceLike, more: { serialNumber?: string; writeTimeoutMs?: number } = {}) =>
  usbTransport({ vendorId: 0x04b8, productId: 0x0202, finder: async () => [device], ...more })

test('data out in pieces, short transfers continued, status back; closing lets go of everything once', async () => {
  const { device, calls, answers, heard } = createDevice({
    transferOut: async (data) => Math.min(data.length, 3_000),
  })
  const transport = transportTo(device, { serialNumber: 'SN2' })
  const connection = await transport.open()
  const told: number[] = []
  connection.onData((bytes) => told.push(...bytes))
  const sent = Buffer.from(Array.from({ length: 20_000 }, (_, index) => index % 251))
  await connection.write(sent)
  expect(heard().equals(sent)).toBe(true)
  answers.push(Buffer.from([0, 0x16, 0x12]).subarray(1), new Uint8Array(0), Uint8Array.of(0x14))
  await vi.waitFor(() => expect(told).toEqual([0x16, 0x12, 0x14]), patient)
  await Promise.all([connection.close(), connection.close()])
  expect(calls).toEqual(['open', 'configuration', 'claim', 'release', 'close'])
  expect(await connection.closed).toBeNull()
  expect([transport.name, transport.canAnswer]).toEqual(['usb:04b8:0202:SN2', true])
})

test('the kernel’s printer driver is set aside and comes back', async () => {
  const { device, calls } = createDevice({ isHeldByKernel: true })
  await (await transportTo(device).open()).close()
  expect(calls).toEqual(['open', 'configuration', 'claim', 'detach', 'claim', 'release', 'attach', 'close'])
})

test('the two-way face is taken before the one-way face, and packets or IPP never', async () => {
  const { device, calls } = createDevice({
    faces: [
      printerFace({ alternateSetting: 0, interfaceProtocol: 1, endpoints: [bulk(1, 'out')] }),
      printerFace({ alternateSetting: 1, interfaceProtocol: 4 }),
      printerFace({ alternateSetting: 2 }),
    ],
  })
  await (await transportTo(device).open()).close()
  expect(calls).toContain('alternate 2')
  const oneWay = transportTo(
    createDevice({ faces: [printerFace({ interfaceProtocol: 1, endpoints: [bulk(1, 'out')] })] }).device,
  )
  await (await oneWay.open()).close()
  expect(oneWay.canAnswer).toBe(false)
})

test.each([
  ['nothing plugged in', { serialNumber: 'SN9' }, 'printer_unreachable', /is not plugged in/],
  [
    'no allowance',
    { openError: 'open error: failed to open device: permission denied' },
    'device_permission',
    /70-tahsil\.rules/,
  ],
  [
    'another program',
    { claimError: 'claimInterface error: interface is busy' },
    'device_in_use',
    /another program/,
  ],
  ['no printer', { faces: [printerFace({ interfaceClass: 3 })] }, 'device_unsupported', /WinUSB/],
] as const)('%s', async (_, faults, code, message) => {
  const { device, calls } = createDevice(faults as Faults)
  await expect(transportTo(device, { serialNumber: 'SN2' }).open()).rejects.toMatchObject({
    code,
    message: expect.stringMatching(message),
  })
  // Nothing stays open behind a failure.
  expect(calls.filter((call) => call === 'close')).toHaveLength(
    calls.includes('claim') || code === 'device_unsupported' ? 1 : 0,
  )
})

test('a lister that fails is told as a printer that is away', async () => {
  const finder = async () =>
    await Promise.reject(new Error('getDevices error: /sys/bus/usb/devices/ not found'))
  await expect(usbTransport({ vendorId: 1, productId: 2, finder }).open()).rejects.toMatchObject({
    code: 'printer_unreachable',
  })
})

test('unplugged while listening, and while writing', async () => {
  const idle = createDevice()
  const waiting = await transportTo(idle.device).open()
  idle.unplug()
  expect(await waiting.closed).toMatchObject({ code: 'printer_disconnected' })
  expect(idle.calls.at(-1)).toBe('close')

  const busy = createDevice({
    transferOut: async () => {
      busy.unplug()
      return await Promise.reject(new Error('transferOut error: Disconnected'))
    },
  })
  const writing = await transportTo(busy.device).open()
  await expect(writing.write(Buffer.from('slip'))).rejects.toMatchObject({ code: 'printer_disconnected' })
  expect(await writing.closed).toMatchObject({ code: 'printer_disconnected' })
  await writing.close()
})

test('a printer that takes nothing: the write ends in time, status can still be read', async () => {
  const { device, answers } = createDevice({
    transferOut: async () => {
      await wait(50)
      return await Promise.reject(new Error('transferOut error: Cancelled'))
    },
  })
  const connection = await transportTo(device, { writeTimeoutMs: 50 }).open()
  const told: number[] = []
  connection.onData((bytes) => told.push(...bytes))
  await expect(connection.write(Buffer.alloc(100))).rejects.toMatchObject({ code: 'printer_no_answer' })
  answers.push(Uint8Array.of(0x72))
  await vi.waitFor(() => expect(told).toEqual([0x72]), patient)
  await connection.close()
  expect(await connection.closed).toBeNull()
})
