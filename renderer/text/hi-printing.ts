// Hindi words of what became of a print, and why.
import type { enPrinting } from './en-printing.ts'

export const hiPrinting: Readonly<Record<keyof typeof enPrinting, string>> = {
  'cause.device_in_use': 'कोई दूसरा प्रोग्राम उसे काम में ले रहा है। उसे बंद करें।',
  'cause.device_permission': 'इस प्रोग्राम को उसकी अनुमति नहीं है। जिसने यह टिल लगाया है, उससे पूछें।',
  'cause.document_invalid': 'यह रसीद काग़ज़ पर नहीं आ सकती। इसे PDF में सहेजें।',
  'cause.ended_while_printing': 'पर्ची छपते समय टिल बंद हो गया।',
  'cause.file_not_writable': 'उस तक कुछ नहीं पहुँच रहा। देखें कि तार लगा है और वह चालू है।',
  'cause.printer_busy': 'उसमें बहुत सी पर्चियाँ रुकी हैं। थोड़ी देर में फिर करें।',
  'cause.printer_cover_open': 'उसका ढक्कन खुला है। बंद करें।',
  'cause.printer_disconnected': 'उससे संपर्क टूट गया। तार और बिजली जाँचें।',
  'cause.printer_error': 'उसका कटर या हेड ख़राबी बता रहा है। बंद करें, काग़ज़ का रास्ता साफ़ करें, फिर चालू करें।',
  'cause.printer_no_answer': 'वह उत्तर नहीं दे रहा। देखें कि पूरी पर्ची निकली या नहीं।',
  'cause.printer_offline': 'वह ऑफ़लाइन है। फ़ीड या ऑनलाइन बटन दबाएँ, या बंद करके चालू करें।',
  'cause.printer_paper_out': 'उसमें काग़ज़ ख़त्म है। नया रोल लगाएँ और ढक्कन बंद करें।',
  'cause.printer_unreachable': 'वह नहीं मिल रहा। देखें कि चालू है और तार लगा है।',

  'paper.anyPrinter': 'प्रिंटर',
  'paper.didPrint': 'पर्ची निकल गई',
  'paper.failed': '{printer}: कुछ नहीं छपा।',
  'paper.interrupted': '{printer}: पर्ची बीच में टूट गई। जो निकली, वह अमान्य है।',
  'paper.otherPrinter': 'दूसरे प्रिंटर पर छापें',
  'paper.safe': 'भुगतान सुरक्षित है।',
  'paper.spare': 'दूसरा प्रिंटर',
  'paper.spareInUse': 'पर्चियाँ दूसरे प्रिंटर{named, select, true { ({printer})} other {}} से निकल रही हैं।',
  'paper.unknown': '{printer} नहीं बता रहा कि पर्ची निकली या नहीं।',

  'print.interrupted': 'बीच में टूटी, अमान्य',
  'print.sent': 'भेजी गई, प्रिंटर का उत्तर बाक़ी',

  'reprint.isOut': 'पर्ची निकल चुकी है। प्रिंटर देखें।',
}
