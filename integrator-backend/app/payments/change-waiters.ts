// Lets tills wait for news of their payments: one database connection listens for all of them, and nobody who waits holds one.
// Called by the changes handler; made and closed by start-integrator.
import pg from 'pg'
import type { Pool, PoolClient } from 'pg'

export type ChangeWaiters = {
  /** Resolves when something of the slot has changed, when the time is over, when `gone` says so, or at once when too many wait already. */
  wait: (slotId: string, waitMs: number, gone: AbortSignal) => Promise<void>
  /** Everybody goes on now. */
  close: () => Promise<void>
}

export const CHANNEL = 'tahsil_changes'
/** Tills that wait on one node. Beyond it an answer comes at once and the till asks again later. */
export const WAITERS_MAX = 5_000
const LISTEN_AGAIN_MS = 2_000

type Waiter = { go: () => void }

export function createChangeWaiters(pool: Pool, onError: (error: unknown) => void): ChangeWaiters {
  const bySlot = new Map<string, Set<Waiter>>()
  let count = 0
  let listener: PoolClient | null = null
  let again: NodeJS.Timeout | null = null
  let isClosed = false

  const wake = (slotId: string): void => {
    for (const waiter of bySlot.get(slotId) ?? []) waiter.go()
  }
  const lose = (client: PoolClient): void => {
    if (listener !== client) return
    listener = null
    client.release(true)
    if (!isClosed) again = setTimeout(() => void listen(), LISTEN_AGAIN_MS)
  }
  const listen = async (): Promise<void> => {
    try {
      const client = await pool.connect()
      if (isClosed) return client.release()
      listener = client
      client.on('notification', ({ payload }) => wake(payload ?? ''))
      client.on('error', () => lose(client))
      client.on('end', () => lose(client))
      await client.query(`listen ${pg.escapeIdentifier(CHANNEL)}`)
      // What happened while nobody listened is looked at now.
      for (const slotId of bySlot.keys()) wake(slotId)
    } catch (error) {
      onError(error)
      if (listener !== null) lose(listener)
      else if (!isClosed) again = setTimeout(() => void listen(), LISTEN_AGAIN_MS)
    }
  }
  const ready = listen()

  return {
    wait: async (slotId, waitMs, gone) => {
      if (isClosed || gone.aborted || count >= WAITERS_MAX || waitMs <= 0) return
      const waiters = bySlot.get(slotId) ?? new Set<Waiter>()
      bySlot.set(slotId, waiters)
      count += 1
      await new Promise<void>((resolve) => {
        const timer = setTimeout(() => waiter.go(), waitMs)
        const waiter: Waiter = {
          go: () => {
            clearTimeout(timer)
            if (!waiters.delete(waiter)) return
            count -= 1
            if (waiters.size === 0 && bySlot.get(slotId) === waiters) bySlot.delete(slotId)
            resolve()
          },
        }
        waiters.add(waiter)
        gone.addEventListener('abort', waiter.go, { once: true })
      })
    },
    close: async () => {
      isClosed = true
      if (again !== null) clearTimeout(again)
      for (const slotId of bySlot.keys()) wake(slotId)
      await ready
      const client = listener
      listener = null
      client?.release(true)
    },
  }
}
