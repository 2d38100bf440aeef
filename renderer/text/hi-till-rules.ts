// Words about the office's limits, the clock of the till and what a payer agrees to, in Hindi.
import type { enTillRules } from './en-till-rules.ts'

export const hiTillRules: Readonly<Record<keyof typeof enTillRules, string>> = {
  'clock.ahead': 'इस टिल की घड़ी {age} आगे है।',
  'clock.behind': 'इस टिल की घड़ी {age} पीछे है।',
  'clock.stop': 'इस टिल की घड़ी ग़लत है: पैसा नहीं लिया जा सकता।',
  'clock.stopAct': 'तारीख़ और समय ठीक करें, या पर्यवेक्षक साइन इन करके आगे बढ़ाए।',
  'clock.warnAct': 'रसीदों पर कार्यालय का समय छपता है। घड़ी ठीक करवाएँ।',

  'consent.advance': 'यदि तब कम देय हो: बचा हुआ अग्रिम के रूप में रखा जाए।',
  'consent.hint': 'भुगतानकर्ता से पूछें। केवल वही चुनें जिस पर वे सहमत हों; नहीं तो कार्यालय के नियम से तय होगा।',
  'consent.part': 'यदि तब अधिक देय हो: यह आंशिक भुगतान माना जाए।',
  'consent.title': 'भेजे जाने तक DIGIT में राशि बदल सकती है',

  'fact.limit':
    '{value, select, receipt {एक रसीद पर नक़द} shift {इस पाली में वसूली} cashInHand {हाथ में नक़द} unsent {न भेजा गया पैसा} unsentCount {न भेजे गए भुगतान} other {कार्यालय से संपर्क के बिना समय}}',
  'fact.limitCount': 'सीमा: {value}',
  'fact.limitMs': 'सीमा: {value}',
  'fact.limitPaise': 'सीमा: {value}',
  'fact.rightMs': 'सही समय: {value}',
  'fact.valueCount': 'इस भुगतान के साथ: {value}',
  'fact.valueMs': 'अभी: {value}',
  'fact.valuePaise': 'इस भुगतान के साथ: {value}',

  'limit.stop.cashInHand': 'और नक़द नहीं: दराज़ का पैसा जमा करें।',
  'limit.stop.offline': 'और नक़द नहीं: टिल को एक बार ऑनलाइन लाएँ।',
  'limit.stop.others': 'दूसरे तरीक़े चलते रहेंगे।',
  'limit.stop.receipt': 'एक रसीद के लिए यह नक़द बहुत अधिक है।',
  'limit.stop.shift': 'इस पाली में और नक़द नहीं: इसे बंद करके नई खोलें।',
  'limit.stop.unsent': 'और नक़द नहीं: टिल को एक बार ऑनलाइन लाएँ।',
  'limit.stop.unsentCount': 'और नक़द नहीं: टिल को एक बार ऑनलाइन लाएँ।',
  'limit.value.cashInHand': 'हाथ में नक़द: {max} में से {value}।',
  'limit.value.offline': '{value} से कार्यालय से संपर्क नहीं, {max} तक की अनुमति है।',
  'limit.value.receipt': 'एक रसीद पर नक़द: {max} में से {value}।',
  'limit.value.shift': 'इस पाली में वसूली: {max} में से {value}।',
  'limit.value.unsent': 'न भेजा गया पैसा: {max} में से {value}।',
  'limit.value.unsentCount': 'न भेजे गए भुगतान: {max} में से {value}।',
  'limit.warn.cashInHand': 'जल्दी नक़द जमा करें।',
  'limit.warn.offline': 'टिल को जल्दी ऑनलाइन लाएँ।',
  'limit.warn.receipt': 'एक रसीद के अधिकतम नक़द के पास।',
  'limit.warn.shift': 'यह पाली जल्दी बंद करें: सीमा के पास है।',
  'limit.warn.unsent': 'टिल को जल्दी ऑनलाइन लाएँ।',
  'limit.warn.unsentCount': 'टिल को जल्दी ऑनलाइन लाएँ।',
}
