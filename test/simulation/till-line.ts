// The line of a simulated till to the integrator: core's port over the simulated wire, with the check of the integrator's word
// that the host makes. Called by till.
import { readAck } from '#contract/journal-record.ts'
import { ProblemError } from '#contract/problem.ts'
import type { Integrator as IntegratorPort } from '#core/ports.ts'
import type { Integrator } from './integrator.ts'
import { serverKey } from './keys.ts'
import { exchange } from './wire.ts'
import type { Life, World } from './world.ts'

type Line = { life: Life; integrator: Integrator; deviceId: string; isCutOff: () => boolean }

export function portOf(world: World, { life, integrator, deviceId, isCutOff }: Line): IntegratorPort {
  const to = () => (isCutOff() ? null : integrator.life())
  type Ask = { what: string; timeoutMs: number }
  const ask = async <Value>(
    { what, timeoutMs }: Ask,
    serve: (server: Life) => Promise<Value>,
  ): Promise<Value> => {
    const delivery = await exchange(world, { from: life, to, what, timeoutMs }, async (server) => {
      try {
        return { value: await serve(server) }
      } catch (error) {
        if (error instanceof ProblemError) return { problem: error }
        throw error
      }
    })
    if (delivery.kind !== 'answer')
      throw new ProblemError('integrator_unreachable', { reason: delivery.kind })
    if (delivery.value.problem !== undefined) throw delivery.value.problem
    return delivery.value.value
  }
  return {
    appendRecords: async ({ lastAck, ...batch }) => {
      const request = { ...batch, records: [...batch.records], ...(lastAck === null ? {} : { lastAck }) }
      const answer = await ask({ what: 'records', timeoutMs: 30_000 }, (server) =>
        integrator.appendRecords(server, deviceId, request),
      )
      const { ack: signed, ...rest } = answer
      const ack = serverKey().isOurs('ack', signed) ? readAck(signed.text) : null
      if (ack === null) throw new ProblemError('integrator_not_trusted', { reason: 'ack' })
      return { ...rest, signed, ack }
    },
    changes: (since) =>
      ask({ what: 'changes', timeoutMs: 15_000 }, (server) => integrator.changes(server, deviceId, since)),
    searchBills: (query) =>
      ask({ what: 'bills', timeoutMs: 10_000 }, (server) => integrator.searchBills(server, deviceId, query)),
    signIn: () => Promise.reject(new ProblemError('integrator_unreachable')),
  }
}
