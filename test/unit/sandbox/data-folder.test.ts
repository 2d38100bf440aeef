// Goal: with a data folder a sandbox goes on after Ctrl-C, a kill or a torn write exactly where its last answer left it.
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { startSandbox } from '#sandbox/start-sandbox.ts'
import { billsOf, codesOf, paymentsOf, startRig } from './rig.ts'
import type { Rig } from './rig.ts'

let folder: string
let rig: Rig | null = null
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sandbox-'))
})
afterEach(async () => {
  await rig?.close()
  rig = null
  rmSync(folder, { recursive: true, force: true })
})

const start = async () => {
  rig = await startRig({ dataFolder: folder, consumerCount: 50 })
  return rig
}
const restart = async (spoil: () => void = () => undefined) => {
  await rig?.close()
  spoil()
  return start()
}
const logPath = () => join(folder, 'sandbox-log.jsonl')

test('payments, bills, tokens, lag, settings and clock survive a restart', async () => {
  let sandbox = await start()
  const { token } = sandbox
  sandbox.admin.setSettings({ backUpdateDelayMs: null })
  const paidBill = await sandbox.billOf('plain-due')
  await sandbox.paid(paidBill, { amount: 900 })
  const openBill = await sandbox.billOf('rebate')
  sandbox.admin.clock.advance(5000)
  const before = sandbox.admin.clock.nowMs()

  sandbox = await restart()
  expect(sandbox.admin.clock.nowMs()).toBe(before)
  expect(sandbox.token).toBe(token)
  expect(paymentsOf(await sandbox.search('PT', { billIds: paidBill.id }))).toHaveLength(1)
  expect((await sandbox.billOf('rebate')).id).toBe(openBill.id)
  expect(codesOf(await sandbox.pay(paidBill))).toEqual(['BILL_ALREADY_PAID'])
  expect(sandbox.admin.counters().pendingEventCount).toBe(1)
  sandbox.admin.releaseEvents()
  expect((await sandbox.billOf('plain-due')).totalAmount).toBe(1200)

  sandbox = await restart()
  expect((await sandbox.billOf('plain-due')).totalAmount).toBe(1200)
  expect((await sandbox.paid(await sandbox.billOf('licence'))).paymentDetails[0]?.receiptNumber).toBe(
    '11/2026-27/000002',
  )
})

test('a torn last line is dropped and the rest kept', async () => {
  let sandbox = await start()
  const bill = await sandbox.billOf('plain-due')
  sandbox = await restart(() => appendFileSync(logPath(), '{"payments":[["x",{"id":"x"'))
  expect((await sandbox.billOf('plain-due')).id).toBe(bill.id)
  await sandbox.paid(bill)
  sandbox = await restart()
  expect(billsOf(await sandbox.fetchBill('plain-due'))).toEqual([])
})

test('a reset starts a new log', async () => {
  let sandbox = await start()
  await sandbox.paid(await sandbox.billOf('plain-due'))
  sandbox.admin.reset()
  sandbox = await restart()
  expect(sandbox.admin.payments()).toEqual([])
  expect((await sandbox.billOf('plain-due')).totalAmount).toBe(2100)
})

test('every answer is on disk before it leaves', async () => {
  const sandbox = await start()
  const payment = await sandbox.paid(await sandbox.billOf('plain-due'))
  expect(readFileSync(logPath(), 'utf8')).toContain(payment.id)
})

test('what billing does later is on disk without another request', async () => {
  const sandbox = await start()
  sandbox.admin.setSettings({ backUpdateDelayMs: 30 })
  await sandbox.paid(await sandbox.billOf('plain-due'))
  await expect.poll(() => readFileSync(logPath(), 'utf8')).toContain('"status":"done"')
})

test('a file that is no log is not overwritten', async () => {
  writeFileSync(logPath(), 'my diary\n')
  await expect(startSandbox({ dataFolder: folder, consumerCount: 0 })).rejects.toThrow(/not a sandbox log/)
  expect(readFileSync(logPath(), 'utf8')).toBe('my diary\n')
})
