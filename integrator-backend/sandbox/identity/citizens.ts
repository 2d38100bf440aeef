// The CITIZEN account collection-services finds or makes for the mobile number of a payment; failures are swallowed.
// Called by create-payment. Read from: collection UserService.
import { randomUUID } from 'node:crypto'
import { STATE_TENANT } from '#sandbox/masters/tenants.ts'
import { roleNames } from '#sandbox/masters/roles.ts'
import type { UserRow } from '#sandbox/state/rows.ts'
import type { Sandbox } from '#sandbox/sandbox-context.ts'
import { addToCount, nextNumber } from '#sandbox/state/state.ts'

export const SANDBOX_OTP = '123456'

/** Uuid of the account, null without a mobile number or when the user service refuses. */
export function citizenOf(
  sandbox: Sandbox,
  payer: { mobileNumber: string | null; name: string },
): string | null {
  if (payer.mobileNumber === null) return null
  const { state, faults } = sandbox
  const [known] = state.users.find('mobile', `${payer.mobileNumber}|CITIZEN`)
  if (known) return known.uuid
  if (faults.take('citizen-failure', 'create-payment')) return null
  const citizen = newCitizen(sandbox, { mobileNumber: payer.mobileNumber, name: payer.name })
  state.users.put(citizen)
  addToCount(state, 'citizens-created', 1)
  return citizen.uuid
}

function newCitizen(sandbox: Sandbox, payer: { mobileNumber: string; name: string }): UserRow {
  return {
    id: 100_000 + nextNumber(sandbox.state, 'citizen'),
    uuid: randomUUID(),
    userName: payer.mobileNumber,
    name: payer.name,
    password: SANDBOX_OTP,
    mobileNumber: payer.mobileNumber,
    type: 'CITIZEN',
    tenantId: STATE_TENANT,
    roles: [{ name: roleNames['CITIZEN'] ?? 'Citizen', code: 'CITIZEN', tenantId: STATE_TENANT }],
    isActive: true,
    isLocked: false,
    lockedAtMs: null,
    failedAtMs: [],
  }
}
