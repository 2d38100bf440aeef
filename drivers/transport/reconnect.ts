// Keeps a device connected that is used all day: scanners, displays and card terminals that stay on the line. Called by
// their drivers. Tells once when the device vanishes and once when it is back; in between it tries again, ever more slowly.
import { DriverProblem } from '#drivers/problem.ts'
import type { Connection } from './transport.ts'

export type KeptEvent = {
  readonly kind: 'up' | 'down'
  /** Why it is down; null when up. */
  readonly problem: DriverProblem | null
  readonly atMs: number
}

export type KeepLimits = {
  readonly firstDelayMs: number
  readonly delayMaxMs: number
  /** A connection that lived this long was a good one: the next loss begins with the first delay again. */
  readonly stableMs: number
}

export const KEEP_LIMITS: KeepLimits = { firstDelayMs: 500, delayMaxMs: 30_000, stableMs: 10_000 }

/** All that is asked of what is kept open: a connection, an open scanner, an open card reader. */
export type Kept = Pick<Connection, 'closed' | 'close'>

export type KeepPorts<K extends Kept = Connection> = {
  /** Asked anew for each attempt, so that a device may come back under another path. */
  readonly open: () => Promise<K>
  /** The new connection, before the event; whoever listens to its data does so here. */
  readonly onConnection: (connection: K) => void
  readonly onEvent: (event: KeptEvent) => void
  /** 0 to below 1: spreads the attempts of many tills. */
  readonly random: () => number
  readonly nowMs: () => number
  readonly limits?: KeepLimits
}

export type KeptConnection<K extends Kept = Connection> = {
  /** null while the device is away. */
  readonly current: () => K | null
  /** Something was plugged in: try now instead of at the end of the delay. */
  readonly retryNow: () => void
  /** Closes the connection; no event comes after this. */
  readonly stop: () => Promise<void>
}

export function keepConnected<K extends Kept = Connection>(ports: KeepPorts<K>): KeptConnection<K> {
  const { firstDelayMs, delayMaxMs, stableMs } = ports.limits ?? KEEP_LIMITS
  let connection: K | null = null
  let isStopped = false
  /** Of the last event, so that a device that stays away is told once, and again only for another reason. */
  let told: string | null = null
  let wake = (): void => undefined

  const tell = (problem: DriverProblem | null): void => {
    const key = problem === null ? 'up' : problem.code
    if (isStopped || key === told) return
    told = key
    ports.onEvent({ kind: problem === null ? 'up' : 'down', problem, atMs: ports.nowMs() })
  }

  const pause = async (attempt: number): Promise<void> => {
    const full = Math.min(delayMaxMs, firstDelayMs * 2 ** Math.min(attempt, ATTEMPTS_DOUBLING_MAX))
    const { promise, resolve } = Promise.withResolvers<void>()
    const timer = setTimeout(resolve, full * (0.5 + ports.random() / 2))
    wake = resolve
    await promise
    clearTimeout(timer)
  }

  /** One life of a connection; true when it was a good one. */
  const live = async (): Promise<boolean> => {
    try {
      const opened = await ports.open()
      if (isStopped) {
        await opened.close()
        return false
      }
      connection = opened
      const sinceMs = ports.nowMs()
      ports.onConnection(opened)
      tell(null)
      const problem = await opened.closed
      connection = null
      if (problem !== null) tell(problem)
      else tell(new DriverProblem('device_gone', 'The connection to the device was closed.'))
      return ports.nowMs() - sinceMs >= stableMs
    } catch (error) {
      tell(asProblem(error))
      return false
    }
  }

  const run = async (): Promise<void> => {
    let attempt = 0
    // Ends with stop(): a till runs for weeks.
    for (;;) {
      attempt = (await live()) ? 0 : attempt + 1
      if (isStopped) return
      await pause(Math.max(0, attempt - 1))
      if (isStopped) return
    }
  }

  const running = run()
  return {
    current: () => connection,
    retryNow: () => wake(),
    stop: async () => {
      isStopped = true
      wake()
      await connection?.close()
      await running
    },
  }
}

/** 2 ** 16 first delays are more than any longest delay. */
const ATTEMPTS_DOUBLING_MAX = 16

function asProblem(error: unknown): DriverProblem {
  if (error instanceof DriverProblem) return error
  return new DriverProblem('device_unreachable', 'The device cannot be used.', { cause: error })
}
