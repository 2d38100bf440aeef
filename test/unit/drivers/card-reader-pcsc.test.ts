// Goal: a chip held to a PC/SC reader is told once with its own number, whatever cards and readers do, and a till without
// smart card service hears what to install. The library's functions are played here; the real pcscd is asked in
// test/rig/pcsc.test.ts.
import { expect, test } from 'vitest'
import type { CardEvent } from '#drivers/card-reader/card-reader.ts'
import { PCSC, type PcscLibrary } from '#drivers/card-reader/pcsc-library.ts'
import { pcscReader } from '#drivers/card-reader/pcsc.ts'
import { DriverProblem } from '#drivers/problem.ts'

const AT = 1_780_000_000_000
const PRESENT = 0x20
const MUTE = 0x200

type Desk = {
  readers: string[]
  /** By reader: what a card answers; absent: no card. */
  cards: Map<
    string,
    { answer: string; count: number; isMute?: boolean; connectCode?: number; transmitCode?: number }
  >
  isServing: boolean
  openCards: number
  releases: number
  asked: string[]
}

const newDesk = (): Desk => ({
  readers: ['Reader One'],
  cards: new Map(),
  isServing: true,
  openCards: 0,
  releases: 0,
  asked: [],
})

function libraryOf(desk: Desk): PcscLibrary {
  const ifServing = (code = 0): number => (desk.isServing ? code : PCSC.noService)
  return {
    establish: async () => ({ code: ifServing(), context: 7 }),
    release: async () => {
      desk.releases += 1
      return 0
    },
    listReaders: async () => ({
      code: ifServing(desk.readers.length === 0 ? PCSC.noReaders : 0),
      names: desk.readers,
    }),
    statesOf: async (_context, names) => ({
      code: ifServing(names.every((name) => desk.readers.includes(name)) ? 0 : PCSC.unknownReader),
      states: names.map((name) => {
        const card = desk.cards.get(name)
        const count = (card?.count ?? 0) * 0x1_0000
        return {
          name,
          bits: count + (card === undefined ? 0x10 : PRESENT + (card.isMute === true ? MUTE : 0)),
        }
      }),
    }),
    connect: async (_context, name) => {
      const code = desk.cards.get(name)?.connectCode ?? 0
      if (code === 0) desk.openCards += 1
      return { code, card: desk.readers.indexOf(name), protocol: 2 }
    },
    transmit: async (card, _protocol, command) => {
      desk.asked.push(Buffer.from(command).toString('hex'))
      const held = desk.cards.get(desk.readers[card] ?? '')
      return { code: held?.transmitCode ?? 0, answer: Buffer.from(held?.answer ?? '', 'hex') }
    },
    disconnect: async () => {
      desk.openCards -= 1
      return 0
    },
  }
}

async function opened(desk: Desk, namePart = '') {
  const events: CardEvent[] = []
  const reader = pcscReader({ nowMs: () => AT, namePart, load: async () => libraryOf(desk), pollMs: 1 })
  const open = await reader.open((event) => void events.push(event))
  return { events, open }
}

test('a badge is told once while it lies there, again when it comes again or another one came in between', async () => {
  const desk = newDesk()
  const { events, open } = await opened(desk)
  desk.cards.set('Reader One', { answer: '04A1B2C3D4E5F69000', count: 1 })
  await expect.poll(() => events).toEqual([{ kind: 'badge', uid: '04A1B2C3D4E5F6', at: AT }])
  await expect.poll(() => desk.asked).toEqual(['ffca000000'])
  desk.cards.set('Reader One', { answer: 'DEADBEEF9000', count: 3 })
  await expect.poll(() => events.at(-1)).toEqual({ kind: 'badge', uid: 'DEADBEEF', at: AT })
  desk.cards.clear()
  await new Promise((resolve) => setTimeout(resolve, 20))
  desk.cards.set('Reader One', { answer: 'DEADBEEF9000', count: 3 })
  await expect.poll(() => events.length).toBe(3)
  await open.close()
  expect(await open.closed).toBeNull()
  expect(desk).toMatchObject({ openCards: 0, releases: 1 })
})

test('every card that tells no number of its own is unreadable, with a reason', async () => {
  const cases = [
    [{ answer: '6A81' }, 'no_uid'],
    [{ answer: '' }, 'no_uid'],
    [{ answer: '9000' }, 'no_uid'],
    [{ answer: `${'00'.repeat(40)}9000` }, 'no_uid'],
    [{ answer: '081122339000' }, 'random_uid'],
    [{ answer: '', isMute: true }, 'no_contact'],
    [{ answer: '', connectCode: 0x8010_0066 }, 'no_contact'],
    [{ answer: '', transmitCode: 0x8010_0069 }, 'no_contact'],
  ] as const
  const desk = newDesk()
  const { events, open } = await opened(desk)
  for (const [at, [card, reason]] of cases.entries()) {
    desk.cards.set('Reader One', { ...card, count: at + 1 })
    await expect.poll(() => events.length).toBe(at + 1)
    expect(events.at(-1)).toEqual({ kind: 'unreadable', reason, at: AT })
  }
  await open.close()
  expect(desk.openCards).toBe(0)
})

test('readers come and go; when the last one or the service is gone, it is said and the context let go', async () => {
  const desk = newDesk()
  const { events, open } = await opened(desk)
  desk.readers.push('Reader Two')
  desk.cards.set('Reader Two', { answer: '01020304059000', count: 1 })
  await expect.poll(() => events.length).toBe(1)
  desk.readers.splice(0, 1)
  desk.cards.set('Reader Two', { answer: '01020304069000', count: 2 })
  await expect.poll(() => events.length).toBe(2)
  desk.readers.splice(0, 1)
  expect(await open.closed).toMatchObject({ code: 'device_gone' })
  expect(desk.releases).toBe(1)

  const other = newDesk()
  const second = await opened(other)
  other.isServing = false
  expect(await second.open.closed).toMatchObject({ code: 'device_gone' })
})

test('without library, service or reader it says what to do, and throws nothing else', async () => {
  const closedDesk = { ...newDesk(), isServing: false }
  await expect(opened(closedDesk)).rejects.toMatchObject({ code: 'device_unreachable' })
  const emptyDesk = { ...newDesk(), readers: [] }
  await expect(opened(emptyDesk)).rejects.toThrow(/No smart card reader is plugged in/)
  expect(emptyDesk.releases).toBe(1)
  await expect(opened(newDesk(), 'ACR122')).rejects.toThrow(/with "ACR122" in its name/)
  const load = async (): Promise<never> => {
    throw new DriverProblem('device_unsupported', 'not installed')
  }
  const reader = pcscReader({ nowMs: () => AT, load })
  await expect(reader.open(() => undefined)).rejects.toMatchObject({ code: 'device_unsupported' })
})
