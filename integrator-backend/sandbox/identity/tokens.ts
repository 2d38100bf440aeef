// Tokens as egov-user keeps them: one per user, client, scope and tenant, so every device of a login shares it.
// Called by the token endpoint, the gateway's auth step and logout. Read from: CustomAuthenticationKeyGenerator.
import { createHash, randomUUID } from 'node:crypto'
import type { UserRequest } from '#digit-wire/auth.ts'
import type { TokenRow, UserRow } from '#sandbox/state/rows.ts'
import type { Sandbox } from '#sandbox/sandbox-context.ts'
import type { State } from '#sandbox/state/state.ts'

/** The live token of this login, or a new one. Roles are frozen in it. */
export function issueToken(
  sandbox: Sandbox,
  { user, scope, clientId }: { user: UserRow; scope: string; clientId: string },
): TokenRow {
  const { state, clock, settings } = sandbox
  const nowMs = clock.nowMs()
  const key = createHash('md5')
    .update([user.userName, clientId, scope, user.tenantId].join('|'))
    .digest('hex')
  const [known] = state.tokens.find('key', key)
  if (known && known.expiresAtMs > nowMs) return known
  if (known) state.tokens.remove(known.accessToken)
  const isRefreshLive = known !== undefined && known.refreshExpiresAtMs > nowMs
  const token: TokenRow = {
    accessToken: randomUUID(),
    refreshToken: isRefreshLive ? known.refreshToken : randomUUID(),
    key,
    userUuid: user.uuid,
    userType: user.type,
    scope,
    tenantId: user.tenantId,
    expiresAtMs: nowMs + settings.accessTokenLifeMs,
    refreshExpiresAtMs: isRefreshLive ? known.refreshExpiresAtMs : nowMs + settings.refreshTokenLifeMs,
    roles: structuredClone(user.roles),
  }
  state.tokens.put(token)
  return token
}

/** A refresh makes a new access token; the refresh token itself is used again, not rotated. */
export function refreshToken(sandbox: Sandbox, old: TokenRow, user: UserRow): TokenRow {
  const { state, clock, settings } = sandbox
  state.tokens.remove(old.accessToken)
  const token: TokenRow = {
    ...old,
    accessToken: randomUUID(),
    expiresAtMs: clock.nowMs() + settings.accessTokenLifeMs,
    roles: structuredClone(user.roles),
  }
  state.tokens.put(token)
  return token
}

export function liveToken(sandbox: Sandbox, accessToken: string): TokenRow | null {
  const token = sandbox.state.tokens.get(accessToken)
  return token !== undefined && token.expiresAtMs > sandbox.clock.nowMs() ? token : null
}

export function deleteTokensOf(state: State, userUuid: string): void {
  for (const token of Array.from(state.tokens.find('user', userUuid))) state.tokens.remove(token.accessToken)
}

/** What `/user/_details` says of a token: the user with the roles it had at login. */
export function userOnWire(user: UserRow, roles: UserRow['roles']): UserRequest {
  return {
    id: user.id,
    uuid: user.uuid,
    userName: user.userName,
    name: user.name,
    mobileNumber: user.mobileNumber,
    emailId: null,
    locale: null,
    type: user.type,
    roles,
    active: user.isActive,
    tenantId: user.tenantId,
    permanentCity: null,
  }
}
