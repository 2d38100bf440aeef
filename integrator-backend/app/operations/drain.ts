// How a node ends without refusing anybody: it says "not ready" for a while so that a balancer looks elsewhere, asks kept
// connections to close after their next answer, and only then stops to listen. Called by start-integrator.
import { setTimeout as wait } from 'node:timers/promises'
import type { FastifyInstance } from 'fastify'

export type Drain = {
  isDraining: () => boolean
  watch: (server: FastifyInstance) => void
  /** Resolves when the server may be closed. */
  begin: () => Promise<void>
}

export function createDrain(drainMs: number): Drain {
  let isDraining = false
  return {
    isDraining: () => isDraining,
    watch: (server) => {
      server.addHook('onRequest', async (_request, reply) => {
        // the client opens its next connection elsewhere instead of finding this one closed
        if (isDraining) reply.header('connection', 'close')
      })
    },
    begin: async () => {
      isDraining = true
      if (drainMs > 0) await wait(drainMs)
    },
  }
}
