// The chip and stripe cards that choose an operator at a till; a PIN is asked all the same. Only an HMAC of a card's number is kept, under
// the pepper that the municipality's tills have too. Called by operators.ts, for the command line and the demo seed.
import { createHmac } from 'node:crypto'
import { and, count, eq } from 'drizzle-orm'
import type { NodePgDatabase } from 'drizzle-orm/node-postgres'
import { BADGES_MAX, badgeHashText, bareBadge, readBadge } from '#contract/badge.ts'
import { isCardText } from '#contract/card-numbers.ts'
import { operatorBadges, operators, securityEvents } from '#app/database/schema.ts'

/** Four bytes of a chip make 8 characters; some staff cards have a stripe with 4 digits. */
export const BADGE_CHARS_MIN = 4
/** The first track of a stripe is the longest. */
export const BADGE_CHARS_MAX = 76

/** printed: a code that needs no number. is_code: swiped today, it names the operator of that code. */
export type BadgeRefusal =
  | { readonly kind: 'operator_unknown' | 'printed' | 'bank_card' | 'too_short' | 'too_long' | 'too_many' }
  | { readonly kind: 'is_code' | 'taken'; readonly byCode: string }
export type BadgeGiven = { readonly kind: 'given'; readonly badgeCount: number }

type People = { readonly db: NodePgDatabase; readonly pepper: Buffer }
type Transaction = Parameters<Parameters<NodePgDatabase['transaction']>[0]>[0]
type Named = { readonly tenantId: string; readonly code: string }

/** Said twice it is given once. */
export async function giveBadge(
  { db, pepper }: People,
  { tenantId, code, badge }: Named & { readonly badge: string },
): Promise<BadgeGiven | BadgeRefusal> {
  const fault = faultOf(badge)
  if (fault !== null) return { kind: fault }
  const badgeHash = hashOf(pepper, badge)
  return await db.transaction(async (tx) => {
    const operatorId = await lockedOperator(tx, { tenantId, code })
    if (operatorId === null) return { kind: 'operator_unknown' }
    const byCode = await codeLike(tx, { tenantId, operatorId, badge })
    if (byCode !== null) return { kind: 'is_code', byCode }
    const badgeCount = await countOf(tx, operatorId)
    // of two who give the same badge at once, the second waits here and then sees the first
    const given =
      badgeCount < BADGES_MAX
        ? await tx
            .insert(operatorBadges)
            .values({ tenantId, badgeHash, operatorId })
            .onConflictDoNothing()
            .returning()
        : []
    if (given.length > 0) {
      await tx.insert(securityEvents).values({ kind: 'badge-given', subject: operatorId })
      return { kind: 'given', badgeCount: badgeCount + 1 }
    }
    const holder = await holderOf(tx, { tenantId, badgeHash })
    if (holder === null) return { kind: 'too_many' }
    return holder.operatorId === operatorId
      ? { kind: 'given', badgeCount }
      : { kind: 'taken', byCode: holder.code }
  })
}

/** `badge` null: every badge of the operator, for nobody knows the number of a lost one. null: there is no such operator. */
export async function takeBadges(
  { db, pepper }: People,
  { tenantId, code, badge }: Named & { readonly badge: string | null },
): Promise<{ readonly takenCount: number; readonly badgeCount: number } | null> {
  return await db.transaction(async (tx) => {
    const operatorId = await lockedOperator(tx, { tenantId, code })
    if (operatorId === null) return null
    const whose = eq(operatorBadges.operatorId, operatorId)
    const taken = await tx
      .delete(operatorBadges)
      .where(
        badge === null
          ? whose
          : and(
              whose,
              eq(operatorBadges.tenantId, tenantId),
              eq(operatorBadges.badgeHash, hashOf(pepper, badge)),
            ),
      )
      .returning({ operatorId: operatorBadges.operatorId })
    if (taken.length > 0)
      await tx.insert(securityEvents).values({ kind: 'badge-taken-back', subject: operatorId })
    return { takenCount: taken.length, badgeCount: await countOf(tx, operatorId) }
  })
}

/** null: there is no such operator. */
export async function countBadges(db: NodePgDatabase, named: Named): Promise<number | null> {
  return await db.transaction(async (tx) => {
    const operatorId = await lockedOperator(tx, named)
    return operatorId === null ? null : await countOf(tx, operatorId)
  })
}

/** Hashes as the masters carry them. */
export async function badgesOf(db: NodePgDatabase, operatorId: string): Promise<string[]> {
  const rows = await db
    .select({ badgeHash: operatorBadges.badgeHash })
    .from(operatorBadges)
    .where(eq(operatorBadges.operatorId, operatorId))
    .orderBy(operatorBadges.badgeHash)
  return rows.map(({ badgeHash }) => badgeHash)
}

function faultOf(badge: string): 'printed' | 'bank_card' | 'too_short' | 'too_long' | null {
  const bare = bareBadge(badge)
  if (readBadge(badge) !== null) return 'printed'
  if (isCardText(badge) || isCardText(bare)) return 'bank_card'
  if (bare.length < BADGE_CHARS_MIN) return 'too_short'
  return bare.length > BADGE_CHARS_MAX ? 'too_long' : null
}

function hashOf(pepper: Buffer, badge: string): string {
  return createHmac('sha256', pepper).update(badgeHashText(badge)).digest('hex')
}

/** An active one, until the end of the transaction, so that nobody gets more badges than one may have. */
async function lockedOperator(tx: Transaction, { tenantId, code }: Named): Promise<string | null> {
  const [row] = await tx
    .select({ operatorId: operators.operatorId })
    .from(operators)
    .where(and(eq(operators.tenantId, tenantId), eq(operators.code, code), eq(operators.isActive, true)))
    .for('update')
  return row?.operatorId ?? null
}

/** The code of somebody else that a till would read from this card. */
async function codeLike(
  tx: Transaction,
  { tenantId, operatorId, badge }: { tenantId: string; operatorId: string; badge: string },
): Promise<string | null> {
  const rows = await tx
    .select({ operatorId: operators.operatorId, code: operators.code })
    .from(operators)
    .where(and(eq(operators.tenantId, tenantId), eq(operators.isActive, true)))
  const bare = bareBadge(badge)
  return rows.find((row) => row.operatorId !== operatorId && bareBadge(row.code) === bare)?.code ?? null
}

async function countOf(tx: Transaction, operatorId: string): Promise<number> {
  const [row] = await tx
    .select({ badgeCount: count() })
    .from(operatorBadges)
    .where(eq(operatorBadges.operatorId, operatorId))
  return row?.badgeCount ?? 0
}

async function holderOf(
  tx: Transaction,
  { tenantId, badgeHash }: { tenantId: string; badgeHash: string },
): Promise<{ operatorId: string; code: string } | null> {
  const [row] = await tx
    .select({ operatorId: operators.operatorId, code: operators.code })
    .from(operatorBadges)
    .innerJoin(operators, eq(operators.operatorId, operatorBadges.operatorId))
    .where(and(eq(operatorBadges.tenantId, tenantId), eq(operatorBadges.badgeHash, badgeHash)))
  return row ?? null
}
