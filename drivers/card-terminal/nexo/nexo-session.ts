// What every question to a nexo terminal needs: whom it is asked, the sealing, the certificate's rule and the pauses between looks.
// Called by nexo-terminal.ts and reversal.ts.
import { setTimeout as pause } from 'node:timers/promises'
import type { CardIntent } from '#drivers/card-terminal/card-terminal.ts'
import { createJsonPoster, wrongAnswer } from '#drivers/card-terminal/post-json.ts'
import { DriverProblem } from '#drivers/problem.ts'
import type { Expected, NexoReading } from './answers.ts'
import { readPaymentStatus } from './answers.ts'
import type { CertificateRule } from './certificate-rule.ts'
import { identityCheckOf } from './certificate-rule.ts'
import type { NexoParties, NexoRequest } from './requests.ts'
import { statusRequest } from './requests.ts'
import type { NexoKey } from './secure-envelope.ts'
import { plainEnvelope, sealedEnvelope } from './secure-envelope.ts'

export type NexoOptions = {
  readonly url: URL
  readonly parties: NexoParties
  /** null: the terminal relies on TLS alone. */
  readonly key: NexoKey | null
  /** PEM of the CA that signed the terminal's certificate; Adyen's rule needs it. */
  readonly ca: string | null
  readonly certificateRule: CertificateRule
  readonly times?: NexoTimes
}

export type NexoTimes = {
  readonly paymentTimeoutMs: number
  readonly askTimeoutMs: number
  readonly lookEveryMs: number
  /** How long `start` looks for a sale whose answer was lost. */
  readonly recoverForMs: number
}

/** Adyen ends a payment that is not done after 120 s. */
export const NEXO_TIMES: NexoTimes = {
  paymentTimeoutMs: 125_000,
  askTimeoutMs: 5_000,
  lookEveryMs: 3_000,
  recoverForMs: 150_000,
}

export type Unknown = { readonly kind: 'unknown'; readonly problem: DriverProblem }
export type Asked =
  /** Opened; undefined when it was not sealed with our key. */
  | { readonly kind: 'answer'; readonly content: unknown }
  | { readonly kind: 'not_sent'; readonly problem: DriverProblem }
  | { readonly kind: 'lost'; readonly problem: DriverProblem }

export type NexoSession = {
  /** "the card terminal at 192.0.2.9:8443" */
  readonly name: string
  readonly parties: NexoParties
  readonly times: NexoTimes
  readonly ask: (request: NexoRequest, timeoutMs: number) => Promise<Asked>
  /** Which message an answer to this request must be. */
  readonly expect: (request: NexoRequest) => Expected
  readonly untilNextLook: () => Promise<void>
  readonly isClosed: () => boolean
  readonly close: () => void
}

/** @throws DriverProblem `device_address_invalid` or `card_terminal_not_set_up` */
export function openSession(options: NexoOptions): NexoSession {
  const { url, parties, times = NEXO_TIMES } = options
  const name = `the card terminal at ${url.host}`
  if (options.certificateRule !== 'host-name' && options.ca === null) {
    const words = `For ${name} the CA that signed its certificate is missing. Give Adyen's root certificate in the settings.`
    throw new DriverProblem('card_terminal_not_set_up', words)
  }
  const checkServerIdentity = identityCheckOf(options.certificateRule, parties.poiId)
  const poster = createJsonPoster({
    baseUrl: url,
    name,
    ca: options.ca,
    ...(checkServerIdentity === null ? {} : { checkServerIdentity }),
  })
  const envelope = options.key === null ? plainEnvelope : sealedEnvelope(options.key)
  const closing = new AbortController()
  return {
    name,
    parties,
    times,
    ask: async (request, timeoutMs) => {
      const posted = await poster.post('', envelope.seal(request), timeoutMs)
      return posted.kind === 'answer' ? { kind: 'answer', content: envelope.open(posted.json) } : posted
    },
    expect: ({ header }) => ({ parties, category: header.MessageCategory, serviceId: header.ServiceID }),
    untilNextLook: async () => {
      await pause(times.lookEveryMs, undefined, { signal: closing.signal }).catch(() => undefined)
    },
    isClosed: () => closing.signal.aborted,
    close: () => {
      closing.abort()
      poster.close()
    },
  }
}

export type Look = Exclude<NexoReading, { kind: 'wrong' }> | Unknown

/** One question about a sale; changes nothing. */
export async function lookAtSale(session: NexoSession, intent: CardIntent): Promise<Look> {
  const request = statusRequest(session.parties, { serviceId: intent.reference, category: 'Payment' })
  const asked = await session.ask(request, session.times.askTimeoutMs)
  if (asked.kind !== 'answer') return { kind: 'unknown', problem: asked.problem }
  const reading = readPaymentStatus(asked.content, session.expect(request), intent)
  if (reading.kind !== 'wrong') return reading
  return { kind: 'unknown', problem: wrongAnswer(session.name, reading.why) }
}

/** The first letter of a sentence that begins with a name. */
export function sentence(words: string): string {
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}`
}
