// Has billing taken a payment into its demands? Asked when the bill does not say so itself: a payment on a superseded bill never
// turns that bill PAID. Pure; called by app's posting ports with what DIGIT's searches answered.
import { addPaise, ZERO_PAISE } from '#contract/money.ts'
import type { Paise } from '#contract/money.ts'
import type { FoundPayment } from './posting-facts.ts'

/** What one demand has collected, advances it still holds included. */
export type DemandFunds = { demandId: string; collectedPaise: Paise }

/**
 * Two bills share demands, so one payment's money cannot be told from another's: all live payments that hang together
 * through their demands must be there, and then each of them is. false also when a demand is missing.
 */
export function isShownByDemands(
  payment: Pick<FoundPayment, 'demandIds'>,
  { live, demands }: { live: readonly FoundPayment[]; demands: readonly DemandFunds[] },
): boolean {
  if (payment.demandIds.length === 0) return false
  const shared = new Set(payment.demandIds)
  const together = new Set<FoundPayment>()
  for (let size = -1; size !== together.size;) {
    size = together.size
    for (const each of live) {
      if (!each.demandIds.some((id) => shared.has(id))) continue
      together.add(each)
      for (const id of each.demandIds) shared.add(id)
    }
  }
  const own = demands.filter(({ demandId }) => shared.has(demandId))
  if (own.length < shared.size) return false
  const collectedPaise = own.reduce((sum, each) => addPaise(sum, each.collectedPaise), ZERO_PAISE)
  const paidPaise = [...together].reduce((sum, each) => addPaise(sum, each.amountPaise), ZERO_PAISE)
  return collectedPaise >= paidPaise
}

/** Billing may hear of a cancellation hours or days late; longer ago it has surely done its work. */
const cancelEchoMs = 7 * 86_400_000

/**
 * Billing marks the newest ACTIVE bill PAID for whatever event it handles, also for one of an earlier payment that was
 * cancelled since: then PAID says nothing about this payment, and only the demands can tell.
 */
export function isPaidMarkDoubtful(
  payment: Pick<FoundPayment, 'receiptAtMs'>,
  found: readonly FoundPayment[],
): boolean {
  const paidAtMs = payment.receiptAtMs ?? 0
  return found.some((each) => !each.isLive && (each.changedAtMs ?? paidAtMs) > paidAtMs - cancelEchoMs)
}
