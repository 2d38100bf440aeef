// Single facts of the till kept by name: who it is, masters, clock, cursor of the feed. Used by the files of this room.
import { eq, sql } from 'drizzle-orm'
import { meta } from './schema.ts'
import { perSession, type Session } from './session.ts'

export type MetaKey =
  | 'device'
  | 'masters'
  | 'anchor'
  | 'clock'
  | 'feedCursor'
  | 'searchableSeq'
  | 'packRoutes'
  | 'lastContact'
  | 'unlockChallenges'
  | 'devicePublicKey'
  | 'handover'

const statements = perSession((db) => ({
  get: db
    .select({ value: meta.value })
    .from(meta)
    .where(eq(meta.key, sql.placeholder('key')))
    .prepare(),
  set: db
    .insert(meta)
    .values({ key: sql.placeholder('key'), value: sql.placeholder('value') })
    .onConflictDoUpdate({ target: meta.key, set: { value: sql`excluded.value` } })
    .prepare(),
}))

/** The value as it was set; null before the first time. The till's own file is trusted after check-file. */
export function getMeta<T>(session: Session, key: MetaKey): T | null {
  const row = statements(session).get.get({ key })
  return row === undefined ? null : (JSON.parse(row.value) as T)
}

export function setMeta(session: Session, key: MetaKey, value: unknown): void {
  statements(session).set.run({ key, value: JSON.stringify(value) })
}
