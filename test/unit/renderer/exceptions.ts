// Invented exceptions as the integrator lists them. Used by supervisor tests here and in a browser.
import { randomUUID } from 'node:crypto'
import type { Exception } from '#contract/exceptions-api.ts'
import { rupees } from '#contract/money.ts'

const COLLECTED_AT_MS = 1_790_000_000_000

export function exceptionWith(changes: Partial<Exception> = {}): Exception {
  return {
    id: randomUUID(),
    kind: 'payment',
    state: 'SUSPENSE',
    reason: 'ALREADY_PAID',
    amountPaise: rupees(1247),
    sinceMs: COLLECTED_AT_MS + 60_000,
    dueAtMs: COLLECTED_AT_MS + 86_400_000,
    note: 'The bill was paid elsewhere before this money reached DIGIT.',
    receiptNumber: 'DVG/0417A/26-27/000001',
    consumerCode: 'PT-DVG-000101',
    businessService: 'PT',
    payerName: 'Ramesh Kumar',
    deviceCode: '0417',
    operatorCode: '101',
    evidence: {
      collectedAtMs: COLLECTED_AT_MS,
      billPaise: rupees(1247),
      billFetchedAtMs: COLLECTED_AT_MS - 120_000,
      packId: null,
      isAdvanceAgreed: false,
      isPartAgreed: true,
      attemptCount: 2,
      digitReceiptNumber: null,
    },
    acts: ['look-again', 'post-to-bill', 'refund', 'mark'],
    asked: null,
    ...changes,
  }
}
