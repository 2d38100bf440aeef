// A short receipt of an invented town in every language that is printed, with the letters a wrong shaper gets wrong. Shared by the
// tests of scripts and by whoever wants to look at them.
import type { PrintBlock, PrintDocument } from '#drivers/printer/document.ts'

export type ScriptSample = {
  readonly lang: string
  readonly face: string
  /** Words with conjuncts, reordered vowel signs and stacked marks. */
  readonly words: readonly string[]
  readonly receipt: PrintDocument
}

type Words = {
  town: string
  title: string
  number: string
  consumer: string
  name: readonly [string, string]
  paid: string
  sentence: string
}

export const scriptSamples: readonly ScriptSample[] = [
  sample('hi-IN', 'devanagari', {
    words: ['राशि', 'क्षेत्र', 'प्राप्त', 'श्री', 'विद्यार्थी', 'उर्ध्व', 'ज्ञान', 'द्वितीय'],
    town: 'नवपुर नगर पालिका क्षेत्र',
    title: 'रसीद',
    number: 'रसीद संख्या',
    consumer: 'उपभोक्ता संख्या',
    name: ['नाम', 'श्रीमती प्रियंका'],
    paid: 'प्राप्त राशि',
    sentence: 'राशि WS/107-000777 के लिए 23-11-2026 को प्राप्त हुई। यह रसीद सँभाल कर रखें ।',
  }),
  sample('mr-IN', 'devanagari', {
    words: ['रक्कम', 'श्री', 'क्षेत्र', 'प्राप्त', 'शिल्लक', 'पाणीपट्टी', 'दुसऱ्या', 'लक्ष्मी'],
    town: 'नवपूर नगर परिषद',
    title: 'पावती',
    number: 'पावती क्रमांक',
    consumer: 'ग्राहक क्रमांक',
    name: ['नाव', 'श्रीमती लक्ष्मी'],
    paid: 'भरलेली रक्कम',
    sentence: 'पाणीपट्टी WS/107-000777 साठी 23-11-2026 रोजी मिळाली. ही पावती जपून ठेवा.',
  }),
  sample('pa-IN', 'gurmukhi', {
    words: ['ਰਾਸ਼ੀ', 'ਪ੍ਰਾਪਤ', 'ਸ੍ਰੀ', 'ਮਿਤੀ', 'ਪੜ੍ਹੋ', 'ਸਵੈ', 'ਬਿੱਲ', 'ਖ਼ਰਚਾ'],
    town: 'ਨਗਰ ਕੌਂਸਲ ਨਵਾਂਪੁਰ',
    title: 'ਰਸੀਦ',
    number: 'ਰਸੀਦ ਨੰ.',
    consumer: 'ਖਪਤਕਾਰ ਨੰ.',
    name: ['ਨਾਂ', 'ਸ੍ਰੀਮਤੀ ਪ੍ਰੀਤ'],
    paid: 'ਪ੍ਰਾਪਤ ਰਕਮ',
    sentence: 'ਰਕਮ WS/107-000777 ਲਈ 23-11-2026 ਨੂੰ ਪ੍ਰਾਪਤ ਹੋਈ। ਇਹ ਰਸੀਦ ਸੰਭਾਲ ਕੇ ਰੱਖੋ।',
  }),
  sample('gu-IN', 'gujarati', {
    words: ['રકમ', 'ક્ષેત્ર', 'પ્રાપ્ત', 'શ્રી', 'મિલકત', 'જ્ઞાન', 'વિદ્યાર્થી', 'દ્વિતીય'],
    town: 'નવપુર નગરપાલિકા',
    title: 'પહોંચ',
    number: 'પહોંચ ક્રમાંક',
    consumer: 'ગ્રાહક ક્રમાંક',
    name: ['નામ', 'શ્રીમતી પ્રિયંકા'],
    paid: 'પ્રાપ્ત રકમ',
    sentence: 'રકમ WS/107-000777 માટે 23-11-2026 ના રોજ મળી. આ પહોંચ સાચવી રાખો.',
  }),
  sample('bn-IN', 'bengali', {
    words: ['রসিদ', 'ক্ষেত্র', 'প্রাপ্ত', 'শ্রী', 'মোট', 'জ্ঞান', 'কর্তৃপক্ষ', 'দ্বিতীয়'],
    town: 'নবপুর পৌরসভা',
    title: 'রসিদ',
    number: 'রসিদ নম্বর',
    consumer: 'গ্রাহক নম্বর',
    name: ['নাম', 'শ্রীমতী প্রিয়াঙ্কা'],
    paid: 'প্রাপ্ত টাকা',
    sentence: 'টাকা WS/107-000777 এর জন্য 23-11-2026 তারিখে প্রাপ্ত। রসিদটি যত্ন করে রাখুন।',
  }),
  sample('or-IN', 'oriya', {
    words: ['ରସିଦ', 'କ୍ଷେତ୍ର', 'ପ୍ରାପ୍ତ', 'ଶ୍ରୀ', 'ମୋଟ', 'ଜ୍ଞାନ', 'ବିଦ୍ୟାର୍ଥୀ', 'ଦ୍ୱିତୀୟ'],
    town: 'ନବପୁର ପୌରପାଳିକା',
    title: 'ରସିଦ',
    number: 'ରସିଦ ସଂଖ୍ୟା',
    consumer: 'ଉପଭୋକ୍ତା ସଂଖ୍ୟା',
    name: ['ନାମ', 'ଶ୍ରୀମତୀ ପ୍ରିୟଙ୍କା'],
    paid: 'ପ୍ରାପ୍ତ ଟଙ୍କା',
    sentence: 'ଟଙ୍କା WS/107-000777 ପାଇଁ 23-11-2026 ରେ ପ୍ରାପ୍ତ ହେଲା। ଏହି ରସିଦ ସାଇତି ରଖନ୍ତୁ।',
  }),
  sample('ta-IN', 'tamil', {
    words: ['ரசீது', 'தொகை', 'ஸ்ரீ', 'லக்ஷ்மி', 'பெயர்', 'கொடுத்தவர்', 'மொத்தம்', 'செலுத்தியது'],
    town: 'நவபுரம் நகராட்சி',
    title: 'ரசீது',
    number: 'ரசீது எண்',
    consumer: 'நுகர்வோர் எண்',
    name: ['பெயர்', 'ஸ்ரீமதி லக்ஷ்மி'],
    paid: 'செலுத்திய தொகை',
    sentence: 'WS/107-000777 க்கான தொகை 23-11-2026 அன்று பெறப்பட்டது. ரசீதைப் பாதுகாக்கவும்.',
  }),
  sample('te-IN', 'telugu', {
    words: ['రసీదు', 'క్షేత్రం', 'ప్రాప్తి', 'శ్రీ', 'మొత్తం', 'జ్ఞానం', 'విద్యార్థి', 'చెల్లింపు'],
    town: 'నవపురం పురపాలక సంఘం',
    title: 'రసీదు',
    number: 'రసీదు సంఖ్య',
    consumer: 'వినియోగదారు సంఖ్య',
    name: ['పేరు', 'శ్రీమతి ప్రియాంక'],
    paid: 'చెల్లించిన మొత్తం',
    sentence: 'WS/107-000777 కొరకు 23-11-2026 న సొమ్ము అందింది. ఈ రసీదును భద్రపరచండి.',
  }),
  sample('kn-IN', 'kannada', {
    words: ['ರಶೀದಿ', 'ಕ್ಷೇತ್ರ', 'ಪ್ರಾಪ್ತ', 'ಶ್ರೀ', 'ಮೊತ್ತ', 'ಜ್ಞಾನ', 'ವಿದ್ಯಾರ್ಥಿ', 'ದ್ವಿತೀಯ'],
    town: 'ನವಪುರ ಪುರಸಭೆ',
    title: 'ರಶೀದಿ',
    number: 'ರಶೀದಿ ಸಂಖ್ಯೆ',
    consumer: 'ಗ್ರಾಹಕರ ಸಂಖ್ಯೆ',
    name: ['ಹೆಸರು', 'ಶ್ರೀಮತಿ ಪ್ರಿಯಾಂಕ'],
    paid: 'ಪಾವತಿಸಿದ ಮೊತ್ತ',
    sentence: 'WS/107-000777 ಗಾಗಿ 23-11-2026 ರಂದು ಹಣ ಸಂದಿದೆ. ಈ ರಶೀದಿಯನ್ನು ಕಾಪಾಡಿಕೊಳ್ಳಿ.',
  }),
  sample('ml-IN', 'malayalam', {
    words: ['രസീത്', 'ക്ഷേത്രം', 'പ്രാപ്തം', 'ശ്രീ', 'മൊത്തം', 'ജ്ഞാനം', 'വിദ്യാർത്ഥി', 'ലക്ഷ്മി'],
    town: 'നവപുരം നഗരസഭ',
    title: 'രസീത്',
    number: 'രസീത് നമ്പർ',
    consumer: 'ഉപഭോക്തൃ നമ്പർ',
    name: ['പേര്', 'ശ്രീമതി പ്രിയങ്ക'],
    paid: 'അടച്ച തുക',
    sentence: 'WS/107-000777 നുള്ള തുക 23-11-2026 ന് ലഭിച്ചു. ഈ രസീത് സൂക്ഷിക്കുക.',
  }),
  sample('ur-IN', 'arabic', {
    words: ['رسید', 'رقم', 'شریمتی', 'بلدیہ', 'ادائیگی', 'محفوظ', 'پچھلا', 'ٹیکس'],
    town: 'بلدیہ نوپور',
    title: 'رسید',
    number: 'رسید نمبر',
    consumer: 'صارف نمبر',
    name: ['نام', 'پریتی بیگم'],
    paid: 'ادا شدہ رقم',
    sentence: 'رقم WS/107-000777 کے لیے 23-11-2026 کو وصول ہوئی۔ یہ رسید محفوظ رکھیں۔',
  }),
  sample('ar', 'arabic', {
    words: ['إيصال', 'المبلغ', 'البلدية', 'مُستلَم', 'الاسم', 'ضريبة', 'لا', 'محفوظ'],
    town: 'بلدية نافابور',
    title: 'إيصال',
    number: 'رقم الإيصال',
    consumer: 'رقم المستهلك',
    name: ['الاسم', 'السيدة بريتي'],
    paid: 'المبلغ المدفوع',
    sentence: 'استلم المبلغ عن WS/107-000777 بتاريخ 23-11-2026. يرجى حفظ هذا الإيصال.',
  }),
  sample('sw', 'latin-ext', {
    words: ['Stakabadhi', "ng'ombe", 'malipo', '₹', 'jumla'],
    town: 'Manispaa ya Navapur',
    title: 'STAKABADHI',
    number: 'Namba ya stakabadhi',
    consumer: 'Namba ya mtumiaji',
    name: ['Jina', "Bi. Ng'ombe"],
    paid: 'Kiasi kilicholipwa',
    sentence: 'Malipo ya WS/107-000777 yamepokelewa 23-11-2026. Tunza stakabadhi hii.',
  }),
]

function sample(
  lang: string,
  face: string,
  { words, ...said }: Words & { words: readonly string[] },
): ScriptSample {
  const blocks: PrintBlock[] = [
    { kind: 'text', text: said.town, align: 'center', isBold: true, size: 'double' },
    { kind: 'text', text: said.title, align: 'center', isBold: true, size: 'double-height' },
    { kind: 'row', label: said.number, value: '11/2026-27/000124' },
    { kind: 'row', label: said.consumer, value: 'WS/107-000777' },
    { kind: 'row', label: said.name[0], value: said.name[1] },
    { kind: 'row', label: said.paid, value: '₹12,34,567.50', isBold: true, size: 'double-height' },
    { kind: 'row', label: said.paid, value: '-500.00' },
    { kind: 'text', text: said.sentence },
    { kind: 'text', text: words.join(' ') },
  ]
  return { lang, face, words, receipt: { title: `Receipt ${lang}`, lang, blocks } }
}
