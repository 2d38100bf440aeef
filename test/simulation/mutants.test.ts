// Goal: the auditor sees. Every rule of exactly-once posting is taken away once, and within few worlds money goes wrong and the
// auditor says so; without the mutant the same worlds are sound.
import { expect, test } from 'vitest'
import { mutants, soundIn } from './mutants.ts'
import type { Mutant } from './mutants.ts'
import { isMoneyWrong, runSeed } from './run-seed.ts'

const worldMs = 20_000

for (const [name, mutant] of Object.entries(mutants)) {
  test(
    `${name}: ${mutant.summary}`,
    async () => {
      const seed = await firstWrong(mutant)
      expect(seed, `caught within ${mutant.seedsMax} worlds`).not.toBeNull()
      const sound = await runSeed(seed ?? 0, soundIn(mutant))
      expect(sound.findings.filter(isMoneyWrong)).toEqual([])
    },
    (mutant.seedsMax + 1) * worldMs,
  )
}

async function firstWrong(mutant: Mutant): Promise<number | null> {
  for (let seed = 1; seed <= mutant.seedsMax; seed += 1) {
    const { findings } = await runSeed(seed, mutant)
    if (findings.some(isMoneyWrong)) return seed
  }
  return null
}
