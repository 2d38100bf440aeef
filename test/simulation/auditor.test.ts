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

test('a rest that nobody holds, and a rest that was given back and is held all the same, do not balance', () => {
  const facts = sound()
  const payments = [{ ...facts.payments[0]!, amountPaise: amountPaise - 10_000 }]
  expect(kindsOf(audit({ ...facts, payments }))).toEqual(['balance'])
  const integrator = [{ ...facts.integrator[0]!, restPaise: 10_000 }]
  const tills = [{ ...facts.tills[0]!, heldPaise: 10_000 }]
  expect(audit({ ...facts, payments, integrator, tills })).toEqual([])
  const given = [{ paymentId: 'p1', kind: 'remainder' as const, amountPaise: 10_000 }]
  expect(kindsOf(audit({ ...facts, payments, integrator, tills, given }))).toEqual(['balance'])
})

test('money that was given back and is in DIGIT too is found; given back alone it is right', () => {
  const facts = sound()
  const given = [{ paymentId: 'p1', kind: 'payment' as const, amountPaise }]
  expect(kindsOf(audit({ ...facts, given }))).toEqual(['balance'])
  const integrator = [{ ...facts.integrator[0]!, state: 'REVERSED', digitReceiptNumber: null }]
  const tills = [{ ...facts.tills[0]!, state: 'REVERSED', digitReceiptNumber: null }]
  expect(audit({ ...facts, given, integrator, tills, payments: [] })).toEqual([])
  expect(kindsOf(audit({ ...facts, integrator, tills, payments: [] }))).toContain('falsely posted')
})

test('what we had undone in DIGIT and still call posted is falsely posted', () => {
  const facts = sound()
  const cancel = { kind: 'cancel', atMs: 200, consumer, reference: 'p1', isByUs: true } as const
  const payments = [{ ...facts.payments[0]!, isUndone: true }]
  expect(kindsOf(audit({ ...facts, payments, facts: [...facts.facts, cancel] }))).toEqual(['falsely posted'])
})

test('a record that never arrived, came twice or does not follow the one before is found', () => {
  const facts = sound()
  const [kept] = facts.kept
  const [record] = kept!.records
  expect(kindsOf(audit({ ...facts, kept: [{ ...kept!, records: [] }] }))).toEqual(['records'])
  const twice = [record!, { ...record!, seq: 2 }]
  expect(kindsOf(audit({ ...facts, kept: [{ ...kept!, records: twice }] }))).toEqual(['records'])
  const changed = [{ ...record!, body: record!.body.replace('false', 'true') }]
  expect(kindsOf(audit({ ...facts, kept: [{ ...kept!, records: changed }] }))).toEqual(['records'])
})

test('records aside are right for a copied till only, and only when it is called forked', () => {
  const facts = sound()
  const [kept] = facts.kept
  const [journal] = facts.journals
  const aside = { ...kept!, records: [], aside: kept!.records }
  expect(kindsOf(audit({ ...facts, kept: [{ ...aside, isForked: true }] }))).toEqual(['records'])
  const journals = [{ ...journal!, isCopied: true }]
  expect(audit({ ...facts, journals, kept: [{ ...aside, isForked: true }] })).toEqual([])
  expect(kindsOf(audit({ ...facts, journals, kept: [aside] }))).toEqual(['records'])
})

test('a receipt number that is left out is found', () => {
  const facts = sound()
  const [journal] = facts.journals
  const records = journal!.records.map((each) => ({ ...each, body: each.body.replace('000001', '000002') }))
  expect(kindsOf(audit({ ...facts, journals: [{ ...journal!, records }] }))).toEqual(['records'])
})
