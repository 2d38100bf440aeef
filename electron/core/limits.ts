// Every named maximum of the terminal's rules in one place. Read by all files of core, by the store and by the host.

/** Bills in one collection (one payer, one instrument). Same figure as the procedure's input schema. */
export const LINES_MAX = 20
/** Bytes of one payment record on its way; a body of the integrator takes 1 MiB. */
export const PAYMENT_BYTES_MAX = 900_000
/** Records and bytes of one batch to the integrator (its body limit is 1 MiB; some of it is envelope). */
export const BATCH_RECORDS_MAX = 100
export const BATCH_BYTES_MAX = 1_000_000
/** A batch on a line so slow that larger ones do not get through. */
export const BATCH_BYTES_MIN = 16_000
/** Records between two of the integrator's words that are kept in the journal itself. */
export const ACK_EVERY_RECORDS = 50
/** Pages of the status feed read in one round of the sync loop. */
export const FEED_PAGES_MAX = 10

/** Back-off of the sync loop: full jitter below base · 2ⁿ, never above the cap. */
export const BACKOFF_BASE_MS = 1_000
export const BACKOFF_CAP_MS = 60_000
/** Longest wait the integrator may ask for. */
export const SERVER_WAIT_MAX_MS = 300_000
/** Next look at the feed: soon while a receipt number is awaited (slower the longer nothing comes), else a heartbeat. */
export const PENDING_POLL_MS = 250
export const PENDING_POLL_CAP_MS = 30_000
export const IDLE_POLL_MS = 10_000
/** Longest wait for news in one call; the integrator takes at most 25 s. */
export const FEED_WAIT_MS = 20_000
/** A journal that the integrator does not take as it is is shown to a person and tried again this seldom. */
export const ALARM_RETRY_MS = 600_000

/** Bills found in one look-up, rows of one search, rows of the queue. */
export const FOUND_BILLS_MAX = 50
export const SEARCH_ROWS_MAX = 50
export const QUEUE_ROWS_MAX = 500
/** Characters of one search term that is kept. */
export const TERM_CHARS_MAX = 64

/** A clock that is further behind the last record than this stops money; less is only noted. */
export const CLOCK_TOLERANCE_MS = 5 * 60_000
/** A clock this far from the integrator's time needs a supervisor before money is taken. */
export const CLOCK_FAR_OFF_MS = 12 * 3_600_000
/** So long after midnight a shift still works for the date it was opened on. */
export const SHIFT_OVER_MIDNIGHT_MS = 12 * 3_600_000
/** A bill that was read from DIGIT within this time counts as fresh at the moment of payment. */
export const BILL_FRESH_MS = 15 * 60_000

/** Wait before the n-th try of a PIN; after the last one the operator is locked (payment-desk practice: 6 tries). */
export const PIN_DELAYS_MS: readonly number[] = [0, 0, 0, 30_000, 120_000, 600_000]
/** How long after the last contact with the integrator an operator may sign in without it (security design: 72 h). */
export const OFFLINE_SIGN_IN_MS = 72 * 3_600_000

/** Days back that DIGIT allows on a cheque or draft: whole days, so 90 d 23 h passes. */
export const CHEQUE_DAYS_MAX = 90
export const INSTRUMENT_NUMBER_MIN = 6
export const PAYER_NAME_MAX = 128

/** Times that one shift may hand in cash, and that its drawer may be counted. */
export const SHIFT_HAND_INS_MAX = 200
export const SHIFT_COUNTS_MAX = 200
/** Records about drawers that are read back: more than one shift can have. */
export const DRAWER_RECORDS_MAX = 1_000
/** Letters of the reason for a difference. */
export const REASON_CHARS_MAX = 200

/** Card sales that may stand open at once; before this many a person has looked. */
export const OPEN_CARD_SALES_MAX = 20
/** Letters of what a terminal says about a sale that are kept. */
export const TERMINAL_CHARS_MAX = 200
/** Tries to write down what a terminal said, and the waits between them; the disk may be busy for a moment. */
export const CARD_RECORD_RETRY_MS: readonly number[] = [50, 200, 1_000, 3_000]
/** After a lost answer the terminal is asked again by itself so often. */
export const CARD_ASK_AGAIN_MS: readonly number[] = [1_000, 3_000, 8_000]

/** Free disk space below which no money is taken. */
export const FREE_BYTES_MIN = 200 * 1024 * 1024

/** Tries of one print job that never reached the printer, and the waits between them. */
export const PRINT_RETRY_MS: readonly number[] = [1_000, 2_000, 4_000, 8_000, 15_000]
/** Copies that one receipt may have. */
export const COPIES_MAX = 200
