// What the till knew and the payer agreed to when the money changed hands: goes with every payment, so that whoever settles it
// later, when the bill may be another, decides by what was true then. Used by take-payment.
import type { CollectionEvidence } from '#contract/payment.ts'
import type { ClockVerdict } from './time/clock-guard.ts'
import { BILL_FRESH_MS } from './limits.ts'
import type { Consent, KnownBill } from './records.ts'

/**
 * A trusted time is a moment; else the money came after the last trusted moment and after the bill was read (by the
 * integrator's clock), and before the integrator got it.
 */
export function evidenceOf(known: KnownBill, clock: ClockVerdict, consent: Consent): CollectionEvidence {
  const { isAdvanceAgreed, isPartAgreed } = consent
  const { earliestMs, isTrusted, nowMs } = clock
  if (isTrusted && earliestMs !== nowMs) throw new Error('a trusted time is a moment')
  return {
    source: sourceOf(known, nowMs),
    packId: known.pack?.packId ?? null,
    isAdvanceAgreed,
    isPartAgreed,
    earliestMs: isTrusted ? nowMs : Math.max(earliestMs, known.bill.fetchedAtMs),
    latestMs: isTrusted ? nowMs : null,
  }
}

/** From a bill pack, fresh from the integrator, or the till's own copy, which DIGIT may have replaced since. */
function sourceOf({ bill, pack }: KnownBill, nowMs: number): CollectionEvidence['source'] {
  if (pack) return 'pack'
  return nowMs - bill.fetchedAtMs <= BILL_FRESH_MS ? 'integrator' : 'cache'
}
