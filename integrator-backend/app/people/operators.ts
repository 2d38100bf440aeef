// Operators and their sign-in. The failure is counted and committed before the PIN is looked at, so that nobody guesses
// faster by pulling the plug or by asking in parallel. Called by the API, the command line and the demo seed.
import { randomUUID } from 'node:crypto'
import { and, asc, eq, sql } from 'drizzle-orm'
import type { NodePgDatabase } from 'drizzle-orm/node-postgres'
import type { Operator, Role } from '#contract/api.ts'
import { ProblemError } from '#contract/problem.ts'
import { PIN_FAILURES_MAX, waitAfterFailures } from '#collection/pin-lock.ts'
import { operators, securityEvents } from '#app/database/schema.ts'
import { isPinRight, makePinVerifier } from './pins.ts'

export type NewOperator = { tenantId: string; code: string; name: string; role: Role; pin: string }

export const OPERATORS_MAX = 500
/** How long a terminal may rely on a sign-in. */
export const SIGN_IN_MS = 12 * 3_600_000

type Row = typeof operators.$inferSelect

export function createOperators(db: NodePgDatabase) {
  const listed = db
    .select()
    .from(operators)
    .where(and(eq(operators.tenantId, sql.placeholder('tenantId')), eq(operators.isActive, true)))
    .orderBy(asc(operators.code))
    .limit(OPERATORS_MAX)
    .prepare('list-operators')

  return {
    list: async (tenantId: string): Promise<Operator[]> =>
      (await listed.execute({ tenantId })).map(operatorOf),

    /** New, or the same code with a new name, role and PIN; a lock is lifted. */
    put: async (operator: NewOperator): Promise<Operator> => {
      if (!/^\d{6,12}$/.test(operator.pin))
        throw new ProblemError('input_invalid', { why: 'a PIN has 6 to 12 digits' })
      const verifier = await makePinVerifier(operator.pin)
      const values = {
        name: operator.name,
        role: operator.role,
        pinSalt: verifier.salt,
        pinHash: verifier.hash,
        pinCost: verifier.cost,
        pinBlockSize: verifier.blockSize,
        pinParallelization: verifier.parallelization,
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
      return operatorOf(row)
    },

    has: async (tenantId: string, code: string): Promise<boolean> => {
      const rows = await db
        .select({ id: operators.operatorId })
        .from(operators)
        .where(and(eq(operators.tenantId, tenantId), eq(operators.code, code)))
      return rows.length > 0
    },

    signIn: (asked: { tenantId: string; operatorCode: string; pin: string; deviceId: string }) =>
      signIn(db, asked),
  }
}

async function signIn(
  db: NodePgDatabase,
  {
    tenantId,
    operatorCode,
    pin,
    deviceId,
  }: { tenantId: string; operatorCode: string; pin: string; deviceId: string },
): Promise<{ operator: Operator; expiresAtMs: number }> {
  const { row, nowMs } = await countAttempt(db, { tenantId, operatorCode })
  if (!(await isPinRight(pin, verifierOf(row)))) {
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
  return { operator: operatorOf(row), expiresAtMs: nowMs + SIGN_IN_MS }
}

/** Committed before the check. Returns the row as counted and the database's time. */
async function countAttempt(
  db: NodePgDatabase,
  { tenantId, operatorCode }: { tenantId: string; operatorCode: string },
): Promise<{ row: Row; nowMs: number }> {
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
    if (row.isLocked) throw new ProblemError('operator_locked', { isLocked: true, retryAfterMs: null })
    const waitMs = (row.waitUntil?.getTime() ?? 0) - nowMs
    if (waitMs > 0) throw new ProblemError('operator_locked', { isLocked: false, retryAfterMs: waitMs })
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
    return { row: { ...row, failureCount }, nowMs }
  })
}

function verifierOf(row: Row) {
  return {
    salt: row.pinSalt,
    hash: row.pinHash,
    cost: row.pinCost,
    blockSize: row.pinBlockSize,
    parallelization: row.pinParallelization,
  }
}

function operatorOf(row: Row): Operator {
  return { id: row.operatorId, code: row.code, name: row.name, role: row.role, pinVerifier: verifierOf(row) }
}
