// The tests that must notice a changed rule about money: those of the rules alone, each beside its rule. Used by test/rules/stryker.json.
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const root = fileURLToPath(new URL('../..', import.meta.url))

export default defineConfig({
  root,
  test: {
    include: [
      'test/unit/contract/{money,journal-record}.test.ts',
      'test/unit/core/{payment-rules,receipt-number,money-limits,journal,drawer,open-shift}.test.ts',
      'test/unit/collection/{decide-posting,decide-refund,decide-reversal,settle-changed-bill,posting-steps,found-by-simulation}.test.ts',
    ],
    environment: 'node',
    testTimeout: 20_000,
  },
})
