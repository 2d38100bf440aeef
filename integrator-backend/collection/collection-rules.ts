// Merges what a business service permits at the till from MDMS and, in older builds, from the bill itself.
// Called by app's masters and bills. Sources: MDMS BillingService.BusinessService; UI hooks read both (digit-contract §7).
import { paiseFromDecimal, ZERO_PAISE } from '#contract/money.ts'
import type { CollectionRules } from '#contract/bill.ts'

/** As MDMS sends it: flags are boolean, null, absent, or the text "true", by state. */
export type RuleSource = {
  partPaymentAllowed?: unknown
  isAdvanceAllowed?: unknown
  minAmountPayable?: unknown
  minimumAmountToBePaid?: unknown
  collectionModesNotAllowed?: unknown
  isActive?: unknown
}

export const MODES_MAX = 32

/** Absent and null mean no, as DIGIT reads them (COL/util/PaymentValidator). */
export function isFlagSet(flag: unknown): boolean {
  return flag === true || (typeof flag === 'string' && flag.trim().toLowerCase() === 'true')
}

export function rulesOfService(source: RuleSource): CollectionRules {
  return {
    isPartPaymentAllowed: isFlagSet(source.partPaymentAllowed),
    isAdvanceAllowed: isFlagSet(source.isAdvanceAllowed),
    minimumPaise: minimumOf(source.minAmountPayable) ?? ZERO_PAISE,
    modesNotAllowed: modesOf(source.collectionModesNotAllowed),
    isOpen: source.isActive === undefined || source.isActive === null || isFlagSet(source.isActive),
  }
}

/**
 * The bill's own fields only narrow what MDMS permits: DIGIT's server obeys MDMS alone, so a bill that permits more
 * would be refused there; a bill that permits less is the more careful word.
 */
export function mergeRules(service: CollectionRules, bill: RuleSource): CollectionRules {
  const modes = new Set([...service.modesNotAllowed, ...modesOf(bill.collectionModesNotAllowed)])
  const billMinimum = minimumOf(bill.minimumAmountToBePaid)
  return {
    isPartPaymentAllowed: narrowed(service.isPartPaymentAllowed, bill.partPaymentAllowed),
    isAdvanceAllowed: narrowed(service.isAdvanceAllowed, bill.isAdvanceAllowed),
    minimumPaise:
      billMinimum !== null && billMinimum > service.minimumPaise ? billMinimum : service.minimumPaise,
    modesNotAllowed: [...modes].slice(0, MODES_MAX),
    isOpen: service.isOpen,
  }
}

function narrowed(isAllowed: boolean, flag: unknown): boolean {
  return isAllowed && (flag === undefined || flag === null || isFlagSet(flag))
}

function minimumOf(value: unknown) {
  const amount = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
  if (typeof amount !== 'number' || amount < 0) return null
  return paiseFromDecimal(amount)
}

function modesOf(value: unknown): string[] {
  if (!Array.isArray(value)) return []
  return value
    .filter((mode): mode is string => typeof mode === 'string' && mode.length <= 64)
    .slice(0, MODES_MAX)
}
