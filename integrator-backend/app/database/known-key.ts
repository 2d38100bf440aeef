// Which signing key the tills of this database trust: remembered at the first start, so that a node or a restored machine with
// another key does not start and sign what every till refuses. Called by start-integrator and by the command accept-signing-key.
import { eq, sql } from 'drizzle-orm'
import type { NodePgDatabase } from 'drizzle-orm/node-postgres'
import { StartupError } from '#app/startup-error.ts'
import { settings } from './schema.ts'

const KEY = 'signing-key'

/** Throws StartupError when the database knows another key. */
export async function requireKnownKey(db: NodePgDatabase, publicKey: string): Promise<void> {
  await db.insert(settings).values({ key: KEY, value: publicKey }).onConflictDoNothing()
  const [known] = await db.select().from(settings).where(eq(settings.key, KEY))
  if (known?.value === publicKey) return
  throw new StartupError(
    'This signing key is not the one that the tills of this database trust: give every node the same TAHSIL_SIGNING_KEY_FILE, or run accept-signing-key once if the old key is lost.',
  )
}

/** From now on this key is the right one. Returns the one before, null when there was none. */
export async function acceptKey(db: NodePgDatabase, publicKey: string): Promise<string | null> {
  const [before] = await db.select().from(settings).where(eq(settings.key, KEY))
  await db
    .insert(settings)
    .values({ key: KEY, value: publicKey })
    .onConflictDoUpdate({
      target: settings.key,
      set: { value: publicKey, changedAt: sql`clock_timestamp()` },
    })
  return typeof before?.value === 'string' ? before.value : null
}
