// `npm run test:fuzz -- [--inputs N] [--seed N] [--only WORD]`: fuzzes every parser with so many inputs each, guided by the code they reach,
// and prints figures. Exit 1 when anything was found.
import { parseArgs } from 'node:util'
import { fuzz } from './guided.ts'
import { fuzzTargets } from './targets.ts'

const { values } = parseArgs({
  options: {
    inputs: { type: 'string', default: '1000000' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    only: { type: 'string', default: '' },
  },
})

/** More than the engine's own noise over a million inputs. */
const HEAP_GROWTH_BYTES_MAX = 32_000_000

let foundCount = 0
console.log(`seed ${values.seed}\nparser                  inputs  corpus  heap growth kB  seconds  findings`)
for (const target of fuzzTargets.filter(({ name }) => name.includes(values.only))) {
  const startedMs = performance.now()
  const { name, inputs, corpus, heapGrowthBytes, findings } = await fuzz(target, {
    inputs: Number(values.inputs),
    seed: Number(values.seed),
    isGuided: true,
  })
  const seconds = (performance.now() - startedMs) / 1000
  const cells = [inputs, corpus, Math.round(heapGrowthBytes / 1000), Math.round(seconds), findings.length]
  const widths = [9, 7, 15, 8, 9]
  console.log(name.padEnd(20), ...cells.map((cell, at) => String(cell).padStart(widths[at] ?? 8)))
  for (const finding of findings) console.log(`    ${finding}`)
  if (heapGrowthBytes > HEAP_GROWTH_BYTES_MAX) console.log('    the heap grows: something is hoarded')
  foundCount += findings.length + (heapGrowthBytes > HEAP_GROWTH_BYTES_MAX ? 1 : 0)
}
process.exitCode = foundCount === 0 ? 0 : 1
