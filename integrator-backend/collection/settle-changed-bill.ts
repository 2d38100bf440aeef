// What becomes of money that meets another bill than the citizen saw: posted whole, as a part, as an advance, split, or held.
// Pure; called by decide-posting. The municipality's policy says what is automatic, DIGIT's rules what is possible, the
// evidence what the citizen agreed to. An amount that was meant otherwise from the start needs no consent.
import type { CollectionRules } from '#contract/bill.ts'
import { isWholeRupees, subtractPaise, ZERO_PAISE } from '#contract/money.ts'
import type { Paise } from '#contract/money.ts'
import type { Payment, SuspenseReason } from '#contract/payment.ts'

export type SettlementPolicy = {
  /** More is due than was taken: count it as a part payment, or hold it. */
  higher: 'part' | 'suspense'
  isPartConsentNeeded: boolean
  /** Less is due: keep the rest as an advance, pay the bill and hold the rest, or hold all of it. */
  lower: 'advance' | 'split' | 'suspense'
  isAdvanceConsentNeeded: boolean
  /** What is done when an advance is not allowed or was not agreed to. */
  otherwise: 'split' | 'suspense'
}

/** By business service; `*` is for all others. */
export type SettlementPolicies = Readonly<Record<string, SettlementPolicy>> & { '*': SettlementPolicy }

/** A higher bill says itself what remains due; nobody's money becomes an advance unasked. */
export const defaultSettlement: SettlementPolicy = {
  higher: 'part',
  isPartConsentNeeded: false,
  lower: 'advance',
  isAdvanceConsentNeeded: true,
  otherwise: 'split',
}

/** How a payment met a changed bill; null: as it was meant. */
export type SettledAs = 'part' | 'advance' | 'split' | null

export type Settlement =
  | { do: 'post'; as: SettledAs; postPaise: Paise; heldPaise: Paise; note: string }
  | { do: 'suspend'; reason: SuspenseReason; note: string }
  | { do: 'wait'; note: string }

export type ChangedBill = {
  payment: Payment
  /** The bill of now; null: nothing is due. */
  bill: { billId: string; totalPaise: Paise } | null
  /** Why nothing is due: somebody paid it, the bill was cancelled, or DIGIT just says so. */
  ifNone: 'paid' | 'cancelled' | 'nothing'
  /** null: the service is not known. */
  rules: CollectionRules | null
  policy: SettlementPolicy
  /** A supervisor decided that it may go on the bill of now. */
  isDecided: boolean
  /** An earlier payment of this consumer is in DIGIT and not yet in its demands: the bill of now may be too high. */
  isPartPending: boolean
}

/** The same words on till, receipt and supervisor's list come from these, with state, reason and what is held. */
export const settlementNotes = {
  same: 'the bill takes this amount',
  part: 'more is due than was taken: it counts as a part payment',
  advance: 'less is due than was taken: the rest is kept as an advance',
  split: 'less is due than was taken: the bill is paid and the rest is held for the citizen',
  pending: 'billing has not applied an earlier payment of this consumer',
} as const

export function settlementPolicyOf(policies: SettlementPolicies, businessService: string): SettlementPolicy {
  return (Object.hasOwn(policies, businessService) ? policies[businessService] : undefined) ?? policies['*']
}

export function settleChangedBill(changed: ChangedBill): Settlement {
  const { payment, bill, rules } = changed
  if (payment.amountPaise <= 0) throw new RangeError('only money can be settled')
  if (changed.isPartPending) return { do: 'wait', note: settlementNotes.pending }
  if (bill === null) return suspendNone(changed.ifNone)
  if (rules === null || !rules.isOpen) {
    return suspend('SERVICE_CLOSED', 'the service takes no counter payments now')
  }
  if (rules.modesNotAllowed.includes(payment.mode)) {
    return suspend('MODE_NOT_ALLOWED', 'the service does not take this way of paying now')
  }
  if (!isWholeRupees(bill.totalPaise)) {
    return suspend('REFUSED_BY_DIGIT', 'the bill has paise in it; the demand must be rounded first')
  }
  if (payment.amountPaise === bill.totalPaise) return whole(payment, null)
  return payment.amountPaise < bill.totalPaise
    ? settleHigher(changed, rules)
    : settleLower(changed, { rules, totalPaise: bill.totalPaise })
}

function settleHigher(changed: ChangedBill, rules: CollectionRules): Settlement {
  const { payment, policy, isDecided } = changed
  if (!rules.isPartPaymentAllowed) {
    return suspend('BILL_HIGHER', 'the bill is higher now and must be paid in full')
  }
  if (isAsShown(changed) || payment.amountPaise < payment.bill.totalPaise) return whole(payment, null)
  const isAgreed = payment.evidence?.isPartAgreed === true || !policy.isPartConsentNeeded
  if (isDecided || (policy.higher === 'part' && isAgreed)) return whole(payment, 'part')
  return suspend(
    'BILL_HIGHER',
    'the bill is higher now; the citizen did not agree to a part payment beforehand',
  )
}

function settleLower(
  changed: ChangedBill,
  { rules, totalPaise }: { rules: CollectionRules; totalPaise: Paise },
): Settlement {
  const { payment, policy, isDecided } = changed
  const isMeant = isAsShown(changed) || payment.amountPaise > payment.bill.totalPaise
  if (rules.isAdvanceAllowed && isMeant) return whole(payment, null)
  const isAgreed = payment.evidence?.isAdvanceAgreed === true || !policy.isAdvanceConsentNeeded
  if (rules.isAdvanceAllowed && isAgreed && policy.lower === 'advance') return whole(payment, 'advance')
  const isSplit = isDecided || (policy.lower === 'advance' ? policy.otherwise : policy.lower) === 'split'
  if (totalPaise <= 0) return suspendNone(changed.ifNone)
  if (!isSplit) return suspend('BILL_LOWER', 'the bill is lower than the money taken')
  const heldPaise = subtractPaise(payment.amountPaise, totalPaise)
  if (heldPaise <= 0) throw new RangeError('a split must leave a remainder')
  return { do: 'post', as: 'split', postPaise: totalPaise, heldPaise, note: settlementNotes.split }
}

/** The very bill that was on the screen: its amount was chosen knowingly. */
function isAsShown({ payment, bill }: ChangedBill): boolean {
  return bill !== null && bill.billId === payment.bill.id
}

function whole({ amountPaise }: Payment, as: 'part' | 'advance' | null): Settlement {
  const note = settlementNotes[as ?? 'same']
  return { do: 'post', as, postPaise: amountPaise, heldPaise: ZERO_PAISE, note }
}

function suspendNone(why: ChangedBill['ifNone']): Settlement {
  if (why === 'paid') {
    return suspend('ALREADY_PAID', 'another payment settled this bill; ours is held for the citizen')
  }
  if (why === 'cancelled') {
    return suspend('BILL_CANCELLED', 'the bill was withdrawn; the money is held for the citizen')
  }
  return suspend('NOTHING_DUE', 'nothing is due for this consumer; the money is held for the citizen')
}

function suspend(reason: SuspenseReason, note: string): Settlement {
  return { do: 'suspend', reason, note }
}
