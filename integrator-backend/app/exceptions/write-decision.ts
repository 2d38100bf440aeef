// What an act of a supervisor writes: the row of the decision, which is kept for ever, and the step of the payment's trail. Called by
// act-on-exception, always inside its transaction.
import type { PoolClient } from 'pg'
import type { ExceptionActInput } from '#contract/exceptions-api.ts'
import type { Subject } from '#collection/exception-acts.ts'
import type { RecordPatch } from '#collection/posting-facts.ts'

export type ActingDevice = { tenantId: string; deviceId: string }
export type Asked = Omit<ExceptionActInput, 'by'> & ActingDevice & { operatorId: string }
export type Found = Subject & { id: string; attemptCount: number; mode: string; slotId: string | null }
export type First = { decisionId: string; operatorId: string }
/** `said`: what DIGIT answered when it was asked about a refund. */
export type Decided = { asked: Asked; found: Found; first: First | null; said: string | null }
export type Move = {
  state: Found['state']
  reason: Found['reason']
  patch: RecordPatch
  runInMs: number | null
}

/** A step of the trail that changes nothing else; terminals hear of it. */
export async function tell(client: PoolClient, found: Found, note: string): Promise<void> {
  if (found.kind === 'record') return
  const { state, reason } = found
  await move(client, found, { state, reason, note, patch: {}, runInMs: null })
}

export async function move(client: PoolClient, found: Found, change: Move & { note: string }): Promise<void> {
  const { state, reason, note, patch, runInMs } = change
  const moved = await client.query<{ is_moved: boolean }>(
    `select tahsil.move_payment($1, $2, $3, $4, $5, $6, $7, $8, null) as is_moved`,
    [
      found.id,
      found.state,
      found.attemptCount,
      state,
      reason,
      note.slice(0, 500),
      JSON.stringify(patch),
      runInMs,
    ],
  )
  // the row is locked since it was read
  if (moved.rows[0]?.is_moved !== true) throw new RangeError('a locked payment has moved')
}

export async function keepDecision(
  client: PoolClient,
  { asked, found, stage, first, said, after }: Decided & { stage: 'asked' | 'done'; after: string },
): Promise<void> {
  await client.query(
    `insert into tahsil.decisions (tenant_id, subject_kind, subject_id, act, stage, agrees_with, operator_id, device_id,
       why, state_before, state_after, digit_said)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
    [
      asked.tenantId,
      asked.kind,
      found.id,
      asked.act,
      stage,
      first?.decisionId ?? null,
      asked.operatorId,
      asked.deviceId,
      asked.why,
      found.state,
      found.kind === 'payment' ? after : found.state,
      said,
    ],
  )
}

/** For the trail; empty where DIGIT was not asked. */
export function heardWords(said: string | null): string {
  return said === null ? '' : ` (DIGIT was asked: ${said})`
}
