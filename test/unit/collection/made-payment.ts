// A payment and a posting record as tests need them, whole and legal, to be bent by the test. Called by the tests beside it.
import { paise } from '#contract/money.ts'
import type { CollectionRules } from '#contract/bill.ts'
import type { Payment } from '#contract/payment.ts'
import type { FoundPayment, PostingRecord } from '#collection/posting-facts.ts'

export const NOW_MS = 1_790_000_000_000

export const openRules: CollectionRules = {
  isPartPaymentAllowed: false,
  isAdvanceAllowed: false,
  minimumPaise: paise(0),
  modesNotAllowed: ['DD'],
  isOpen: true,
}

export function madePayment(change: Partial<Payment> = {}): Payment {
  return {
    id: '0b6f3e0a-2b58-4c0e-9a53-0d3d8d3f6f10',
    collectionId: '1c6f3e0a-2b58-4c0e-9a53-0d3d8d3f6f11',
    tenantId: 'sr.devgaon',
    deviceId: 'device-1',
    deviceSeq: 1,
    shiftId: '2d6f3e0a-2b58-4c0e-9a53-0d3d8d3f6f12',
    operatorId: 'operator-1',
    bill: {
      id: 'bill-1',
      billNumber: 'BILLNO-PT-000001',
      tenantId: 'sr.devgaon',
      businessService: 'PT',
      consumerCode: 'PT-1',
      status: 'ACTIVE',
      totalPaise: paise(100_000),
      billDateMs: NOW_MS - 3_600_000,
      expiresAtMs: NOW_MS + 3_600_000,
      payerName: 'Asha Rao',
      mobileNumber: null,
      address: null,
      periods: [
        {
          demandId: 'demand-1',
          fromMs: NOW_MS - 86_400_000,
          toMs: NOW_MS,
          amountPaise: paise(100_000),
          expiresAtMs: NOW_MS + 3_600_000,
          heads: [{ taxHeadCode: 'PT_TAX', amountPaise: paise(100_000), order: 1 }],
        },
      ],
      rules: openRules,
      fetchedAtMs: NOW_MS - 60_000,
    },
    amountPaise: paise(100_000),
    mode: 'CASH',
    instrument: { mode: 'CASH', tenderedPaise: paise(100_000), changePaise: paise(0) },
    payer: { paidBy: 'Asha Rao', mobileNumber: '9876512345', isOwner: true },
    collectedAtMs: NOW_MS - 30_000,
    receiptNumber: 'DVG/0001A/26-27/000001-K',
    isOffline: false,
    ...change,
  }
}

export function madeRecord(change: Partial<PostingRecord> = {}): PostingRecord {
  return {
    payment: madePayment(),
    state: 'READY',
    reason: null,
    billId: 'bill-1',
    attemptCount: 0,
    lastAttemptAtMs: null,
    lastRefusal: null,
    lagSinceMs: null,
    waitCount: 0,
    postedSinceMs: null,
    digitPaymentId: null,
    postPaise: null,
    settledAs: null,
    isDecided: false,
    reversal: null,
    probeReason: null,
    isRefundClaimed: false,
    nowMs: NOW_MS,
    isBehindAnother: false,
    holdUntilMs: null,
    ...change,
  }
}

export function madeFound(change: Partial<FoundPayment> = {}): FoundPayment {
  return {
    digitPaymentId: 'digit-1',
    tenantId: 'sr.devgaon',
    businessService: 'PT',
    consumerCode: 'PT-1',
    billId: 'bill-1',
    receiptNumber: '11/2026-27/000001',
    receiptAtMs: NOW_MS - 10_000,
    amountPaise: paise(100_000),
    isLive: true,
    instrumentStatus: 'APPROVED',
    heldPaise: paise(0),
    ownPaymentId: null,
    manualReceiptNumber: null,
    changedAtMs: NOW_MS - 10_000,
    demandIds: ['demand-1'],
    ...change,
  }
}
