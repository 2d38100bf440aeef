// `POST /user/oauth/token` with its real failures, and `/user/_logout`. A bad password is 400 invalid_request.
// Five misses within 30 minutes lock the account and delete its live tokens. Read from: egov-user UserService.
import type { TokenRow, UserRow } from '#sandbox/state/rows.ts'
import { fieldOf } from '#sandbox/wire/json-field.ts'
import type { Answer, Call, Sandbox } from '#sandbox/sandbox-context.ts'
import { deleteTokensOf, issueToken, refreshToken, userOnWire } from './tokens.ts'
import { STATE_TENANT } from '#sandbox/masters/tenants.ts'

export const CLIENT_ID = 'egov-user-client'
export const CLIENT_SECRET = 'sandbox-secret'

const failuresMax = 5
const failureWindowMs = 30 * 60_000
const userTypes = ['EMPLOYEE', 'CITIZEN', 'SYSTEM', 'BUSINESS']

class OauthFailure extends Error {
  readonly error: string
  constructor(error: string, description: string) {
    super(description)
    this.error = error
  }
}

/** `form` is the urlencoded body. Answers plain OAuth JSON, never the Errors envelope. */
export function logIn(sandbox: Sandbox, form: URLSearchParams, authorization: string | undefined): Answer {
  if (!isClient(authorization)) {
    return {
      status: 401,
      body: {
        timestamp: new Date(sandbox.clock.nowMs()).toISOString(),
        status: 401,
        error: 'Unauthorized',
        message: 'Unauthorized',
        path: '/user/oauth/token',
      },
      headers: { 'www-authenticate': 'Basic realm="oauth2/client"' },
    }
  }
  try {
    const grant = form.get('grant_type')
    if (!grant) throw new OauthFailure('invalid_request', 'Missing grant type')
    if (grant === 'password') return tokenAnswer(sandbox, byPassword(sandbox, form))
    if (grant === 'refresh_token') return tokenAnswer(sandbox, byRefresh(sandbox, form))
    throw new OauthFailure('unsupported_grant_type', `Unsupported grant type: ${grant}`)
  } catch (error) {
    if (!(error instanceof OauthFailure)) throw error
    return { status: 400, body: { error: error.error, error_description: error.message } }
  }
}

function isClient(authorization: string | undefined): boolean {
  const basic = /^Basic (.+)$/i.exec(authorization ?? '')?.[1] ?? ''
  return Buffer.from(basic, 'base64').toString('utf8') === `${CLIENT_ID}:${CLIENT_SECRET}`
}

function byPassword(sandbox: Sandbox, form: URLSearchParams): TokenRow {
  const { state } = sandbox
  const tenantId = form.get('tenantId')
  const userType = form.get('userType')?.toUpperCase()
  if (!tenantId) throw new OauthFailure('invalid_request', 'TenantId is mandatory')
  if (!userType || !userTypes.includes(userType)) {
    throw new OauthFailure(
      'invalid_request',
      'User Type is mandatory and has to match one of the defined types',
    )
  }
  const home = userType === 'CITIZEN' ? STATE_TENANT : tenantId
  const found = state.users.find('login', `${form.get('username') ?? ''}|${userType}|${home}`)
  const [user] = found
  if (user === undefined || found.length > 1) throw badCredentials()
  if (!user.isActive) throw new OauthFailure('invalid_request', 'Please activate your account')
  if (isLocked(sandbox, user)) throw new OauthFailure('invalid_request', 'Account locked')
  if (form.get('password') !== user.password) throw failedLogin(sandbox, user)
  if (user.failedAtMs.length > 0 || user.isLocked) {
    state.users.put(Object.assign(user, { failedAtMs: [], isLocked: false, lockedAtMs: null }))
  }
  return issueToken(sandbox, { user, scope: form.get('scope') ?? 'read write', clientId: CLIENT_ID })
}

function byRefresh(sandbox: Sandbox, form: URLSearchParams): TokenRow {
  const { state, clock } = sandbox
  const sent = form.get('refresh_token') ?? ''
  const [token] = state.tokens.find('refresh', sent)
  if (token === undefined || token.refreshExpiresAtMs <= clock.nowMs()) {
    throw new OauthFailure('invalid_grant', `Invalid refresh token: ${sent}`)
  }
  const user = state.users.get(token.userUuid)
  if (user === undefined) throw badCredentials()
  if (user.isLocked === null || isLocked(sandbox, user))
    throw new OauthFailure('invalid_request', 'Account locked')
  return refreshToken(sandbox, token, user)
}

function badCredentials(): OauthFailure {
  return new OauthFailure('invalid_request', 'Invalid login credentials')
}

/** A lock ends after the cool-down. */
function isLocked(sandbox: Sandbox, user: UserRow): boolean {
  if (user.isLocked !== true) return false
  if (sandbox.clock.nowMs() - (user.lockedAtMs ?? 0) < sandbox.settings.accountCoolDownMs) return true
  sandbox.state.users.put(Object.assign(user, { isLocked: false, lockedAtMs: null, failedAtMs: [] }))
  return false
}

function failedLogin(sandbox: Sandbox, user: UserRow): OauthFailure {
  const nowMs = sandbox.clock.nowMs()
  user.failedAtMs = [...user.failedAtMs.filter((atMs) => nowMs - atMs < failureWindowMs), nowMs]
  const isLockedNow = user.failedAtMs.length >= failuresMax
  if (isLockedNow) {
    Object.assign(user, { isLocked: true, lockedAtMs: nowMs })
    deleteTokensOf(sandbox.state, user.uuid)
  }
  sandbox.state.users.put(user)
  return isLockedNow ? new OauthFailure('invalid_request', 'Account locked') : badCredentials()
}

function tokenAnswer(sandbox: Sandbox, token: TokenRow): Answer {
  const user = sandbox.state.users.get(token.userUuid)
  if (user === undefined) throw new Error('a token always belongs to a user')
  return {
    status: 200,
    body: {
      access_token: token.accessToken,
      token_type: 'bearer',
      refresh_token: token.refreshToken,
      expires_in: Math.floor((token.expiresAtMs - sandbox.clock.nowMs()) / 1000),
      scope: token.scope,
      ResponseInfo: {
        api_id: '',
        ver: '',
        ts: '',
        res_msg_id: '',
        msg_id: '',
        status: 'Access Token generated successfully',
      },
      UserRequest: userOnWire(user, token.roles),
    },
  }
}

/** Deletes the shared token, so every device of the login is out. Fails in the `{responseInfo, error}` shape. */
export function logOut(call: Call): Answer {
  const { state, clock } = call.sandbox
  const accessToken = fieldOf(call.body, 'access_token') ?? call.query.get('access_token')
  const token = typeof accessToken === 'string' ? state.tokens.get(accessToken) : undefined
  const info = { api_id: '', ver: '', ts: new Date(clock.nowMs()).toUTCString(), res_msg_id: '', msg_id: '' }
  if (token === undefined) {
    return {
      status: 400,
      body: {
        responseInfo: { ...info, status: 'Logout failed' },
        error: { code: 400, message: null, description: 'Logout failed', fields: null },
      },
    }
  }
  state.tokens.remove(token.accessToken)
  return { status: 200, body: { ...info, status: 'Logout successfully' } }
}
