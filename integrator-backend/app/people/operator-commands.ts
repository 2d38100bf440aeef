// What a supervisor at the office does about operators on the command line: take one out, give and take back badges, read out the digits
// that free a locked one on a till without network, and go on with another PIN pepper. Called by commands.ts.
import { and, desc, eq, isNull, sql } from 'drizzle-orm'
import type { NodePgDatabase } from 'drizzle-orm/node-postgres'
import { BADGES_MAX } from '#contract/badge.ts'
import { unlockChallengeSchema } from '#contract/device-secrets-api.ts'
import { devices, operators, securityEvents, slots } from '#app/database/schema.ts'
import { StartupError } from '#app/startup-error.ts'
import { unlockCode } from './device-secrets.ts'
import { BADGE_CHARS_MAX, BADGE_CHARS_MIN, type BadgeRefusal } from './operator-badges.ts'
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
 * Gives an operator the badge with that number, takes one or all of them back, or tells how many there are. A number is never said again.
 * @throws StartupError when there is no such active operator, or the number may not be a badge
 */
export async function operatorBadge({ db, root, tenantId }: Asked, values: Values): Promise<string> {
  const { code, badge, remove } = values
  if (!code || (badge !== undefined && remove !== undefined)) {
    throw new StartupError('operator-badge needs --code, and either --badge, --remove or none of both.')
  }
  const people = createOperators(db, root.pinPepper)
  if (badge !== undefined) {
    const given = await people.giveBadge({ tenantId, code, badge })
    if (given.kind !== 'given') throw new StartupError(wordsOf(given, code))
    return `Operator ${code} has ${badgesText(given.badgeCount)}. ${WHEN_TILLS_KNOW}`
  }
  if (remove !== undefined) return await takeBack(people, { tenantId, code, remove })
  const badgeCount = await people.countBadges({ tenantId, code })
  if (badgeCount === null) throw new StartupError(wordsOf({ kind: 'operator_unknown' }, code))
  return `Operator ${code} has ${badgesText(badgeCount)}.`
}

type People = ReturnType<typeof createOperators>

async function takeBack(
  people: People,
  { tenantId, code, remove }: { tenantId: string; code: string; remove: string },
): Promise<string> {
  // Shorter than any badge, so it is none.
  const isAll = remove.toLowerCase() === 'all'
  const taken = await people.takeBadges({ tenantId, code, badge: isAll ? null : remove })
  if (taken === null) throw new StartupError(wordsOf({ kind: 'operator_unknown' }, code))
  const left = `Operator ${code} has ${badgesText(taken.badgeCount)}.`
  if (taken.takenCount > 0) return `Taken back: ${badgesText(taken.takenCount)}. ${left} ${WHEN_TILLS_KNOW}`
  if (isAll || taken.badgeCount === 0) throw new StartupError(left)
  throw new StartupError(
    `This badge is not one of operator ${code}. ${left} If the number of a lost one is not known, --remove all takes every one back.`,
  )
}

const WHEN_TILLS_KNOW = 'Tills learn it when they next fetch their masters.'

function badgesText(badgeCount: number): string {
  if (badgeCount === 0) return 'no badge'
  return badgeCount === 1 ? '1 badge' : `${badgeCount} badges`
}

function wordsOf(refusal: BadgeRefusal, code: string): string {
  switch (refusal.kind) {
    case 'operator_unknown':
      return `There is no active operator ${code}.`
    case 'printed':
      return 'This is a printed badge: it names its operator as it is and needs no number here.'
    case 'bank_card':
      return 'This looks like the number of a bank card. Bank cards are never badges: use a card of the office.'
    case 'too_short':
      return `A badge has at least ${BADGE_CHARS_MIN} letters and digits. A card that holds the operator's code needs no number here.`
    case 'too_long':
      return `A badge has at most ${BADGE_CHARS_MAX} letters and digits.`
    case 'too_many':
      return `Operator ${code} has ${BADGES_MAX} badges and may have no more. Take one back first with --remove.`
    case 'is_code':
      return `This is the code of operator ${refusal.byCode}: a card with it names that operator.`
    case 'taken':
      return `This badge belongs to operator ${refusal.byCode}. Take it back there first: operator-badge --code ${refusal.byCode} --remove NUMBER.`
  }
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
