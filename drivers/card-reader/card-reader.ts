// What every card reader of the till gives, whatever carries it. A reader takes cards of staff and citizens and nothing else:
// a bank card is forgotten where it was read. Called by stripe-reader.ts and pcsc.ts; the host keeps readers open.
import type { DriverProblem } from '#drivers/problem.ts'

export type CardTrack = 1 | 2 | 3

/**
 * decode_error: the stripe was not read whole. no_data: a stripe without anything on it. malformed: a report that contradicts
 * itself. no_uid: a chip that tells no number of its own. random_uid: a number that is another one each time, as phones have.
 * no_contact: taken away too early, or put in the wrong way.
 */
export type CardUnreadableReason =
  | 'decode_error'
  | 'no_data'
  | 'too_long'
  | 'malformed'
  | 'no_uid'
  | 'random_uid'
  | 'no_contact'

/** `at`: epoch ms, from the clock that was passed in. */
export type CardEvent =
  /** `value`: the first field of the track, without sentinels; names and dates behind it are left on the card. */
  | { readonly kind: 'id-card'; readonly value: string; readonly track: CardTrack; readonly at: number }
  /** `uid`: the chip's number in capital hex digits. */
  | { readonly kind: 'badge'; readonly uid: string; readonly at: number }
  /** `lastFour`: null when they are not known for sure. */
  | { readonly kind: 'bank_card_refused'; readonly lastFour: string | null; readonly at: number }
  | { readonly kind: 'unreadable'; readonly reason: CardUnreadableReason; readonly at: number }

/** Must not throw. */
export type CardListener = (event: CardEvent) => void

export type CardReader = {
  /** For messages and logs: "0801:0002". */
  readonly name: string
  /** @throws DriverProblem `device_unreachable`, `device_permission` or `device_unsupported` */
  readonly open: (listener: CardListener) => Promise<OpenCardReader>
}

export type OpenCardReader = {
  /** Settles once: null after close(), the problem when it was unplugged; open() may then be tried again. */
  readonly closed: Promise<DriverProblem | null>
  readonly close: () => Promise<void>
}
