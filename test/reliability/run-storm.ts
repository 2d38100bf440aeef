// `npm run test:storm -- [--tills N] [--batches N] [--seed N]`: so many tills with full journals come back to one node, and figures are
// printed. Exit 1 when a goal is missed.
import { parseArgs } from 'node:util'
import { runStorm } from '#test/reliability/storm.ts'

const { values } = parseArgs({
  options: {
    tills: { type: 'string', default: '2000' },
    batches: { type: 'string', default: '5' },
    seed: { type: 'string', default: '7' },
  },
})
const goals = { drain: 1.2, dead: 0, peak: 3 }
/** After a start of everything at once, as after a power cut of the town, the first knock of each till has no pace yet. */
const scenes = [
  { name: 'the network was away for an hour', awayMs: 3_600_000, isFirstTimed: true },
  { name: 'all start within one second', awayMs: 0, isFirstTimed: false },
]

const options = {
  tills: Number(values.tills),
  batchesEach: Number(values.batches),
  serviceMs: 25,
  roundTripMs: 300,
  seed: Number(values.seed),
}
console.log(`${options.tills} tills with ${options.batchesEach} batches each, seed ${options.seed}`)
let isMissed = false
for (const { name, awayMs, isFirstTimed } of scenes) {
  const storm = await runStorm({ ...options, awayMs })
  const { drainMs, idealMs, served, asked, dead, capacityPerSecond } = storm
  const drain = drainMs / idealMs
  const peakOf = isFirstTimed ? storm.peakPerSecond : storm.peakLaterPerSecond
  const peak = peakOf / capacityPerSecond
  const isMet = drain <= goals.drain && dead <= goals.dead && peak <= goals.peak
  isMissed ||= !isMet || served !== options.tills * options.batchesEach
  console.log(`\n${name}: ${isMet ? 'goals met' : 'MISSED'}`)
  console.log(
    `  drained in ${(drainMs / 1000).toFixed(1)} s, ${drain.toFixed(3)} of the ideal (goal ${goals.drain})`,
  )
  console.log(`  ${served} batches served, ${asked} asked for, ${dead} dead requests (goal ${goals.dead})`)
  console.log(
    `  peak arrivals ${peak.toFixed(2)} of capacity (goal ${goals.peak}${isFirstTimed ? '' : ', after the first knock'})`,
  )
}
process.exitCode = isMissed ? 1 : 0
