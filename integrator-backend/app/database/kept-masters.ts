// Keeps the last masters DIGIT gave, so that a restart while DIGIT is away still knows the services. Called by masters.
import { eq, sql } from 'drizzle-orm'
import type { NodePgDatabase } from 'drizzle-orm/node-postgres'
import type { MastersOptions } from '#app/digit/masters.ts'
import { settings } from './schema.ts'

export function createKeptMasters(db: NodePgDatabase): MastersOptions['keep'] {
  const keyOf = (tenantId: string) => `masters:${tenantId}`
  return {
    read: async (tenantId) => {
      const rows = await db
        .select()
        .from(settings)
        .where(eq(settings.key, keyOf(tenantId)))
      return rows[0]?.value
    },
    write: async (tenantId, masters) => {
      await db
        .insert(settings)
        .values({ key: keyOf(tenantId), value: masters })
        .onConflictDoUpdate({
          target: settings.key,
          set: { value: masters, changedAt: sql`clock_timestamp()` },
        })
    },
  }
}
