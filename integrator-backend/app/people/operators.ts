// Operators and their sign-in. The failure is counted and committed before the PIN is looked at, so that nobody guesses
// faster by pulling the plug or by asking in parallel. Called by the API, the command line and the demo seed.
import { randomUUID } from 'node:crypto'
import { and, asc, eq, sql } from 'drizzle-orm'
import type { NodePgDatabase } from 'drizzle-orm/node-postgres'
import type { Operator, PinVerifier, Role } from '#contract/api.ts'
import { ProblemError } from '#contract/problem.ts'
import { PIN_FAILURES_MAX, waitAfterFailures } from '#collection/pin-lock.ts'
import { operatorBadges, operators, securityEvents } from '#app/database/schema.ts'
import { badgesOf, countBadges, giveBadge, takeBadges } from './operator-badges.ts'
import { isPinRight, makePinVerifier } from './pins.ts'

export type NewOperator = { tenantId: string; code: string; name: string; role: Role; pin: string }

export const OPERATORS_MAX = 500
/** How long a terminal may rely on a sign-in. */
export const SIGN_IN_MS = 12 * 3_600_000

type Row = typeof operators.$inferSelect

/** `pepperOf`: key of the HMAC over the PINs of a municipality (root-secret.ts). */
export function createOperators(db: NodePgDatabase, pepperOf: (tenantId: string) => Buffer) {
  const listed = db
    .select({
      row: operators,
      badges: sql<string[]>`array(select b.badge_hash from tahsil.operator_badges b
        where b.operator_id = tahsil.operators.operator_id order by 1)`,
    })
    .from(operators)
    .where(and(eq(operators.tenantId, sql.placeholder('tenantId')), eq(operators.isActive, true)))
    .orderBy(asc(operators.code))
    .limit(OPERATORS_MAX)
    .prepare('list-operators')

  return {
    list: async (tenantId: string): Promise<Operator[]> =>
      (await listed.execute({ tenantId })).map(({ row, badges }) => operatorOf(row, badges)),

    /** New, or the same code with a new name, role and PIN; a lock is lifted. */
    put: async (operator: NewOperator): Promise<Operator> => {
      if (!/^\d{6,12}$/.test(operator.pin))
        throw new ProblemError('input_invalid', { why: 'a PIN has 6 to 12 digits' })
      const verifier = await makePinVerifier(operator.pin, pepperOf(operator.tenantId))
      const values = {
        name: operator.name,
        role: operator.role,
        ...pinColumns(verifier),
        failureCount: 0,
        waitUntil: null,
        isLocked: false,
        isActive: true,
      }
      const [row] = await db
        .insert(operators)
        .values({ ...values, operatorId: randomUUID(), tenantId: operator.tenantId, code: operator.code })
        .onConflictDoUpdate({ target: [operators.tenantId, operators.code], set: values })
        .returning()
      if (row === undefined) throw new TypeError('an operator that was put must be there')
      return operatorOf(row, await badgesOf(db, row.operatorId))
    },

    has: async (tenantId: string, code: string): Promise<boolean> => {
      const rows = await db
        .select({ id: operators.operatorId })
        .from(operators)
        .where(and(eq(operators.tenantId, tenantId), eq(operators.code, code)))
      return rows.length > 0
    },

    /** May sign in no more, and the badges are free for others; false when there is no such active operator. The row stays: payments name it. */
    deactivate: async (tenantId: string, code: string): Promise<boolean> =>
      await db.transaction(async (tx) => {
        const [row] = await tx
          .update(operators)
          .set({ isActive: false })
          .where(
            and(eq(operators.tenantId, tenantId), eq(operators.code, code), eq(operators.isActive, true)),
          )
          .returning({ operatorId: operators.operatorId })
        if (row === undefined) return false
        await tx.delete(operatorBadges).where(eq(operatorBadges.operatorId, row.operatorId))
        await tx.insert(securityEvents).values({ kind: 'operator-deactivated', subject: row.operatorId })
        return true
      }),

    giveBadge: async (asked: Parameters<typeof giveBadge>[1]) =>
      await giveBadge({ db, pepper: pepperOf(asked.tenantId) }, asked),
    takeBadges: async (asked: Parameters<typeof takeBadges>[1]) =>
      await takeBadges({ db, pepper: pepperOf(asked.tenantId) }, asked),
    countBadges: async (named: Parameters<typeof countBadges>[1]) => await countBadges(db, named),

    signIn: (asked: Asked) => signIn({ db, pepper: pepperOf(asked.tenantId) }, asked),
  }
}

type Asked = { tenantId: string; operatorCode: string; pin: string; deviceId: string }

async function signIn(
  { db, pepper }: { db: NodePgDatabase; pepper: Buffer },
  { tenantId, operatorCode, pin, deviceId }: Asked,
): Promise<{ operator: Operator; expiresAtMs: number }> {
  const counted = await countAttempt(db, { tenantId, operatorCode })
  const { row, nowMs } = counted
  if (counted.kind === 'locked') {
    await db
      .insert(securityEvents)
      .values({ kind: 'sign-in-while-locked', subject: row.operatorId, deviceId })
    throw new ProblemError('operator_locked', {
      isLocked: counted.waitMs === null,
      retryAfterMs: counted.waitMs,
    })
  }
  if (!(await isPinRight(pin, verifierOf(row), pepper))) {
    await db.insert(securityEvents).values({ kind: 'wrong-pin', subject: row.operatorId, deviceId })
    const next = waitAfterFailures(row.failureCount)
    throw new ProblemError('wrong_pin', {
      triesLeft: PIN_FAILURES_MAX - row.failureCount,
      isLocked: next.isLocked,
      waitMs: next.waitMs,
    })
  }
  // only as far as this attempt: a wrong one that came in meanwhile stays counted
  await db
    .update(operators)
    .set({
      failureCount: sql`${operators.failureCount} - ${row.failureCount}`,
      waitUntil: null,
      isLocked: false,
    })
    .where(
      and(eq(operators.operatorId, row.operatorId), sql`${operators.failureCount} >= ${row.failureCount}`),
    )
  const current = row.pinKind === 'plain' ? await withPepper(db, row, { pin, pepper }) : row
  const operator = operatorOf(current, await badgesOf(db, row.operatorId))
  return { operator, expiresAtMs: nowMs + SIGN_IN_MS }
}

/** A PIN from before there was a pepper is peppered the first time it is seen again. */
async function withPepper(
  db: NodePgDatabase,
  row: Row,
  { pin, pepper }: { pin: string; pepper: Buffer },
): Promise<Row> {
  const verifier = await makePinVerifier(pin, pepper)
  const [changed] = await db
    .update(operators)
    .set(pinColumns(verifier))
    .where(and(eq(operators.operatorId, row.operatorId), eq(operators.pinHash, row.pinHash)))
    .returning()
  return changed ?? row
}

type Counted =
  | { kind: 'counted'; row: Row; nowMs: number }
  /** `waitMs` null: until a person lifts the lock. */
  | { kind: 'locked'; row: Row; nowMs: number; waitMs: number | null }

/** Committed before the check. Returns the row as counted and the database's time. */
async function countAttempt(
  db: NodePgDatabase,
  { tenantId, operatorCode }: { tenantId: string; operatorCode: string },
): Promise<Counted> {
  return await db.transaction(async (tx) => {
    const [found] = await tx
      .select({
        row: operators,
        nowMs: sql`(extract(epoch from clock_timestamp()) * 1000)::bigint`.mapWith(Number),
      })
      .from(operators)
      .where(
        and(eq(operators.tenantId, tenantId), eq(operators.code, operatorCode), eq(operators.isActive, true)),
      )
      .for('update')
    if (found === undefined) throw new ProblemError('operator_unknown')
    const { row, nowMs } = found
    if (row.isLocked) return { kind: 'locked', row, nowMs, waitMs: null }
    const waitMs = (row.waitUntil?.getTime() ?? 0) - nowMs
    if (waitMs > 0) return { kind: 'locked', row, nowMs, waitMs }
    const failureCount = row.failureCount + 1
    const next = waitAfterFailures(failureCount)
    await tx
      .update(operators)
      .set({
        failureCount,
        isLocked: next.isLocked,
        waitUntil: next.waitMs === 0 ? null : new Date(nowMs + next.waitMs),
      })
      .where(eq(operators.operatorId, row.operatorId))
    return { kind: 'counted', row: { ...row, failureCount }, nowMs }
  })
}

function pinColumns(verifier: PinVerifier) {
  return {
    pinKind: verifier.kind ?? 'plain',
    pinSalt: verifier.salt,
    pinHash: verifier.hash,
    pinCost: verifier.cost,
    pinBlockSize: verifier.blockSize,
    pinParallelization: verifier.parallelization,
  }
}

function verifierOf(row: Row): PinVerifier {
  return {
    kind: row.pinKind,
    salt: row.pinSalt,
    hash: row.pinHash,
    cost: row.pinCost,
    blockSize: row.pinBlockSize,
    parallelization: row.pinParallelization,
  }
}

function operatorOf(row: Row, badges: string[]): Operator {
  const { operatorId: id, code, name, role } = row
  const pinVerifier = verifierOf(row)
  return { id, code, name, role, pinVerifier, ...(badges.length === 0 ? {} : { badges }) }
}
