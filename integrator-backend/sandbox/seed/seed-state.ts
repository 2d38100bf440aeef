// The deterministic demo state: same seed, same time, same towns. Called by start-sandbox.ts at first start and reset.
import type { State } from '#sandbox/state/state.ts'
import { createRandom } from './random.ts'
import { seedConsumers } from './seed-consumers.ts'
import { seedSamples } from './seed-samples.ts'
import { userRows } from './users.ts'
import { seedWards } from './ward-consumers.ts'

export type SeedOptions = { seed: string; seededAtMs: number; zone: string; consumerCount: number }

export const consumersMax = 200_000

export function seedState(state: State, options: SeedOptions): void {
  const random = createRandom(options.seed)
  const context = { state, random, nowMs: options.seededAtMs, zone: options.zone }
  for (const user of userRows(random.uuid)) state.users.put(user)
  seedSamples(context)
  seedConsumers(options.consumerCount, context)
  seedWards(context)
}
