// Words of the customer display: English and one language of the place, always both at once, because nobody asks the payer which. What the
// receipt says too is taken from its words. Used by customer-screen.tsx.
import { receiptWordsEn } from '#contract/words/receipt-words-en.ts'
import { receiptWordsHi } from '#contract/words/receipt-words-hi.ts'
import { receiptWordsPa } from '#contract/words/receipt-words-pa.ts'
import type { CardStep } from '#rpc/card.ts'
import type { CustomerLanguage, CustomerView } from '#rpc/customer.ts'

const en = {
  welcome: 'Welcome',
  bills: 'Your bills',
  bill: 'Bill',
  more: 'and {count} more',
  total: 'To pay',
  cash: 'Please pay in cash',
  card: 'Payment by card',
  paper: 'Payment by cheque or transfer',
  terminal: 'Present your card at the card terminal and follow it',
  connecting: 'Please wait: the card terminal is getting ready',
  presentCard: 'Present your card: tap, insert or swipe',
  enterPin: 'Enter your PIN on the card terminal',
  wrongPin: 'Wrong PIN. Please try again',
  authorising: 'Asking your bank. Please wait',
  removeCard: 'Please take your card',
  wait: 'Please wait',
  notKnown: 'Please wait. The till is checking. Do not pay again.',
  notPaid: 'Nothing was paid',
  paid: 'Paid',
  given: receiptWordsEn.tendered,
  change: receiptWordsEn.change,
  receipt: receiptWordsEn.receiptNumber,
  receipts: 'Receipts',
  thanks: 'Thank you',
  photograph: 'Photograph and keep your receipt',
  photographAll: 'Photograph and keep your receipts',
  test: 'Test of this screen',
} as const

export type CustomerWord = keyof typeof en

const hi: Readonly<Record<CustomerWord, string>> = {
  welcome: 'स्वागत है',
  bills: 'आपके बिल',
  bill: 'बिल',
  more: 'और {count}',
  total: 'देय राशि',
  cash: 'कृपया नक़द दें',
  card: 'कार्ड से भुगतान',
  paper: 'चेक या अंतरण से भुगतान',
  terminal: 'कार्ड मशीन पर कार्ड लगाएँ और उसके निर्देश मानें',
  connecting: 'कृपया रुकें: कार्ड मशीन तैयार हो रही है',
  presentCard: 'कार्ड लगाएँ: छुआएँ, डालें या खींचें',
  enterPin: 'कार्ड मशीन पर अपना पिन डालें',
  wrongPin: 'पिन ग़लत है। कृपया फिर डालें',
  authorising: 'आपके बैंक से पूछा जा रहा है। कृपया रुकें',
  removeCard: 'कृपया अपना कार्ड निकालें',
  wait: 'कृपया रुकें',
  notKnown: 'कृपया रुकें। जाँच हो रही है। दोबारा भुगतान न करें।',
  notPaid: 'कोई भुगतान नहीं हुआ',
  paid: 'भुगतान हुआ',
  given: receiptWordsHi.tendered,
  change: receiptWordsHi.change,
  receipt: receiptWordsHi.receiptNumber,
  receipts: 'रसीदें',
  thanks: 'धन्यवाद',
  photograph: 'अपनी रसीद की फ़ोटो लेकर रखें',
  photographAll: 'अपनी रसीदों की फ़ोटो लेकर रखें',
  test: 'इस स्क्रीन की जाँच',
}

const pa: Readonly<Record<CustomerWord, string>> = {
  welcome: 'ਜੀ ਆਇਆਂ ਨੂੰ',
  bills: 'ਤੁਹਾਡੇ ਬਿੱਲ',
  bill: 'ਬਿੱਲ',
  more: 'ਅਤੇ {count} ਹੋਰ',
  total: 'ਦੇਣ ਯੋਗ ਰਕਮ',
  cash: 'ਕਿਰਪਾ ਕਰਕੇ ਨਕਦ ਦਿਓ',
  card: 'ਕਾਰਡ ਰਾਹੀਂ ਭੁਗਤਾਨ',
  paper: 'ਚੈੱਕ ਜਾਂ ਟ੍ਰਾਂਸਫ਼ਰ ਰਾਹੀਂ ਭੁਗਤਾਨ',
  terminal: 'ਕਾਰਡ ਮਸ਼ੀਨ ਉੱਤੇ ਕਾਰਡ ਲਾਓ ਅਤੇ ਉਸ ਦੀਆਂ ਹਦਾਇਤਾਂ ਮੰਨੋ',
  connecting: 'ਕਿਰਪਾ ਕਰਕੇ ਉਡੀਕ ਕਰੋ: ਕਾਰਡ ਮਸ਼ੀਨ ਤਿਆਰ ਹੋ ਰਹੀ ਹੈ',
  presentCard: 'ਕਾਰਡ ਲਾਓ: ਛੁਹਾਓ, ਪਾਓ ਜਾਂ ਸਵਾਈਪ ਕਰੋ',
  enterPin: 'ਕਾਰਡ ਮਸ਼ੀਨ ਉੱਤੇ ਆਪਣਾ ਪਿੰਨ ਪਾਓ',
  wrongPin: 'ਪਿੰਨ ਗਲਤ ਹੈ। ਕਿਰਪਾ ਕਰਕੇ ਫਿਰ ਪਾਓ',
  authorising: 'ਤੁਹਾਡੇ ਬੈਂਕ ਤੋਂ ਪੁੱਛਿਆ ਜਾ ਰਿਹਾ ਹੈ। ਕਿਰਪਾ ਕਰਕੇ ਉਡੀਕ ਕਰੋ',
  removeCard: 'ਕਿਰਪਾ ਕਰਕੇ ਆਪਣਾ ਕਾਰਡ ਕੱਢੋ',
  wait: 'ਕਿਰਪਾ ਕਰਕੇ ਉਡੀਕ ਕਰੋ',
  notKnown: 'ਕਿਰਪਾ ਕਰਕੇ ਉਡੀਕ ਕਰੋ। ਜਾਂਚ ਹੋ ਰਹੀ ਹੈ। ਦੁਬਾਰਾ ਭੁਗਤਾਨ ਨਾ ਕਰੋ।',
  notPaid: 'ਕੋਈ ਭੁਗਤਾਨ ਨਹੀਂ ਹੋਇਆ',
  paid: 'ਭੁਗਤਾਨ ਹੋਇਆ',
  given: receiptWordsPa.tendered,
  change: receiptWordsPa.change,
  receipt: receiptWordsPa.receiptNumber,
  receipts: 'ਰਸੀਦਾਂ',
  thanks: 'ਧੰਨਵਾਦ',
  photograph: 'ਆਪਣੀ ਰਸੀਦ ਦੀ ਫ਼ੋਟੋ ਲੈ ਕੇ ਰੱਖੋ',
  photographAll: 'ਆਪਣੀਆਂ ਰਸੀਦਾਂ ਦੀ ਫ਼ੋਟੋ ਲੈ ਕੇ ਰੱਖੋ',
  test: 'ਇਸ ਸਕਰੀਨ ਦੀ ਜਾਂਚ',
}

export const customerWords = { en, hi, pa } satisfies Readonly<
  Record<'en' | CustomerLanguage, Readonly<Record<CustomerWord, string>>>
>

export type PayingView = Extract<CustomerView, { at: 'paying' }>

/** What the payer is asked for; while the card terminal leads, what it has said. */
export function stepWord({ by, step }: PayingView, cardStep: CardStep | null): CustomerWord {
  switch (step) {
    case 'asked':
      return by
    case 'recording':
      return 'wait'
    case 'terminal':
      return cardStep === null ? 'terminal' : CARD_STEP_WORDS[cardStep]
    case 'notKnown':
    case 'notPaid':
      return step
  }
}

const CARD_STEP_WORDS: Readonly<Record<CardStep, CustomerWord>> = {
  connecting: 'connecting',
  present_card: 'presentCard',
  enter_pin: 'enterPin',
  wrong_pin: 'wrongPin',
  authorising: 'authorising',
  remove_card: 'removeCard',
  working: 'wait',
}
