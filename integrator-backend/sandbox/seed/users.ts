// The logins of the sandbox, printed at start. Roles as a state would grant them. Called by the seed and main.
import { SANDBOX_OTP } from '#sandbox/identity/citizens.ts'
import { roleNames } from '#sandbox/masters/roles.ts'
import { STATE_TENANT } from '#sandbox/masters/tenants.ts'
import type { UserRow } from '#sandbox/state/rows.ts'

export type SandboxUser = {
  username: string
  password: string
  tenantId: string
  userType: 'EMPLOYEE' | 'CITIZEN'
  roles: string[]
  /** What the login is good for. */
  note: string
}

const counterRoles = ['EMPLOYEE', 'UC_EMP', 'WS_CEMP', 'SW_CEMP', 'TL_CEMP', 'CR_PT']
const password = 'Sandbox@123'
const employee = { userType: 'EMPLOYEE' as const, password }

export const sandboxUsers: SandboxUser[] = [
  {
    ...employee,
    username: 'POS-DVG',
    tenantId: 'sr.devgaon',
    roles: counterRoles,
    note: 'integrator login, Devgaon',
  },
  {
    ...employee,
    username: 'POS-CHP',
    tenantId: 'sr.chandnipur',
    roles: counterRoles,
    note: 'integrator login, Chandnipur',
  },
  {
    ...employee,
    username: 'COUNTER-DVG',
    tenantId: 'sr.devgaon',
    roles: counterRoles,
    note: 'another collector',
  },
  {
    ...employee,
    username: 'COUNTER-CHP',
    tenantId: 'sr.chandnipur',
    roles: counterRoles,
    note: 'another collector',
  },
  {
    ...employee,
    username: 'CLERK-DVG',
    tenantId: 'sr.devgaon',
    roles: ['EMPLOYEE'],
    note: 'few roles: no WS, SW, TL search',
  },
  {
    ...employee,
    username: 'STATE-01',
    tenantId: STATE_TENANT,
    roles: counterRoles,
    note: 'state-level employee',
  },
  {
    ...employee,
    username: 'NOFLAG-DVG',
    tenantId: 'sr.devgaon',
    roles: ['EMPLOYEE'],
    note: 'lock flag null: refresh fails',
  },
  {
    ...employee,
    username: 'INACTIVE-DVG',
    tenantId: 'sr.devgaon',
    roles: ['EMPLOYEE'],
    note: 'inactive account',
  },
  {
    username: '9876500004',
    password: SANDBOX_OTP,
    tenantId: STATE_TENANT,
    userType: 'CITIZEN',
    roles: ['CITIZEN'],
    note: 'citizen; the password is the OTP',
  },
]

export function userRows(newId: () => string): UserRow[] {
  return sandboxUsers.map((user, at) => ({
    id: 4711 + at,
    uuid: newId(),
    userName: user.username,
    name: user.note.split(',')[0] ?? user.username,
    password: user.password,
    mobileNumber: user.userType === 'CITIZEN' ? user.username : null,
    type: user.userType,
    tenantId: user.tenantId,
    roles: user.roles.map((code) => ({ name: roleNames[code] ?? code, code, tenantId: user.tenantId })),
    isActive: user.username !== 'INACTIVE-DVG',
    isLocked: user.username === 'NOFLAG-DVG' ? null : false,
    lockedAtMs: null,
    failedAtMs: [],
  }))
}
