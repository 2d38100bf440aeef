// Goal: a pole display of either command set shows exactly the two lines it was given, never garbage, and shows them again after it was away.
import { describe, expect, test, vi } from 'vitest'
import { parsePoleAddress } from '#drivers/display/open-display.ts'
import { poleFamilies, rowBytes, startBytes } from '#drivers/display/pole-commands.ts'
import { poleDisplayOver } from '#drivers/display/pole-display.ts'
import { latinOr, poleCentred, poleRow, poleText } from '#drivers/display/pole-text.ts'
import { DriverProblem } from '#drivers/problem.ts'
import { memoryTransport } from '#drivers/transport/memory.ts'
import type { Connection } from '#drivers/transport/transport.ts'
import { createVirtualPole } from '#drivers/virtual/pole-display.ts'

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
const asHex = (text: string): string => Buffer.from(text.padEnd(20), 'latin1').toString('hex')

describe('the bytes of the two command sets', () => {
  test('Epson: cursor, then twenty characters, for each row', () => {
    expect(hex(rowBytes(poleFamilies.escpos, ['TOTAL'.padEnd(20), 'Rs 1,250'.padEnd(20)]))).toBe(
      `1f240101${asHex('TOTAL')}1f240102${asHex('Rs 1,250')}`,
    )
    expect(hex(startBytes(poleFamilies.escpos, 3))).toBe('0c1b401f011f58030c')
  })

  test('CD5220: ESC Q A and B with their CR, and CLR before any other command', () => {
    expect(hex(rowBytes(poleFamilies.cd5220, ['TOTAL'.padEnd(20), 'Rs 1,250'.padEnd(20)]))).toBe(
      `1b5141${asHex('TOTAL')}0d1b5142${asHex('Rs 1,250')}0d`,
    )
    expect(hex(startBytes(poleFamilies.cd5220, 3))).toBe('0c1b401b111b2a030c')
  })

  test('a row of another length, or with other characters, is never sent', () => {
    expect(() => rowBytes(poleFamilies.escpos, ['short', ' '.repeat(20)])).toThrow('twenty')
    expect(() => rowBytes(poleFamilies.escpos, ['₹'.padEnd(20), ' '.repeat(20)])).toThrow('plain')
  })
})

describe('texts', () => {
  test.each([
    ['₹1,250', 'Rs 1,250', 0],
    ['₹ 1,250', 'Rs 1,250', 0],
    ['Café “Gulab”', 'Cafe "Gulab"', 0],
    ['Tax – 2026…', 'Tax - 2026...', 0],
    ['a#b@c', 'a?b?c', 2],
    ['\u001bA\n', '?A?', 2],
  ])('%j is shown as %j', (text, shown, replacedCount) => {
    expect(poleText(text)).toEqual({ text: shown, replacedCount })
  })

  test('a name in another script gives way to a plain word', () => {
    expect(latinOr('संपत्ति कर', 'BILL')).toBe('BILL')
    expect(latinOr('Property tax', 'BILL')).toBe('Property tax')
  })

  test('a row keeps its figure whole', () => {
    expect(poleRow('Property tax and more', '₹12,34,567')).toBe('Propert Rs 12,34,567')
    expect(poleRow('TOTAL', '₹950')).toBe('TOTAL         Rs 950')
    expect(poleRow('TOTAL', '₹950')).toHaveLength(20)
    expect(poleCentred('DEVGAON')).toBe('      DEVGAON       ')
  })
})

describe.each(['escpos', 'cd5220'] as const)('a %s display', (family) => {
  const start = (limits = { firstDelayMs: 1, delayMaxMs: 5, stableMs: 10_000 }) => {
    const pole = createVirtualPole(family)
    const memory = memoryTransport(pole, 'pole', 'display')
    const connections: Connection[] = []
    let isAway = false
    const lost: (() => void)[] = []
    const transport = {
      ...memory,
      open: async () => {
        if (isAway) throw new DriverProblem('device_unreachable', 'Away.')
        const connection = await memory.open()
        connections.push(connection)
        const { promise, resolve } = Promise.withResolvers<DriverProblem | null>()
        void connection.closed.then(resolve)
        lost.push(() => resolve(new DriverProblem('device_gone', 'Unplugged.')))
        return { ...connection, closed: promise }
      },
    }
    const display = poleDisplayOver(transport, {
      family: poleFamilies[family],
      nowMs: () => 0,
      random: () => 0,
      limits,
      stepMs: 5,
    })
    return {
      pole,
      display,
      unplug: () => {
        isAway = true
        lost.at(-1)?.()
      },
      plugIn: () => {
        isAway = false
      },
    }
  }

  test('shows both lines, the latest of many, and takes every command', async () => {
    const { pole, display } = start()
    for (let count = 0; count < 50; count++) display.show({ upper: `Bill ${count}`, lower: 'Rs 10' })
    await vi.waitFor(() => expect(pole.lines()).toEqual(['Bill 49'.padEnd(20), 'Rs 10'.padEnd(20)]))
    expect(pole.unknown()).toEqual([])
    display.setBrightness(2)
    await vi.waitFor(() => expect(pole.brightness()).toBe(2))
    await vi.waitFor(() => expect(pole.lines()[0]).toBe('Bill 49'.padEnd(20)))
    await display.close()
    expect(pole.lines().join('').trim()).toBe('')
    expect(pole.unknown()).toEqual([])
  })

  test('a long text walks through its line, and the other stands', async () => {
    const { pole, display } = start()
    display.show({ upper: 'Nagar Palika Parishad Devgaon', lower: 'Rs 10' })
    await vi.waitFor(() => expect(pole.lines()[0]).toContain('Devgaon'))
    expect(pole.lines()[1]).toBe('Rs 10'.padEnd(20))
    await display.close()
  })

  test('unplugged it is told, and shows the latest when it is back', async () => {
    const { pole, display, unplug, plugIn } = start()
    display.show({ upper: 'TOTAL', lower: 'Rs 10' })
    await vi.waitFor(() => expect(display.state()).toEqual({ isUp: true, problem: null }))
    unplug()
    await vi.waitFor(() => expect(display.state().problem?.code).toBe('device_unreachable'))
    display.show({ upper: 'CHANGE', lower: 'Rs 5' })
    plugIn()
    await vi.waitFor(() => expect(pole.lines()[0]).toBe('CHANGE'.padEnd(20)))
    expect(display.state().isUp).toBe(true)
    await display.close()
  })

  test('characters that no display has are refused, not sent', async () => {
    const { display } = start()
    expect(() => display.show({ upper: 'कुल', lower: '' })).toThrow(DriverProblem)
    await display.close()
  })
})

describe('addresses', () => {
  test('family, line and brightness', () => {
    const { family, transport, brightness } = parsePoleAddress(
      'pole:cd5220:serial:/dev/ttyUSB1?baud=19200&brightness=2',
    )
    expect([family.label, transport.name, brightness]).toEqual(['CD5220', '/dev/ttyUSB1', 2])
    expect(parsePoleAddress('pole:escpos:tcp://192.0.2.4:9100').transport.name).toBe('192.0.2.4:9100')
    expect(parsePoleAddress('pole:escpos:virtual:').transport.name).toBe('virtual display')
  })

  test.each([
    'pole:serial:/dev/ttyUSB1',
    'pole:epson:serial:/dev/ttyUSB1',
    'pole:escpos:',
    'pole:escpos:serial:/dev/ttyUSB1?baud=fast',
    'pole:escpos:serial:/dev/ttyUSB1?speed=9600',
    'pole:escpos:serial:/dev/ttyUSB1?brightness=5',
    'pole:escpos:tcp://192.0.2.4:99999',
    `pole:escpos:serial:/dev/${'x'.repeat(600)}`,
  ])('%s is not understood, in words', (address) => {
    expect(() => parsePoleAddress(address)).toThrow('A pole display must be')
  })
})

test('the virtual display finds what no display takes', () => {
  const pole = createVirtualPole('cd5220')
  pole.receive(Buffer.from('\u001bQAHello\r\u001b*\u0002', 'latin1'))
  expect(pole.lines()[0]).toBe('Hello'.padEnd(20))
  expect(pole.unknown()).not.toEqual([])
})
