// What became of a payment, in Punjabi: the same keys as outcome-words.ts. On receipts only; the screens have no Punjabi yet.
import type { OutcomeKey } from './outcome-words.ts'

export const outcomeWordsPa: Readonly<Record<OutcomeKey, string>> = {
  'state.CONFIRMED': 'ਭੁਗਤਾਨ ਹੋ ਗਿਆ, DIGIT ਨੇ ਪੁਸ਼ਟੀ ਕੀਤੀ',
  'state.HOLD': 'ਥੋੜ੍ਹੀ ਦੇਰ ਲਈ ਰੋਕਿਆ',
  'state.POISON': 'ਪੜ੍ਹਿਆ ਨਹੀਂ ਜਾ ਸਕਿਆ: ਦਫ਼ਤਰ ਵੇਖੇਗਾ',
  'state.POSTED': 'ਭੁਗਤਾਨ ਹੋ ਗਿਆ: DIGIT ਨੇ ਨੰਬਰ ਦਿੱਤਾ',
  'state.POSTING': 'DIGIT ਵਿੱਚ ਦਰਜ ਹੋ ਰਿਹਾ ਹੈ',
  'state.QUARANTINE': 'ਵੱਖ ਰੱਖਿਆ: ਦਫ਼ਤਰ ਵੇਖੇਗਾ',
  'state.READY': 'DIGIT ਦੀ ਉਡੀਕ',
  'state.RECEIVED': 'ਦਫ਼ਤਰ ਨੂੰ ਮਿਲ ਗਿਆ',
  'state.RESOLVE': 'ਹਾਲੇ ਪਤਾ ਨਹੀਂ: ਦਫ਼ਤਰ ਮਿਲਾਨ ਕਰ ਰਿਹਾ ਹੈ',
  'state.REVERSED': 'ਰੱਦ',
  'state.REVERSING': 'ਰੱਦ ਹੋ ਰਿਹਾ ਹੈ',
  'state.SUSPENSE': 'ਦਫ਼ਤਰ ਲਈ ਰੋਕਿਆ: ਪੈਸਾ ਸੁਰੱਖਿਅਤ ਹੈ',
  'state.UNKNOWN': 'ਹਾਲੇ ਪਤਾ ਨਹੀਂ: ਦੁਬਾਰਾ ਭੁਗਤਾਨ ਨਾ ਕਰੋ',
  'state.VERIFIED': 'ਦਫ਼ਤਰ ਨੇ ਜਾਂਚ ਲਿਆ',
  'state.waiting': 'ਭੇਜਣਾ ਬਾਕੀ',

  'reason.ALREADY_PAID': 'DIGIT ਅਨੁਸਾਰ ਇਹ ਬਿੱਲ ਪਹਿਲਾਂ ਹੀ ਭਰਿਆ ਜਾ ਚੁੱਕਾ ਹੈ।',
  'reason.BILL_CANCELLED': 'ਬਿੱਲ ਰੱਦ ਕਰ ਦਿੱਤਾ ਗਿਆ।',
  'reason.BILL_HIGHER': 'ਹੁਣ ਬਕਾਇਆ ਰਕਮ ਭਰੀ ਗਈ ਰਕਮ ਤੋਂ ਵੱਧ ਹੈ।',
  'reason.BILL_LOWER': 'ਹੁਣ ਬਕਾਇਆ ਰਕਮ ਭਰੀ ਗਈ ਰਕਮ ਤੋਂ ਘੱਟ ਹੈ।',
  'reason.LAGGING': 'DIGIT ਨੇ ਹਾਲੇ ਪਿਛਲਾ ਭੁਗਤਾਨ ਨਹੀਂ ਜੋੜਿਆ।',
  'reason.MODE_NOT_ALLOWED': 'ਇਹ ਸੇਵਾ ਇਸ ਤਰੀਕੇ ਨਾਲ ਭੁਗਤਾਨ ਨਹੀਂ ਲੈਂਦੀ।',
  'reason.NOTHING_DUE': 'ਹੁਣ ਕੁਝ ਬਕਾਇਆ ਨਹੀਂ ਹੈ।',
  'reason.NOT_OUR_BILL': 'ਬਿੱਲ ਕਿਸੇ ਹੋਰ ਦਾ ਹੈ।',
  'reason.REFUSED_BY_DIGIT': 'DIGIT ਨੇ ਮਨ੍ਹਾ ਕੀਤਾ।',
  'reason.REFUND_CLAIMED': 'ਇੱਕ ਟਿੱਲ ਅਨੁਸਾਰ ਇਹ ਪੈਸਾ ਮੋੜਿਆ ਜਾ ਚੁੱਕਾ ਹੈ। ਫ਼ੈਸਲਾ ਦਫ਼ਤਰ ਕਰੇਗਾ।',
  'reason.REVERSAL_REFUSED': 'DIGIT ਨੇ ਵਾਪਸੀ ਦੀ ਇਜਾਜ਼ਤ ਨਹੀਂ ਦਿੱਤੀ।',
  'reason.REVOKED_DEVICE': 'ਇਸ ਭੁਗਤਾਨ ਤੋਂ ਪਹਿਲਾਂ ਦਫ਼ਤਰ ਨੇ ਟਿੱਲ ਵਾਪਸ ਲੈ ਲਿਆ ਸੀ।',
  'reason.SEQUENCE_FORK': 'ਦੋ ਵੱਖਰੇ ਰਿਕਾਰਡਾਂ ਉੱਤੇ ਇੱਕੋ ਨੰਬਰ ਹੈ।',
  'reason.SERVICE_CLOSED': 'ਇਹ ਸੇਵਾ ਕਾਊਂਟਰ ਉੱਤੇ ਭੁਗਤਾਨ ਨਹੀਂ ਲੈਂਦੀ।',

  'held.part': 'ਇਸ ਵਿੱਚੋਂ {amount} ਭੁਗਤਾਨ ਕਰਨ ਵਾਲੇ ਲਈ ਰੋਕੇ ਗਏ ਹਨ: ਦਫ਼ਤਰ ਇਹ ਮੋੜੇਗਾ ਜਾਂ ਸਹਿਮਤੀ ਅਨੁਸਾਰ ਲਾਵੇਗਾ।',
}
