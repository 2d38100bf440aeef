// Hindi words of the readiness card and of the bill packs.
import type { enReadiness } from './en-readiness.ts'

export const hiReadiness: Readonly<Record<keyof typeof enReadiness, string>> = {
  'cart.packed': 'बिल पैक से, {age} पुराना। कार्यालय से संपर्क नहीं हुआ।',

  'nav.readiness': 'तैयार?',

  'packs.asking': 'कार्यालय से मार्ग पूछे जा रहे हैं…',
  'packs.consumers': '{count, plural, =0 {कोई कनेक्शन नहीं} one {# कनेक्शन} other {# कनेक्शन}}',
  'packs.fetchNow': 'अभी लाएँ',
  'packs.hint': 'चुने हुए मार्गों के बिल इस टिल पर रहते हैं: नेटवर्क के बिना भी संख्या, मोबाइल, नाम या मकान से मिलेंगे।',
  'packs.inUse': '{count, plural, =0 {कोई बिल देय नहीं} one {# बिल} other {# बिल}}, {age} पुराने',
  'packs.loading': 'ला रहे हैं: {count} में से {loaded}',
  'packs.noRoutes': 'कोई मार्ग ज्ञात नहीं। कार्यालय मार्ग तैयार कर सकता है; देखने के लिए टिल को जोड़ें।',
  'packs.oldStays': 'पहले वाला पैक काम में रहता है।',
  'packs.progress': '{name} का कितना आया',
  'packs.signIn': 'जिन मार्गों के बिल साथ चाहिए, उन्हें चुनने के लिए साइन इन करें।',
  'packs.soon': 'जब भेजने को कोई पैसा बाक़ी न हो तब लाया जाएगा',
  'packs.title': 'बिना नेटवर्क काम के बिल',

  'ready.lines': 'इस टिल को क्या चाहिए',
  'ready.notKnown': 'ज्ञात नहीं',
  'ready.title': 'क्या यह टिल आज के लिए तैयार है?',
  'ready.tone.amber': ' (इसे देखें)',
  'ready.tone.green': ' (ठीक है)',
  'ready.tone.red': ' (काम रोकता है)',
  'ready.verdict.amber': '{count, plural, =0 {तैयार} one {तैयार, पर # पंक्ति देखें} other {तैयार, पर # पंक्तियाँ देखें}}',
  'ready.verdict.green': 'आज के लिए तैयार, नेटवर्क के बिना भी',
  'ready.verdict.red':
    '{count, plural, =0 {तैयार} one {तैयार नहीं: # बात काम रोकती है} other {तैयार नहीं: # बातें काम रोकती हैं}}',

  'ready.battery': 'बैटरी',
  'ready.battery.charging': '{percent} %, चार्ज हो रही है',
  'ready.battery.full': '{percent} % बची है।',
  'ready.battery.low': 'केवल {percent} % बची है।',
  'ready.battery.low.act': 'निकलने से पहले चार्ज करें।',

  'ready.clock': 'घड़ी',
  'ready.clock.off': 'इसमें {drift} का अंतर है।',
  'ready.clock.off.act': 'रसीद पर कार्यालय का समय छपता है। घड़ी ठीक करवाएँ।',
  'ready.clock.right': 'कार्यालय की घड़ी से मिलती है।',
  'ready.clock.unproven': 'मशीन चालू होने के बाद कार्यालय की घड़ी से मिलान नहीं हुआ।',
  'ready.clock.unproven.act': 'निकलने से पहले एक बार जोड़ें।',
  'ready.clock.wrong': 'ग़लत है: पैसा नहीं लिया जा सकता।',
  'ready.clock.wrong.act': 'तारीख़ और समय ठीक करें, या पर्यवेक्षक साइन इन करे।',

  'ready.device': 'यह टिल',
  'ready.device.approved': 'कार्यालय इसे जानता है और मंज़ूर कर चुका है।',
  'ready.device.revoked': 'कार्यालय ने इसे वापस ले लिया है।',
  'ready.device.revoked.act': 'इसे कार्यालय ले जाएँ। जो दर्ज है वह फिर भी भेजा जाएगा।',
  'ready.device.unknown': 'कार्यालय इसे अभी नहीं जानता।',
  'ready.device.unknown.act': 'कार्यालय से नामांकन कोड चाहिए।',
  'ready.device.waiting': 'कार्यालय की मंज़ूरी बाक़ी है।',
  'ready.device.waiting.act': 'फ़ोन पर छह अंक मिलाएँ।',

  'ready.limits': 'सीमाएँ',
  'ready.limits.ok':
    'सबसे पास की सीमा का {percent} % ({limit, select, shift {इस पाली की वसूली} cashInHand {हाथ में नक़द} unsent {न भेजा पैसा} unsentCount {न भेजे भुगतान} other {कार्यालय के बिना समय}})।',
  'ready.limits.stop':
    '{limit, select, shift {एक पाली की सीमा} cashInHand {हाथ में नक़द की सीमा} unsent {न भेजे पैसे की सीमा} unsentCount {न भेजे भुगतानों की सीमा} other {कार्यालय के बिना समय की सीमा}} पूरी हुई: और नक़द नहीं।',
  'ready.limits.stop.act':
    '{limit, select, shift {यह पाली बंद करें।} cashInHand {नक़द जमा करें।} other {टिल को जोड़ें।}}',
  'ready.limits.warn':
    'एक सीमा का {percent} % ({limit, select, shift {इस पाली की वसूली} cashInHand {हाथ में नक़द} unsent {न भेजा पैसा} unsentCount {न भेजे भुगतान} other {कार्यालय के बिना समय}})।',
  'ready.limits.warn.act':
    '{limit, select, shift {जल्द यह पाली बंद करें।} cashInHand {जल्द नक़द जमा करें।} other {निकलने से पहले टिल को जोड़ें।}}',

  'ready.network': 'नेटवर्क',
  'ready.network.offline': 'कार्यालय से अभी संपर्क नहीं।',
  'ready.network.offline.act': 'भुगतान यहीं रहते हैं और बाद में जाते हैं। नए बिल लाने के लिए जोड़ें।',
  'ready.network.online': 'कार्यालय से संपर्क है।',

  'ready.packs': 'साथ के बिल',
  'ready.packs.aging': '{billCount, plural, =0 {कोई बिल नहीं} one {# बिल} other {# बिल}}, {age} पुराने।',
  'ready.packs.aging.act': 'निकलने से पहले नए लाएँ।',
  'ready.packs.fetching': 'लाए जा रहे हैं: {percent} %।',
  'ready.packs.fetching.act': 'पूरा होने तक जुड़े रहें।',
  'ready.packs.fresh': '{billCount, plural, =0 {कोई बिल देय नहीं} one {# बिल} other {# बिल}}, {age} पुराने।',
  'ready.packs.missing': 'एक चुने हुए मार्ग के बिल अभी यहाँ नहीं हैं।',
  'ready.packs.missing.act': 'जुड़े रहें, या “अभी लाएँ” दबाएँ।',
  'ready.packs.none': 'कोई मार्ग नहीं चुना गया।',
  'ready.packs.none.act': 'नेटवर्क के बिना केवल यहाँ पहले देखे बिल मिलेंगे। मार्ग चुनें।',
  'ready.packs.notTrusted': 'जो आया वह रास्ते में बदला गया या कार्यालय का नहीं है। उसका उपयोग नहीं होगा।',
  'ready.packs.notTrusted.act': 'कार्यालय को बताएँ। फिर से लाएँ।',
  'ready.packs.tooOld': 'वे {age} पुराने हैं: वसूली के लिए बहुत पुराने।',
  'ready.packs.tooOld.act': 'जोड़ें और नए लाएँ।',

  'ready.printer': 'प्रिंटर',
  'ready.printer.absent': 'कोई नहीं लगा है।',
  'ready.printer.absent.act': 'रसीद दिखाई जा सकती है, छपेगी नहीं।',
  'ready.printer.not_ready': 'काग़ज़, ढक्कन या ख़राबी।',
  'ready.printer.not_ready.act': 'काग़ज़ और ढक्कन देखें।',
  'ready.printer.ready': 'तैयार है।',
  'ready.printer.unknown': 'अपनी हालत नहीं बताता।',
  'ready.printer.unknown.act': 'देखने के लिए कोई रसीद फिर छापें।',
  'ready.printer.unreachable': 'जवाब नहीं देता।',
  'ready.printer.unreachable.act': 'तार और बिजली देखें।',

  'ready.secrets': 'टिल की कुंजियाँ',
  'ready.secrets.guarded': 'यह मशीन उनकी रक्षा करती है।',
  'ready.secrets.plain': 'वे इस मशीन की एक फ़ाइल में हैं।',
  'ready.secrets.plain.act': 'काम चलेगा। मशीन को ताले में रखें; कार्यालय सीमाएँ कम रख सकता है।',
  'ready.secrets.unreadable': 'वे अभी नहीं खुलतीं।',
  'ready.secrets.unreadable.act': 'कुछ मिटाया नहीं गया। उसी उपयोगकर्ता से चालू करें, या कार्यालय को बुलाएँ।',

  'ready.signIn': 'साइन इन',
  'ready.signIn.never': 'कार्यालय से कभी संपर्क नहीं हुआ।',
  'ready.signIn.never.act': 'एक बार जोड़ें।',
  'ready.signIn.over': 'बहुत समय से कार्यालय से संपर्क नहीं: कोई साइन इन नहीं कर सकता।',
  'ready.signIn.over.act': 'एक बार जोड़ें।',
  'ready.signIn.soon': 'नेटवर्क के बिना {left} और चलेगा।',
  'ready.signIn.soon.act': 'निकलने से पहले जोड़ें।',
  'ready.signIn.valid': 'नेटवर्क के बिना {left} और चलेगा।',

  'ready.space': 'जगह',
  'ready.space.enough': '{space} खाली।',
  'ready.space.full': '{space} खाली: कोई भुगतान दर्ज नहीं हो सकता।',
  'ready.space.full.act': 'इस मशीन पर जगह खाली करें।',
  'ready.space.little': 'केवल {space} खाली।',
  'ready.space.little.act': 'जल्द जगह खाली करें।',

  'ready.unsent': 'न भेजा पैसा',
  'ready.unsent.attention':
    '{count, plural, =0 {किसी भुगतान को कार्यालय नहीं चाहिए} one {# भुगतान को कार्यालय चाहिए} other {# भुगतानों को कार्यालय चाहिए}}।',
  'ready.unsent.attention.act': 'पैसा सुरक्षित है। “बाक़ी” में देखें।',
  'ready.unsent.none': 'सब भेज दिया गया।',
  'ready.unsent.waiting':
    '{count, plural, =0 {कोई भुगतान बाक़ी नहीं} one {# भुगतान बाक़ी} other {# भुगतान बाक़ी}}: {amount}।',
  'ready.unsent.waiting.act': 'नेटवर्क आते ही भेजा जाएगा।',
}
