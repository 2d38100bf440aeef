// How the simulated integrator takes journal records: what app's append.ts does in its one transaction, with its real reading
// of records, its real check of the chain and real signatures, on tables in memory. Called by the simulated integrator.
import { outcomeOf } from '#collection/accept-payment.ts'
import { checkChain, isProofOfRestore, sha256 } from '#app/records/check-chain.ts'
import type { HeldHead, Verdict } from '#app/records/check-chain.ts'
import { brokenTotal, readRecords } from '#app/records/read-records.ts'
import type { ReadBatch } from '#app/records/read-records.ts'
import { chainOf, readAck } from '#contract/journal-record.ts'
import type { Ack } from '#contract/journal-record.ts'
import { ProblemError, problemOf } from '#contract/problem.ts'
import type { AppendAnswer, AppendRequest, RecordOutcome } from '#contract/records-api.ts'
import type { Random } from './random.ts'
import { TENANT } from './digit.ts'
import { serverKey } from './keys.ts'
import type { Mutant } from './mutants.ts'
import { accept } from './table-payments.ts'
import { beginEpoch, currentEpoch, keepAside, keepRecords, quarantine, readHead } from './table-records.ts'
import type { At, TableStore } from './table-store.ts'
import type { World } from './world.ts'

export type RecordsWorld = { world: World; store: TableStore; mutant: Mutant; ids: Random }

const retainMs = 90 * 86_400_000

type Call = RecordsWorld & { deviceId: string; request: AppendRequest; batch: ReadBatch; isRevoked: boolean }

/** Throws ProblemError; what was kept aside before stays, as after the commit of the real one. */
export async function append(
  parts: RecordsWorld,
  deviceId: string,
  request: AppendRequest,
): Promise<Pick<AppendAnswer, 'ack' | 'outcomes'>> {
  const { world, store, mutant } = parts
  const device = store.at().tables.devices.get(deviceId)
  if (device === undefined) throw new ProblemError('device_not_enrolled')
  const submitter = { tenantId: TENANT, deviceIds: [deviceId], slotId: deviceId, deviceId }
  const batch = readRecords(request.records, submitter)
  const call: Call = { ...parts, deviceId, request, batch, isRevoked: device.isRevoked }
  proveRestore(call)
  const held = readHead(store.at(), deviceId, request)
  const checked = checkChain(held, request, {
    owner: { deviceId, incarnation: 'A' },
    publicKey: device.publicKey,
    hasEarlier: request.lastAck !== undefined,
    heldHashes: (from, to) => Promise.resolve(hashesOf(store.at(), deviceId, { from, to })),
  })
  const verdict = await world.timeline.outside(checked)
  const at = store.at()
  if (verdict.kind === 'gap') {
    if (mutant.isGapTaken !== true)
      throw new ProblemError('sequence_gap', { expectedSeq: verdict.expectedSeq, epoch: held.epoch })
    return answerOf(call, takeGap(at, call), [])
  }
  if (verdict.kind === 'out-of-order') throw new ProblemError('input_invalid', { where: 'records.seq' })
  if (verdict.kind !== 'follows') throw refuse(at, call, verdict)

  const { outcomes, receipts } = keepMoney(at, call, device.isRevoked ? 'REVOKED_DEVICE' : null)
  const fresh = request.records.slice(verdict.known)
  if (fresh.length === 0) return answerOf(call, { upto: held.upto, head: held.hash }, outcomes)
  keepFresh(at, call, { held, verdict, receipts })
  const head = verdict.hashes.at(-1) ?? held.hash
  return answerOf(call, { upto: held.upto + fresh.length, head }, outcomes)
}

/** Our own signature under more than we know: this database is an older one. */
function proveRestore({ store, deviceId, request, mutant, ids, world }: Call): void {
  const { lastAck } = request
  if (lastAck === undefined || mutant.isProofIgnored === true) return
  if (!serverKey().isOurs('ack', lastAck)) return
  const ack = readAck(lastAck.text)
  if (ack === null || ack.deviceId !== deviceId || ack.incarnation !== 'A') return
  const at = store.at()
  if (!isProofOfRestore(ack, readHead(at, deviceId, request), request.after)) return
  const isBegun = beginEpoch(at, { epoch: ids.uuid(), provedBy: ack.epoch, mutant })
  if (isBegun) world.log('integrator', `${deviceId} proves that the database is an older one`)
}

function hashesOf({ tables }: At, deviceId: string, { from, to }: { from: number; to: number }) {
  const rows = (tables.records.get(deviceId) ?? []).filter(({ seq }) => seq >= from && seq <= to)
  return new Map(rows.map(({ seq, hash }) => [seq, hash]))
}

type Receipts = { seq: number; number: string }[]

function keepMoney(
  at: At,
  { batch, world }: Call,
  why: 'REVOKED_DEVICE' | 'SEQUENCE_FORK' | null,
): { outcomes: RecordOutcome[]; receipts: Receipts } {
  const outcomes: RecordOutcome[] = []
  const receipts: Receipts = []
  for (const record of batch.records) {
    const { seq } = record
    if (record.kind === 'poison') {
      at.tables.oddities.push(`the integrator refuses a record: ${record.refusal.why}`)
      const problem = problemOf(new ProblemError('input_invalid', { why: record.refusal.why.slice(0, 200) }))
      outcomes.push({ seq, id: '', outcome: 'refused', problem })
      continue
    }
    const { sealed } = record
    const { id, receiptNumber } = sealed.payment
    const [held] = accept(at, [sealed])
    if (held === undefined) throw new TypeError('an accepted payment must be there')
    receipts.push({ seq, number: receiptNumber })
    const sentHash = sealed.hash.toString('hex')
    if (outcomeOf({ ...held, sentHash }) === 'conflict') {
      at.tables.oddities.push(`the payment ${id} came with other content`)
      outcomes.push({
        seq,
        id,
        outcome: 'conflict',
        problem: problemOf(new ProblemError('payment_conflict')),
      })
    }
    if (why === null || !held.isNew) continue
    quarantine(at, [id], why)
    world.log('integrator', `${id.slice(0, 8)} waits for a person: ${why}`)
  }
  return { outcomes, receipts }
}

function keepFresh(
  at: At,
  { deviceId, request, batch }: Call,
  kept: { held: HeldHead; verdict: Verdict & { kind: 'follows' }; receipts: Receipts },
): void {
  const { held, verdict, receipts } = kept
  const totals = batch.totals.filter(({ seq }) => seq > held.upto)
  const broken = brokenTotal(held, totals)
  if (broken !== null) at.tables.findings.push(`turnover ${deviceId} ${broken}`)
  keepRecords(at, deviceId, {
    after: held.upto,
    records: request.records.slice(verdict.known),
    hashes: verdict.hashes.slice(verdict.known),
    turnoverPaise: totals.at(-1)?.turnoverPaise ?? held.turnoverPaise,
    paymentCount: totals.at(-1)?.paymentCount ?? held.paymentCount,
    receiptNumbers: receipts.filter(({ seq }) => seq > held.upto).map(({ number }) => number),
  })
}

function refuse(at: At, call: Call, verdict: Verdict & { hashes: string[] }): ProblemError {
  const { deviceId, request, isRevoked, world } = call
  const { after, records } = request
  const isFork = verdict.kind === 'fork'
  const why = isFork ? 'fork' : 'bad-signature'
  world.log('integrator', `${deviceId} ${after + 1}-${after + records.length}: ${why}`)
  keepAside(at, deviceId, { after, records, hashes: verdict.hashes, why })
  if (!isFork) return new ProblemError('signature_invalid', { where: 'records', seq: after + records.length })
  keepMoney(at, call, isRevoked ? 'REVOKED_DEVICE' : 'SEQUENCE_FORK')
  return new ProblemError('sequence_fork', { fromSeq: after + 1, upto: after + records.length })
}

/** A mutant: what is missing in between is missing for ever, because tills have forgotten it. */
function takeGap(at: At, call: Call): { upto: number; head: string } {
  const { deviceId, request } = call
  const { after, head, records } = request
  keepMoney(at, call, null)
  const hash = chainOf({ owner: { deviceId, incarnation: 'A' }, after, hash: head }, records, sha256).at(-1)
  const upto = after + records.length
  const totals = { turnoverPaise: 0, paymentCount: 0 }
  at.tables.heads.set(deviceId, { upto, hash: hash ?? head, isSigned: true, ...totals })
  return { upto, head: hash ?? head }
}

function answerOf(
  { world, store, deviceId }: Call,
  { upto, head }: { upto: number; head: string },
  outcomes: RecordOutcome[],
): Pick<AppendAnswer, 'ack' | 'outcomes'> {
  const atMs = Math.floor(world.timeline.nowMs())
  const epoch = currentEpoch(store.at())
  const retainUntilMs = atMs + retainMs
  const ack: Ack = { deviceId, incarnation: 'A', upto, head, epoch, atMs, retainUntilMs }
  return { ack: serverKey().sign('ack', JSON.stringify(ack)), outcomes }
}
