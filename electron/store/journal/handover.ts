// The journal as the queue to the integrator: which records go next, and what its signed words move. Nothing is ever deleted; what was
// handed over stays, because an older backup of the integrator may come back. Part of the store; each method is one transaction.
import { and, asc, eq, gt, sql } from 'drizzle-orm'
import { ZERO_PAISE } from '#contract/money.ts'
import { FIRST_HASH, type Ack, type JournalRecord } from '#contract/journal-record.ts'
import { problemOf, ProblemError, type Problem } from '#contract/problem.ts'
import type { RecordOutcome } from '#contract/records-api.ts'
import { ACK_EVERY_RECORDS } from '#core/limits.ts'
import type { JournalDraft, JournalType } from '#core/journal.ts'
import type { Handover, OutboxStore, RecordBatch } from '#core/ports.ts'
import type { ClockReading, DeviceIdentity } from '#core/records.ts'
import type { Gate } from '#store/gate.ts'
import { appendEntries, readHead } from './journal-table.ts'
import { getMeta, setMeta } from '#store/meta.ts'
import { journal, outbox } from '#store/schema.ts'
import { perSession, type Session } from '#store/session.ts'

type HandoverStore = Pick<
  OutboxStore,
  'nextBatch' | 'applyAck' | 'rewind' | 'setAside' | 'markTried' | 'handover'
>

const NOTHING_SENT: Handover = { sentSeq: 0, ack: null, signedAck: null, notedSeq: 0, alarm: null }

const upToCount = sql`${outbox.deviceSeq} <= ${sql.placeholder('count')}`

const statements = perSession((db) => ({
  after: db
    .select({ seq: journal.seq, body: journal.body, signature: journal.signature })
    .from(journal)
    .where(gt(journal.seq, sql.placeholder('seq')))
    .orderBy(asc(journal.seq))
    .limit(sql.placeholder('recordsMax'))
    .prepare(),
  place: db
    .select({ hash: journal.hash, paymentCount: journal.paymentCount })
    .from(journal)
    .where(eq(journal.seq, sql.placeholder('seq')))
    .prepare(),
  acknowledge: db
    .update(outbox)
    .set({
      lane: 'pending',
      isRefused: 0,
      problem: null,
      nextTryAtMs: null,
      attempts: sql`attempts + 1`,
      acknowledgedAtMs: sql`coalesce(acknowledged_at_ms, ${sql.placeholder('atMs')})`,
    })
    .where(and(sql`${outbox.lane} = 'waiting'`, upToCount))
    .prepare(),
  refuse: db
    .update(outbox)
    .set({
      lane: 'attention',
      isRefused: 1,
      isConflict: sql`${sql.placeholder('isConflict')}`,
      attempts: sql`attempts + 1`,
      problem: sql`${sql.placeholder('problem')}`,
      nextTryAtMs: null,
      acknowledgedAtMs: sql`coalesce(acknowledged_at_ms, ${sql.placeholder('atMs')})`,
    })
    .where(
      and(
        eq(outbox.deviceSeq, sql`(SELECT device_seq FROM payments WHERE id = ${sql.placeholder('id')})`),
        eq(outbox.isRefused, 0),
      ),
    )
    .prepare(),
  setAside: db
    .update(outbox)
    .set({
      lane: 'attention',
      attempts: sql`attempts + 1`,
      problem: sql`${sql.placeholder('problem')}`,
      nextTryAtMs: null,
    })
    .where(and(sql`${outbox.lane} = 'waiting'`, upToCount))
    .prepare(),
  sendAgain: db
    .update(outbox)
    .set({ lane: 'waiting' })
    .where(and(sql`${outbox.lane} = 'pending'`, sql`${outbox.deviceSeq} > ${sql.placeholder('count')}`))
    .prepare(),
  tried: db
    .update(outbox)
    .set({ attempts: sql`attempts + 1`, problem: sql`${sql.placeholder('problem')}` })
    .where(and(sql`${outbox.lane} = 'waiting'`, upToCount))
    .prepare(),
}))

export function handoverTable(gate: Gate): HandoverStore {
  return {
    handover: () => gate.read(readHandover),
    nextBatch: (limits) => gate.read((session) => readBatch(session, limits)),
    applyAck: ({ signed, ack, outcomes }, at) =>
      gate.write((session) => {
        const device = getMeta<DeviceIdentity>(session, 'device')
        if (device?.deviceId !== ack.deviceId || device.incarnation !== ack.incarnation) {
          throw new ProblemError('integrator_not_trusted', { reason: 'other_device' })
        }
        const before = readHandover(session)
        const place = placeOf(session, ack.upto)
        if (place?.hash !== ack.head) {
          alarm(session, { ...before, signedAck: signed, ack }, problemOfHead(session, ack))
          return 0
        }
        const count = settle(session, { outcomes, paymentCount: place.paymentCount, at })
        const notedSeq = noteAck(session, before, { signed, ack, at })
        setMeta(session, 'handover', {
          ...before,
          sentSeq: ack.upto,
          ack,
          signedAck: signed,
          notedSeq,
        } satisfies Handover)
        return count
      }),
    rewind: (expectedSeq) =>
      gate.write((session) => {
        const before = readHandover(session)
        const sentSeq = Math.min(before.sentSeq, expectedSeq - 1)
        const place = placeOf(session, sentSeq)
        if (sentSeq < 0 || place === null) throw new RangeError('only what was sent is sent again')
        statements(session).sendAgain.run({ count: place.paymentCount })
        setMeta(session, 'handover', { ...before, sentSeq } satisfies Handover)
      }),
    setAside: (upto, problem) =>
      gate.write((session) => {
        const place = placeOf(session, upto)
        if (place === null) throw new RangeError('only own records are set aside')
        statements(session).setAside.run({ count: place.paymentCount, problem: JSON.stringify(problem) })
        alarm(session, { ...readHandover(session), sentSeq: upto }, problem)
      }),
    markTried: (upto, problem) =>
      gate.write((session) => {
        const count = placeOf(session, upto)?.paymentCount ?? 0
        statements(session).tried.run({ count, problem: JSON.stringify(problem) })
      }),
  }
}

function readHandover(session: Session): Handover {
  return getMeta<Handover>(session, 'handover') ?? NOTHING_SENT
}

function readBatch(
  session: Session,
  { recordsMax, bytesMax }: { recordsMax: number; bytesMax: number },
): RecordBatch {
  const { sentSeq, signedAck } = readHandover(session)
  const place = placeOf(session, sentSeq)
  if (place === null) throw new Error('what was handed over is in the journal')
  const records: JournalRecord[] = []
  let bytes = 0
  for (const record of statements(session).after.all({ seq: sentSeq, recordsMax })) {
    // As it travels: quotes inside a body are escaped.
    bytes += Buffer.byteLength(JSON.stringify(record)) + 1
    if (records.length > 0 && bytes > bytesMax) break
    records.push(record)
  }
  return { after: sentSeq, head: place.hash, records, lastAck: signedAck }
}

function placeOf(session: Session, seq: number): { hash: string; paymentCount: number } | null {
  if (seq === 0) return { hash: FIRST_HASH, paymentCount: 0 }
  return statements(session).place.get({ seq }) ?? null
}

/** Payments that a person must look at first, then all others up to the ack. Returns how many left the waiting lane. */
function settle(
  session: Session,
  {
    outcomes,
    paymentCount,
    at,
  }: { outcomes: readonly RecordOutcome[]; paymentCount: number; at: ClockReading },
): number {
  const { refuse, acknowledge } = statements(session)
  let count = 0
  for (const { id, outcome, problem } of outcomes) {
    const isConflict = outcome === 'conflict' ? 1 : 0
    const { changes } = refuse.run({ id, isConflict, problem: JSON.stringify(problem), atMs: at.wallMs })
    if (changes > 0) appendEntries(session, [draftOf('REFUSED', at, { paymentId: id, outcome, problem })])
    count += changes
  }
  return count + acknowledge.run({ count: paymentCount, atMs: at.wallMs }).changes
}

/** Sparse, or the journal would grow by its own acks; a new life of the integrator is always noted. */
function noteAck(
  session: Session,
  before: Handover,
  { signed, ack, at }: { signed: unknown; ack: Ack; at: ClockReading },
): number {
  const isNewLife = before.ack !== null && before.ack.epoch !== ack.epoch
  if (isNewLife) {
    const data = { from: before.ack?.epoch ?? null, to: ack.epoch, upto: ack.upto }
    appendEntries(session, [draftOf('EPOCH', at, data)])
  }
  if (!isNewLife && ack.upto - before.notedSeq < ACK_EVERY_RECORDS) return before.notedSeq
  appendEntries(session, [draftOf('ACK', at, { ack: signed })])
  return ack.upto
}

function draftOf(type: JournalType, at: ClockReading, data: unknown): JournalDraft {
  return { type, at, dataJson: JSON.stringify(data), amountPaise: ZERO_PAISE }
}

function alarm(session: Session, handover: Handover, problem: Problem): void {
  setMeta(session, 'handover', { ...handover, alarm: handover.alarm ?? problem } satisfies Handover)
}

/** The integrator countersigned a journal that is longer than this one, or another one: this file is an old copy, or one was made. */
function problemOfHead(session: Session, ack: Ack): Problem {
  return problemOf(new ProblemError('sequence_fork', { upto: ack.upto, ownSeq: readHead(session).seq }))
}
