// Goal: a kick opens the drawer once, also when the printer has no paper, says when it cannot, and the switch is read the way this drawer is wired.
import { describe, expect, test } from 'vitest'
import { isDrawerOpen } from '#drivers/drawer/open-state.ts'
import { immediatePulseBytes, pulseBytes, starPulseBytes, USUAL_PULSE } from '#drivers/drawer/pulse-bytes.ts'
import { openPrinter, openPrinterOver } from '#drivers/printer/open-printer.ts'
import { PRINT_TIMES } from '#drivers/printer/print-job.ts'
import { defaultProfile } from '#drivers/printer/profiles.ts'
import { memoryTransport } from '#drivers/transport/memory.ts'
import { createVirtualPrinter, type VirtualFaults } from '#drivers/virtual/printer.ts'

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

describe('pulse bytes', () => {
  test('ESC p, DLE DC4 and Star as the manuals have them', () => {
    expect(hex(pulseBytes(USUAL_PULSE))).toBe('1b700019fa')
    expect(hex(pulseBytes({ pin: 5, onMs: 100, offMs: 500 }))).toBe('1b700132fa')
    expect(hex(immediatePulseBytes({ pin: 2, onMs: 50 }))).toBe('1014010001')
    expect(hex(immediatePulseBytes({ pin: 5, onMs: 200 }))).toBe('1014010102')
    expect(hex(starPulseBytes({ onMs: 200, offMs: 500 }))).toBe('1b07143207')
  })

  test('a pulse that would burn the coil is refused', () => {
    expect(() => pulseBytes({ pin: 2, onMs: 300, offMs: 200 })).toThrow('shorter')
    expect(() => starPulseBytes({ onMs: 0, offMs: 200 })).toThrow('pulse')
  })
})

const printerWith = (faults: VirtualFaults = {}) => {
  const device = createVirtualPrinter({ columns: 48, faults })
  const times = { ...PRINT_TIMES, answerTimeoutMs: 20 }
  const kind = 'virtual' as const
  const printer = openPrinterOver(memoryTransport(device, 'v'), { kind, profile: defaultProfile, times })
  return { device, printer }
}

test.each([
  ['ready', {}],
  ['without paper', { paperLinesLeft: 0 }],
  ['with its cover open', { isCoverOpen: true }],
  ['that never answers', { isSilent: true }],
])('a printer %s gives exactly one pulse and prints nothing', async (_name, faults: VirtualFaults) => {
  const { device, printer } = printerWith(faults)
  expect(await printer.kick()).toBeNull()
  expect(device.pulses()).toBe(1)
  device.tearOff()
  expect(device.slips()).toEqual([])
  expect(device.unknownCommands()).toEqual([])
  // New paper must not open it a second time.
  device.recover()
  expect(device.pulses()).toBe(1)
})

test('a kick waits for the slip before it and the next slip is whole', async () => {
  const { device, printer } = printerWith()
  const slip = { title: 't', lang: 'en', blocks: [{ kind: 'text', text: 'A' }, { kind: 'cut' }] } as const
  const [first, problem, second] = await Promise.all([
    printer.print(slip),
    printer.kick(),
    printer.print(slip),
  ])
  expect([first.result, problem, second.result]).toEqual(['printed', null, 'printed'])
  expect(device.pulses()).toBe(1)
  expect(device.slips()).toHaveLength(2)
})

test('without a printer a kick says so', async () => {
  expect((await openPrinter('none').kick())?.code).toBe('printer_none')
})

test.each([
  [true, 'high', true],
  [false, 'high', false],
  [true, 'low', false],
  [false, 'low', true],
  [true, 'unknown', null],
  [null, 'high', null],
] as const)('pin high %s with open = %s: open %s', (isHigh, level, isOpen) => {
  expect(isDrawerOpen(isHigh, level)).toBe(isOpen)
})

test('the level of the switch comes back with the status', async () => {
  const { device, printer } = printerWith({ isDrawerPinHigh: true })
  expect(await printer.status()).toMatchObject({ state: 'ready', isDrawerPinHigh: true })
  device.setFaults({})
  expect(await printer.status()).toMatchObject({ state: 'ready', isDrawerPinHigh: false })
})
