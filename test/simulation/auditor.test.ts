// Goal: each kind of wrong money is found by the auditor in facts that are written down here, and right facts are left alone.
import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { audit } from './auditor.ts'
import type { Evidence, Finding } from './auditor.ts'

const consumer = 'PT PT-DVG-000001'
const amountPaise = 50_000

/** One till with one record: a payment with the receipt 1. */
function soundJournal(): Pick<Evidence, 'journals' | 'kept' | 'findings'> {
  const body = '{"type":"PAY","data":{"id":"p1","receiptNumber":"DVG/1/000001-X","isOffline":false}}'
  const hash = createHash('sha256')
    .update('tahsil-j2\0device-1\0A\0')
    .update(Buffer.from([0, 0, 0, 0, 0, 0, 0, 1]))
    .update(Buffer.alloc(32))
    .update(body)
    .digest('hex')
  const records = [{ seq: 1, hash, body }]
  const till = { till: 'till 1', deviceId: 'device-1', incarnation: 'A', isCopied: false, isRevoked: false }
  return {
    journals: [{ ...till, records }],
    kept: [{ deviceId: 'device-1', isForked: false, records, aside: [] }],
    findings: [],
  }
}

/** One citizen, one payment, everywhere as it should be. */
function sound(): Evidence {
  return {
    handed: [
      {
        paymentId: 'p1',
        till: 'till 1',
        consumer,
        amountPaise,
        isAdvanceAgreed: false,
        fate: 'receipt',
        receiptNumber: 'R1',
      },
    ],
    tills: [
      {
        till: 'till 1',
        paymentId: 'p1',
        receiptNumber: 'R1',
        amountPaise,
        state: 'CONFIRMED',
        digitReceiptNumber: 'D1',
        heldPaise: 0,
      },
    ],
    integrator: [
      {
        paymentId: 'p1',
        state: 'CONFIRMED',
        reason: null,
        amountPaise,
        digitReceiptNumber: 'D1',
        restPaise: 0,
        isRestSettled: false,
      },
    ],
    given: [],
    restoreCount: 0,
    ...soundJournal(),
    oddities: [],
    payments: [
      {
        id: 'd1',
        reference: 'p1',
        consumer,
        billId: 'b1',
        receiptNumber: 'D1',
        amountPaise,
        isUndone: false,
      },
    ],
    facts: [{ kind: 'insert', atMs: 100, consumer, reference: 'p1', amountPaise, duePaise: amountPaise }],
    firstLookMs: new Map([['p1', 90]]),
  }
}

function kindsOf(findings: readonly Finding[]): string[] {
  return [...new Set(findings.map(({ kind }) => kind))]
}

test('right money is left alone', () => {
  expect(audit(sound())).toEqual([])
})

test('a receipt that the integrator never heard of is lost', () => {
  expect(kindsOf(audit({ ...sound(), integrator: [], payments: [] }))).toContain('lost')
})

test('a receipt without a record on the till is lost', () => {
  expect(kindsOf(audit({ ...sound(), tills: [] }))).toContain('lost')
})

test('two payments in DIGIT for one id are doubled', () => {
  const facts = sound()
  const [payment] = facts.payments
  const payments = [payment!, { ...payment!, id: 'd2', billId: 'b2', receiptNumber: 'D2' }]
  expect(kindsOf(audit({ ...facts, payments }))).toEqual(['doubled', 'balance'])
})

test('a payment of ours in DIGIT that nobody made is doubled', () => {
  const facts = sound()
  const [payment] = facts.payments
  const payments = [payment!, { ...payment!, id: 'd2', reference: 'p2', receiptNumber: 'D2' }]
  expect(kindsOf(audit({ ...facts, payments }))).toContain('doubled')
})

test('posted without a payment in DIGIT, or with the number of another one, is falsely posted', () => {
  expect(kindsOf(audit({ ...sound(), payments: [] }))).toContain('falsely posted')
  const integrator = [{ ...sound().integrator[0]!, digitReceiptNumber: 'D9' }]
  expect(kindsOf(audit({ ...sound(), integrator }))).toContain('falsely posted')
})

test('cash that went back and is recorded all the same is falsely posted', () => {
  const handed = [{ ...sound().handed[0]!, fate: 'returned' as const, receiptNumber: null }]
  expect(kindsOf(audit({ ...sound(), handed }))).toContain('falsely posted')
})

test('held for the citizen while DIGIT holds it is falsely in suspense', () => {
  const integrator = [{ ...sound().integrator[0]!, state: 'SUSPENSE', reason: 'NOTHING_DUE' }]
  expect(kindsOf(audit({ ...sound(), integrator }))).toContain('falsely in suspense')
})

test('held for the citizen for no reason at all is falsely in suspense', () => {
  const integrator = [
    { ...sound().integrator[0]!, state: 'SUSPENSE', reason: 'NOTHING_DUE', digitReceiptNumber: null },
  ]
  const evidence = { ...sound(), integrator, payments: [], facts: [] }
  expect(kindsOf(audit(evidence))).toContain('falsely in suspense')
})

test('more than was due is over-collected, unless another counter came between look and insert', () => {
  const ours = { kind: 'insert', atMs: 100, consumer, reference: 'p1', amountPaise, duePaise: 0 } as const
  const other = { kind: 'insert', consumer, reference: null, amountPaise, duePaise: amountPaise } as const
  const before = [{ ...other, atMs: 50 }, ours]
  const between = [{ ...other, atMs: 95 }, ours]
  expect(kindsOf(audit({ ...sound(), facts: before }))).toEqual(['over-collected'])
  expect(audit({ ...sound(), facts: between })).toEqual([])
})

test('a payment that never ends is stuck, unless billing refuses for good', () => {
  const integrator = [{ ...sound().integrator[0]!, state: 'POSTED' }]
  const tills = [{ ...sound().tills[0]!, state: 'POSTED' }]
  const waiting = { ...sound(), integrator, tills }
  expect(kindsOf(audit(waiting))).toEqual(['stuck'])
  const refused = { kind: 'update-refused', atMs: 200, consumer } as const
  expect(audit({ ...waiting, facts: [...waiting.facts, refused] })).toEqual([])
})

test('a till that shows something else is told wrong', () => {
  const tills = [{ ...sound().tills[0]!, digitReceiptNumber: null }]
  expect(kindsOf(audit({ ...sound(), tills }))).toEqual(['told wrong'])
})
