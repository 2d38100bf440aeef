// Badges with a chip, held to or put into a PC/SC reader: tells the chip's own number and nothing else of it. Looks several
// times a second instead of waiting inside the library, so that closing is quick and no thread is held. Called by
// open-card-reader.ts; pcsc-library.ts makes the calls. Source: PC/SC part 3, 3.2.2.1.3 (get data), ISO/IEC 14443-3 (numbers).
import { setTimeout as pause } from 'node:timers/promises'
import { DriverProblem } from '#drivers/problem.ts'
import type { CardListener, CardReader, CardUnreadableReason, OpenCardReader } from './card-reader.ts'
import { loadPcsc, PCSC, pcscAdvice, type PcscLibrary, type ReaderState } from './pcsc-library.ts'

const POLL_MS = 200
/** New readers are looked for less often than cards. */
const LIST_EVERY_POLLS = 10
const READERS_MAX = 8
const PRESENT = 0x20
const MUTE = 0x200
/** Upper half of the state: counts cards, so that a quick change of cards is seen. */
const COUNTER_SHIFT = 0x1_0000

const GET_UID = Uint8Array.of(0xff, 0xca, 0x00, 0x00, 0x00)
const UID_BYTES_MIN = 4
const UID_BYTES_MAX = 10
/** A number of four bytes that begins so is made anew for each contact. */
const RANDOM_UID_START = 0x08

type PcscPorts = {
  /** Epoch ms. */
  readonly nowMs: () => number
  /** Part of the reader's name; empty: any reader. */
  readonly namePart?: string
  readonly load?: () => Promise<PcscLibrary>
  readonly pollMs?: number
}

export function pcscReader({
  nowMs,
  namePart = '',
  load = loadPcsc,
  pollMs = POLL_MS,
}: PcscPorts): CardReader {
  return {
    name: namePart === '' ? 'PC/SC' : `PC/SC ${namePart}`,
    open: async (listener) => {
      const library = await load()
      const context = await establish(library)
      const names = await readersOf({ library, context }, namePart)
      if (typeof names === 'number') {
        await library.release(context)
        throw names === PCSC.noService ? noService() : noReader(namePart)
      }
      return watch({ library, context, namePart, listener, nowMs, pollMs }, names)
    },
  }
}

async function establish(library: PcscLibrary): Promise<number> {
  const { code, context } = await library.establish()
  if (code === 0) return context
  throw noService()
}

type Session = { readonly library: PcscLibrary; readonly context: number }

/** The code when there is no reader to use. */
async function readersOf(
  { library, context }: Session,
  namePart: string,
): Promise<readonly string[] | number> {
  const { code, names } = await library.listReaders(context)
  if (code !== 0) return code
  const mine = names.filter((name) => name.includes(namePart)).slice(0, READERS_MAX)
  return mine.length === 0 ? PCSC.noReaders : mine
}

type Watching = Session & {
  readonly namePart: string
  readonly listener: CardListener
  readonly nowMs: () => number
  readonly pollMs: number
}

function watch(watching: Watching, first: readonly string[]): OpenCardReader {
  const { library, context, pollMs } = watching
  const stopping = new AbortController()
  const run = async (): Promise<DriverProblem | null> => {
    try {
      return await look(watching, first, stopping.signal)
    } catch (cause) {
      return new DriverProblem('device_gone', GONE, { cause })
    } finally {
      await library.release(context).catch(() => 0)
    }
  }
  const closed = run()
  return {
    closed,
    close: async () => {
      stopping.abort()
      await closed
    },
  }

  async function look(
    { listener, nowMs, namePart }: Watching,
    names: readonly string[],
    signal: AbortSignal,
  ): Promise<DriverProblem | null> {
    /** By reader: the counter of the card that lies in it; absent: none. */
    let seen = new Map<string, number>()
    let readers = names
    for (let polls = 1; !signal.aborted; polls += 1) {
      if (polls % LIST_EVERY_POLLS === 0) {
        const listed = await readersOf({ library, context }, namePart)
        if (typeof listed === 'number') return gone()
        readers = listed
      }
      const { code, states } = await library.statesOf(context, readers)
      if (code === PCSC.unknownReader) {
        const listed = await readersOf({ library, context }, namePart)
        if (typeof listed === 'number') return gone()
        readers = listed
      } else if (code !== 0) return gone()
      else {
        const cards = states.filter(({ bits }) => (bits & PRESENT) !== 0)
        for (const card of cards) {
          if (seen.get(card.name) === counterOf(card) || signal.aborted) continue
          listener(await eventOf(card, { library, context }, nowMs))
        }
        seen = new Map(cards.map((card) => [card.name, counterOf(card)]))
      }
      await pause(pollMs, undefined, { signal, ref: false }).catch(() => undefined)
    }
    return null
  }
}

function counterOf({ bits }: ReaderState): number {
  return Math.floor(bits / COUNTER_SHIFT)
}

async function eventOf({ name, bits }: ReaderState, { library, context }: Session, nowMs: () => number) {
  const unreadable = (reason: CardUnreadableReason) => ({ kind: 'unreadable', reason, at: nowMs() }) as const
  if ((bits & MUTE) !== 0) return unreadable('no_contact')
  const { code, card, protocol } = await library.connect(context, name)
  if (code !== 0) return unreadable('no_contact')
  const answered = await library.transmit(card, protocol, GET_UID)
  await library.disconnect(card)
  if (answered.code !== 0) return unreadable('no_contact')
  const uid = uidIn(answered.answer)
  if (uid === null) return unreadable('no_uid')
  if (uid.length === UID_BYTES_MIN && uid[0] === RANDOM_UID_START) return unreadable('random_uid')
  return { kind: 'badge', uid: Buffer.from(uid).toString('hex').toUpperCase(), at: nowMs() } as const
}

/** The number, closed by 90 00; null: the card said no, or something that is no such number. */
function uidIn(answer: Uint8Array): Uint8Array | null {
  const uid = answer.subarray(0, -2)
  const isOk = answer.at(-2) === 0x90 && answer.at(-1) === 0
  return isOk && uid.length >= UID_BYTES_MIN && uid.length <= UID_BYTES_MAX ? uid : null
}

const GONE = 'The smart card reader is gone. Plug it in again; it goes on by itself.'

function gone(): DriverProblem {
  return new DriverProblem('device_gone', GONE)
}

function noService(): DriverProblem {
  return new DriverProblem(
    'device_unreachable',
    `The smart card service of this system (PC/SC) does not answer. ${pcscAdvice()}`,
  )
}

function noReader(namePart: string): DriverProblem {
  const which = namePart === '' ? 'smart card reader' : `smart card reader with "${namePart}" in its name`
  return new DriverProblem('device_unreachable', `No ${which} is plugged in. It is used as soon as it is.`)
}
