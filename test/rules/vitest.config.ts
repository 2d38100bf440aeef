// Test projects: rules (the house itself), unit (one room, no network), integration (real parts together),
// simulation (seeded worlds of faults around the real rules), reliability (kills, power cuts, broken lines; one file at a
// time), parity (both shells behave alike), e2e (a real browser, one file at a time), rig (the drivers against devices of a real
// kernel in a virtual machine).
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const root = fileURLToPath(new URL('../..', import.meta.url))
const project = (name: string, timeoutMs: number, isSerial = false) => ({
  root,
  test: {
    name,
    include: [`test/${name}/**/*.test.ts`],
    environment: 'node' as const,
    testTimeout: timeoutMs,
    hookTimeout: timeoutMs,
    pool: 'forks' as const,
    // What is waited for comes in its own time; only that it never comes is a failure.
    expect: { poll: { timeout: 15_000 } },
    fileParallelism: !isSerial,
  },
})

export default defineConfig({
  root,
  test: {
    projects: [
      project('rules', 60_000),
      project('unit', 20_000),
      project('integration', 120_000),
      project('simulation', 180_000),
      project('reliability', 180_000, true),
      project('parity', 60_000),
      project('e2e', 180_000, true),
      project('rig', 240_000, true),
    ],
  },
})
