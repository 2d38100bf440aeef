// What ZVT's result codes and intermediate states mean, in our words (codes: PA00P015, chapters "Error messages" and "Intermediate
// status"). Data and two look-ups. Called by dialogue.ts and zvt-terminal.ts.
import type { CardProgress } from '#drivers/card-terminal/card-terminal.ts'

export const RESULT_OK = 0x00
export const RESULT_NOT_REGISTERED = 0x6b
export const RESULT_ABORTED = 0x6c
export const RESULT_NOT_POSSIBLE = 0x83
export const RESULT_PLEASE_WAIT = 0x9c
export const RESULT_ALREADY_REVERSED = 0xb4

const RESULT_WORDS: ReadonlyMap<number, string> = new Map([
  [0x00, 'Done.'],
  [0x64, 'The card cannot be read.'],
  [0x65, 'The card carries no data the terminal can use.'],
  [0x66, 'The terminal failed while it was working on the card.'],
  [0x67, 'This is not allowed for debit cards.'],
  [0x68, 'This is not allowed for credit and fuel cards.'],
  [0x6a, 'The memory of the terminal for sales is full. Close its day first.'],
  [0x6b, 'The terminal does not know this till. Connect it again.'],
  [0x6c, 'It was given up at the terminal, or nobody presented a card in time.'],
  [0x6e, 'The card is blocked.'],
  [0x6f, 'The terminal does not take this currency.'],
  [0x71, 'The credit on the card is too low.'],
  [0x72, 'The chip of the card does not work.'],
  [0x73, 'The data of the card is wrong.'],
  [0x74, 'The keys of the terminal are used up. Call its service.'],
  [0x75, 'The terminal refused a text as not genuine.'],
  [0x76, 'The card is not on the list of allowed cards.'],
  [0x77, 'The day cannot be closed now.'],
  [0x78, 'The card has expired.'],
  [0x79, 'The card is not valid yet.'],
  [0x7a, 'The terminal does not know this kind of card.'],
  [0x7b, 'The magnetic stripe may not be used instead of the chip.'],
  [0x7c, 'The magnetic stripe may not be used instead of the chip.'],
  [0x7d, 'The terminal cannot reach its network.'],
  [0x7e, 'The magnetic stripe may not be used instead of the chip.'],
  [0x83, 'The terminal cannot do this now.'],
  [0x85, 'The terminal lacks a key. Call its service.'],
  [0x89, 'The PIN pad is broken.'],
  [0x9a, 'The terminal did not understand the till.'],
  [0x9b, 'The terminal cannot reach the bank.'],
  [0x9c, 'The terminal is busy. Wait until it is ready.'],
  [0x9d, 'The terminal gave out only a part.'],
  [0xa0, 'The terminal is not ready to receive.'],
  [0xa1, 'The bank does not answer.'],
  [0xa3, 'The terminal has no connection to the bank.'],
  [0xa4, 'The purse card cannot be handed in.'],
  [0xa5, 'This is not allowed by the rules for card data.'],
  [0xb1, 'The memory of the terminal is full.'],
  [0xb2, 'The journal of the terminal is full. Close its day first.'],
  [0xb4, 'The payment is reversed already.'],
  [0xb5, 'The payment cannot be reversed.'],
  [0xb7, 'The amount does not fit the reservation.'],
  [0xb8, 'The reservation failed.'],
  [0xbf, 'The power supply of the terminal is too weak.'],
  [0xc0, 'The card lock of the terminal is broken.'],
  [0xc1, 'The merchant card is locked.'],
  [0xc2, 'The terminal needs a diagnosis first.'],
  [0xc3, 'The amount is above what the terminal may take.'],
  [0xc4, 'The card profiles of the terminal are out of date.'],
  [0xc5, 'The terminal does not take this way of paying.'],
  [0xc6, 'The currency does not fit.'],
  [0xc8, 'The amount is too small.'],
  [0xc9, 'The highest amount of the terminal is too small.'],
  [0xcb, 'The terminal does this in euros only.'],
  [0xcc, 'The printer is not ready.'],
  [0xcd, 'Cash cannot be given with it.'],
  [0xd2, 'This is not allowed for this kind of card.'],
  [0xdc, 'A card is in the terminal. Take it out.'],
  [0xdd, 'The terminal cannot give the card back.'],
  [0xde, 'The terminal cannot draw the card in.'],
  [0xe0, 'The terminal is being serviced from afar.'],
  [0xe2, 'The card reader of the terminal is broken.'],
  [0xe3, 'The shutter of the card reader is closed.'],
  [0xe4, 'The terminal must be activated first.'],
  [0xe7, 'The terminal misses a group of goods.'],
  [0xe8, 'The terminal has no table of goods.'],
  [0xe9, 'The terminal refuses the restriction code.'],
  [0xea, 'The card is not allowed. A diagnosis of the terminal may help.'],
  [0xeb, 'The terminal cannot check this PIN.'],
  [0xec, 'The terminal cannot check PINs now.'],
  [0xed, 'The PIN pad is broken.'],
  [0xf0, 'The day of the terminal is open and must be closed first.'],
  [0xf1, 'The card cannot be used without the bank.'],
  [0xf5, 'The set-up of the terminal failed.'],
  [0xf6, 'The terminal is not set up yet.'],
  [0xfa, 'The terminal could not hand in its stored sales.'],
  [0xfb, 'A stored sale of the terminal is broken.'],
  [0xfc, 'A part of the terminal is missing or broken.'],
  [0xfd, 'The terminal does not take this line speed.'],
  [0xfe, 'The terminal does not know this till.'],
  [0xff, 'The terminal reports a fault of its own.'],
])

export function resultWords(code: number): string {
  return RESULT_WORDS.get(code) ?? `The terminal answered with code ${codeText(code)}.`
}

/** "6C": as the terminal's manual names it. */
export function codeText(code: number): string {
  return code.toString(16).toUpperCase().padStart(2, '0')
}

type Step = CardProgress['step']

const STEPS: ReadonlyMap<number, readonly [Step, string]> = new Map<number, readonly [Step, string]>([
  [0x00, ['working', 'Confirm the amount on the terminal.']],
  [0x01, ['enter_pin', 'Look at the PIN pad.']],
  [0x02, ['enter_pin', 'Look at the PIN pad.']],
  [0x03, ['working', 'Not accepted.']],
  [0x04, ['authorising', 'Waiting for the bank.']],
  [0x05, ['authorising', 'The terminal takes the payment back.']],
  [0x06, ['authorising', 'The terminal hands in stored sales.']],
  [0x07, ['working', 'The card is not admitted.']],
  [0x08, ['working', 'The card is not known.']],
  [0x09, ['working', 'The card has expired.']],
  [0x0a, ['present_card', 'Present the card.']],
  [0x0b, ['remove_card', 'Take the card out.']],
  [0x0c, ['present_card', 'The card cannot be read.']],
  [0x0d, ['working', 'The terminal failed while it was working on the card.']],
  [0x0e, ['working', 'Please wait.']],
  [0x0f, ['working', 'The terminal closes its day.']],
  [0x10, ['working', 'The card is not valid.']],
  [0x11, ['working', 'The terminal shows a balance.']],
  [0x12, ['working', 'The terminal has a fault.']],
  [0x13, ['working', 'The payment is not possible.']],
  [0x14, ['working', 'The credit is too low.']],
  [0x15, ['wrong_pin', 'Wrong PIN.']],
  [0x16, ['working', 'The limit is too low.']],
  [0x17, ['working', 'Please wait.']],
  [0x18, ['wrong_pin', 'Wrong PIN too often.']],
  [0x19, ['working', 'The data of the card is wrong.']],
  [0x1a, ['working', 'The terminal is being serviced.']],
  [0x1b, ['authorising', 'Approved by the bank.']],
  [0x1c, ['authorising', 'Approved by the bank.']],
  [0x1d, ['working', 'Declined.']],
  [0x26, ['working', 'The terminal asks for a mobile number.']],
  [0x27, ['working', 'The terminal asks for the mobile number again.']],
  [0x28, ['working', 'The terminal asks for the currency.']],
  [0x29, ['working', 'The terminal asks for the language.']],
  [0x2a, ['present_card', 'Present the card to load it.']],
  [0x2b, ['working', 'An emergency transaction runs.']],
  [0x2c, ['working', 'The terminal asks which way of paying.']],
  [0xc7, ['working', 'The terminal asks for the mileage.']],
  [0xc8, ['working', 'The terminal waits for the cashier.']],
  [0xc9, ['working', 'The terminal checks itself.']],
  [0xca, ['working', 'The terminal starts up.']],
  [0xcb, ['working', 'The journal of the terminal is full.']],
  [0xcc, ['enter_pin', 'The card needs its PIN.']],
  [0xd2, ['authorising', 'The terminal calls the bank.']],
  [0xd3, ['authorising', 'The terminal has reached the bank.']],
  [0xe0, ['working', 'The terminal asks which way of paying.']],
  [0xe1, ['working', 'The terminal asks for the language.']],
  [0xe2, ['working', 'The terminal asks for its cleaning card.']],
  [0xf1, ['working', 'The terminal is offline.']],
  [0xf2, ['authorising', 'The terminal is online.']],
  [0xf3, ['authorising', 'The terminal works offline.']],
])

/** Codes 41 to 67 say the same as 01 to 27, and that the card is to be taken out. */
const REMOVE_CARD_FIRST = 0x41
const REMOVE_CARD_LAST = 0x67
const REMOVE_CARD_OFFSET = 0x40

export function progressOf(code: number): CardProgress {
  const known = STEPS.get(code)
  if (known !== undefined) return { step: known[0], words: known[1] }
  if (code >= REMOVE_CARD_FIRST && code <= REMOVE_CARD_LAST) {
    const base = code === REMOVE_CARD_OFFSET + 0x0b ? undefined : STEPS.get(code - REMOVE_CARD_OFFSET)
    return {
      step: 'remove_card',
      words: base === undefined ? 'Take the card out.' : `${base[1]} Take the card out.`,
    }
  }
  return { step: 'working', words: null }
}
