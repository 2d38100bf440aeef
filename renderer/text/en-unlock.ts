// English words of freeing a locked operator by telephone.
import { shiftSlipWordsEn } from '#contract/words/shift-slip-words-en.ts'

export const enUnlock = {
  'unlock.title': 'Locked: a supervisor can free you by telephone',
  'unlock.read': 'Call the office and read out these three:',
  'unlock.till': shiftSlipWordsEn.till,
  'unlock.operator': 'Operator',
  'unlock.challenge': 'Six digits',
  'unlock.answer': 'Eight digits from the office',
  'unlock.act': 'Unlock',
  'unlock.checking': 'Checking …',
  'unlock.done': 'Unlocked. Sign in with your PIN.',
  'unlock.wait': 'Next try in {minutes} min {seconds} s.',
} as const
