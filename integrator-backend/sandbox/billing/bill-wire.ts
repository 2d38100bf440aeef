// A bill row as billing-service v2 prints it. No part/advance/mode/minimum fields: those live in MDMS.
// Called by fetch-bill, search-bill; the payment wire builds on it.
import type { Faults } from '#sandbox/faults.ts'
import type { BillDetailRow, BillRow } from '#sandbox/state/rows.ts'
import { rupeesOf } from '#sandbox/wire/rupees.ts'
import { tenants } from '#sandbox/masters/tenants.ts'

export function billOnWire(bill: BillRow) {
  return {
    id: bill.id,
    userId: bill.payer?.uuid ?? null,
    mobileNumber: bill.payer?.mobileNumber ?? null,
    payerName: bill.payer?.name ?? null,
    payerAddress: bill.payer?.address ?? null,
    payerEmail: null,
    status: bill.status,
    totalAmount: rupeesOf(bill.totalPaise),
    businessService: bill.businessService,
    billNumber: bill.billNumber,
    billDate: bill.billDate,
    consumerCode: bill.consumerCode,
    additionalDetails: bill.additionalDetails,
    billDetails: bill.details.map((detail) => billDetailOnWire(bill, detail)),
    tenantId: bill.tenantId,
    fileStoreId: null,
    auditDetails: {
      createdBy: bill.createdBy,
      lastModifiedBy: bill.createdBy,
      createdTime: bill.createdAtMs,
      lastModifiedTime: bill.lastModifiedAtMs,
    },
  }
}

export function billDetailOnWire(bill: BillRow, detail: BillDetailRow) {
  return {
    id: detail.id,
    tenantId: bill.tenantId,
    demandId: detail.demandId,
    billId: bill.id,
    expiryDate: detail.expiryDate,
    amount: rupeesOf(detail.amountPaise),
    amountPaid: detail.amountPaidPaise === null ? null : rupeesOf(detail.amountPaidPaise),
    fromPeriod: detail.fromPeriod,
    toPeriod: detail.toPeriod,
    additionalDetails: null,
    billAccountDetails: detail.accounts.map((account) => ({
      id: account.id,
      tenantId: bill.tenantId,
      billDetailId: detail.id,
      demandDetailId: account.demandLineId,
      order: account.order,
      amount: rupeesOf(account.amountPaise),
      adjustedAmount: rupeesOf(account.adjustedPaise),
      taxHeadCode: account.taxHeadCode,
      additionalDetails: null,
      auditDetails: null,
    })),
  }
}

/** Applies the faults that make answers lie; the stored bills stay as they are. */
export function billsOnWire(bills: readonly BillRow[], operation: string, faults: Faults) {
  const wrongAmount = bills.length > 0 ? faults.take('wrong-amount', operation) : undefined
  const otherTenant = bills.length > 0 ? faults.take('other-tenant-bill', operation) : undefined
  return bills.map((bill) => {
    const copy = structuredClone(bill)
    if (wrongAmount) {
      copy.totalPaise += wrongAmount.amountPaise
      const detail = copy.details[0]
      if (detail) detail.amountPaise += wrongAmount.amountPaise
      const account = detail?.accounts[0]
      if (account) account.amountPaise += wrongAmount.amountPaise
    }
    if (otherTenant) {
      const other = tenants.find((tenant) => tenant.type === 'CITY' && tenant.code !== bill.tenantId)
      copy.tenantId = other?.code ?? bill.tenantId
    }
    return billOnWire(copy)
  })
}
