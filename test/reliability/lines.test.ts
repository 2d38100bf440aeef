// Goal: whatever the line between terminal and integrator or between integrator and DIGIT does to a call about money, every
// payment ends up in DIGIT exactly once, and nobody has to do anything for it but wait.
import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import type { Fault } from '#test/reliability/fault-proxy.ts'
import { startMoneyPath, type MoneyPath } from '#test/reliability/money-path.ts'

let path: MoneyPath

beforeAll(async () => {
  path = await startMoneyPath()
  await path.startMissing()
})

afterEach(() => {
  path.lines.integrator.clear()
  path.lines.digit.clear()
})

afterAll(async () => {
  await path.close()
})

type Case = { line: 'integrator' | 'digit'; call: string; fault: Omit<Fault, 'match'> }

const batch = 'POST /v1/records'
const feed = 'GET /v1/payments\\?'
const create = 'POST .*/payments/_create'
const search = 'POST .*/payments/.*_search'
const fetchBill = 'POST .*/_fetchbill'

const cases: Case[] = [
  { line: 'integrator', call: batch, fault: { kind: 'reset-before', count: 2 } },
  { line: 'integrator', call: batch, fault: { kind: 'reset-after', count: 2 } },
  { line: 'integrator', call: batch, fault: { kind: 'truncate', answerBytes: 300 } },
  { line: 'integrator', call: batch, fault: { kind: 'black-hole' } },
  { line: 'integrator', call: batch, fault: { kind: 'throttle', bytesPerSecond: 20_000 } },
  { line: 'integrator', call: feed, fault: { kind: 'reset-after' } },
  { line: 'integrator', call: feed, fault: { kind: 'truncate', answerBytes: 400 } },
  { line: 'digit', call: create, fault: { kind: 'reset-before' } },
  { line: 'digit', call: create, fault: { kind: 'reset-after', count: 2 } },
  { line: 'digit', call: create, fault: { kind: 'truncate', answerBytes: 500 } },
  { line: 'digit', call: create, fault: { kind: 'black-hole' } },
  { line: 'digit', call: create, fault: { kind: 'delay', delayMs: 2_000 } },
  { line: 'digit', call: search, fault: { kind: 'truncate', answerBytes: 200 } },
  { line: 'digit', call: fetchBill, fault: { kind: 'reset-after' } },
]

test.each(cases.map((each) => ({ ...each, kind: each.fault.kind })))(
  '$line: $kind at $call',
  async (each) => {
    const line = path.lines[each.line]
    const wish = await path.findBill()
    const seenBefore = line.seen.length
    line.add({ ...each.fault, match: new RegExp(each.call) })
    expect(await path.take(wish)).toMatchObject({ kind: 'acknowledged' })
    await path.settle()
    expect(line.seen.slice(seenBefore).map(({ fault }) => fault)).toContain(each.fault.kind)
    expect((await path.audit()).findings).toEqual([])
  },
)

test('both lines are away for a while: money is taken and sent when they are back', async () => {
  const wish = await path.findBill()
  await Promise.all([path.lines.integrator.refuse(), path.lines.digit.refuse()])
  expect(await path.take(wish)).toMatchObject({ kind: 'acknowledged' })
  await wait(500)
  await path.lines.integrator.accept()
  await wait(500)
  await path.lines.digit.accept()
  await path.settle()
  expect((await path.audit()).findings).toEqual([])
})
