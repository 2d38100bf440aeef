// How the virtual ZVT terminal can be told to misbehave. Called by zvt-terminal.ts, tests and demonstrations.
import type { ZvtLineFaults } from './zvt-line.ts'

/** Points of a sale, in this order. The money moves between `after_progress` and `after_capture`. */
export type SaleStep =
  | 'before_accept'
  | 'after_accept'
  | 'after_progress'
  | 'after_capture'
  | 'after_status'
  | 'after_slip'
  | 'after_completion'

export type ZvtFaults = ZvtLineFaults & {
  /** What the bank and the customer do. Without it: approved. */
  readonly outcome?: 'declined' | 'expired' | 'gave_up' | 'wrong_pin_then_approved' | 'bank_unreachable'
  /** The line breaks here, once. */
  readonly cutAt?: SaleStep
  /** The terminal says nothing more on this line from here on, once. */
  readonly silentAt?: SaleStep
  /** Cut off before the money moved, it still goes on and charges the card so much later. */
  readonly lateCaptureMs?: number
  /** Every command is answered with 84 9C. */
  readonly isBusy?: boolean
  /** What it says of itself when asked (05 01): DC is "card inserted", 9C is "please wait". */
  readonly stateCode?: number
  /** Before it accepts the sale it tells the result of another one, which nobody asked for. */
  readonly tellsAnotherFirst?: boolean
  /** Only the sale is answered with 84 9C. */
  readonly isBusyAtSale?: boolean
  /** The sale is answered with 84 83. */
  readonly refusesSale?: boolean
  /** The result tells this amount, whatever was charged. */
  readonly toldAmountPaise?: number
  /** The result is that of the sale before, and nothing is charged. */
  readonly repeatsOlderSale?: boolean
  /** It charges the card and then says that it broke off. */
  readonly abortsAfterYes?: boolean
  /** It completes and never tells a result. */
  readonly tellsNoResult?: boolean
  /** 06 20 is not known to it. */
  readonly cannotRepeat?: boolean
  /** It keeps declined sales, too, and repeats them. */
  readonly keepsDeclined?: boolean
  /** The reversal is done and the line breaks before the answer. */
  readonly cutsAfterReversal?: boolean
  readonly clockSkewMs?: number
  readonly stepDelayMs?: number
  /** It waits so long for the card, and listens for an abort meanwhile. */
  readonly cardWaitMs?: number
  /** A careless terminal: the card number goes out uncovered in field 22, and on the slip. */
  readonly clearCardNumber?: string
  /** Before the result it sends a message nobody knows. */
  readonly sendsOddMessage?: boolean
}
