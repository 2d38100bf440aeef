// An invented receipt for tests of layout and words.
import { paise, rupees } from '#contract/money.ts'
import type { Receipt } from '#contract/receipt.ts'
import { NOW_MS } from '#test/unit/core/sample-bill.ts'

const DAY_MS = 86_400_000

export function sampleReceipt(changes: Partial<Receipt> = {}): Receipt {
  return {
    paymentId: '9d3a6f5e-7b0e-4f43-9a55-0d6b0c6b1f10',
    collectionId: '4a1e9d6b-2f7c-4c1e-8f0a-9b8d7c6e5f40',
    standing: 'final',
    state: 'POSTED',
    reason: null,
    heldPaise: paise(0),
    agreed: { isAdvanceAgreed: false, isPartAgreed: false },
    revisionAfterMs: null,
    tenantId: 'pb.testnagar',
    municipalityName: 'Testnagar Municipal Council',
    receiptNumber: '107/0417A/26-27/000123-K',
    digitReceiptNumber: '11/2026-27/004587',
    collectedAtMs: NOW_MS,
    serviceCode: 'WS',
    serviceName: 'Water charges',
    consumerCode: 'WS/107/2025-26/000871',
    billNumber: 'BILLNO-WS-004512',
    payerName: 'Asha Rao',
    paidBy: 'Vikram Rao',
    periods: [
      {
        demandId: 'd',
        fromMs: NOW_MS - 200 * DAY_MS,
        toMs: NOW_MS,
        amountPaise: rupees(1_540),
        expiresAtMs: NOW_MS,
        heads: [
          { taxHeadCode: 'WS_PENALTY', amountPaise: rupees(40), order: 2 },
          { taxHeadCode: 'WS_CHARGE', amountPaise: rupees(1_500), order: 1 },
        ],
      },
    ],
    taxHeadNames: { WS_CHARGE: 'Water charge', WS_PENALTY: 'Late fee' },
    duePaise: rupees(1_540),
    amountPaise: rupees(1_540),
    balancePaise: paise(0),
    instrument: { mode: 'CASH', tenderedPaise: rupees(2_000), changePaise: rupees(460) },
    cardSlip: [],
    operatorName: 'Meena Kulkarni',
    deviceCode: '0417',
    shiftNumber: 3,
    journalHash: '0123456789',
    helpLine: '1800-000-000',
    isDemo: false,
    ...changes,
  }
}
