// The checks every driver makes of an intent before a byte leaves: a programming mistake must never become a charge.
// Called by the drivers that charge cards by themselves.
import assert from 'node:assert/strict'
import type { CardIntent } from './card-terminal.ts'
import { CARD_AMOUNT_PAISE_MAX } from './decimal-amount.ts'

/** @throws AssertionError */
export function assertIntent({ reference, amountPaise }: CardIntent): void {
  assert(/^[0-9A-Z]{1,10}$/.test(reference), 'a reference is 1 to 10 characters 0-9 A-Z')
  assert(Number.isSafeInteger(amountPaise), 'an amount is a whole number of paise')
  assert(amountPaise > 0 && amountPaise <= CARD_AMOUNT_PAISE_MAX, 'an amount is within its limits')
}
