// What all links with a plain "send a piece, wait" port have in common: writes go one after another in small pieces with a
// time limit, a lost device ends every wait at once, closing is safe at any time. Called by serial.ts, usb.ts and lp.ts.
import type { DriverProblem } from '#drivers/problem.ts'
import { linkProblem, type LinkTerms } from './link-problem.ts'
import type { Connection } from './transport.ts'

export const WRITE_TIMEOUT_MS = 15_000
export const CLOSE_TIMEOUT_MS = 3_000
const WRITES_WAITING_MAX = 256

/** After these there is nothing left to talk to. */
const GONE_CODES: readonly string[] = ['device_gone', 'printer_disconnected']

/** The device's side, as the operating system gives it. */
export type LinkPort = {
  /** Takes one piece; resolves when the next may come. May reject with anything. */
  readonly send: (piece: Uint8Array) => Promise<void>
  /** Gives up what was sent and has not left yet. Called when a piece took too long; may do nothing. */
  readonly discard: () => Promise<void>
  /** Lets go of the device. Called once. */
  readonly release: () => Promise<void>
  /** What a rejection of `send` means. */
  readonly troubleOf: (error: unknown) => DriverProblem
}

export type LinkLimits = {
  readonly pieceBytesMax: number
  /** Silence after each piece, for devices with a small buffer and no flow control. */
  readonly pauseMs: number
  /** For one piece: a slow line that moves is no stalled line. */
  readonly writeTimeoutMs: number
}

export type Link = {
  readonly connection: Connection
  /** Bytes came. */
  readonly deliver: (bytes: Uint8Array) => void
  /** The device is gone, for this reason; the first call counts. */
  readonly lost: (problem: DriverProblem) => void
  readonly isEnded: () => boolean
}

type Outcome = 'done' | 'late' | 'ended'

export function createLink(port: LinkPort, terms: LinkTerms, limits: LinkLimits): Link {
  const listeners = new Set<(bytes: Uint8Array) => void>()
  const whenEnded = new Set<() => void>()
  const { promise: closed, resolve: settleClosed } = Promise.withResolvers<DriverProblem | null>()
  let state: 'open' | 'closing' | 'ended' = 'open'
  let failure: DriverProblem | null = null
  let last: Promise<void> = Promise.resolve()
  let waiting = 0
  /** A piece that took too long and is still with the operating system. */
  let stuck: Promise<void> | null = null
  let closing: Promise<void> | null = null

  const end = async (problem: DriverProblem | null): Promise<void> => {
    if (state === 'ended') return
    state = 'ended'
    failure = problem
    for (const wake of whenEnded) wake()
    // Whatever goes wrong in letting go, nobody can do anything about it.
    await port.release().catch(() => undefined)
    settleClosed(problem)
  }

  const refusal = (): DriverProblem => failure ?? linkProblem('closed', terms)

  /** `task` must not reject. */
  const settle = async (task: Promise<void>, ms: number): Promise<Outcome> =>
    await new Promise<Outcome>((resolve) => {
      const finish = (outcome: Outcome): void => {
        clearTimeout(timer)
        whenEnded.delete(wake)
        resolve(outcome)
      }
      const wake = (): void => finish('ended')
      const timer = setTimeout(() => finish('late'), ms)
      if (state === 'ended') return wake()
      whenEnded.add(wake)
      void task.then(() => finish('done'))
    })

  const sendPiece = async (piece: Uint8Array): Promise<void> => {
    const isFree = stuck === null ? 'done' : await settle(stuck, limits.writeTimeoutMs)
    if (isFree === 'late') throw linkProblem('stalled', terms)
    if (isFree === 'ended') throw refusal()
    const task = port.send(piece)
    let failed: DriverProblem | null = null
    const told = task.catch((error: unknown) => {
      failed = failure ?? port.troubleOf(error)
    })
    const outcome = await settle(told, limits.writeTimeoutMs)
    if (outcome === 'late') {
      stuck = told.finally(() => (stuck = null))
      await port.discard().catch(() => undefined)
      throw linkProblem('stalled', terms)
    }
    if (outcome === 'ended') throw refusal()
    if (failed === null) return
    const problem: DriverProblem = failed
    if (GONE_CODES.includes(problem.code)) void end(problem)
    throw problem
  }

  const send = async (bytes: Uint8Array): Promise<void> => {
    for (let from = 0; from < bytes.length; from += limits.pieceBytesMax) {
      if (state === 'ended') throw refusal()
      await sendPiece(bytes.subarray(from, from + limits.pieceBytesMax))
      if (limits.pauseMs > 0) await settle(new Promise<void>(() => undefined), limits.pauseMs)
    }
  }

  const write = async (bytes: Uint8Array): Promise<void> => {
    if (state !== 'open') throw refusal()
    if (waiting >= WRITES_WAITING_MAX) throw linkProblem('stalled', terms)
    waiting += 1
    const turn = last.then(async () => await send(bytes))
    last = turn.catch(() => undefined).finally(() => (waiting -= 1))
    await turn
  }

  const close = async (): Promise<void> => {
    if (state === 'open') {
      state = 'closing'
      closing = (async () => {
        if ((await settle(last, CLOSE_TIMEOUT_MS)) === 'late') await port.discard().catch(() => undefined)
        await end(null)
        await closed
      })()
    }
    await (closing ?? closed)
  }

  return {
    connection: {
      write,
      close,
      closed,
      onData: (listener) => {
        listeners.add(listener)
        return () => listeners.delete(listener)
      },
    },
    deliver: (bytes) => {
      if (state === 'ended') return
      for (const listener of listeners) listener(bytes)
    },
    lost: (problem) => void end(problem),
    isEnded: () => state === 'ended',
  }
}
