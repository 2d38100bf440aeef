// Who hands over the money, in the form DIGIT accepts: letters only for the name, ten digits for a mobile. Pure.
import type { Payer } from '#contract/payment.ts'
import { latinDigits } from '#renderer/parts/ist.ts'

export type PayerChoice = {
  readonly isOwner: boolean
  /** Of someone else; ignored for the owner. */
  readonly name: string
  /** Optional. */
  readonly mobile: string
}

export const OWNER_PAYS: PayerChoice = { isOwner: true, name: '', mobile: '' }
export const PAYER_NAME_MAX = 100

/** A bill's name reduced to what DIGIT takes as a payer: `M/s Rao & Sons` → `M s Rao Sons`. Empty when no letter is left. */
export function plainName(name: string): string {
  return (name.match(/[A-Za-z]+/g) ?? []).join(' ').slice(0, PAYER_NAME_MAX).trim()
}

/** Letters with single marks between them: a little stricter than DIGIT's own rule, never looser. */
export function isPayerName(name: string): boolean {
  return name.length <= PAYER_NAME_MAX && /^[A-Za-z]+(?:[-_'`. ] ?[A-Za-z]+)*$/.test(name)
}

/** Empty is fine: a mobile number is never demanded. */
export function isMobileOrEmpty(mobile: string): boolean {
  return mobile === '' || /^[6-9]\d{9}$/.test(mobile)
}

export function mobileDigits(text: string): string {
  return latinDigits(text).replace(/\D/g, '').slice(0, 10)
}

/** What goes with the payment; null when a name must be asked for first. Owners as their bills name them. */
export function payerOf(choice: PayerChoice, ownerNames: readonly (string | null)[]): Payer | null {
  const mobileNumber = choice.mobile === '' ? null : choice.mobile
  if (!isMobileOrEmpty(choice.mobile)) return null
  if (!choice.isOwner) {
    const paidBy = choice.name.trim().replace(/ +/g, ' ')
    return isPayerName(paidBy) ? { paidBy, mobileNumber, isOwner: false } : null
  }
  const [first] = ownerNames
  const paidBy = plainName(first ?? '')
  if (paidBy === '') return null
  return { paidBy, mobileNumber, isOwner: ownerNames.every((name) => name === first) }
}
