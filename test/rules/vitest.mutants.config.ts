// The tests that must notice a changed rule about money: those of the pure rooms alone. Used by test/rules/stryker.json.
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const root = fileURLToPath(new URL('../..', import.meta.url))

export default defineConfig({
  root,
  test: {
    include: [
      'test/unit/contract/**/*.test.ts',
      'test/unit/core/**/*.test.ts',
      'test/unit/collection/**/*.test.ts',
    ],
    environment: 'node',
    testTimeout: 20_000,
  },
})
