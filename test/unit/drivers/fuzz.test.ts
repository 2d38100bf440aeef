// Goal: whatever a device, a scanned code or a card terminal sends, no parser throws, hoards, lets a card number through or takes another
// amount for an approval. The long run, guided by the code it reaches, is `npm run test:fuzz`.
import { expect, test } from 'vitest'
import { fuzz } from '#test/fuzz/guided.ts'
import { fuzzTargets } from '#test/fuzz/targets.ts'

const INPUTS = 2_000

test.each(fuzzTargets.map((target) => ({ name: target.name, target })))('$name', async ({ target }) => {
  const { findings } = await fuzz(target, { inputs: INPUTS, seed: 20_261_124, isGuided: false })
  expect(findings).toEqual([])
})

test('a parser that throws is found', async () => {
  const throwing = {
    name: 'throws',
    seeds: [Uint8Array.of(1, 2, 3)],
    run: (input: Uint8Array) => void Buffer.alloc(2).readUInt8(input.length % 4),
  }
  const { findings } = await fuzz(throwing, { inputs: 100, seed: 1, isGuided: false })
  expect(findings.length).toBeGreaterThan(0)
})
