// An invented bill and what stands around it, for tests of the terminal.
import type { Masters } from '#contract/api.ts'
import type { Bill, CollectionRules } from '#contract/bill.ts'
import { DEFAULT_LIMITS, type Limits } from '#contract/limits.ts'
import { AMOUNT_PAISE_MAX, paise, rupees } from '#contract/money.ts'

export const TENANT = 'pb.testnagar'
/** 23 Nov 2026, 10:15 IST. */
export const NOW_MS = 1_795_409_100_000
const DAY_MS = 86_400_000

/** For tests that take more money than an office would let stand. */
export const WIDE_LIMITS: Limits = {
  receiptPaise: paise(AMOUNT_PAISE_MAX),
  shiftPaise: paise(AMOUNT_PAISE_MAX),
  cashInHandPaise: paise(AMOUNT_PAISE_MAX),
  unsentPaise: paise(AMOUNT_PAISE_MAX),
  unsentCount: 1_000_000,
  offlineMs: 8_760 * 3_600_000,
  warnAtPercent: 80,
}

export const openRules: CollectionRules = {
  isPartPaymentAllowed: false,
  isAdvanceAllowed: false,
  minimumPaise: paise(0),
  modesNotAllowed: [],
  isOpen: true,
}

type BillChanges = Partial<Omit<Bill, 'rules'>> & { rules?: Partial<CollectionRules> }

export function sampleBill(changes: BillChanges = {}): Bill {
  const { rules, ...facts } = changes
  const totalPaise = facts.totalPaise ?? rupees(1_540)
  return {
    id: 'bill-1',
    billNumber: 'BILLNO-WS-004512',
    tenantId: TENANT,
    businessService: 'WS',
    consumerCode: 'WS/107/2025-26/000871',
    status: 'ACTIVE',
    totalPaise,
    billDateMs: NOW_MS - DAY_MS,
    expiresAtMs: NOW_MS + DAY_MS,
    payerName: 'Asha Rao',
    mobileNumber: '9876512345',
    address: '12 Mall Road',
    periods: [
      {
        demandId: 'demand-1',
        fromMs: NOW_MS - 300 * DAY_MS,
        toMs: NOW_MS + 65 * DAY_MS,
        amountPaise: totalPaise,
        expiresAtMs: NOW_MS + DAY_MS,
        heads: [{ taxHeadCode: 'WS_CHARGE', amountPaise: totalPaise, order: 1 }],
      },
    ],
    fetchedAtMs: NOW_MS - 60_000,
    ...facts,
    rules: { ...openRules, ...rules },
  }
}

export function sampleMasters(changes: Partial<Masters> = {}): Masters {
  return {
    tenants: [
      {
        id: TENANT,
        name: 'Testnagar Municipal Council',
        cityCode: '107',
        contactNumber: null,
        isState: false,
      },
    ],
    services: [
      { code: 'WS', name: 'Water charges', rules: openRules, taxHeadNames: { WS_CHARGE: 'Water charge' } },
      { code: 'PT', name: 'Property tax', rules: openRules, taxHeadNames: { PT_TAX: 'Property tax' } },
    ],
    operators: [],
    rescueKey: null,
    helpLine: '1800-000-000',
    isDemo: false,
    serverTimeMs: NOW_MS,
    limits: DEFAULT_LIMITS,
    ...changes,
  }
}
