// Takes journal records of one till: the head that we hold says what they are, records and payments and the new head are one
// commit, and only then the till is given our signed word (R2). Called by the records handler.
import type { Pool, PoolClient } from 'pg'
import type { Ack, JournalRecord } from '#contract/journal-record.ts'
import { readAck } from '#contract/journal-record.ts'
import { ProblemError } from '#contract/problem.ts'
import type { AppendRequest, RecordOutcome } from '#contract/records-api.ts'
import type { SignedText } from '#contract/signed.ts'
import type { SuspenseReason } from '#contract/payment.ts'
import type { ServerKey } from '#app/server-key.ts'
import { isDataError } from '#app/payments/insert-payments.ts'
import { appendFollowing } from './append-following.ts'
import { checkChain, isProofOfRestore } from './check-chain.ts'
import type { HeldHead, Verdict } from './check-chain.ts'
import { keepMoney } from './keep-money.ts'
import { brokenTotal, readRecords } from './read-records.ts'
import type { ReadBatch, SubmittingDevice } from './read-records.ts'
import { keepRefundClaims } from './refund-claims.ts'
import { beginEpoch, keepAside, keepRecords, lockHead, noteFinding, readHashes } from './record-tables.ts'

export type AppendingDevice = SubmittingDevice & {
  incarnation: string
  /** null: enrolled by an older integrator, before devices had keys. */
  publicKey: string | null
  isRevoked: boolean
}

export type Appended = { ack: SignedText; outcomes: RecordOutcome[] }

export type Records = { append: (device: AppendingDevice, request: AppendRequest) => Promise<Appended> }

type Parts = {
  pool: Pool
  serverKey: ServerKey
  /** Days that a till keeps what is acknowledged: longer than the oldest backup that may be put back. */
  retainDays: number
  nowMs: () => number
}

const dayMs = 86_400_000

export function createRecords(parts: Parts): Records {
  return {
    append: async (device, request) => {
      const batch = readRecords(request.records, device)
      const call: Call = { parts, device, request, batch }
      try {
        return answerOf(call, (await appendSimply(call)) ?? (await commitAppend(call, false)))
      } catch (error) {
        if (!isDataError(error)) throw error
        // One value does not fit the database: again, each payment on its own, so that it never holds up the others.
        return answerOf(call, await commitAppend(call, true))
      }
    },
  }
}

type Call = { parts: Parts; device: AppendingDevice; request: AppendRequest; batch: ReadBatch }

type Done =
  | { upto: number; head: string; epoch: string; outcomes: RecordOutcome[] }
  /** Committed all the same: what is kept aside stays. */
  | { problem: ProblemError }

/** null: it takes the steps below. */
async function appendSimply({ parts, device, request, batch }: Call): Promise<Done | null> {
  const { deviceId, incarnation, publicKey, isRevoked } = device
  if (isRevoked || publicKey === null || batch.claims.length > 0) return null
  const owner = { deviceId, incarnation }
  const following = await appendFollowing({ pool: parts.pool, owner, publicKey, request, batch })
  return following === null ? null : { ...following, outcomes: [] }
}

async function commitAppend(call: Call, isCareful: boolean): Promise<Done> {
  const client = await call.parts.pool.connect()
  let isBroken = false
  try {
    await client.query('begin')
    const done = await appendIn(client, call, isCareful)
    await client.query('commit')
    return done
  } catch (error) {
    await client.query('rollback').catch(() => {
      isBroken = true
    })
    throw error
  } finally {
    client.release(isBroken)
  }
}

async function appendIn(client: PoolClient, call: Call, isCareful: boolean): Promise<Done> {
  const { device, request, batch } = call
  const { deviceId, incarnation, publicKey } = device
  let held = await lockHead(client, deviceId, request)
  const proof = proofOfRestore(call, held)
  if (proof !== null) {
    const epoch = await beginEpoch(client, 'a till holds our word about records we do not have', proof)
    held = { ...held, epoch }
  }
  const verdict = await checkChain(held, request, {
    owner: { deviceId, incarnation },
    publicKey,
    hasEarlier: request.lastAck !== undefined,
    heldHashes: (from, to) => readHashes(client, deviceId, { from, to }),
  })
  if (verdict.kind === 'gap') {
    const { expectedSeq } = verdict
    return { problem: new ProblemError('sequence_gap', { expectedSeq, epoch: held.epoch }) }
  }
  if (verdict.kind === 'out-of-order') {
    return { problem: new ProblemError('input_invalid', { where: 'records.seq' }) }
  }
  if (verdict.kind !== 'follows') return await refuse(client, call, { verdict, isCareful })

  await keepRefundClaims(client, deviceId, batch.claims)
  const { outcomes, receipts } = await keepMoney(client, {
    deviceId,
    batch,
    quarantine: device.isRevoked ? 'REVOKED_DEVICE' : null,
    isCareful,
  })
  const fresh = request.records.slice(verdict.known)
  if (fresh.length === 0) return { upto: held.upto, head: held.hash, epoch: held.epoch, outcomes }
  await keepFresh(client, call, { held, verdict, fresh, receipts })
  const head = verdict.hashes.at(-1)
  if (head === undefined) throw new TypeError('a batch has hashes')
  return { upto: held.upto + fresh.length, head, epoch: held.epoch, outcomes }
}

async function keepFresh(
  client: PoolClient,
  { device: { deviceId }, batch }: Call,
  at: {
    held: HeldHead
    verdict: Verdict & { kind: 'follows' }
    fresh: readonly JournalRecord[]
    receipts: readonly { seq: number; number: string }[]
  },
): Promise<void> {
  const { held, verdict, fresh, receipts } = at
  const totals = batch.totals.filter(({ seq }) => seq > held.upto)
  const broken = brokenTotal(held, totals)
  if (broken !== null)
    await noteFinding(client, deviceId, { kind: 'turnover', fromSeq: broken, toSeq: broken })
  await keepRecords(client, deviceId, {
    after: held.upto,
    records: fresh,
    hashes: verdict.hashes.slice(verdict.known),
    turnoverPaise: totals.at(-1)?.turnoverPaise ?? held.turnoverPaise,
    paymentCount: totals.at(-1)?.paymentCount ?? held.paymentCount,
    receiptNumbers: receipts.filter(({ seq }) => seq > held.upto).map(({ number }) => number),
    epoch: held.epoch,
  })
}

/** What cannot go on in the journal is evidence and is kept; money of a fork, which the device did sign, is kept as money. */
async function refuse(
  client: PoolClient,
  { device, request, batch }: Call,
  { verdict, isCareful }: { verdict: Verdict & { hashes: string[] }; isCareful: boolean },
): Promise<Done> {
  const isFork = verdict.kind === 'fork'
  const { after, records } = request
  await keepAside(client, device.deviceId, {
    after,
    records,
    hashes: verdict.hashes,
    why: isFork ? 'fork' : 'bad-signature',
  })
  if (!isFork)
    return {
      problem: new ProblemError('signature_invalid', { where: 'records', seq: after + records.length }),
    }
  const quarantine: SuspenseReason = device.isRevoked ? 'REVOKED_DEVICE' : 'SEQUENCE_FORK'
  await keepRefundClaims(client, device.deviceId, batch.claims)
  await keepMoney(client, { deviceId: device.deviceId, batch, quarantine, isCareful })
  return { problem: new ProblemError('sequence_fork', { fromSeq: after + 1, upto: after + records.length }) }
}

/** Our own signature under more than we know: this database is an older one. The epoch of that word; null: nothing proved. */
function proofOfRestore({ parts, device, request }: Call, held: HeldHead): string | null {
  const { lastAck } = request
  if (lastAck === undefined || !parts.serverKey.isOurs('ack', lastAck)) return null
  const ack = readAck(lastAck.text)
  if (ack === null || ack.deviceId !== device.deviceId || ack.incarnation !== device.incarnation) return null
  return isProofOfRestore(ack, held, request.after) ? ack.epoch : null
}

function answerOf({ parts, device }: Call, done: Done): Appended {
  if ('problem' in done) throw done.problem
  const atMs = parts.nowMs()
  const ack: Ack = {
    deviceId: device.deviceId,
    incarnation: device.incarnation,
    upto: done.upto,
    head: done.head,
    epoch: done.epoch,
    atMs,
    retainUntilMs: atMs + parts.retainDays * dayMs,
  }
  return { ack: parts.serverKey.sign('ack', JSON.stringify(ack)), outcomes: done.outcomes }
}
