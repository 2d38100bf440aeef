// One act of a supervisor: PIN, role, DIGIT's word before money leaves, then one transaction with state, second person, decision, trail
// and change. Called by the exceptions API and the command line. Acts on one subject wait for each other, on every node.
import type { Pool, PoolClient } from 'pg'
import type { Exception, ExceptionAct, ExceptionActInput } from '#contract/exceptions-api.ts'
import { ProblemError } from '#contract/problem.ts'
import { allowedActs, needsTwo, reversalActionOf } from '#collection/exception-acts.ts'
import type { createOperators } from '#app/people/operators.ts'
import { askAboutRefund } from './ask-about-refund.ts'
import type { Heard, RefundParts } from './ask-about-refund.ts'
import { ASKED_LIFE_HOURS, listExceptions } from './list-exceptions.ts'
import type { ExceptionsParts } from './list-exceptions.ts'
import { heardWords, keepDecision, move, tell } from './write-decision.ts'
import type { ActingDevice, Asked, Decided, First, Found, Move } from './write-decision.ts'

export type ActParts = ExceptionsParts & RefundParts & { operators: ReturnType<typeof createOperators> }
export type ActResult = { result: 'done' | 'asked'; exception: Exception | null }

/** Throws ProblemError. What was proven (who) comes before what is asked about (which payment), so that nobody probes ids. */
export async function actOnException(
  parts: ActParts,
  device: ActingDevice,
  input: ExceptionActInput,
): Promise<ActResult> {
  const { operator } = await parts.operators.signIn({
    tenantId: device.tenantId,
    operatorCode: input.by.operatorCode,
    pin: input.by.pin,
    deviceId: device.deviceId,
  })
  if (operator.role !== 'supervisor') throw new ProblemError('role_not_allowed')
  const asked = { ...input, ...device, operatorId: operator.id }
  const heard = await hearOfRefund(parts, asked)
  const done = await inTransaction(parts, asked, heard)
  if (done.result !== 'held') return { ...done, result: done.result }
  const { receiptNumber } = done
  const why = receiptNumber === null ? '' : `It is receipt ${receiptNumber} there.`
  throw new ProblemError('refund_held_by_digit', { digitReceiptNumber: receiptNumber, why })
}

type Decision = { result: ActResult['result'] } | { result: 'held'; receiptNumber: string | null }

/** null where DIGIT has no word in it; what is wrong with the act is said by the transaction. */
async function hearOfRefund(parts: ActParts, asked: Asked): Promise<Heard | null> {
  if (asked.act !== 'refund' || asked.kind !== 'payment') return null
  const found = await findSubject(parts.pool, asked)
  return found === null ? null : await askAboutRefund(parts, found.id)
}

async function inTransaction(
  parts: ActParts,
  asked: Asked,
  heard: Heard | null,
): Promise<Decision & Pick<ActResult, 'exception'>> {
  const client = await parts.pool.connect()
  let isBroken = false
  try {
    await client.query('begin')
    const decided = await decide(client, asked, heard)
    await client.query('commit')
    const { exceptions } = await listExceptions(client, parts, {
      tenantId: asked.tenantId,
      after: 0,
      limit: 1,
      only: { kind: asked.kind, id: asked.id },
    })
    return { ...decided, exception: exceptions[0] ?? null }
  } catch (error) {
    await client.query('rollback').catch(() => {
      isBroken = true
    })
    throw error
  } finally {
    client.release(isBroken)
  }
}

async function decide(client: PoolClient, asked: Asked, heard: Heard | null): Promise<Decision> {
  const lock = JSON.stringify([asked.kind === 'record' ? 'record' : 'payment', asked.id])
  await client.query('select pg_advisory_xact_lock(hashtextextended($1, 7264405))', [lock])
  const found = await findSubject(client, asked)
  if (found === null) throw new ProblemError('payment_not_found')
  if (!allowedActs(found).includes(asked.act)) {
    throw new ProblemError('act_not_allowed', { state: found.state, act: asked.act })
  }
  const isAsked = asked.act === 'refund' && found.kind === 'payment'
  if (isAsked && (heard?.state !== found.state || heard.attemptCount !== found.attemptCount)) {
    // what DIGIT said was about another standing
    throw new ProblemError('act_not_allowed', { state: found.state, act: asked.act })
  }
  if (heard?.decision.do === 'settle') return await settleHeld(client, { asked, found, ...heard.decision })
  const said = heard?.decision.said ?? null
  if (!needsTwo(asked.act)) {
    await carryOut(client, { asked, found, first: null, said })
    return { result: 'done' }
  }
  const first = await firstPerson(client, asked, found)
  if (first === null) {
    await keepDecision(client, { asked, found, stage: 'asked', first: null, said, after: found.state })
    const note = `${wordsOf[asked.act]} asked for by ${asked.operatorId}; another person must agree${heardWords(said)}: ${asked.why}`
    await tell(client, found, note)
    return { result: 'asked' }
  }
  if (first.operatorId === asked.operatorId) throw new ProblemError('second_person_needed')
  await carryOut(client, { asked, found, first, said })
  return { result: 'done' }
}

type Settling = { asked: Asked; found: Found } & Extract<Heard['decision'], { do: 'settle' }>

/** The payment stands as DIGIT has it: a look was carried out, whatever was asked for. Nothing new is posted and nothing given back. */
async function settleHeld(
  client: PoolClient,
  { asked, found, step, receiptNumber, said }: Settling,
): Promise<Decision> {
  if (step.state !== 'POSTED' && step.state !== 'QUARANTINE') {
    throw new RangeError('what DIGIT holds is posted, or not ours as it stands')
  }
  const look = { ...asked, act: 'look-again' } as const
  await keepDecision(client, { asked: look, found, stage: 'done', first: null, said, after: step.state })
  await move(client, found, {
    state: step.state,
    reason: step.reason ?? null,
    patch: step.patch ?? {},
    note: `${step.note}${heardWords(said)}: not given back, as ${asked.operatorId} asked for: ${asked.why}`,
    runInMs: step.state === 'POSTED' ? 0 : null,
  })
  return { result: 'held', receiptNumber }
}

async function findSubject(client: Pool | PoolClient, { kind, id, tenantId }: Asked): Promise<Found | null> {
  if (kind === 'record') {
    const rows = await client.query<{ id: string }>(
      `select o.poison_id::text as id from tahsil.poison_records o
       join tahsil.devices v on v.device_id = o.device_id join tahsil.slots s on s.slot_id = v.slot_id
       where o.poison_id::text = $1 and s.tenant_id = $2 and not exists (
         select 1 from tahsil.decisions d
         where d.subject_kind = 'record' and d.subject_id = o.poison_id::text and d.stage = 'done')`,
      [id, tenantId],
    )
    const known = { kind, state: 'POISON', reason: null, attemptCount: 0, mode: '', slotId: null } as const
    return rows.rows.length === 0 ? null : { ...known, id }
  }
  const rows = await client.query<Omit<Found, 'kind'> & { isHeld: boolean; isExplained: boolean }>(
    `select p.id::text as id, p.state, p.reason, p.attempt_count as "attemptCount", p.mode, p.slot_id as "slotId",
       p.explained_at is not null as "isExplained",
       exists (select 1 from tahsil.remainders r where r.payment_id = p.id and r.state = 'HELD') as "isHeld"
     from tahsil.payments p where p.id::text = $1 and p.tenant_id = $2 for update of p`,
    [id, tenantId],
  )
  const [row] = rows.rows
  if (row === undefined || (kind === 'remainder' && !row.isHeld)) return null
  if (kind === 'payment' && row.isExplained) return null
  return { ...row, kind }
}

/** Who asked for the same act, when that still stands: not too long ago, and nothing else decided since. */
async function firstPerson(client: PoolClient, asked: Asked, found: Found): Promise<First | null> {
  const rows = await client.query<First & { act: string; stage: string }>(
    `select decision_id::text as "decisionId", operator_id as "operatorId", act, stage
     from tahsil.decisions
     where subject_kind = $1 and subject_id = $2
       and at > clock_timestamp() - make_interval(hours => ${ASKED_LIFE_HOURS})
     order by decision_id desc limit 1`,
    [asked.kind, found.id],
  )
  const [last] = rows.rows
  return last?.stage === 'asked' && last.act === asked.act ? last : null
}

async function carryOut(client: PoolClient, decided: Decided): Promise<void> {
  const { asked, found, first, said } = decided
  if (needsTwo(asked.act) && (first === null || first.operatorId === asked.operatorId)) {
    throw new RangeError('two different persons are needed')
  }
  if (asked.act === 'refund' && found.kind === 'payment' && said === null) {
    throw new RangeError('no money of a payment leaves before DIGIT was asked')
  }
  const change = changeOf(asked, found)
  await keepDecision(client, { asked, found, stage: 'done', first, said, after: change.state })
  const who = first === null ? asked.operatorId : `${first.operatorId} and ${asked.operatorId}`
  const note = `${wordsOf[asked.act]} by ${who}${heardWords(said)}: ${asked.why}`
  if (found.kind === 'record') return
  if (found.kind === 'remainder') {
    const settled = await client.query(
      `update tahsil.remainders set state = 'SETTLED', settled_at = clock_timestamp()
       where payment_id = $1 and state = 'HELD'`,
      [found.id],
    )
    if (settled.rowCount !== 1) throw new RangeError('a remainder is settled once')
    await tell(client, found, `the rest: ${note}`)
    return
  }
  await move(client, found, { ...change, note })
  if (asked.act === 'mark') {
    await client.query('update tahsil.payments set explained_at = clock_timestamp() where id = $1', [
      found.id,
    ])
  }
}

const wordsOf: Readonly<Record<ExceptionAct, string>> = {
  'look-again': 'looked at again',
  'post-to-bill': 'to be posted to the bill of now',
  refund: 'money given back',
  mark: 'explained',
  reverse: 'to be undone in DIGIT',
}

/** What an act makes of a payment. Looks and posting go through every guard of posting again. */
function changeOf({ act, why }: Asked, { state, reason, mode }: Found): Move {
  switch (act) {
    case 'look-again': {
      // that it keeps DIGIT's rules was perhaps never seen
      if (state === 'POISON' || reason === 'REFUND_CLAIMED') {
        return {
          state: 'RECEIVED',
          reason: null,
          patch: { lastRefusal: null, probeReason: null },
          runInMs: 0,
        }
      }
      if (state === 'SUSPENSE' || state === 'QUARANTINE') {
        return { state: 'READY', reason: null, patch: { lastRefusal: null, probeReason: null }, runInMs: 0 }
      }
      return { state, reason, patch: {}, runInMs: 0 }
    }
    case 'post-to-bill': {
      const patch = { isDecided: true, lastRefusal: null, probeReason: null }
      // what came from there was perhaps never checked against DIGIT's rules
      const isUnchecked = state === 'QUARANTINE' || reason === 'REFUND_CLAIMED'
      return { state: isUnchecked ? 'RECEIVED' : 'RESOLVE', reason: null, patch, runInMs: 0 }
    }
    case 'refund':
      return { state: 'REVERSED', reason: null, patch: {}, runInMs: null }
    case 'mark':
      return { state, reason, patch: {}, runInMs: null }
    case 'reverse': {
      const reversal = {
        action: reversalActionOf(mode),
        why: why.slice(0, 100),
        refusal: null,
        deniedCount: 0,
      }
      return { state: 'REVERSING', reason: null, patch: { reversal }, runInMs: 0 }
    }
  }
}
