// Goal: when a call to the disk fails (an I/O error, no room) or the till is killed in the middle of a write, nothing that was
// acknowledged is missing, and nothing of which the till said "not recorded" is there. The control boasts and must be caught.
import { expect, test } from 'vitest'
import { recorderObstacle } from '#test/reliability/power-cut/build-recorder.ts'
import { tradeWithFault, type DiskFault } from '#test/reliability/power-cut/disk-faults.ts'

const obstacle = recorderObstacle()
if (obstacle !== null) console.warn(`No call to the disk failed on this machine: ${obstacle}.`)
const canFail = obstacle === null

const payments = 4
const faults: Omit<DiskFault, 'nth'>[] = [
  { call: 'sync', way: 'broken', isForever: false },
  { call: 'write', way: 'broken', isForever: false },
  { call: 'write', way: 'full', isForever: true },
  { call: 'write', way: 'dies', isForever: false },
]

test.runIf(canFail).each(faults)('$call $way (for good: $isForever)', async (kind) => {
  // One payment makes about twenty writes and five syncs: the 2nd and 9th of a kind lie in different places.
  for (const nth of [2, 9]) {
    const { isHit, findings } = await tradeWithFault({ ...kind, nth }, { payments })
    expect(isHit, `call ${nth} came by`).toBe(true)
    expect(findings).toEqual([])
  }
})

test.runIf(canFail)('control: a till that says "recorded" before it is, is caught', async () => {
  const fault: DiskFault = { call: 'write', nth: 30, way: 'broken', isForever: true }
  const { findings } = await tradeWithFault(fault, { payments, isBoastful: true })
  expect(findings.join()).toContain('LOST')
})
