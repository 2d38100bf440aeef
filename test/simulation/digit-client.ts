// The integrator's DIGIT client in a simulated world: the same answers as app's client gives, over a line of the simulator
// instead of HTTP. Called by the simulated integrator.
import type * as z from 'zod'
import { classifyFailure } from '#collection/digit-outcome.ts'
import type { DigitFailure, DigitOutcome } from '#collection/digit-outcome.ts'
import { errorEnvelopeSchema } from '#digit-wire/envelope.ts'
import type { DigitCall, DigitClient } from '#app/digit/digit-client.ts'
import type { Digit, DigitAnswer } from './digit.ts'
import { exchange } from './wire.ts'
import type { Delivery } from './wire.ts'
import { callOut } from './world.ts'
import type { Life, World } from './world.ts'

const moneyTimeoutMs = 60_000
const readTimeoutMs = 15_000

export function createSimulatedClient(
  world: World,
  { life, digit }: { life: Life; digit: Digit },
): DigitClient {
  const call = async <Schema extends z.ZodType>(
    wanted: DigitCall<Schema>,
  ): Promise<DigitOutcome<z.infer<Schema>>> => {
    const { isMoney = false } = wanted
    // what is sent is a copy: nobody changes it on the way
    const body = JSON.parse(JSON.stringify({ RequestInfo: {}, ...wanted.body })) as Record<string, unknown>
    const line = {
      from: life,
      to: digit.life,
      what: wanted.path.split('/').slice(-2).join('/'),
      timeoutMs: isMoney ? moneyTimeoutMs : readTimeoutMs,
      isMoney,
    }
    const delivery = await callOut(world, life, () =>
      exchange(world, line, () => digit.serve({ path: wanted.path, query: wanted.query ?? {}, body })),
    )
    return outcomeOf(delivery, wanted)
  }
  return {
    call,
    login: () => Promise.reject(new TypeError('nobody logs in here')),
    loginState: () => {
      throw new TypeError('nobody logs in here')
    },
    tenantId: 'sr.devgaon',
    close: () => undefined,
  }
}

function outcomeOf<Schema extends z.ZodType>(
  delivery: Delivery<DigitAnswer>,
  wanted: DigitCall<Schema>,
): DigitOutcome<z.infer<Schema>> {
  if (delivery.kind === 'refused') return { kind: 'not-sent', why: 'ECONNREFUSED' }
  if (delivery.kind === 'silence') return { kind: 'unknown', why: 'ECONNABORTED' }
  const { status, json } = delivery.value
  if (status >= 200 && status < 300) {
    const answer = wanted.answer.safeParse(json)
    return answer.success ? { kind: 'ok', value: answer.data } : { kind: 'bad-answer', why: 'shape' }
  }
  return failureOf(status, json)
}

function failureOf(status: number, json: unknown): DigitFailure {
  const envelope = errorEnvelopeSchema.safeParse(json)
  const errors = envelope.success
    ? envelope.data.Errors.map(({ code, message, description }) => ({
        code,
        message: message ?? null,
        description: description ?? null,
      }))
    : null
  return classifyFailure({ status, errors })
}
