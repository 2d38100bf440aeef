// What became of a payment, in Hindi: the same keys as outcome-words.ts.
import type { OutcomeKey } from './outcome-words.ts'

export const outcomeWordsHi: Readonly<Record<OutcomeKey, string>> = {
  'state.CONFIRMED': 'भुगतान हुआ, DIGIT ने पुष्टि की',
  'state.HOLD': 'थोड़ी देर के लिए रोका',
  'state.POISON': 'पढ़ा नहीं जा सका: कार्यालय देखेगा',
  'state.POSTED': 'भुगतान हुआ: DIGIT ने संख्या दी',
  'state.POSTING': 'DIGIT में दर्ज हो रहा है',
  'state.QUARANTINE': 'अलग रखा: कार्यालय देखेगा',
  'state.READY': 'DIGIT की प्रतीक्षा',
  'state.RECEIVED': 'कार्यालय को मिल गया',
  'state.RESOLVE': 'अभी पता नहीं: कार्यालय मिलान कर रहा है',
  'state.REVERSED': 'रद्द',
  'state.REVERSING': 'रद्द हो रहा है',
  'state.SUSPENSE': 'कार्यालय के लिए रोका: पैसा सुरक्षित है',
  'state.UNKNOWN': 'अभी पता नहीं: दोबारा भुगतान न करें',
  'state.VERIFIED': 'कार्यालय ने जाँचा',
  'state.waiting': 'भेजना बाक़ी',

  'reason.ALREADY_PAID': 'DIGIT के अनुसार यह बिल पहले ही चुकाया जा चुका है।',
  'reason.BILL_CANCELLED': 'बिल रद्द कर दिया गया।',
  'reason.BILL_HIGHER': 'अब देय राशि चुकाई गई राशि से अधिक है।',
  'reason.BILL_LOWER': 'अब देय राशि चुकाई गई राशि से कम है।',
  'reason.LAGGING': 'DIGIT ने अभी पिछला भुगतान नहीं जोड़ा है।',
  'reason.MODE_NOT_ALLOWED': 'यह सेवा इस तरीक़े से भुगतान नहीं लेती।',
  'reason.NOTHING_DUE': 'अब कुछ देय नहीं है।',
  'reason.NOT_OUR_BILL': 'बिल किसी और का है।',
  'reason.REFUSED_BY_DIGIT': 'DIGIT ने मना किया।',
  'reason.REFUND_CLAIMED': 'एक टिल के अनुसार यह पैसा लौटाया जा चुका है। कार्यालय निर्णय करेगा।',
  'reason.REVERSAL_REFUSED': 'DIGIT ने वापसी की अनुमति नहीं दी।',
  'reason.REVOKED_DEVICE': 'इस भुगतान से पहले कार्यालय ने टिल वापस ले लिया था।',
  'reason.SEQUENCE_FORK': 'दो अलग रिकॉर्ड पर एक ही संख्या है।',
  'reason.SERVICE_CLOSED': 'यह सेवा काउंटर पर भुगतान नहीं लेती।',

  'held.part': 'इसमें से {amount} भुगतानकर्ता के लिए रोका गया है: कार्यालय इसे लौटाएगा या सहमति के अनुसार लगाएगा।',
}
