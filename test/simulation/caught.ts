// Runs the worlds of one mutant until the auditor sees it. Called by the tests of mutants, which stand in several files so that they
// run side by side.
import { expect, test } from 'vitest'
import { mutants, soundIn } from './mutants.ts'
import type { Mutant } from './mutants.ts'
import { isMoneyWrong, runSeed } from './run-seed.ts'

const worldMs = 20_000

/** `part` of `of`: every mutant belongs to one part. */
export function testMutants(part: number, of: number): void {
  const own = Object.entries(mutants).filter((_, at) => at % of === part)
  if (own.length === 0) throw new RangeError('a part without mutants')
  for (const [name, mutant] of own) {
    test(
      `${name}: ${mutant.summary}`,
      async () => {
        const seed = await firstWrong(mutant)
        expect(seed, `caught within ${mutant.seedsMax} worlds`).not.toBeNull()
        const sound = await runSeed(seed ?? 0, soundIn(mutant))
        expect(sound.findings.filter(isMoneyWrong)).toEqual([])
        expect(sound.breaks).toEqual([])
      },
      (mutant.seedsMax + 1) * worldMs,
    )
  }
}

async function firstWrong(mutant: Mutant): Promise<number | null> {
  for (let seed = 1; seed <= mutant.seedsMax; seed += 1) {
    const { findings } = await runSeed(seed, mutant)
    if (findings.some(isMoneyWrong)) return seed
  }
  return null
}
