// `npm run test:tamper -- [N]`: N times (10,000) something is done to a journal after the fact, and the verifier must find it. Prints
// how many of each kind were found.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'

const [count = '10000'] = process.argv.slice(2)
const root = join(import.meta.dirname, '../../..')
const words = [
  'run',
  '--config',
  'test/rules/vitest.config.ts',
  '--project',
  'unit',
  'unit/store/tamper.test.ts',
]
const { status } = spawnSync(process.execPath, [join(root, 'node_modules/vitest/vitest.mjs'), ...words], {
  cwd: root,
  env: { ...process.env, TAHSIL_TAMPERINGS: count },
  stdio: 'inherit',
})
process.exitCode = status ?? 1
