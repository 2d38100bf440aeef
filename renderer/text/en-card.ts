// Words about cards taken through a terminal: its steps, what became of a sale, and what to do with a card that was charged.
import { shiftSlipWordsEn } from '#contract/words/shift-slip-words-en.ts'

export const enCard = {
  'problem.card_terminal_absent': 'No card terminal is set up on this till.',
  'advice.card_terminal_absent': 'Take the card another way, or call the office.',
  'problem.card_sale_required': 'On this till the card terminal takes the card.',
  'advice.card_sale_required': 'Start the terminal. Its slip is not typed.',
  'problem.card_sale_open': 'A card sale is open: the card may have been charged.',
  'advice.card_sale_open':
    'Do not take this money again. Open card sales first: ask the terminal, finish, or give back.',
  'problem.card_sale_not_found': 'There is no such card sale on this till.',
  'advice.card_sale_not_found': 'Look at the open card sales again.',
  'problem.card_sale_not_allowed': 'This may not be done with this card sale now.',
  'advice.card_sale_not_allowed': 'Look at the open card sales again: it has gone on meanwhile.',
  'problem.card_number_refused': 'This looks like a whole card number.',
  'advice.card_number_refused': 'Never write a card number. Write what the field asks for, from the slip.',
  'fact.salePaise': 'Card sale: {value}',

  'card.due': 'To pay by card',
  'card.terminal': 'Terminal: {name}',
  'card.start': 'Start the card terminal',
  'card.startHint': 'The terminal gets the amount by itself. Nothing is typed here.',
  'card.again': 'Try the card again',
  'card.starting': 'Waking the terminal…',

  'card.step.connecting': 'Waking the terminal…',
  'card.step.present_card': 'Present the card: tap, insert or swipe',
  'card.step.enter_pin': 'The citizen enters the PIN',
  'card.step.wrong_pin': 'Wrong PIN. The citizen tries again',
  'card.step.authorising': 'Asking the bank…',
  'card.step.remove_card': 'Remove the card',
  'card.step.working': 'Asking the terminal…',

  'card.cancel': 'Cancel the sale',
  'card.cancelSure': 'Yes, cancel',
  'card.cancelKeep': 'Go on',
  'card.cancelling': 'Cancelling. Wait for the terminal.',
  'card.cancelHint': 'The terminal has the last word: the card may be charged already.',

  'card.declined': 'Not charged: the card was declined',
  'card.cancelled': 'Not charged: the sale was given up',
  'card.notCharged': 'Nothing was taken. Try again, or pay another way.',
  'card.words': 'The terminal says: {words} ({code})',

  'card.unknown': 'It is not known whether the card was charged',
  'card.unknownAct':
    'Do not take this money again, neither by card nor in cash. Ask the terminal again. Other bills can go on in cash.',
  'card.ask': 'Ask the terminal again',
  'card.charged': 'The card was charged {amount}',
  'card.chargedAct': 'The payment is not recorded yet. Finish it, or give the money back.',
  'card.chargedOther': 'The card was charged {charged} instead of {amount}',
  'card.chargedOtherAct': 'This is not taken as payment. The money must go back to the card.',
  'card.refused': 'The money could not be given back: {amount}',
  'card.refusedAct':
    'Try again, or give it back at the terminal by hand and let a supervisor close the sale here.',
  'card.reversing': 'Giving back {amount}: no answer from the terminal',
  'card.reversingAct': 'Look at the terminal. Ask for it again, or let a supervisor close the sale.',
  'card.reversed': 'The money was given back to the card',
  'card.closed': 'Closed by a supervisor',
  'card.posted': 'Paid and recorded',

  'card.finish': 'Finish the payment',
  'card.reverse': 'Give the money back',
  'card.close': 'Close with a supervisor',
  'card.closeHint':
    'Only when the terminal or the bank has said what became of it. The bills are free again; the record stays.',
  'card.by': 'A supervisor agrees',
  'card.code': 'Code',
  'card.pin': 'PIN',
  'card.why': shiftSlipWordsEn.reason,
  'card.acting': 'Please wait…',

  'card.openTitle': 'Open card sales',
  'card.openNone': 'No card sale is open.',
  'card.of': '{bills} · {payer} · {time} · {operator} · no. {reference}',
  'card.strip':
    '{count, plural, =0 {No card sale is open} one {# card sale is open ({amount})} other {# card sales are open ({amount})}}.',
  'card.stripAct': 'Do not take this money again.',
  'card.show': 'Show',
  'card.recorded': 'Recorded. Receipt {number}',
}
