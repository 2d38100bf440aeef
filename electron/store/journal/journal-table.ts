// Appends sealed and signed records to the journal inside the caller's transaction. Used by every write that must leave a trace.
import { desc } from 'drizzle-orm'
import { ProblemError } from '#contract/problem.ts'
import type { DeviceSigner } from '#contract/signed.ts'
import {
  EMPTY_HEAD,
  sealEntry,
  type JournalDraft,
  type JournalEntry,
  type JournalHead,
  type JournalOwner,
  type JournalType,
} from '#core/journal.ts'
import { sha256 } from './check-file.ts'
import { prepareInsert } from '#store/insert.ts'
import { getMeta, setMeta } from '#store/meta.ts'
import { journal } from '#store/schema.ts'
import { perSession, type Session } from '#store/session.ts'

const statements = perSession((db) => ({
  head: db.select().from(journal).orderBy(desc(journal.seq)).limit(1).prepare(),
  insert: prepareInsert(db, journal),
}))

/** Which keys were found to be those of the journal, so that it is looked up once per connection. */
const checkedKeys = new WeakMap<Session, string>()

/**
 * Throws Error before the till has an owner: nothing is recorded by a till that is nobody. Throws device_not_enrolled with
 * reason `key_missing` or `key_changed` when the journal is signed and the key is not the one of this journal.
 */
export function appendEntries(session: Session, drafts: readonly JournalDraft[]): JournalEntry[] {
  const owner = getMeta<JournalOwner>(session, 'device')
  if (owner === null) throw new Error('a journal needs an owner')
  const { insert } = statements(session)
  const signer = keyOf(session)
  let last = readHead(session)
  return drafts.map((draft) => {
    const entry = sealEntry(last, draft, { owner, sha256, sign: signer === null ? null : signer.sign })
    if (entry.seq !== last.seq + 1) throw new Error('the journal counts without gaps')
    insert(entry)
    last = entry
    return entry
  })
}

export function readHead(session: Session): JournalHead {
  return statements(session).head.get() ?? EMPTY_HEAD
}

/** A row of the journal as core knows it. */
export function entryOf(row: typeof journal.$inferSelect): JournalEntry {
  return { ...row, type: row.type as JournalType }
}

function keyOf(session: Session): DeviceSigner | null {
  // A till that was never enrolled has no key yet.
  const signer = session.signer?.publicKey === '' ? null : session.signer
  if (signer !== null && checkedKeys.get(session) === signer.publicKey) return signer
  const known = getMeta<string>(session, 'devicePublicKey')
  if (signer === null) {
    if (known !== null) throw new ProblemError('device_not_enrolled', { reason: 'key_missing' })
    return null
  }
  if (known === null) setMeta(session, 'devicePublicKey', signer.publicKey)
  else if (known !== signer.publicKey) {
    throw new ProblemError('device_not_enrolled', { reason: 'key_changed' })
  }
  // Known only once the transaction that set it is through.
  else checkedKeys.set(session, signer.publicKey)
  return signer
}
