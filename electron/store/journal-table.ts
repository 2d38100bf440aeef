// Appends sealed records to the journal inside the caller's transaction. Used by every write that must leave a trace.
import { desc } from 'drizzle-orm'
import {
  EMPTY_HEAD,
  sealEntry,
  type JournalDraft,
  type JournalEntry,
  type JournalOwner,
} from '#core/journal.ts'
import { sha256 } from './check-file.ts'
import { prepareInsert } from './insert.ts'
import { getMeta } from './meta.ts'
import { journal } from './schema.ts'
import { perSession, type Session } from './session.ts'

const statements = perSession((db) => ({
  head: db.select().from(journal).orderBy(desc(journal.seq)).limit(1).prepare(),
  insert: prepareInsert(db, journal),
}))

/** Throws Error before the till has an owner: nothing is recorded by a till that is nobody. */
export function appendEntries(session: Session, drafts: readonly JournalDraft[]): JournalEntry[] {
  const owner = getMeta<JournalOwner>(session, 'device')
  if (owner === null) throw new Error('a journal needs an owner')
  const { head, insert } = statements(session)
  let last = head.get() ?? EMPTY_HEAD
  return drafts.map((draft) => {
    const entry = sealEntry(last, draft, { owner, sha256 })
    if (entry.seq !== last.seq + 1) throw new Error('the journal counts without gaps')
    insert(entry)
    last = entry
    return entry
  })
}
