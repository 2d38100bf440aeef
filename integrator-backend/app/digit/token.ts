// The DIGIT login: one token for the whole integrator, one login at a time, and never a second try with a refused
// password: five misses lock the account and delete its live tokens (digit-contract 1.1). Called by digit-client.
import { createHash } from 'node:crypto'
import type { DigitFailure, DigitOutcome } from '#collection/digit-outcome.ts'
import { oauthErrorSchema, springErrorSchema } from '#digit-wire/envelope.ts'
import { TOKEN_PATH, tokenAnswerSchema } from '#digit-wire/auth.ts'
import type { DigitCredentials } from '#app/config.ts'
import type { Log } from '#app/log.ts'
import type { Send } from './http.ts'

export type LoginState = 'unknown' | 'ok' | 'refused' | 'unreachable'

export type TokenSource = {
  get: () => Promise<DigitOutcome<string>>
  /** The gateway did not take this token: forget it unless it was replaced meanwhile. */
  reject: (token: string) => void
  state: () => LoginState
}

export type TokenOptions = {
  send: Send
  credentials: () => DigitCredentials
  tenantId: string
  userType: string
  log: Log
  nowMs: () => number
}

/** A locked account opens again by itself; source default of DIGIT is 60 minutes. */
const lockedCoolDownMs = 60 * 60_000
const expiryMarginMs = 60_000

type Refusal = { credentialsHash: string; failure: DigitFailure; againAtMs: number | null }

export function createTokenSource(options: TokenOptions): TokenSource {
  let held: { token: string; expiresAtMs: number } | null = null
  let pending: Promise<DigitOutcome<string>> | null = null
  let refusal: Refusal | null = null
  let state: LoginState = 'unknown'

  const login = async (): Promise<DigitOutcome<string>> => {
    const credentials = options.credentials()
    const credentialsHash = hashOf(credentials)
    if (refusal !== null && refusal.credentialsHash === credentialsHash) {
      const isOver = refusal.againAtMs !== null && options.nowMs() >= refusal.againAtMs
      if (!isOver) return refusal.failure
    }
    const outcome = await askForToken(options, credentials)
    if (outcome.kind === 'ok') {
      refusal = null
      state = 'ok'
      held = { token: outcome.value.token, expiresAtMs: options.nowMs() + outcome.value.lifeMs }
      return { kind: 'ok', value: outcome.value.token }
    }
    state = outcome.kind === 'denied' ? 'refused' : 'unreachable'
    if (outcome.kind === 'denied') {
      const isLocked = outcome.why.includes('locked')
      refusal = {
        credentialsHash,
        failure: outcome,
        againAtMs: isLocked ? options.nowMs() + lockedCoolDownMs : null,
      }
      options.log.error({ why: outcome.why }, 'DIGIT refused the login; not trying these credentials again')
    }
    return outcome
  }

  return {
    get: async () => {
      if (held !== null && held.expiresAtMs - expiryMarginMs > options.nowMs()) {
        return { kind: 'ok', value: held.token }
      }
      pending ??= login().finally(() => {
        pending = null
      })
      return await pending
    },
    reject: (token) => {
      if (held?.token === token) held = null
    },
    state: () => state,
  }
}

async function askForToken(
  { send, tenantId, userType }: TokenOptions,
  credentials: DigitCredentials,
): Promise<DigitOutcome<{ token: string; lifeMs: number }>> {
  const form = new URLSearchParams({
    grant_type: 'password',
    username: credentials.username,
    password: credentials.password,
    tenantId,
    userType,
    scope: 'read',
  })
  const basic = Buffer.from(`${credentials.clientId}:${credentials.clientSecret}`).toString('base64')
  const sent = await send({
    path: TOKEN_PATH,
    body: form.toString(),
    headers: { 'content-type': 'application/x-www-form-urlencoded', authorization: `Basic ${basic}` },
    isMoney: false,
  })
  if (sent.kind !== 'answer') return sent
  const token = tokenAnswerSchema.safeParse(sent.json)
  if (sent.status === 200 && token.success) {
    return { kind: 'ok', value: { token: token.data.access_token, lifeMs: token.data.expires_in * 1000 } }
  }
  const oauth = oauthErrorSchema.safeParse(sent.json)
  if (
    sent.status >= 400 &&
    sent.status < 500 &&
    (oauth.success || springErrorSchema.safeParse(sent.json).success)
  ) {
    const words = oauth.success ? (oauth.data.error_description ?? '') : ''
    return { kind: 'denied', why: /lock/i.test(words) ? 'account locked' : 'login refused' }
  }
  if (sent.status === 429) return { kind: 'transient', code: 'RateLimitExceededException' }
  return { kind: 'not-sent', why: `login answered ${sent.status}` }
}

function hashOf(credentials: DigitCredentials): string {
  return createHash('sha256').update(JSON.stringify(credentials)).digest('hex')
}
