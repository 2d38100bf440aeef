// Bills and payments of an invented town, as many as asked for, all different. Used by the parts that record and submit money.
import { randomUUID } from 'node:crypto'
import type { Bill } from '#contract/bill.ts'
import { rupees, type Paise } from '#contract/money.ts'
import type { Payment } from '#contract/payment.ts'

export const TENANT = 'pb.navapur'
const DAY_MS = 86_400_000

export function sampleBill(index: number): Bill {
  const nowMs = Date.now()
  const total: Paise = rupees(1_250 + (index % 977))
  const arrears = rupees(250)
  return {
    id: randomUUID(),
    billNumber: `PT-2026-${String(index).padStart(7, '0')}`,
    tenantId: TENANT,
    businessService: 'PT',
    consumerCode: `PT-107-${String(index).padStart(7, '0')}`,
    status: 'ACTIVE',
    totalPaise: total,
    billDateMs: nowMs - DAY_MS,
    expiresAtMs: nowMs + 30 * DAY_MS,
    payerName: ['Asha Sharma', 'Gurpreet Kaur', 'Manoj Iyer', 'Meera Devi'][index % 4] ?? null,
    mobileNumber: `98${String(index % 100_000_000).padStart(8, '0')}`,
    address: `House ${index}, Station Road, Navapur`,
    periods: [
      {
        demandId: randomUUID(),
        fromMs: nowMs - 200 * DAY_MS,
        toMs: nowMs + 165 * DAY_MS,
        amountPaise: total,
        expiresAtMs: nowMs + 30 * DAY_MS,
        heads: [
          { taxHeadCode: 'PT_TAX', amountPaise: (total - arrears) as Paise, order: 1 },
          { taxHeadCode: 'PT_FIRE_CESS', amountPaise: rupees(150), order: 2 },
          { taxHeadCode: 'PT_TIME_INTEREST', amountPaise: rupees(100), order: 3 },
        ],
      },
    ],
    rules: {
      isPartPaymentAllowed: true,
      isAdvanceAllowed: false,
      minimumPaise: rupees(100),
      modesNotAllowed: [],
      isOpen: true,
    },
    fetchedAtMs: nowMs,
  }
}

export type PaymentSource = {
  readonly deviceId: string
  readonly tenantId: string
  readonly deviceSeq: number
}

export function samplePayment({ deviceId, tenantId, deviceSeq }: PaymentSource): Payment {
  const bill = { ...sampleBill(deviceSeq), tenantId }
  return {
    id: randomUUID(),
    collectionId: randomUUID(),
    tenantId,
    deviceId,
    deviceSeq,
    shiftId: '0d5bb6a0-4d4f-4c5e-9b6a-0b6f4f4f9a01',
    operatorId: 'op-bench',
    bill,
    amountPaise: bill.totalPaise,
    mode: 'CASH',
    instrument: { mode: 'CASH', tenderedPaise: bill.totalPaise, changePaise: rupees(0) },
    payer: { paidBy: bill.payerName ?? 'Asha Sharma', mobileNumber: null, isOwner: true },
    collectedAtMs: Date.now(),
    receiptNumber: `NVP/${deviceId.slice(0, 8)}/2026-27/${deviceSeq}`,
    isOffline: false,
  }
}
