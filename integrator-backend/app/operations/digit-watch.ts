// Counts and times every call to DIGIT around the client that makes it. Called by start-integrator.
import type { DigitCall, DigitClient } from '#app/digit/digit-client.ts'
import type { Metrics } from './metrics.ts'

/** The same client; paths of DIGIT are few and carry no ids, queries are not told. */
export function watchDigit(client: DigitClient, metrics: Metrics): DigitClient {
  const call = async (wanted: DigitCall<never>) => {
    const end = metrics.digitSeconds.startTimer({ path: wanted.path })
    const outcome = await client.call(wanted)
    end()
    metrics.digitCalls.inc({ path: wanted.path, outcome: outcome.kind })
    metrics.digitUnreachable.set(outcome.kind === 'not-sent' ? 1 : 0)
    return outcome
  }
  return { ...client, call: call as DigitClient['call'] }
}
