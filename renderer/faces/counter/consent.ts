// What a payer is asked before the money is taken: only what can matter for these bills, now. Pure; drawn by consent-ticks.tsx.
import type { Consent } from '#rpc/till-rules.ts'
import type { Cart } from './cart.ts'

/** Its own, and not the one beside the schema: importing that would bring all of the schemas to every counter. */
export const NOTHING_AGREED: Consent = { isAdvanceAgreed: false, isPartAgreed: false }

/** true: this tick is shown. */
export type ConsentAsked = { readonly isPartAsked: boolean; readonly isAdvanceAsked: boolean }

/**
 * Another amount can only be due by then when the bill is not fresh or cannot be sent at once; and agreeing helps only where the
 * service takes parts or advances.
 */
export function consentAsked({ lines }: Cart, { isOnline }: { readonly isOnline: boolean }): ConsentAsked {
  const open = lines.filter(({ found }) => !isOnline || found.source !== 'integrator')
  return {
    isPartAsked: open.some(({ found }) => found.bill.rules.isPartPaymentAllowed),
    isAdvanceAsked: open.some(({ found }) => found.bill.rules.isAdvanceAllowed),
  }
}

/** Nothing counts as agreed that the payer could not see. */
export function consentGiven(consent: Consent, { isPartAsked, isAdvanceAsked }: ConsentAsked): Consent {
  return {
    ...NOTHING_AGREED,
    isPartAgreed: isPartAsked && consent.isPartAgreed,
    isAdvanceAgreed: isAdvanceAsked && consent.isAdvanceAgreed,
  }
}
