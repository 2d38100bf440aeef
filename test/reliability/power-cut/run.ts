// `npm run test:power-cut -- [--images N] [--payments N] [--seed N]`: cuts the power of the till's real store at N random moments
// and prints figures; then the controls, which must lose money, or the rig is blind. Exit 1 when anything is not as it must be.
import { parseArgs } from 'node:util'
import { recorderObstacle } from '#test/reliability/power-cut/build-recorder.ts'
import { cutTill, type TillCut } from '#test/reliability/power-cut/cut-till.ts'

const IMAGES_PER_RECORDING = 2000

const { values } = parseArgs({
  options: {
    images: { type: 'string', default: '20000' },
    payments: { type: 'string', default: '200' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
  },
})
const images = Number(values.images)
const payments = Number(values.payments)
const seed = Number(values.seed)

const obstacle = recorderObstacle()
if (obstacle !== null) {
  console.log(`The power was not cut on this machine: ${obstacle}.`)
  process.exit(0)
}
console.log(`seed ${seed}, ${payments} payments per recording\n`)
console.log('disk, synchronous           images     lost  corrupt unopenable  seconds')
const show = (name: string, { figures }: TillCut): void => {
  const { lost, corrupt, unopenable, seconds } = figures
  const cells = [figures.images, lost, corrupt, unopenable, seconds.toFixed(1)]
  console.log(name.padEnd(26), cells.map((cell) => String(cell).padStart(8)).join(' '))
  for (const example of figures.examples) console.log(`    ${example}`)
}
let badCount = 0
// Every recording is another till with other ids and sizes.
for (let left = images, at = 0; left > 0; left -= IMAGES_PER_RECORDING, at += 1) {
  const share = Math.min(left, IMAGES_PER_RECORDING)
  const real = cutTill({ synchronous: 'FULL', images: share, payments, seed: seed + at })
  badCount += real.badCount
  show(`honest, FULL (${at + 1})`, real)
}
const controlImages = Math.min(500, images)
const controls = [
  cutTill({ synchronous: 'NORMAL', images: controlImages, payments, seed }),
  cutTill({ synchronous: 'OFF', images: controlImages, payments, seed }),
  cutTill({ synchronous: 'FULL', images: controlImages, payments, seed, areSyncsLies: true }),
]
const names = ['honest, NORMAL', 'honest, OFF', 'lying, FULL']
controls.forEach((control, at) => show(`${names[at]} (control)`, control))
const isSeen = controls.every((control) => control.badCount > 0)
if (!isSeen) console.log('\nA control lost nothing: the rig is blind.')
process.exitCode = badCount === 0 && isSeen ? 0 : 1
