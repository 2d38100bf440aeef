// Goal: what goes wrong with a device is told once and in words that name the way out, a list that changes while devices are in use is
// harmless, and nothing is changed on a device that is at work or that alone knows what became of a sale.
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { PluggedDevice } from '#drivers/discover/found-device.ts'
import { DriverProblem, type DriverProblemCode } from '#drivers/problem.ts'
import { defaultProfile } from '#drivers/printer/profiles.ts'
import { openDeviceBook, type DeviceBook, type DeviceUsers } from '#host/devices/device-book.ts'
import type { Note } from '#host/devices/device-diary.ts'
import { SCANNER_WORDS, watchReading } from '#host/devices/watched-scanner.ts'
import { serialDevice } from './device-kit.ts'

const NOW = 1_780_000_000_000
let dataDir: string
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'tahsil-devices-'))
})
afterEach(() => {
  rmSync(dataDir, { recursive: true, force: true })
})

const failing = (code: DriverProblemCode) => {
  const notes: Note[] = []
  const open = async () => await Promise.reject(new DriverProblem(code, `The scanner says ${code}.`))
  const watch = { nowMs: () => NOW, note: (note: Note) => void notes.push(note) }
  return { notes, watched: watchReading({ name: 'scanner', open }, watch, SCANNER_WORDS) }
}

test.each(['device_in_use', 'device_permission', 'device_unreachable'] as const)(
  '%s is told once, however often it is tried',
  async (code) => {
    const { notes, watched } = failing(code)
    for (let count = 0; count < 5; count += 1)
      await expect(watched.device.open(() => undefined)).rejects.toThrow(/says/)
    expect(notes).toMatchObject([{ what: 'trouble', tone: 'red', trouble: { code } }])
    expect(watched.seen()).toMatchObject({ state: 'unreachable', tone: 'red', trouble: { code } })
  },
)

test.runIf(process.platform === 'linux')('without permission the rules that allow it are named', async () => {
  const { watched } = failing('device_permission')
  await expect(watched.device.open(() => undefined)).rejects.toThrow(/says/)
  expect(watched.seen().trouble?.message).toContain('70-tahsil.rules')
})

const bookWith = (plugged: () => PluggedDevice[], users: Partial<DeviceUsers> = {}) => {
  const renewed: string[] = []
  const book: DeviceBook = openDeviceBook({
    options: { printer: 'none' },
    dataDir,
    profile: defaultProfile,
    logger: pino({ level: 'silent' }),
    env: {},
    nowMs: () => NOW,
    listers: [{ name: 'recorded', list: async () => await Promise.resolve(plugged()) }],
    hotplug: null,
    drawerOpenLevel: 'unknown',
    cardTerminal: null,
    cardReaders: null,
  })
  book.connect({
    isBusy: () => false,
    isHeld: () => false,
    renew: async (kind) => {
      renewed.push(kind)
      await Promise.resolve()
    },
    ...users,
  })
  return { book, renewed }
}
const IDENTITY = 'serial:0c2e:0720:SN42'

test.each([
  ['at work', { isBusy: () => true }],
  ['the only one that knows of a sale', { isHeld: () => true }],
])('a terminal that is %s is neither changed nor removed, and nothing is written', async (_what, users) => {
  const { book, renewed } = bookWith(() => [serialDevice()], users)
  await expect(book.use({ identity: IDENTITY, as: 'card_terminal' })).rejects.toMatchObject({
    code: 'device_busy',
  })
  expect([book.list(), renewed, existsSync(join(dataDir, 'devices.json'))]).toEqual([[], [], false])
  await book.stop()
})

test('devices that come and go in any order, twins too, leave what is set up as it is', async () => {
  let plugged = [serialDevice()]
  const { book } = bookWith(() => plugged)
  const { id } = await book.use({ identity: IDENTITY, as: 'scanner' })
  const twin = serialDevice({ path: '/dev/ttyACM1', portPath: '1-3' })
  for (const list of [[], [twin], [serialDevice(), twin], [twin, serialDevice()], [serialDevice()], []]) {
    plugged = list
    await book.found()
    expect(book.list().map((device) => device.id)).toEqual([id])
  }
  expect(book.diary.events(id).map(({ decoded }) => decoded)).toEqual(
    expect.arrayContaining(['pulled out', 'plugged in']),
  )
  await book.stop()
})

test('what cannot be listed is told, and the rest is there', async () => {
  const { book } = bookWith(() => {
    throw new Error('no such folder of 9876512345')
  })
  const { devices, troubles } = await book.found()
  expect(devices).toEqual([])
  expect(troubles).toMatchObject([{ code: 'device_unsupported' }])
  expect(JSON.stringify(troubles)).not.toContain('98765')
  await book.stop()
})

test('a serial port of the computer may become scanner, printer or card terminal, each by the name it keeps', async () => {
  const { book } = bookWith(() => [serialDevice({ vendorId: null, productId: null, path: '/dev/ttyS0' })])
  const [found] = (await book.found()).devices
  expect(found).toMatchObject({ kind: 'other', uses: ['scanner', 'printer', 'card_terminal'] })
  const device = await book.use({ identity: found!.identity, as: 'card_terminal' })
  expect(device).toMatchObject({ address: 'zvt:device:serial:port:ttyS0', kind: 'card_terminal' })
  expect(book.terminal()?.describe().kind).toBe('zvt')
  await book.remove(device.id)
  expect(book.terminal()).toBeNull()
  await book.stop()
})
