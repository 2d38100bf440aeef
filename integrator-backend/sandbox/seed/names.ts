// Invented payers and streets, in Latin and Devanagari, some of them names DIGIT's own payment pattern refuses.
// Called by the seed.
import type { Random } from './random.ts'

const firstLatin = [
  'Asha',
  'Ramesh',
  'Sunita',
  'Imran',
  'Gurpreet',
  'Lakshmi',
  'Joseph',
  'Meena',
  'Arvind',
  'Kavita',
]
const lastLatin = ['Rao', 'Verma', 'Sheikh', 'Kaur', 'Nair', 'Das', 'Pillai', 'Joshi', 'Minj', 'Borah']
const firstIndic = ['आशा', 'रमेश', 'सुनीता', 'इमरान', 'गुरप्रीत', 'लक्ष्मी', 'जोसेफ़', 'मीना', 'अरविंद', 'कविता']
const lastIndic = ['राव', 'वर्मा', 'शेख', 'कौर', 'नायर', 'दास', 'पिल्लै', 'जोशी', 'मिंज', 'बोरा']
const firms = ['M/s Shivani Traders', 'Rao & Sons', 'M/s Devgaon Oil Mill (Unit 2)', 'Navjyoti Stores No. 7']
const streets = ['Mandi Road', 'Neem Gali', 'Station Road', 'Kumhar Tola', 'Nehru Ward', 'Talab Para']

export function nameOf(random: Random): string {
  const kind = random.next()
  if (kind < 0.06) return random.pick(firms)
  if (kind < 0.21) return `${random.pick(firstIndic)} ${random.pick(lastIndic)}`
  return `${random.pick(firstLatin)} ${random.pick(lastLatin)}`
}

export function addressOf(random: Random): string {
  return `${random.between(1, 240)} ${random.pick(streets)}`
}

/** null, or a number the payment API refuses, now and then; bills carry such numbers. */
export function mobileOf(random: Random): string | null {
  const kind = random.next()
  if (kind < 0.06) return null
  const rest = String(random.between(0, 999_999_999)).padStart(9, '0')
  return `${kind < 0.1 ? random.between(0, 5) : random.between(6, 9)}${rest}`
}
