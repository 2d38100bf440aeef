// What the core needs from the world, passed in: clocks, hashes, the store, the integrator. Implemented by store and host, and
// by tests. Every store method is one whole transaction: it happened or it did not.
import type { Masters, Operator, PinVerifier } from '#contract/api.ts'
import type { Bill } from '#contract/bill.ts'
import type { Ack, JournalRecord } from '#contract/journal-record.ts'
import type { PaymentStatus } from '#contract/payment.ts'
import type { Problem } from '#contract/problem.ts'
import type { RecordOutcome } from '#contract/records-api.ts'
import type { SignedText } from '#contract/signed.ts'
import type { CardSale } from './cards/card-sale.ts'
import type {
  DrawerFacts,
  DrawerPlan,
  DrawerRecord,
  OpenDrawer,
  ShiftClose,
} from './drawer/drawer-records.ts'
import type { JournalDraft, Sha256 } from './journal.ts'
import type { LastContact } from './time/last-contact.ts'
import type { PackedBill } from './bills/packs.ts'
import type {
  ClockAnchor,
  ClockReading,
  ClockState,
  CollectionView,
  DeviceIdentity,
  KnownBill,
  PinLock,
  ShiftRecord,
} from './records.ts'
import type { CollectionFacts, CollectionPlan, SalePlan, ShiftPlan } from './plans.ts'

export type Clock = { readonly read: () => ClockReading }

export type BillQuery =
  | { readonly by: 'consumerCode'; readonly value: string; readonly businessService?: string }
  | { readonly by: 'mobile'; readonly value: string }
  | { readonly by: 'scan'; readonly value: string }

/** The integrator as the core sees it. Every method throws ProblemError, `integrator_unreachable` when nobody answered. */
export type Integrator = {
  readonly searchBills: (query: BillQuery) => Promise<Bill[]>
  readonly signIn: (input: { operatorCode: string; pin: string }) => Promise<Operator>
  /** Hands over journal records. The ack has been checked against the key that this till trusts. */
  readonly appendRecords: (batch: RecordBatch) => Promise<AppendedRecords>
  /** `waitMs`: when nothing is new, wait so long for news. */
  readonly changes: (
    since: number,
    waitMs: number,
  ) => Promise<{ payments: PaymentStatus[]; nextCursor: number; hasMore: boolean }>
}

export type BillStore = {
  /** Keeps snapshots with the time they were seen; a bill with the same id is replaced. */
  readonly saveBills: (bills: readonly Bill[], seenAtMs: number) => void
  /** From the cache, newest snapshot of each debt; by consumer code, mobile, bill number or bill id. */
  readonly cachedBills: (query: { by: 'code' | 'mobile' | 'any'; value: string }) => Bill[]
  readonly knownBill: (billId: string) => KnownBill | null
}

/** Bills of the packs in use; read only, found by many words or by one number. */
export type PackStore = {
  /** number: consumer code, bill number, bill id or mobile. words: names, doors and streets, also as beginnings. */
  readonly packedBills: (query: { by: 'number' | 'words'; value: string }) => PackedBill[]
  /** Keeps bills of packs as the till's own, unless it has the same bill from a later look. */
  readonly savePackedBills: (found: readonly PackedBill[], seenAtMs: number) => void
}

export type CollectionKey = {
  readonly collectionId: string
  readonly paymentIds: readonly string[]
  readonly billIds: readonly string[]
  readonly at: ClockReading
}

export type PaymentStore = {
  readonly collectionFacts: (key: CollectionKey) => CollectionFacts
  /**
   * One commit: asks `plan` with the facts of this very transaction, then writes everything the plan says. A plan of null means
   * that the collection is already recorded. Throws store_busy/store_full (nothing recorded) or store_unknown.
   */
  readonly commitCollection: (
    key: CollectionKey,
    plan: (facts: CollectionFacts) => CollectionPlan | null,
  ) => CollectionView
}

export type CardSaleStore = {
  /** Sales that wait for somebody or something, oldest first. */
  readonly openSales: () => CardSale[]
  readonly cardSale: (reference: string) => CardSale | null
  /** One commit that begins a sale; the plan is asked with the facts of this very transaction. */
  readonly commitSale: (
    key: CollectionKey,
    plan: (facts: CollectionFacts & { readonly saleCount: number }) => SalePlan | null,
  ) => CardSale
  /** One commit of one step. A plan of null: nothing changes. Throws card_sale_not_found. */
  readonly commitSaleStep: (
    reference: string,
    plan: (sale: CardSale, clock: ClockState) => SalePlan | null,
  ) => CardSale
}

export type ShiftStore = {
  readonly openShift: () => ShiftRecord | null
  readonly commitShift: (
    plan: (facts: { openShift: ShiftRecord | null; nextNumber: number }) => ShiftPlan,
  ) => ShiftRecord
}

export type DrawerStore = {
  /** The open shift with everything that happened in it; null: none is open. */
  readonly drawer: () => OpenDrawer | null
  readonly drawerRecord: (id: string) => DrawerRecord | null
  /** null: no shift was ever closed on this till. */
  readonly lastClose: () => ShiftClose | null
  /**
   * One commit: asks `plan` with the facts of this very transaction, then writes the record and what follows from it. A plan of null
   * means that the record with this id is there already.
   */
  readonly commitDrawer: (id: string, plan: (facts: DrawerFacts) => DrawerPlan | null) => DrawerRecord
}

export type OperatorStore = {
  /** Reads the lock and, when `gate` lets it through, counts one more failure, all before the PIN is looked at. */
  readonly beginPinTry: (
    operatorId: string,
    reading: ClockReading,
    gate: (lock: PinLock) => 'count' | 'leave',
  ) => PinLock
  readonly clearPinLock: (operatorId: string, draft: JournalDraft) => void
  /** Clears the locks of all other operators too (a supervisor was here). */
  readonly clearAllPinLocks: (draft: JournalDraft) => void
  readonly saveOperator: (operator: Operator) => void
}

export type ClockStore = {
  readonly clockState: () => ClockState
  readonly saveAnchor: (anchor: ClockAnchor) => void
  /** A supervisor accepts the clock as it is: later records count from here. */
  readonly acceptClock: (draft: JournalDraft) => void
}

/** Journal records on their way, exactly as they were sealed. */
export type RecordBatch = {
  readonly after: number
  /** Hash of record `after`. */
  readonly head: string
  readonly records: readonly JournalRecord[]
  /** What the integrator said last; proves to a restored one what it once had. */
  readonly lastAck: SignedText | null
}

export type AppendedRecords = {
  readonly signed: SignedText
  readonly ack: Ack
  readonly outcomes: readonly RecordOutcome[]
  readonly nextAfterMs: number
  readonly maxBatch: number
}

/** How far the journal was handed over, as kept on the disk. */
export type Handover = {
  /** Records up to here were taken by the integrator: the next batch follows. */
  readonly sentSeq: number
  /** The last word of the integrator; null before the first. */
  readonly ack: Ack | null
  readonly signedAck: SignedText | null
  /** `upto` of the last ACK record in the journal: the journal does not feed on its own acks. */
  readonly notedSeq: number
  /** Not null: this journal and the integrator's do not belong together any more. A person must look at this device. */
  readonly alarm: Problem | null
}

export type OutboxStore = {
  /** The records after what was handed over; none: everything is there. Always one when there is any, however large. */
  readonly nextBatch: (limits: { recordsMax: number; bytesMax: number }) => RecordBatch
  /** Payments that the integrator has not acknowledged. */
  readonly waitingCount: () => number
  readonly pendingCount: () => number
  /**
   * Takes in a word of the integrator: payments up to it leave the waiting lane. A word that does not fit this journal is an alarm
   * and moves nothing. Returns how many payments got through. Throws integrator_not_trusted for another device's word.
   */
  readonly applyAck: (
    appended: Pick<AppendedRecords, 'signed' | 'ack' | 'outcomes'>,
    at: ClockReading,
  ) => number
  /** The integrator has less than it once had: everything from there is sent again. */
  readonly rewind: (expectedSeq: number, at: ClockReading) => void
  /** The integrator holds these records aside, up to `upto`, because other ones carry their numbers. */
  readonly setAside: (upto: number, problem: Problem, at: ClockReading) => void
  /** A try of the batch that brought no ack: noted on its payments. */
  readonly markTried: (upto: number, problem: Problem) => void
  readonly handover: () => Handover
  readonly feedCursor: () => number
  readonly applyStatuses: (statuses: readonly PaymentStatus[], nextCursor: number) => void
}

export type IdentityStore = {
  readonly device: () => DeviceIdentity | null
  readonly masters: () => Masters | null
  readonly appendEvent: (draft: JournalDraft) => void
}

export type ContactStore = {
  /** null before the first contact that was noted. */
  readonly lastContact: () => LastContact | null
  readonly saveContact: (contact: LastContact) => void
}

export type UnlockStore = {
  /** The open challenge of this operator, or a new one, kept until it is spent. */
  readonly unlockChallenge: (operatorId: string, make: (counter: number) => string) => string
  readonly openChallenge: (operatorId: string) => string | null
  /** The challenge is used up and the operator's lock is lifted, with its record. */
  readonly spendChallenge: (operatorId: string, draft: JournalDraft) => void
}

/** Checks a PIN against its verifier. */
export type PinCheck = {
  /** false: the verifier is peppered and this till does not have the pepper. */
  readonly canCheck: (verifier: PinVerifier) => boolean
  /** Slow on purpose, off the main thread; only after `canCheck`. */
  readonly isRight: (pin: string, verifier: PinVerifier) => Promise<boolean>
}

export type Hashing = { readonly sha256: Sha256 }
