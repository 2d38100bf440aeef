// `npm run test:drain -- [--payments N] [--repeat N]`: a till with a day's payments hands them over through a thin and long line, and
// figures are printed. Exit 1 when anything is not there exactly once, or when the goal is missed.
import { loadavg } from 'node:os'
import { parseArgs } from 'node:util'
import { drainTill } from '#test/reliability/drain.ts'

const { values } = parseArgs({
  options: { payments: { type: 'string', default: '5000' }, repeat: { type: 'string', default: '1' } },
})

/** The goal is for the first line, as a field office has it. */
const lines = [
  { name: '1 Mbit/s, 300 ms', speed: { bitsPerSecond: 1_000_000, roundTripMs: 300 }, goalSeconds: 60 },
  { name: '64 kbit/s, 1 s', speed: { bitsPerSecond: 64_000, roundTripMs: 1_000 }, goalSeconds: null },
] as const
const SECONDS_MAX = 1_800

let isMissed = false
console.log('line               payments  seconds     up, B   down, B  B/payment  connections  troubles')
for (const { name, speed, goalSeconds } of lines) {
  for (let run = 0; run < Number(values.repeat); run += 1) {
    const done = await drainTill({ payments: Number(values.payments), speed, secondsMax: SECONDS_MAX })
    const { payments, seconds, bytes, connectionCount, troubles, findings } = done
    const each = Math.round((bytes.toServer + bytes.toClient) / payments)
    const cells = [payments, seconds.toFixed(1), bytes.toServer, bytes.toClient, each, connectionCount]
    const widths = [8, 8, 9, 9, 10, 12]
    const row = cells.map((cell, at) => String(cell).padStart(widths[at] ?? 8)).join(' ')
    console.log(`${name.padEnd(18)} ${row} ${String(troubles.length).padStart(9)}`)
    for (const trouble of troubles.slice(0, 3)) console.log(`    ${trouble.trim()}`)
    for (const finding of findings) console.log(`    WRONG: ${finding}`)
    if (goalSeconds !== null && seconds > goalSeconds) console.log(`    MISSED: the goal is ${goalSeconds} s`)
    isMissed ||= findings.length > 0 || (goalSeconds !== null && seconds > goalSeconds)
  }
}
console.log(
  `load ${loadavg()
    .map((load) => load.toFixed(1))
    .join(' ')}`,
)
process.exitCode = isMissed ? 1 : 0
