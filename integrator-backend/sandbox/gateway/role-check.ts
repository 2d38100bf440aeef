// Access control: a role counts when its tenant is one of the request's tenants or the state tenant.
// Tenants are every field named tenantId anywhere in the body outside RequestInfo; only when there is none, the query's;
// else the user's own. Called by the pipeline. Read from: zuul RbacFilter, egov-accesscontrol.
import type { UserRequest } from '#digit-wire/auth.ts'
import { roleActions } from '#sandbox/masters/roles.ts'
import { STATE_TENANT } from '#sandbox/masters/tenants.ts'

export type RoleQuestion = { user: UserRequest; path: string; body: unknown; query: URLSearchParams }

export function isAllowed({ user, path, body, query }: RoleQuestion): boolean {
  const tenantIds = tenantsOf({ user, body, query })
  return user.roles.some((role) => {
    const tenantId = role.tenantId ?? ''
    const counts = tenantId === STATE_TENANT || tenantIds.has(tenantId)
    return counts && (roleActions[role.code] ?? []).includes(path)
  })
}

function tenantsOf({ user, body, query }: Omit<RoleQuestion, 'path'>): Set<string> {
  const found = new Set<string>()
  collectTenants(body, found, 0)
  if (found.size > 0) return found
  const inQuery = query.getAll('tenantId').flatMap((value) => value.split(','))
  const named = inQuery.filter((value) => value !== '')
  return new Set(named.length > 0 ? named : [user.tenantId])
}

const depthMax = 64

function collectTenants(value: unknown, found: Set<string>, depth: number): void {
  if (typeof value !== 'object' || value === null || depth > depthMax) return
  if (Array.isArray(value)) {
    for (const item of value) collectTenants(item, found, depth + 1)
    return
  }
  for (const [key, child] of Object.entries(value)) {
    if (depth === 0 && (key === 'RequestInfo' || key === 'requestInfo')) continue
    if (key === 'tenantId') for (const id of [child].flat()) if (typeof id === 'string') found.add(id)
    collectTenants(child, found, depth + 1)
  }
}
