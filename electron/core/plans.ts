// What a plan about money is made from, and what it says shall be written: the shapes that the rules of this room and the store hand each
// other inside one transaction.
import type { Limits } from '#contract/limits.ts'
import type { Paise } from '#contract/money.ts'
import type { Payment } from '#contract/payment.ts'
import type { CardSale } from './cards/card-sale.ts'
import type { JournalDraft } from './journal.ts'
import type { HeldFacts } from './money-limits.ts'
import type {
  ClockReading,
  ClockState,
  CollectionRecord,
  DeviceIdentity,
  KnownBill,
  PrintState,
  ShiftRecord,
} from './records.ts'
import type { LastContact } from './time/last-contact.ts'

/** What the store reads at the start of the transaction. */
export type CollectionFacts = {
  readonly device: DeviceIdentity | null
  readonly shift: ShiftRecord | null
  readonly clock: ClockState
  readonly recorded: { readonly contentHash: string } | null
  /** Ids of this call's payments that exist already, in whatever collection. */
  readonly knownPaymentIds: readonly string[]
  readonly bills: readonly KnownBill[]
  readonly nextDeviceSeq: number
  /** Of the series that `seriesYear` names. */
  readonly nextReceiptSeq: number
  readonly limits: Limits
  readonly unsent: HeldFacts['unsent']
  /** null: the integrator was never heard. */
  readonly contact: LastContact | null
  /** Card sales of this till that wait for somebody or something. */
  readonly openSales: readonly CardSale[]
}

/** Who asks, when, and in what state the till is. */
export type TakeSituation = {
  readonly operatorId: string
  readonly at: ClockReading
  readonly isOffline: boolean
  readonly hasPrinter: boolean
  readonly hasDiskSpace: boolean
  readonly ulbCode: string
  /** A terminal takes the cards: no slip is typed on this till. */
  readonly hasCardTerminal: boolean
}

export type PaymentPlan = {
  readonly payment: Payment
  /** The exact JSON that is journaled, sent and hashed. */
  readonly body: string
  readonly receiptSeq: number
}

export type CollectionPlan = {
  readonly collection: CollectionRecord
  readonly payments: readonly PaymentPlan[]
  readonly financialYear: string
  readonly journal: readonly JournalDraft[]
  /** Cash that stays in the drawer. */
  readonly cashPaise: Paise
  readonly printState: Extract<PrintState, 'queued' | 'absent'>
  /** The card sale that these payments use up, as it stands after; null: no card terminal was in it. */
  readonly usedSale: CardSale | null
}

export type SalePlan = { readonly sale: CardSale; readonly journal: JournalDraft }

export type ShiftPlan = { readonly shift: ShiftRecord; readonly journal: JournalDraft }
