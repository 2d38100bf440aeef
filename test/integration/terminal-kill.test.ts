// Goal: a till that is killed at any moment has every payment it acknowledged, numbered without gaps, with a sound chain.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { makeTill, takeOne, type TillKit } from '#test/unit/store/till-kit.ts'

const KILLS = 6
let till: TillKit
beforeEach(() => {
  till = makeTill()
})
afterEach(() => till.close())

/** Lets a child take payments and kills it somewhere behind its n-th acknowledgement. Returns what it acknowledged. */
async function takeAndKill(acknowledgements: number): Promise<string[]> {
  const child = spawn(
    process.execPath,
    [fileURLToPath(import.meta.resolve('#test/unit/store/taking-child.ts')), till.file, '100000'],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  let text = ''
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk
    if (text.split('ack ').length > acknowledgements) child.kill('SIGKILL')
  })
  await once(child, 'close')
  return text.split('\n').flatMap((line) => (/^ack \S{36}$/.test(line) ? [line.slice(4)] : []))
}

test('killed again and again', async () => {
  const acknowledged: string[] = []
  for (let kill = 1; kill <= KILLS; kill++) {
    till.store.close()
    acknowledged.push(...(await takeAndKill(kill * 3)))
    till.store = till.open({ check: 'full' })
  }
  expect(acknowledged.length).toBeGreaterThan(KILLS * 3)
  const missing = acknowledged.filter((id) => till.store.payment(id) === null)
  expect(missing).toEqual([])
  const { view } = takeOne(till)
  const last = till.store.payment(view.payments[0]!.paymentId)!.payment
  const shift = till.store.openShift()!
  expect(last.deviceSeq).toBe(shift.receiptCount)
  expect(shift.cashInHandPaise).toBe(500_00 + shift.receiptCount * 1_540_00)
  expect(till.store.queueTotals().waitingCount).toBe(shift.receiptCount)
})
