// Words of the screen of a till that waits to be let in by the office, in Hindi.
import type { enEnrolment } from './en-enrolment.ts'

export const hiEnrolment: Readonly<Record<keyof typeof enEnrolment, string>> = {
  'enrolment.digits': 'इस टिल के छह अंक: {digits}',
  'enrolment.offline': 'कार्यालय का सर्वर अभी नहीं मिल रहा। टिल पूछता रहेगा।',
  'enrolment.same': 'कार्यालय इन्हें अपनी सूची में डालेगा। वहाँ भी यही हों तो वह इस टिल को मंज़ूरी देगा।',
  'enrolment.tell': 'ये छह अंक फ़ोन पर या मिलकर कार्यालय को बताएँ।',
  'enrolment.title': 'यह टिल मंज़ूरी की प्रतीक्षा में है',
  'enrolment.wait': 'यहाँ और कुछ नहीं करना है: यह स्क्रीन अपने आप आगे बढ़ेगी।',
  'enrolment.wrong': 'यदि कार्यालय कहे कि अंक ग़लत हैं, तो इस टिल का उपयोग न करें: बीच में कोई और हो सकता है।',
}
