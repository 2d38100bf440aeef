// Hindi words of carrying money out of a till by hand.
import type { enRescue } from './en-rescue.ts'

export const hiRescue: Readonly<Record<keyof typeof enRescue, string>> = {
  'rescue.open': 'हाथ से पहुँचाएँ …',
  'rescue.title': 'जो नहीं भेजा गया उसे पहुँचाएँ',
  'rescue.what':
    'यदि यह टिल अब भेज नहीं सकता, तो उसके भुगतान कार्यालय पहुँचाएँ: फ़ाइल के रूप में, या कोड के रूप में जिन्हें वहाँ का स्कैनर इस स्क्रीन से पढ़े। इसे केवल कार्यालय खोल सकता है।',
  'rescue.making': 'तैयार हो रहा है …',
  'rescue.sum': '{count, plural, =0 {कोई भुगतान नहीं} one {# भुगतान} other {# भुगतान}}, {amount}',
  'rescue.leftOut':
    '{count, plural, =0 {कोई रिकॉर्ड} one {# रिकॉर्ड} other {# रिकॉर्ड}} सिद्ध नहीं हो सके और इसमें नहीं हैं। मशीन को जैसी है वैसी रखें।',
  'rescue.save': 'फ़ाइल सहेजें',
  'rescue.saved': '{name} नाम से सहेजी गई',
  'rescue.codes': '{count, plural, =0 {कोई कोड नहीं} one {कोड} other {# कोड}} दिखाएँ',
  'rescue.noCodes': 'कोड के लिए बहुत अधिक है: फ़ाइल ले जाएँ।',
  'rescue.code': '{count} में से कोड {number}',
  'rescue.before': 'पिछला',
  'rescue.after': 'अगला',
  'rescue.next': 'कार्यालय इसे rescue-import कमांड से लेता है। कुछ भी दो बार नहीं गिना जाता, चाहे टिल बाद में ख़ुद भेज दे।',
  'rescue.nothing': 'कार्यालय के पास सब कुछ है।',
  'rescue.nothingHint': 'पहुँचाने को कुछ नहीं: इस टिल का हर भुगतान सौंपा जा चुका है।',
}
