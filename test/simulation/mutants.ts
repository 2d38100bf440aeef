// Bent copies of the design, one rule missing in each: if the auditor did not notice, it would not notice a real fault either.
// Product code has no switch for them: ports, policy, store and the simulated database are bent around it. Called by run-seed.
import { sha256 } from '#app/records/check-chain.ts'
import { chainOf, recordSigningInput } from '#contract/journal-record.ts'
import type { JournalRecord } from '#contract/journal-record.ts'
import { ZERO_PAISE } from '#contract/money.ts'
import { saysAlreadyRecorded } from '#collection/digit-outcome.ts'
import type { PostingPorts } from '#collection/post-payment.ts'
import type {
  FoundPayment,
  Look,
  PostingFacts,
  PostingPolicy,
  PostingRecord,
} from '#collection/posting-facts.ts'
import type { Integrator as IntegratorPort } from '#core/ports.ts'
import type { Store } from '#store/open-store.ts'
import { signerOf } from './keys.ts'
import { deviceIdOf } from './till-file.ts'
import { defaultSettlement } from '#collection/settle-changed-bill.ts'
import type { Random } from './random.ts'
import type { Plot } from './plot.ts'
import type { Weather } from './weather.ts'

export type Mutant = {
  /** What is missing, in words. */
  summary: string
  ports?: (ports: PostingPorts) => PostingPorts
  policy?: Partial<PostingPolicy>
  /** The till's way of handing payments over. */
  sending?: (port: IntegratorPort, random: Random, number: number) => IntegratorPort
  isVolatile?: boolean
  isHoldLeftOut?: boolean
  isReprobeLeftOut?: boolean
  /** Wraps the till's store. */
  store?: (store: Store) => Store
  /** What tills have forgotten is passed over. */
  isGapTaken?: boolean
  /** Nobody looks at the word that a till brings back. */
  isProofIgnored?: boolean
  /** Supervisors do not ask DIGIT before they give money back. */
  isRefundUnasked?: boolean
  /** Weather and plots in which the missing rule matters; without them rare mutants need thousands of seeds. */
  weather?: Partial<Weather>
  plot?: Plot
  /** Seeds within which it must be caught. */
  seedsMax: number
}

export const soundDesign: Mutant = { summary: 'nothing is missing', seedsMax: 0 }

/** The whole design in the weather and plot that were chosen to break a mutant. */
export function soundIn({ weather, plot }: Mutant): Mutant {
  return { ...soundDesign, ...(weather && { weather }), ...(plot && { plot }) }
}

const restores: Partial<Weather> = {
  restoresMax: 3,
  backupEveryMs: 600_000,
  citizenCount: 20,
  activeMs: 6 * 3_600_000,
}

export const mutants: Readonly<Record<string, Mutant>> = {
  'naive-retry': {
    summary: 'never looks for its own payment; takes a new bill at once',
    policy: { fenceMs: -1 },
    ports: (ports) => lookedOtherwise(ports, 'payments', () => []),
    seedsMax: 5,
  },
  'new-id-on-resend': {
    summary: 'the till makes a new id each time it sends',
    sending: renamed,
    seedsMax: 5,
  },
  'already-paid-is-mine': {
    summary: 'reads a refusal that the bill is paid already as "mine is posted"',
    ports: (ports) => ({
      ...ports,
      create: async (record, billId) => {
        const outcome = await ports.create(record, billId)
        if (outcome.kind !== 'refused' || !saysAlreadyRecorded(outcome)) return outcome
        return { kind: 'ok', value: imagined(record, billId) }
      },
    }),
    weather: { foreignPays: 8, serviceFault: 0.4 },
    plot: 'paid-in-flight',
    seedsMax: 30,
  },
  'bill-ids-only': {
    summary: 'looks for its own payment by the bill it knows, not by consumer',
    ports: (ports) =>
      lookedOtherwise(ports, 'payments', (found, record) =>
        found.filter((each) => each.billId === record.billId),
      ),
    weather: restores,
    seedsMax: 60,
  },
  'forgets-after-ack': {
    summary: 'the till forgets what is acknowledged, and after a restore the integrator goes on without it',
    isGapTaken: true,
    weather: restores,
    seedsMax: 20,
  },
  'rewind-ignored': {
    summary: 'the till does not go back when the integrator misses records',
    store: (store) => ({ ...store, rewind: () => undefined }),
    weather: restores,
    seedsMax: 20,
  },
  'proof-ignored': {
    summary: 'a till’s word about records that the database does not have is not looked at',
    isProofIgnored: true,
    weather: { ...restores, silentRestores: 1 },
    plot: 'suspense-before-restore',
    seedsMax: 100,
  },
  'ack-before-durable': {
    summary: 'the integrator answers before its commit is on the disk',
    isVolatile: true,
    weather: { integratorCrash: 0.01, crashesMax: 12, citizenCount: 20 },
    seedsMax: 40,
  },
  'probe-only-when-unknown': {
    summary: 'looks for its own payment only after an attempt without answer',
    ports: (ports) =>
      lookedOtherwise(ports, 'payments', (found, record) => (record.state === 'UNKNOWN' ? found : [])),
    weather: restores,
    seedsMax: 40,
  },
  'no-fence': {
    summary: 'changes the bill while an attempt may still run inside DIGIT',
    policy: { fenceMs: -1 },
    weather: { slowInsert: 0.7, late: 0.5, citizenCount: 20 },
    plot: 'bill-replaced-in-flight',
    seedsMax: 100,
  },
  'no-attempt-row': {
    summary: 'calls DIGIT without a record of the attempt',
    ports: withoutAttempts,
    weather: { slowInsert: 0.7, integratorCrash: 0.02, crashesMax: 20, citizenCount: 20 },
    plot: 'bill-replaced-in-flight',
    seedsMax: 150,
  },
  'suspense-not-reprobed': {
    summary: 'what was in suspense in the backup is not looked at again after a restore',
    isReprobeLeftOut: true,
    weather: restores,
    plot: 'suspense-before-restore',
    seedsMax: 100,
  },
  'no-hold-after-restore': {
    summary: 'posts at once after a restore, while requests of the lost hours may still run',
    isHoldLeftOut: true,
    weather: {
      ...restores,
      slowInsert: 1,
      silentRestores: 0,
      lost: 0,
      refused: 0,
      late: 0,
      serviceFault: 0,
      integratorCrash: 0,
      tillCrash: 0,
      lag: 0,
    },
    plot: 'restore-in-flight',
    seedsMax: 150,
  },
  'no-lag-guard': {
    summary: 'posts although billing has not heard of an earlier payment',
    ports: (ports) => lookedOtherwise(ports, 'unappliedCount', () => 0),
    weather: { lag: 1, citizenCount: 20, activeMs: 6 * 3_600_000 },
    plot: 'paid-in-lag',
    seedsMax: 30,
  },
  'no-stale-bill-guard': {
    summary: 'posts on a bill that says more than its demand',
    ports: (ports) => ({
      ...ports,
      look: async <L extends Look>(at: L, record: PostingRecord, facts: PostingFacts) => {
        const value = await ports.look(at, record, facts)
        if (at !== 'duePaise' || facts.bill?.kind !== 'ok' || facts.bill.value === null) return value
        return { kind: 'ok', value: facts.bill.value.totalPaise } as typeof value
      },
    }),
    plot: 'stale-bill',
    seedsMax: 60,
  },
  'silence-is-no': {
    summary: 'takes a lost answer for a refusal: nothing was stored, so nothing is awaited',
    ports: (ports) => ({
      ...withoutAttempts(ports),
      create: async (record, billId) => {
        const outcome = await ports.create(record, billId)
        return outcome.kind === 'unknown' ? { kind: 'not-sent', why: outcome.why } : outcome
      },
    }),
    weather: { slowInsert: 0.7, dropped: 0.4, citizenCount: 20 },
    plot: 'bill-replaced-in-flight',
    seedsMax: 150,
  },
  'remainder-dropped': {
    summary: 'pays the lower bill and forgets the rest of the money',
    ports: (ports) => ({
      ...ports,
      commit: async (record, change) => {
        const { heldPaise: _heldPaise, ...patch } = change.patch
        return await ports.commit(record, { ...change, patch })
      },
    }),
    plot: 'bill-lowered',
    seedsMax: 20,
  },
  'advance-unasked': {
    summary: 'keeps too much money as an advance although the citizen did not agree',
    policy: { settlement: { '*': { ...defaultSettlement, isAdvanceConsentNeeded: false } } },
    weather: { consent: 0 },
    plot: 'bill-lowered',
    seedsMax: 60,
  },
  'reversal-not-probed': {
    summary: 'undoes again without looking whether DIGIT has done it',
    ports: (ports) =>
      lookedOtherwise(ports, 'payments', (found, record) =>
        record.state === 'REVERSING' ? found.map(stillLive) : found,
      ),
    weather: { dropped: 0.4, late: 0.4, citizenCount: 20 },
    plot: 'undone',
    seedsMax: 60,
  },
  'refund-unasked': {
    summary: 'gives back what was never posted as far as a restored database knows, without asking DIGIT',
    isRefundUnasked: true,
    weather: { ...restores, silentRestores: 0, revokes: 3 },
    seedsMax: 20,
  },
}

/** The same ports with one look-up's answer bent; failures stay what they are. */
function lookedOtherwise<At extends 'payments' | 'unappliedCount'>(
  ports: PostingPorts,
  bent: At,
  bend: (value: Value<At>, record: PostingRecord) => Value<At>,
): PostingPorts {
  return {
    ...ports,
    look: async <L extends Look>(
      at: L,
      record: PostingRecord,
      facts: PostingFacts,
    ): Promise<PostingFacts[L]> => {
      const outcome = await ports.look(at, record, facts)
      const asked: Look = at
      if (asked !== bent || outcome?.kind !== 'ok') return outcome
      const told: { value: unknown } = outcome
      told.value = bend(outcome.value as Value<At>, record)
      return outcome
    },
  }
}

type Value<At> = At extends 'payments' ? readonly FoundPayment[] : number

/** The call is made from READY and only its end is recorded. */
function withoutAttempts(ports: PostingPorts): PostingPorts {
  let before: PostingRecord | null = null
  return {
    ...ports,
    commit: async (record, change) => {
      if (change.attempt !== null) {
        before = record
        return true
      }
      if (before === null || record.state !== 'POSTING') return await ports.commit(record, change)
      const unsent = before
      before = null
      return await ports.commit(unsent, change)
    },
  }
}

function imagined(record: PostingRecord, billId: string): FoundPayment {
  const { payment } = record
  return {
    digitPaymentId: 'imagined',
    tenantId: payment.tenantId,
    businessService: payment.bill.businessService,
    consumerCode: payment.bill.consumerCode,
    billId,
    receiptNumber: 'imagined',
    receiptAtMs: record.nowMs,
    amountPaise: payment.amountPaise,
    isLive: true,
    instrumentStatus: 'APPROVED',
    heldPaise: ZERO_PAISE,
    ownPaymentId: payment.id,
    manualReceiptNumber: payment.receiptNumber,
    changedAtMs: null,
    demandIds: [],
  }
}

function stillLive(found: FoundPayment): FoundPayment {
  return { ...found, isLive: true, instrumentStatus: 'APPROVED' }
}

const PAY_ID = /"data":\{"id":"[^"]+"/

/** Every further send of a record has another id, sealed and signed anew, as if each try were a payment of its own. */
function renamed(port: IntegratorPort, random: Random, number: number): IntegratorPort {
  const owner = { deviceId: deviceIdOf(number), incarnation: 'A' }
  const heads = new Map<number, string>()
  let sentSeq = 0
  return {
    ...port,
    appendRecords: async (batch) => {
      const { after } = batch
      const upto = after + batch.records.length
      const rename = (record: JournalRecord): JournalRecord =>
        record.seq > sentSeq
          ? record
          : { ...record, body: record.body.replace(PAY_ID, `"data":{"id":"${random.uuid()}"`) }
      const records = batch.records.map(rename)
      const head = heads.get(after) ?? batch.head
      const hashes = chainOf({ owner, after, hash: head }, records, sha256)
      const signed = records.map((record, at) => ({
        ...record,
        signature: signerOf(number).sign(recordSigningInput(hashes[at] ?? '')),
      }))
      sentSeq = Math.max(sentSeq, upto)
      const answer = await port.appendRecords({ ...batch, head, records: signed })
      for (const [at, hash] of hashes.entries()) heads.set(after + 1 + at, hash)
      if (answer.ack.upto !== upto) return answer
      const own = chainOf({ owner, after, hash: batch.head }, batch.records, sha256).at(-1)
      return { ...answer, ack: { ...answer.ack, head: own ?? batch.head } }
    },
  }
}
