// The shapes that core, store and host share: who the till is, its shift, its payments as the till knows them.
// Plain data; amounts in paise, times in epoch ms unless the name says otherwise.
import type { Role } from '#contract/api.ts'
import type { Bill } from '#contract/bill.ts'
import type { Device } from '#contract/devices-api.ts'
import type { Paise } from '#contract/money.ts'
import type {
  CollectionEvidence,
  Instrument,
  Payer,
  Payment,
  PaymentStatus,
  PostingState,
  SuspenseReason,
} from '#contract/payment.ts'
import type { Problem } from '#contract/problem.ts'
import type { PackMark } from './bills/packs.ts'
import type { ReceiptStanding } from '#contract/receipt.ts'

/** Who this till is; its key is kept apart, out of the store. */
export type DeviceIdentity = Device

/** One look at the clocks. `monotonicMs` counts within `bootId` and is never set back. */
export type ClockReading = { readonly wallMs: number; readonly monotonicMs: number; readonly bootId: string }

/** The integrator's time at a moment of the monotonic clock. */
export type ClockAnchor = { readonly serverMs: number; readonly monotonicMs: number; readonly bootId: string }

export type ClockState = {
  readonly anchor: ClockAnchor | null
  /** Wall time of the latest record; null before the first. */
  readonly floorWallMs: number | null
  /** It was at least so late at the latest record, by the integrator's time; null: nothing was known. */
  readonly certainMs: number | null
  /** How far off a supervisor has accepted the wall clock; null: nobody did. */
  readonly acceptedDriftMs: number | null
  /** Clocks at the latest record. */
  readonly lastReading: ClockReading | null
}

export type OperatorTile = {
  readonly id: string
  readonly code: string
  readonly name: string
  readonly role: Role
}

export type ShiftRecord = {
  readonly id: string
  readonly number: number
  readonly operatorId: string
  readonly operatorName: string
  readonly openedAtMs: number
  /** Opened with the shift, such as `2026-11-23`: the financial year of its receipts follows it, not the clock. */
  readonly businessDate: string
  readonly floatPaise: Paise
  readonly cashInHandPaise: Paise
  readonly collectedPaise: Paise
  readonly receiptCount: number
}

/**
 * Where a payment is on its way. waiting: the integrator has not acknowledged it. pending: it has, DIGIT's number has not
 * come. attention: a person must look. settled: known end.
 */
export type OutboxLane = 'waiting' | 'pending' | 'attention' | 'settled'

/**
 * queued: no byte is out. sending: some may be. sent: all are, the printer has not said that it is on paper. interrupted: it broke off,
 * what came out is void. failed: given up before the first byte. absent: there was no printer.
 */
export type PrintState =
  | 'queued'
  | 'sending'
  | 'sent'
  | 'printed'
  | 'interrupted'
  | 'failed'
  | 'unknown'
  | 'absent'

/** One payment as lists show it; the same shape as the procedure's row. */
export type PaymentRow = {
  readonly paymentId: string
  readonly collectionId: string
  readonly receiptNumber: string
  readonly digitReceiptNumber: string | null
  readonly standing: ReceiptStanding
  readonly serviceName: string
  readonly consumerCode: string
  readonly payerName: string | null
  readonly amountPaise: Paise
  readonly mode: string
  readonly collectedAtMs: number
  readonly state: PostingState | null
  readonly reason: SuspenseReason | null
  readonly heldPaise: Paise
  readonly printState: PrintState
  readonly copies: number
}

export type QueueRow = PaymentRow & {
  readonly attempts: number
  readonly lastProblem: Problem | null
  readonly nextTryAtMs: number | null
}

/** A payment with everything the till recorded beside it. */
export type PaymentRecord = {
  readonly payment: Payment
  readonly journalHash: string
  readonly shiftNumber: number
  readonly operatorName: string
  readonly lane: OutboxLane
  readonly status: PaymentStatus | null
  readonly copies: number
}

export type CollectionRecord = {
  readonly id: string
  /** Hash of what the operator confirmed: the same call again is recognised by it. */
  readonly contentHash: string
  readonly shiftId: string
  readonly operatorId: string
  readonly totalPaise: Paise
  /** null: not cash. */
  readonly tenderedPaise: Paise | null
  readonly changePaise: Paise
  readonly isOffline: boolean
  readonly collectedAtMs: number
}

export type CollectionView = Pick<
  CollectionRecord,
  'totalPaise' | 'tenderedPaise' | 'changePaise' | 'isOffline'
> & { readonly collectionId: string; readonly payments: PaymentRow[] }

/** What the operator confirmed for one bill. */
export type CollectionLine = {
  readonly paymentId: string
  readonly billId: string
  readonly amountPaise: Paise
}

type WithoutChange<I> = I extends { mode: 'CASH' } ? Omit<I, 'changePaise'> : I
/** Charged by the terminal: everything that a slip says comes from the record of the sale. */
export type CardSaleTender = { readonly mode: 'CARD_SALE'; readonly reference: string }
/** The instrument as confirmed on the screen: the change of cash is computed here, never sent. */
export type TenderedInstrument = WithoutChange<Instrument> | CardSaleTender

/** What the payer agreed to, ticked by the operator; nothing is agreed by silence. */
export type Consent = Pick<CollectionEvidence, 'isAdvanceAgreed' | 'isPartAgreed'>

export type CollectionInput = {
  readonly collectionId: string
  readonly lines: readonly CollectionLine[]
  readonly instrument: TenderedInstrument
  readonly payer: Payer
  readonly consent: Consent
}

/** An earlier payment of the same debt on this till, as far as it matters for paying again. */
export type EarlierPayment = {
  readonly receiptNumber: string
  readonly billId: string
  readonly state: PostingState | null
  readonly isRefused: boolean
  readonly postedAtMs: number | null
}

/** A bill of the store with what the till knows about its debt. */
export type KnownBill = {
  readonly bill: Bill
  /** The newest snapshot of the same debt, when that is another one. */
  readonly newerBill: Bill | null
  /** The bill pack it was found in; absent or null: it came from the integrator itself. */
  readonly pack?: PackMark | null
  readonly earlier: readonly EarlierPayment[]
}

/** Failed tries of one operator's PIN since the last good one. */
export type PinLock = {
  readonly failures: number
  readonly lastTry: { readonly monotonicMs: number; readonly bootId: string } | null
}

export type PrintJob = {
  readonly id: number
  readonly paymentId: string
  /** 0 = original, 1… = duplicate copies. */
  readonly copyNumber: number
  readonly state: PrintState
  readonly attempts: number
  /** Four characters by which the printer names the job; written before the first byte. */
  readonly processId: string | null
  /** Which printer has it, or is wished for; null: the first. */
  readonly printer: string | null
  readonly problem: Problem | null
  /** Code of the operator who asked for a copy; null for originals. */
  readonly requestedBy: string | null
  readonly queuedAtMs: number
  readonly atMs: number
}
