// `npm run test:disk-faults -- [--nth N] [--payments N] [--calls sync,write,truncate,open,unlink]`: fails the 1st, 2nd, … Nth call of every kind in every way while the till
// takes payments, and prints figures. Exit 1 when anything was lost or wrongly denied.
import { parseArgs } from 'node:util'
import { recorderObstacle } from '#test/reliability/power-cut/build-recorder.ts'
import { tradeWithFault, type DiskFault, type FaultOutcome } from '#test/reliability/power-cut/disk-faults.ts'

const AT_ONCE = 3

const { values } = parseArgs({
  options: {
    nth: { type: 'string', default: '500' },
    payments: { type: 'string', default: '40' },
    calls: { type: 'string', default: 'sync,write,truncate,open,unlink' },
  },
})
const obstacle = recorderObstacle()
if (obstacle !== null) {
  console.log(`No call failed on this machine: ${obstacle}.`)
  process.exit(0)
}

/** n = 1, 2, … until the process does not come to an n-th call any more. */
const failEach = async (kind: Omit<DiskFault, 'nth'>): Promise<FaultOutcome[]> => {
  const outcomes: FaultOutcome[] = []
  for (let from = 1; from <= Number(values.nth); from += AT_ONCE) {
    const numbers = Array.from({ length: AT_ONCE }, (_, at) => from + at)
    const done = await Promise.all(
      numbers.map((nth) => tradeWithFault({ ...kind, nth }, { payments: Number(values.payments) })),
    )
    outcomes.push(...done.filter(({ isHit }) => isHit))
    if (done.some(({ isHit }) => !isHit)) break
  }
  return outcomes
}

let badCount = 0
console.log('call      way            runs  acknowledged  refused  stopped  wrong')
const calls = values.calls.split(',')
for (const call of (['sync', 'write', 'truncate', 'open', 'unlink'] as const).filter((each) =>
  calls.includes(each),
)) {
  for (const way of ['broken', 'full', 'dies'] as const) {
    for (const isForever of way === 'dies' ? [false] : [false, true]) {
      const outcomes = await failEach({ call, way, isForever })
      const sum = (of: (outcome: FaultOutcome) => number) =>
        outcomes.reduce((total, each) => total + of(each), 0)
      const wrong = outcomes.filter(({ findings }) => findings.length > 0)
      badCount += wrong.length
      const cells = [
        outcomes.length,
        sum(({ acknowledgedCount }) => acknowledgedCount),
        sum(({ refusedCodes }) => refusedCodes.length),
        sum(({ stopped }) => (stopped === null ? 0 : 1)),
        wrong.length,
      ]
      const name = `${call.padEnd(9)} ${way}${isForever ? ' for good' : ''}`
      console.log(
        name.padEnd(24),
        cells.map((cell, at) => String(cell).padStart([4, 13, 8, 8, 6][at] ?? 8)).join(' '),
      )
      for (const { fault, findings } of wrong.slice(0, 3)) console.log(`    n = ${fault.nth}: ${findings[0]}`)
    }
  }
}
process.exitCode = badCount === 0 ? 0 : 1
