// Whole ZVT messages over a connection: the way they go over TCP, one after the other without frames. Serial lines: serial-link.ts.
// Called by zvt-terminal.ts.
import { DriverProblem } from '#drivers/problem.ts'
import type { Connection } from '#drivers/transport/transport.ts'
import type { Apdu } from './apdu.ts'
import { APDU_MAX_BYTES, encodeApdu, takeApdu } from './apdu.ts'

export type ApduLink = {
  /** Resolves when the link took it (serial: when the terminal acknowledged the frame). @throws DriverProblem */
  readonly send: (command: number, data?: Uint8Array) => Promise<void>
  /** The next message; null if none came in time. @throws DriverProblem when the link is gone */
  readonly next: (timeoutMs: number) => Promise<Apdu | null>
  readonly close: () => Promise<void>
}

/** More than a terminal sends while nobody looks; beyond it the terminal is out of its mind. */
const INBOX_MAX = 1_000

export type Inbox = {
  readonly put: (apdu: Apdu) => void
  readonly fail: (problem: DriverProblem) => void
  readonly next: ApduLink['next']
  readonly hasFailed: () => DriverProblem | null
}

/** Holds messages until somebody asks; one asks at a time. What came before the link broke is still handed out. */
export function createInbox(name: string): Inbox {
  const waiting: Apdu[] = []
  let failure: DriverProblem | null = null
  let wake: (() => void) | null = null
  const fail = (problem: DriverProblem): void => {
    failure ??= problem
    wake?.()
  }
  return {
    put: (apdu) => {
      if (waiting.length >= INBOX_MAX) return fail(linkGone(name, 'sends without end'))
      waiting.push(apdu)
      wake?.()
    },
    fail,
    hasFailed: () => failure,
    next: async (timeoutMs) => {
      if (wake !== null) throw new Error('Two wait for messages of one card terminal.')
      if (waiting.length === 0 && failure === null) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, timeoutMs)
          wake = () => {
            clearTimeout(timer)
            resolve()
          }
        })
        wake = null
      }
      const first = waiting.shift()
      if (first !== undefined) return first
      if (failure !== null) throw failure
      return null
    },
  }
}

export function linkGone(name: string, why: string, cause?: unknown): DriverProblem {
  return new DriverProblem(
    'device_gone',
    `The card terminal at ${name} ${why}. Check its cable, network and power.`,
    { cause },
  )
}

export function tcpLink(connection: Connection, name: string): ApduLink {
  const inbox = createInbox(name)
  let held = new Uint8Array()
  const stop = connection.onData((bytes) => {
    if (inbox.hasFailed() !== null) return
    const joined = new Uint8Array(held.length + bytes.length)
    joined.set(held)
    joined.set(bytes, held.length)
    held.fill(0)
    let at = 0
    for (;;) {
      const taken = takeApdu(joined.subarray(at))
      if (taken.kind === 'incomplete') break
      at += taken.sizeBytes
      inbox.put(taken.apdu)
    }
    held = joined.slice(at)
    // It may hold card data.
    joined.fill(0)
    if (held.length > APDU_MAX_BYTES) inbox.fail(linkGone(name, 'sends without end'))
  })
  void connection.closed.then((problem) => inbox.fail(linkGone(name, 'closed the connection', problem)))
  return {
    next: inbox.next,
    send: async (command, data) => {
      const failure = inbox.hasFailed()
      if (failure !== null) throw failure
      try {
        await connection.write(encodeApdu(command, data))
      } catch (error) {
        throw linkGone(name, 'takes no more data', error)
      }
    },
    close: async () => {
      stop()
      held.fill(0)
      await connection.close()
    },
  }
}
