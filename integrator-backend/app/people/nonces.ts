// Which requests were already made: the nonces of signed requests that change something, for as long as their signature is fresh.
// On all nodes of a database alike. Called by the request check; pruned by start-integrator.
import type { Pool } from 'pg'
import { SIGNATURE_WINDOW_MS } from '#contract/request-signature.ts'
import { describeError } from '#contract/safe-log.ts'
import type { Log } from '#app/log.ts'
import { createGroupCommit } from '#app/payments/group-commit.ts'

export type Nonces = {
  /** false: this device has used it before. */
  use: (deviceId: string, nonce: string) => Promise<boolean>
  /** Forgets what can no longer come in time; returns how many. */
  prune: () => Promise<number>
}

/** Signatures may be dated ahead by the window, so each is kept for both halves of it. */
const keptMs = SIGNATURE_WINDOW_MS * 2 + 60_000

const pruneEveryMs = 120_000

export function startPruning(nonces: Nonces, log: Log): { stop: () => Promise<void> } {
  let running: Promise<void> | null = null
  const once = async () => {
    try {
      await nonces.prune()
    } catch (error) {
      log.error({ error: describeError(error) }, 'old nonces could not be forgotten')
    }
  }
  const timer = setInterval(() => {
    running ??= once().finally(() => {
      running = null
    })
  }, pruneEveryMs)
  return {
    stop: async () => {
      clearInterval(timer)
      await running
    },
  }
}

type Use = { deviceId: string; nonce: string }

export function createNonces(pool: Pool, nowMs: () => number): Nonces {
  // requests that come together share one round trip
  const useOne = createGroupCommit<Use, boolean>((uses) => insertNonces(pool, uses, nowMs()))
  return {
    use: (deviceId, nonce) => useOne({ deviceId, nonce }),
    prune: async () => {
      const gone = await pool.query({
        name: 'prune-nonces',
        text: 'delete from tahsil.request_nonces where at_ms < $1',
        values: [nowMs() - keptMs],
      })
      return gone.rowCount ?? 0
    },
  }
}

async function insertNonces(pool: Pool, uses: readonly Use[], atMs: number): Promise<boolean[]> {
  // one order for every caller, so that two inserts never wait for each other
  const sorted = uses.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))
  const rows = await pool.query<{ device_id: string; nonce: string }>({
    name: 'use-nonces',
    text: `insert into tahsil.request_nonces (device_id, nonce, at_ms)
      select d, n, $3 from unnest($1::text[], $2::text[]) as t (d, n)
      on conflict do nothing returning device_id, nonce`,
    values: [sorted.map(({ deviceId }) => deviceId), sorted.map(({ nonce }) => nonce), atMs],
  })
  const fresh = new Set(rows.rows.map((row) => keyOf({ deviceId: row.device_id, nonce: row.nonce })))
  // of two equal ones in one group the first counts
  return uses.map((use) => fresh.delete(keyOf(use)))
}

function keyOf({ deviceId, nonce }: Use): string {
  return `${deviceId} ${nonce}`
}
