// Reads journal records in order, as they would be handed over; for the second copy of the journal. Part of the store.
import { asc, gt, sql } from 'drizzle-orm'
import type { JournalRecord } from '#contract/journal-record.ts'
import type { Gate } from '#store/gate.ts'
import { journal } from '#store/schema.ts'
import { perSession } from '#store/session.ts'

export type JournalReads = {
  /** Records that follow `seq`, at most `max`. */
  readonly recordsAfter: (seq: number, max: number) => JournalRecord[]
}

const statements = perSession((db) => ({
  after: db
    .select({ seq: journal.seq, body: journal.body, signature: journal.signature })
    .from(journal)
    .where(gt(journal.seq, sql.placeholder('seq')))
    .orderBy(asc(journal.seq))
    .limit(sql.placeholder('max'))
    .prepare(),
}))

export function journalReads(gate: Gate): JournalReads {
  return { recordsAfter: (seq, max) => gate.read((session) => statements(session).after.all({ seq, max })) }
}
