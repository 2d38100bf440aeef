// DIGIT's bill → the bill a till needs, in paise. Called by search-bills. Returns null for what cannot be read.
import { billSchema } from '#contract/bill.ts'
import type { Bill, CollectionRules } from '#contract/bill.ts'
import { paiseFromDecimal } from '#contract/money.ts'
import { mergeRules } from '#collection/collection-rules.ts'
import type { RuleSource } from '#collection/collection-rules.ts'
import type { Bill as DigitBill } from '#digit-wire/bill.ts'

export function billOfDigit(bill: DigitBill, rules: CollectionRules, fetchedAtMs: number): Bill | null {
  const periods = bill.billDetails
    .map((detail) => ({
      demandId: (detail.demandId ?? '').slice(0, 64),
      fromMs: detail.fromPeriod,
      toMs: detail.toPeriod,
      amountPaise: paiseFromDecimal(detail.amount),
      expiresAtMs: detail.expiryDate,
      heads: detail.billAccountDetails
        .map((head) => ({
          taxHeadCode: head.taxHeadCode,
          amountPaise: paiseFromDecimal(head.amount),
          order: Math.trunc(head.order ?? 0),
        }))
        .toSorted((one, other) => one.order - other.order),
    }))
    .toSorted((one, other) => one.fromMs - other.fromMs)
  const read = billSchema.safeParse({
    id: bill.id,
    billNumber: bill.billNumber ?? '',
    tenantId: bill.tenantId,
    businessService: bill.businessService,
    consumerCode: bill.consumerCode,
    status: bill.status,
    totalPaise: paiseFromDecimal(bill.totalAmount),
    billDateMs: bill.billDate ?? fetchedAtMs,
    expiresAtMs: Math.min(...periods.map((period) => period.expiresAtMs)),
    payerName: bill.payerName?.slice(0, 256) ?? null,
    mobileNumber: bill.mobileNumber?.slice(0, 64) ?? null,
    address: bill.payerAddress?.slice(0, 1024) ?? null,
    periods,
    // older builds carry the rules in the bill itself; loose shapes are read with care
    rules: mergeRules(rules, { ...bill } as RuleSource),
    fetchedAtMs,
  })
  return read.success ? read.data : null
}
