// The durable print queue. A job is made in the commit of its payment; what it becomes is written here. Part of the store; each
// method is one transaction.
import { asc, desc, eq, sql } from 'drizzle-orm'
import type { Problem } from '#contract/problem.ts'
import type { JournalDraft } from '#core/journal.ts'
import type { ReprintPlan } from '#core/receipts/print-queue.ts'
import type { PrintJob, PrintState } from '#core/records.ts'
import type { Gate } from '#store/gate.ts'
import { prepareInsert } from '#store/insert.ts'
import { appendEntries } from '#store/journal/journal-table.ts'
import { printJobs } from '#store/schema.ts'
import { perSession, type Session } from '#store/session.ts'

const JOBS_OF_ONE_MAX = 500

export type PrintJobs = {
  readonly nextPrintJob: () => PrintJob | null
  readonly printJobsOf: (paymentId: string) => PrintJob[]
  readonly waitingPrintJobs: () => number
  /** One more try. Written before the first byte goes out, so that a crash in between is seen as "not known". */
  readonly beginPrintJob: (
    id: number,
    at: { readonly processId: string; readonly printer: string; readonly atMs: number },
  ) => void
  /** All bytes are out; the printer's word is missing. */
  readonly notePrintSent: (id: number, atMs: number) => void
  /** The printer said late that these are on paper: their unknown or interrupted jobs are printed. Others are left alone. */
  readonly notePrintedLate: (processIds: readonly string[], atMs: number) => PrintJob[]
  /** What this printer did last broke off: the next slip must say so. */
  readonly isVoidOnPaper: (printer: string) => boolean
  readonly confirmPrint: (
    paymentId: string,
    confirm: {
      readonly plan: (jobs: readonly PrintJob[]) => { readonly jobId: number }
      readonly atMs: number
      readonly draft: JournalDraft
    },
  ) => void
  readonly endPrintJob: (
    id: number,
    after: { state: PrintState; problem: Problem | null; atMs: number },
  ) => void
  /** Jobs that were at the printer when the till ended: their paper is not known. Never printed again by themselves. */
  readonly closeBrokenPrintJobs: (problem: Problem, draft: (job: PrintJob) => JournalDraft) => PrintJob[]
  readonly requestPrint: (
    paymentId: string,
    request: {
      readonly plan: (jobs: readonly PrintJob[]) => ReprintPlan
      readonly requestedBy: string
      /** Wished for; null: the first. */
      readonly printer: string | null
      readonly atMs: number
      readonly draft: (copyNumber: number) => JournalDraft
    },
  ) => number
}

const statements = perSession((db) => ({
  next: db
    .select()
    .from(printJobs)
    .where(sql`state IN ('queued', 'sending', 'sent') AND state = 'queued'`)
    .orderBy(asc(printJobs.id))
    .limit(1)
    .prepare(),
  broken: db
    .select()
    .from(printJobs)
    .where(sql`state IN ('queued', 'sending', 'sent') AND state <> 'queued'`)
    .orderBy(asc(printJobs.id))
    .prepare(),
  waiting: db
    .select({ count: sql<number>`count(*)` })
    .from(printJobs)
    .where(sql`state IN ('queued', 'sending', 'sent')`)
    .prepare(),
  ofPayment: db
    .select()
    .from(printJobs)
    .where(eq(printJobs.paymentId, sql.placeholder('paymentId')))
    .orderBy(asc(printJobs.copyNumber))
    .limit(JOBS_OF_ONE_MAX)
    .prepare(),
  set: db
    .update(printJobs)
    .set({
      state: sql`${sql.placeholder('state')}`,
      problem: sql`${sql.placeholder('problem')}`,
      atMs: sql`${sql.placeholder('atMs')}`,
    })
    .where(eq(printJobs.id, sql.placeholder('id')))
    .prepare(),
  begin: db
    .update(printJobs)
    .set({
      state: 'sending',
      problem: null,
      attempts: sql`attempts + 1`,
      processId: sql`${sql.placeholder('processId')}`,
      printer: sql`${sql.placeholder('printer')}`,
      atMs: sql`${sql.placeholder('atMs')}`,
    })
    .where(eq(printJobs.id, sql.placeholder('id')))
    .prepare(),
  late: db
    .select()
    .from(printJobs)
    .where(
      sql`process_id IS NOT NULL AND process_id = ${sql.placeholder('processId')} AND state IN ('unknown', 'interrupted')`,
    )
    .orderBy(desc(printJobs.id))
    .limit(1)
    .prepare(),
  lastOn: db
    .select({ state: printJobs.state })
    .from(printJobs)
    .where(sql`printer = ${sql.placeholder('printer')} AND state IN ('printed', 'interrupted', 'unknown')`)
    .orderBy(desc(printJobs.atMs), desc(printJobs.id))
    .limit(1)
    .prepare(),
  queueAgain: db
    .update(printJobs)
    .set({
      state: 'queued',
      problem: null,
      attempts: 0,
      printer: sql`${sql.placeholder('printer')}`,
      atMs: sql`${sql.placeholder('atMs')}`,
    })
    .where(eq(printJobs.id, sql.placeholder('id')))
    .prepare(),
  insert: prepareInsert(db, printJobs),
}))

export function printJobTable(gate: Gate): PrintJobs {
  return {
    nextPrintJob: () =>
      gate.read((session) => {
        const row = statements(session).next.get()
        return row === undefined ? null : jobOf(row)
      }),
    printJobsOf: (paymentId) => gate.read((session) => jobsOf(session, paymentId)),
    waitingPrintJobs: () => gate.read((session) => statements(session).waiting.get()?.count ?? 0),
    beginPrintJob: (id, at) =>
      gate.write((session) => {
        statements(session).begin.run({ id, ...at })
      }),
    notePrintSent: (id, atMs) =>
      gate.write((session) => {
        statements(session).set.run({ id, state: 'sent', problem: null, atMs })
      }),
    notePrintedLate: (processIds, atMs) =>
      gate.write((session) => {
        const { late, set } = statements(session)
        return processIds.flatMap((processId) => {
          const row = late.get({ processId })
          if (row === undefined) return []
          set.run({ id: row.id, state: 'printed', problem: null, atMs })
          return [jobOf(row)]
        })
      }),
    isVoidOnPaper: (printer) =>
      gate.read((session) => statements(session).lastOn.get({ printer })?.state === 'interrupted'),
    confirmPrint: (paymentId, { plan, atMs, draft }) =>
      gate.write((session) => {
        const { jobId } = plan(jobsOf(session, paymentId))
        statements(session).set.run({ id: jobId, state: 'printed', problem: null, atMs })
        appendEntries(session, [draft])
      }),
    endPrintJob: (id, { state, problem, atMs }) =>
      gate.write((session) => {
        const text = problem === null ? null : JSON.stringify(problem)
        statements(session).set.run({ id, state, problem: text, atMs })
      }),
    closeBrokenPrintJobs: (problem, draft) =>
      gate.write((session) => {
        const { broken, set } = statements(session)
        const jobs = broken.all().map(jobOf)
        for (const job of jobs) {
          const { id, atMs } = job
          set.run({ id, state: 'unknown', problem: JSON.stringify(problem), atMs })
        }
        if (jobs.length > 0) appendEntries(session, jobs.map(draft))
        return jobs
      }),
    requestPrint: (paymentId, request) => gate.write((session) => writeRequest(session, paymentId, request)),
  }
}

function writeRequest(
  session: Session,
  paymentId: string,
  { plan, requestedBy, printer, atMs, draft }: Parameters<PrintJobs['requestPrint']>[1],
): number {
  const wanted = plan(jobsOf(session, paymentId))
  const { insert, queueAgain } = statements(session)
  if (wanted.kind === 'original') {
    queueAgain.run({ id: wanted.jobId, printer, atMs })
    return 0
  }
  const { copyNumber } = wanted
  if (copyNumber < 1) throw new Error('a duplicate is counted from 1')
  const blank = {
    state: 'queued',
    attempts: 0,
    processId: null,
    printer,
    problem: null,
    queuedAtMs: atMs,
    atMs,
  }
  insert({ id: null, paymentId, copyNumber, requestedBy, ...blank })
  appendEntries(session, [draft(copyNumber)])
  return copyNumber
}

function jobsOf(session: Session, paymentId: string): PrintJob[] {
  return statements(session).ofPayment.all({ paymentId }).map(jobOf)
}

function jobOf(row: typeof printJobs.$inferSelect): PrintJob {
  return {
    ...row,
    state: row.state as PrintState,
    problem: row.problem === null ? null : (JSON.parse(row.problem) as Problem),
  }
}
