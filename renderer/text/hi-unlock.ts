// Hindi words of freeing a locked operator by telephone.
import { shiftSlipWordsHi } from '#contract/words/shift-slip-words-hi.ts'
import type { enUnlock } from './en-unlock.ts'

export const hiUnlock: Readonly<Record<keyof typeof enUnlock, string>> = {
  'unlock.title': 'लॉक है: पर्यवेक्षक फ़ोन पर खुलवा सकते हैं',
  'unlock.read': 'कार्यालय को फ़ोन करें और ये तीनों पढ़कर बताएँ:',
  'unlock.till': shiftSlipWordsHi.till,
  'unlock.operator': 'ऑपरेटर',
  'unlock.challenge': 'छह अंक',
  'unlock.answer': 'कार्यालय से मिले आठ अंक',
  'unlock.act': 'खोलें',
  'unlock.checking': 'जाँच हो रही है …',
  'unlock.done': 'खुल गया। अपने पिन से साइन इन करें।',
  'unlock.wait': 'अगला प्रयास {minutes} मिनट {seconds} सेकंड में।',
}
