// What the journal says about a drawer after its shift was opened: cash handed in, counts, the close. The data of a record is exactly one
// of these. Shared by core, store and host; amounts in paise, times in epoch ms.
import type { PaymentMode } from '#contract/bill.ts'
import type { Paise } from '#contract/money.ts'
import type { NoteCount } from '#contract/tender.ts'
import type { CardSale } from '#core/cards/card-sale.ts'
import type { JournalDraft, JournalHead } from '#core/journal.ts'
import type { ClockState, ShiftRecord } from '#core/records.ts'

/** Data of CASH_OUT: so much left the drawer. */
export type HandIn = {
  readonly kind: 'HAND_IN'
  readonly id: string
  readonly shiftId: string
  readonly shiftNumber: number
  /** Counts up within the shift. */
  readonly number: number
  readonly operatorId: string
  readonly operatorName: string
  readonly receivedById: string
  readonly receivedByName: string
  readonly atMs: number
  readonly amountPaise: Paise
  /** null: said as a sum, not counted. */
  readonly denominations: readonly NoteCount[] | null
  readonly cashLeftPaise: Paise
}

/** Data of CASH_COUNT: what somebody found before being told what should be there. */
export type CashCount = {
  readonly kind: 'COUNT'
  readonly id: string
  readonly shiftId: string
  /** Counts up within the shift. */
  readonly number: number
  readonly operatorId: string
  readonly atMs: number
  readonly denominations: readonly NoteCount[]
  readonly countedPaise: Paise
  readonly expectedPaise: Paise
  /** Counted less expected: negative when cash is missing. */
  readonly differencePaise: Paise
  /** Receipts of the shift when it was counted. */
  readonly receiptCount: number
}

export type ModeTotal = { readonly mode: PaymentMode; readonly count: number; readonly sumPaise: Paise }
export type ServiceTotal = {
  readonly businessService: string
  readonly count: number
  readonly sumPaise: Paise
}

/** Data of CLOSE_SHIFT: everything the Z report says; a shift has one, and its number is the number of the report. */
export type ShiftClose = {
  readonly kind: 'CLOSE'
  readonly id: string
  readonly shiftId: string
  readonly number: number
  readonly operatorId: string
  readonly operatorName: string
  /** Another person than the operator when a supervisor closed what was left open. */
  readonly closedById: string
  readonly closedByName: string
  readonly openedAtMs: number
  readonly closedAtMs: number
  readonly businessDate: string
  readonly floatPaise: Paise
  readonly takings: readonly ModeTotal[]
  readonly services: readonly ServiceTotal[]
  readonly collectedPaise: Paise
  readonly receiptCount: number
  /** null: nothing was taken. */
  readonly firstReceiptNumber: string | null
  readonly lastReceiptNumber: string | null
  readonly handIns: readonly Pick<HandIn, 'number' | 'amountPaise' | 'receivedByName' | 'atMs'>[]
  readonly countId: string
  /** How often it was counted. */
  readonly countNumber: number
  readonly denominations: readonly NoteCount[]
  readonly expectedPaise: Paise
  readonly countedPaise: Paise
  readonly differencePaise: Paise
  readonly reason: string | null
  /** Not acknowledged by the integrator when the shift ended, of this till. */
  readonly unsent: { readonly count: number; readonly sumPaise: Paise }
  /** Of the till since its first day. */
  readonly turnoverPaise: number
  /** The record before this one: its hash stands for the whole journal up to here. */
  readonly headSeq: number
  readonly headHash: string
}

export type DrawerRecord = HandIn | CashCount | ShiftClose

export type OpenDrawer = {
  readonly shift: ShiftRecord
  readonly takings: readonly ModeTotal[]
  readonly services: readonly ServiceTotal[]
  readonly handIns: readonly HandIn[]
  readonly counts: readonly CashCount[]
  readonly firstReceiptNumber: string | null
  readonly lastReceiptNumber: string | null
}

/** What the store reads at the start of the transaction. */
export type DrawerFacts = {
  /** The record with the id that was asked for, when it is there already. */
  readonly recorded: DrawerRecord | null
  readonly open: OpenDrawer | null
  readonly clock: ClockState
  readonly unsent: { readonly count: number; readonly sumPaise: Paise }
  readonly head: JournalHead
  /** Card sales of this till that wait for somebody or something. */
  readonly openSales: readonly CardSale[]
}

export type DrawerPlan = { readonly record: DrawerRecord; readonly journal: JournalDraft }
