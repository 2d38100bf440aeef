// `npm run build`: builds the screens and the desktop shell when their sources have changed since the last build.
import { buildIfStale } from './build-if-stale.ts'
import { wordsOf } from './launch-error.ts'

try {
  await buildIfStale((words) => process.stdout.write(`${words}\n`))
  process.stdout.write('dist/renderer and dist/electron are up to date.\n')
} catch (error) {
  process.stderr.write(`${wordsOf(error)}\n`)
  process.exitCode = 1
}
