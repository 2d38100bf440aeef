// Hindi words about codes that name no bill, and about badges. Part of hi.ts.
import type { enScan } from './en-scan.ts'

export const hiScan: Record<keyof typeof enScan, string> = {
  'scan.raw': 'पढ़ा गया: {text}',
  'scan.unreadable': 'एक कोड दिखा पर पढ़ा नहीं जा सका।',
  'scan.unreadable.act': 'उसे एक बार फिर स्कैन करें, या बिल पर छपी उपभोक्ता संख्या लिखें।',
  'scanReason.badge': 'यह बैज है, बिल नहीं। बैज से पहली स्क्रीन पर साइन इन होता है।',
  'scanReason.bad_amount': 'यह भुगतान कोड है, पर इसकी राशि रुपयों की कोई राशि नहीं।',
  'scanReason.bad_checksum': 'यह बैंक का भुगतान कोड है, पर इसका जाँच अंक ग़लत है: छपाई ख़राब है या बदली गई है।',
  'scanReason.bad_currency': 'यह भुगतान कोड रुपये में नहीं है।',
  'scanReason.bank_card': 'यह बैंक कार्ड था। उसे न पढ़ा गया, न कुछ रखा गया। कार्ड से भुगतान कार्ड मशीन पर होता है।',
  'scanReason.card_unreadable': 'कार्ड दिखा पर पढ़ा नहीं जा सका। उसे रीडर पर एक बार फिर लगाएँ।',
  'scanReason.cut_short': 'यह बैंक का भुगतान कोड है, पर इसका अंतिम भाग नहीं है।',
  'scanReason.empty': 'स्कैनर ने कुछ नहीं भेजा।',
  'scanReason.garbage': 'स्कैनर ने ऐसे चिह्न भेजे जो किसी बिल पर नहीं होते। उसका तार या सेटिंग ग़लत हो सकती है।',
  'scanReason.malformed': 'स्कैनर ने जो बताया था, उससे अलग भेजा।',
  'scanReason.names_no_bill': 'यह भुगतान कोड है जो कोई बिल नहीं बताता। इससे किसी ने भुगतान नहीं किया।',
  'scanReason.no_rule_fits':
    'यह लिंक है, और इस टिल को नहीं बताया गया कि ऐसे लिंक का कौन-सा भाग बिल है। लिंक कभी खोले नहीं जाते।',
  'scanReason.not_a_code': 'यह शब्द हैं, बिल की कोई संख्या नहीं।',
  'scanReason.part_lost': 'लंबे कोड का बाक़ी भाग नहीं आया।',
  'scanReason.too_long': 'यह किसी भी बिल के कोड से लंबा है।',
  'scanReason.upi_malformed': 'यह यूपीआई कोड है, पर वैसा नहीं लिखा जैसे यूपीआई कोड होते हैं।',
  'signIn.badgeUnknown': 'इस बैज वाला कोई इस टिल पर काम नहीं करता।',
  'signIn.badgeUnknown.act': 'बैज एक बार फिर स्कैन करें, या अपना नाम चुनें।',
}
