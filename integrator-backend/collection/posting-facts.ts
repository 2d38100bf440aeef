// What the posting of a payment knows: its own record and what DIGIT says. Plain data between decide-posting (pure) and
// its ports (app/jobs). Amounts are paise, times epoch ms by the database's clock.
import type { CollectionRules } from '#contract/bill.ts'
import type { Paise } from '#contract/money.ts'
import type { Payment, PostingState, SuspenseReason } from '#contract/payment.ts'
import type { DigitOutcome } from './digit-outcome.ts'
import { defaultSettlement } from './settle-changed-bill.ts'
import type { SettledAs, SettlementPolicies } from './settle-changed-bill.ts'

/** The end of the last `_create` when it was a refusal, with the bill id it was about. */
export type LastRefusal = { billId: string; code: string; isPermanent: boolean }

export type ReversalAction = 'CANCEL' | 'DISHONOUR'

/** What two people decided to undo in DIGIT, and how that stands. */
export type Reversal = {
  action: ReversalAction
  why: string
  /** DIGIT said no for good. */
  refusal: string | null
  /** Refusals of access control in a row: few are an outage, many a missing role. */
  deniedCount: number
}

export type PostingRecord = {
  payment: Payment
  state: PostingState
  reason: SuspenseReason | null
  /** The bill aimed at now; only a fence and a probe may change it. */
  billId: string
  attemptCount: number
  lastAttemptAtMs: number | null
  lastRefusal: LastRefusal | null
  /** Since when an earlier payment is not seen by billing. */
  lagSinceMs: number | null
  /** Looks in a row that ended in waiting; spaces the next one. */
  waitCount: number
  /** When DIGIT was first known to hold it. */
  postedSinceMs: number | null
  digitPaymentId: string | null
  /** Database clock when this record was read: before every look-up of the run. */
  nowMs: number
  /** An earlier (or already sent) live payment of the same consumer goes first. */
  isBehindAnother: boolean
  /** How much of it goes to DIGIT; null: all of it. */
  postPaise: Paise | null
  settledAs: SettledAs
  /** A supervisor decided that it may go on the bill of now. */
  isDecided: boolean
  reversal: Reversal | null
  /** Given up before a restore: it waits for this again when DIGIT does not hold it. */
  probeReason: SuspenseReason | null
  /** A till’s journal tells of a refund that no decision here answers. */
  isRefundClaimed: boolean
  /** Posting is stopped until then (after a restore). */
  holdUntilMs: number | null
}

/** A payment as DIGIT's collection service holds it, reduced to one bill. */
export type FoundPayment = {
  digitPaymentId: string
  tenantId: string
  businessService: string
  consumerCode: string | null
  billId: string
  receiptNumber: string | null
  receiptAtMs: number | null
  amountPaise: Paise
  /** APPROVED, APPROVAL_PENDING, REMITTED or TO_BE_SUBMITTED: the money counts. */
  isLive: boolean
  /** DIGIT's instrumentStatus: only APPROVED can be cancelled. */
  instrumentStatus: string
  /** What the integrator kept back when it posted a part, as it told DIGIT. */
  heldPaise: Paise
  /** Our payment id, when the integrator made it. */
  ownPaymentId: string | null
  manualReceiptNumber: string | null
  /** The DIGIT login that made it. */
  createdBy?: string | null
  changedAtMs: number | null
  demandIds: readonly string[]
}

export type CurrentBill = { billId: string; totalPaise: Paise; expiresAtMs: number }

export type Confirmation = { isApplied: boolean; balancePaise: Paise | null }

/** Absent = not asked yet in this run. */
export type PostingFacts = {
  payments?: DigitOutcome<readonly FoundPayment[]>
  rules?: DigitOutcome<CollectionRules | null>
  bill?: DigitOutcome<CurrentBill | null>
  /** How many live payments of this consumer billing has not applied. */
  unappliedCount?: DigitOutcome<number>
  /** Σ(tax − collected) of the open demands. */
  duePaise?: DigitOutcome<Paise>
  confirmation?: DigitOutcome<Confirmation>
  /** Status of the bill aimed at, asked when nothing is due; null: DIGIT does not know it. */
  aimedStatus?: DigitOutcome<string | null>
  /** The end of asking DIGIT to cancel a bill that does not equal its demand, in this run. */
  billCancel?: DigitOutcome<null>
}

export type Look = Exclude<keyof PostingFacts, 'billCancel'>

export type PostingPolicy = {
  /** 2 × the longest life of a request inside DIGIT. */
  fenceMs: number
  /** After this long a lag becomes a task for a person. */
  lagLimitMs: number
  probeDelayMs: number
  retryBaseMs: number
  retryMaxMs: number
  settlement: SettlementPolicies
}

export const defaultPolicy: PostingPolicy = {
  fenceMs: 600_000,
  lagLimitMs: 1_800_000,
  probeDelayMs: 1_000,
  retryBaseMs: 1_000,
  retryMaxMs: 300_000,
  settlement: { '*': defaultSettlement },
}

export type RecordPatch = {
  billId?: string
  digitReceiptNumber?: string | null
  digitPaymentId?: string
  postedAtMs?: number
  balancePaise?: Paise
  lagSinceMs?: number | null
  lastRefusal?: LastRefusal | null
  postPaise?: Paise
  settledAs?: SettledAs
  isDecided?: boolean
  /** Makes the remainder's row with this change. */
  heldPaise?: Paise
  reversal?: Reversal | null
  probeReason?: SuspenseReason | null
}

export type Action =
  | { do: 'look'; at: Look }
  | { do: 'become'; state: PostingState; reason?: SuspenseReason; note: string; patch?: RecordPatch }
  | {
      do: 'wait'
      ms: number
      note: string
      state?: PostingState
      reason?: SuspenseReason
      patch?: RecordPatch
    }
  | { do: 'create'; billId: string; postPaise: Paise; settledAs: SettledAs; note: string }
  | { do: 'reverse'; action: ReversalAction; digitPaymentId: string; note: string }
  | { do: 'cancel-bill'; billId: string; note: string }
  | { do: 'rest' }
