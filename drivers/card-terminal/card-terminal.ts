// The one contract of everything that takes a card payment for us: the till knows this and never the protocol.
// Implementations: manual-edc.ts, zvt/, nexo/, pine-labs.ts, ezetap.ts. Semi-integrated: card numbers stay in the terminal; what
// comes back is masked. Whoever calls `start` has recorded the intent durably before.
import type { DriverProblem } from '#drivers/problem.ts'

/** One attempt to charge one card. Recorded by the caller before the first byte goes to the terminal. */
export type CardIntent = {
  /** 1 to 10 characters 0-9 A-Z, never used twice by this till: the id under which the terminal is asked again. */
  readonly reference: string
  readonly amountPaise: number
  /** Epoch ms of the record of the intent. */
  readonly startedAtMs: number
  /** What the terminal gave when the sale was handed over (a cloud's own id), if the caller was told one. */
  readonly terminalReference: string | null
}

/** What the terminal says of money that moved. Never a full card number. */
export type CardApproval = {
  readonly amountPaise: number
  /** The number under which bank and town find it again: RRN, or the terminal's own where there is none. */
  readonly transactionNumber: string
  readonly approvalCode: string | null
  /** "VISA", "RUPAY", "UPI": as the terminal names it. */
  readonly scheme: string | null
  readonly cardLastFour: string | null
  readonly terminalId: string | null
  /** What a reversal at this terminal needs (ZVT receipt number, POI transaction id …); opaque to the till. */
  readonly reversalKey: string | null
  /** Epoch ms by the terminal's clock; null if it does not say. */
  readonly approvedAtMs: number | null
  /** Lines of the payer's card slip that the terminal wants printed, already masked. */
  readonly slipLines: readonly string[]
  /** Those of the office's own copy, where the terminal gives one (it may ask for a signature). */
  readonly merchantLines?: readonly string[]
}

export type CardOutcome =
  | { readonly kind: 'approved'; readonly approval: CardApproval }
  /** The card was surely not charged. `reason`: the terminal's code and words, free of card data. */
  | { readonly kind: 'declined'; readonly code: string; readonly reason: string }
  | { readonly kind: 'cancelled'; readonly reason: string }
  /** Surely nothing of the sale reached the terminal. */
  | { readonly kind: 'not_started'; readonly problem: DriverProblem }
  /** It may have been charged: ask `status` before anything else. */
  | { readonly kind: 'unknown'; readonly problem: DriverProblem }

export type CardStatus =
  | Exclude<CardOutcome, { kind: 'not_started' }>
  | { readonly kind: 'in_progress' }
  /** The terminal says it never had this sale. Only a protocol that can prove that may answer so. */
  | { readonly kind: 'not_found' }

export type ReversalOutcome =
  | { readonly kind: 'reversed'; readonly transactionNumber: string | null }
  | { readonly kind: 'refused'; readonly code: string; readonly reason: string }
  | { readonly kind: 'unknown'; readonly problem: DriverProblem }

/** How the terminal's day ended; its lines are its totals. */
export type CardDayEnd =
  | { readonly kind: 'done'; readonly slipLines: readonly string[] }
  | { readonly kind: 'refused'; readonly code: string; readonly reason: string }
  | { readonly kind: 'unknown'; readonly problem: DriverProblem }

/** What the terminal does just now, for the screen; `words` are the terminal's own when it sends some. */
export type CardProgress = {
  readonly step:
    | 'connecting'
    | 'present_card'
    | 'enter_pin'
    | 'wrong_pin'
    | 'authorising'
    | 'remove_card'
    | 'working'
  readonly words: string | null
}

export type CardTerminalDescription = {
  readonly kind: 'manual-edc' | 'zvt' | 'nexo' | 'pine-labs' | 'ezetap' | 'virtual'
  /** For messages: "ZVT terminal at 192.0.2.9:20007". */
  readonly name: string
  /** False: the cashier types what the terminal printed (manual-edc). */
  readonly isIntegrated: boolean
  readonly canReverse: boolean
}

export type CardTerminal = {
  readonly describe: () => CardTerminalDescription
  /**
   * Charges the card; one at a time. Settles only with a final word or `unknown`; never rejects for what the terminal does.
   * `onHandedOver` tells a cloud's own id as soon as it is known, so that the caller can record it at once.
   */
  readonly start: (
    intent: CardIntent,
    watch: {
      readonly onProgress: (progress: CardProgress) => void
      readonly onHandedOver: (terminalReference: string) => void
    },
  ) => Promise<CardOutcome>
  /** What became of an intent, by our own reference; changes nothing. */
  readonly status: (intent: CardIntent) => Promise<CardStatus>
  /** Asks the terminal to give up the sale under way; the outcome still comes from `start`. */
  readonly cancel: (intent: CardIntent) => Promise<void>
  readonly reverse: (intent: CardIntent, approval: CardApproval) => Promise<ReversalOutcome>
  /** Closes its day: it hands its sales in to the bank. Absent where a bank or a cloud closes the days by itself. */
  readonly endDay?: () => Promise<CardDayEnd>
  /** Whether the terminal answers now; null: yes. For the device check. */
  readonly check: () => Promise<DriverProblem | null>
  readonly close: () => Promise<void>
}
