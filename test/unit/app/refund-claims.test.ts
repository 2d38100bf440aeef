// Goal: of all that a journal says, exactly the refunds that were carried out become claims, and nothing odd in one stops an append.
import { expect, test } from 'vitest'
import { readRefundClaim } from '#app/records/refund-claims.ts'
import { readRecords } from '#app/records/read-records.ts'
import { createTestJournal } from '#test/integration/test-journal.ts'

const refund = {
  paymentId: '0b6f3e0a-2b58-4c0e-9a53-0d3d8d3f6f10',
  kind: 'payment',
  act: 'refund',
  operatorId: 'operator-9',
  result: 'done',
}
const read = (change: object) => readRefundClaim(7, JSON.stringify({ ...refund, ...change }))

test('a refund that was carried out, of a payment or of its rest', () => {
  const { paymentId, operatorId } = refund
  expect(read({})).toEqual({ seq: 7, paymentId, kind: 'payment', operatorId })
  expect(read({ kind: 'remainder' })?.kind).toBe('remainder')
})

test.each([
  { result: 'asked' },
  { result: 'not_known' },
  { result: 'act_not_allowed' },
  { act: 'mark' },
  { act: 'reverse' },
  { act: 'look-again' },
  { kind: 'record' },
  { paymentId: 'PT-1' },
  { paymentId: null },
])('not %j', (change) => {
  expect(read(change)).toBeNull()
})

test('who decided is kept only where it can be an id', () => {
  for (const operatorId of [null, 4, 'a\0b', 'x'.repeat(65), '']) {
    expect(read({ operatorId })?.operatorId, String(operatorId)).toBeNull()
  }
})

test.each(['', '{', 'null', '[]', '"refund"', '7'])('data that is nothing of the kind: %s', (dataJson) => {
  expect(readRefundClaim(1, dataJson)).toBeNull()
})

test('only records of acts are read for it', () => {
  const owner = { deviceId: 'device-1', incarnation: 'A' }
  const journal = createTestJournal({ owner, signer: null })
  journal.add('LOGIN', JSON.stringify(refund))
  journal.add('SUPERVISOR_ACT', JSON.stringify(refund))
  journal.add('SUPERVISOR_ACT', JSON.stringify({ ...refund, result: 'asked' }))
  const device = { tenantId: 'sr.devgaon', slotId: '', deviceId: 'device-1', deviceIds: ['device-1'] }
  const { claims, records, totals } = readRecords(journal.request(0).records, device)
  expect(claims.map(({ seq }) => seq)).toEqual([2])
  expect([records.length, totals.length]).toEqual([0, 3])
})
