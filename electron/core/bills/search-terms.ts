// The words under which a receipt is found again, and how a typed text is brought to the same form. Terms are compared as ranges
// (`>= x and < y`), so every search is a prefix search by index. Used by the store and receipt.search.
import type { Payment } from '#contract/payment.ts'
import { TERM_CHARS_MAX } from '#core/limits.ts'

const NAME_WORDS_MAX = 6

export function normalTerm(text: string): string {
  return text.trim().toUpperCase().replace(/\s+/g, ' ').slice(0, TERM_CHARS_MAX)
}

/** Receipt number (whole and its last part), consumer code, bill number, names and their words, mobiles, instrument. */
export function searchTermsOf(payment: Payment): string[] {
  const { bill, payer, receiptNumber } = payment
  const names = [bill.payerName ?? '', payer.paidBy]
  const words = names.flatMap((name) => name.split(/[\s.]+/).slice(0, NAME_WORDS_MAX))
  const texts = [
    receiptNumber,
    receiptNumber.slice(receiptNumber.lastIndexOf('/') + 1),
    bill.consumerCode,
    bill.billNumber,
    bill.mobileNumber ?? '',
    payer.mobileNumber ?? '',
    ...names,
    ...words.filter((word) => word.length > 2),
    ...instrumentTerms(payment),
  ]
  return [...new Set(texts.map(normalTerm).filter((term) => term !== ''))]
}

function instrumentTerms({ instrument }: Payment): string[] {
  switch (instrument.mode) {
    case 'CASH':
      return []
    case 'CHEQUE':
    case 'DD':
    case 'POSTAL_ORDER':
      return [instrument.number]
    case 'OFFLINE_NEFT':
    case 'OFFLINE_RTGS':
      return [instrument.utr]
    case 'CARD':
      return [instrument.rrn]
  }
}
