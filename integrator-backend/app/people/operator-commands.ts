// What a supervisor at the office does about operators on the command line: take one out, read out the digits that free a locked one on a
// till without network, and go on with another PIN pepper. Called by commands.ts.
import { and, desc, eq, isNull, sql } from 'drizzle-orm'
import type { NodePgDatabase } from 'drizzle-orm/node-postgres'
import { unlockChallengeSchema } from '#contract/device-secrets-api.ts'
import { devices, operators, securityEvents, slots } from '#app/database/schema.ts'
import { StartupError } from '#app/startup-error.ts'
import { unlockCode } from './device-secrets.ts'
import { createOperators } from './operators.ts'
import { openRootSecret, requireSameSecret, type RootSecret } from './root-secret.ts'

type Values = Record<string, string | undefined>

/** The secret as the server uses it, proved against the database. Throws StartupError. */
export async function rootSecretFor(db: NodePgDatabase, values: Values): Promise<RootSecret> {
  const root = secretOfFile(values)
  await requireSameSecret(db, root)
  return root
}

/** Without the proof: only for accepting another one. */
export function secretOfFile(values: Values): RootSecret {
  return openRootSecret({
    file: process.env['TAHSIL_PIN_PEPPER_FILE'] || null,
    dataFolder: values['data'] ?? 'data/integrator',
  })
}

type Asked = { db: NodePgDatabase; root: RootSecret; tenantId: string }

/** Throws StartupError when there is no such active operator. */
export async function deactivateOperator({ db, root, tenantId }: Asked, values: Values): Promise<string> {
  const { code } = values
  if (!code) throw new StartupError('deactivate-operator needs --code.')
  if (!(await createOperators(db, root.pinPepper).deactivate(tenantId, code))) {
    throw new StartupError(`There is no active operator ${code}.`)
  }
  return `Operator ${code} may not sign in any more. Tills learn it when they next fetch their masters.`
}

/**
 * Digits for one locked operator on one till, for the challenge that its screen shows; a lock at the integrator is lifted too. Every
 * reading out leaves a trace.
 * @throws StartupError when the challenge, the till or the operator is not right
 */
export async function readUnlockCode({ db, root, tenantId }: Asked, values: Values): Promise<string> {
  const challenge = unlockChallengeSchema.safeParse(values['challenge'])
  const { device: deviceCode, operator: operatorCode } = values
  if (!challenge.success || !deviceCode || !operatorCode) {
    throw new StartupError(
      'unlock-code needs --device, --operator and --challenge (6 digits), as the till shows.',
    )
  }
  const deviceId = await livingDevice(db, tenantId, deviceCode)
  const [operator] = await db
    .select({ operatorId: operators.operatorId })
    .from(operators)
    .where(
      and(eq(operators.tenantId, tenantId), eq(operators.code, operatorCode), eq(operators.isActive, true)),
    )
  if (operator === undefined) throw new StartupError(`There is no active operator ${operatorCode}.`)
  await db
    .update(operators)
    .set({ failureCount: 0, isLocked: false, waitUntil: null })
    .where(eq(operators.operatorId, operator.operatorId))
  await db.insert(securityEvents).values({ kind: 'unlock-code-read', subject: operator.operatorId, deviceId })
  const digits = unlockCode(root, { deviceId, operatorCode, challenge: challenge.data })
  return `${digits.slice(0, 4)} ${digits.slice(4)}\nFor operator ${operatorCode} on till ${deviceCode}, once.`
}

/** The newest life of a till that was not withdrawn. */
async function livingDevice(db: NodePgDatabase, tenantId: string, deviceCode: string): Promise<string> {
  const [found] = await db
    .select({ deviceId: devices.deviceId })
    .from(devices)
    .innerJoin(slots, eq(slots.slotId, devices.slotId))
    .where(and(eq(slots.tenantId, tenantId), eq(slots.deviceCode, deviceCode), isNull(devices.revokedAt)))
    .orderBy(desc(sql`enrolled_at`))
    .limit(1)
  if (found === undefined) throw new StartupError(`There is no till ${deviceCode} in this municipality.`)
  return found.deviceId
}
