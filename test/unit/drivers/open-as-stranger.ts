// Opens a link as a user to whom the device file is forbidden, in a process of its own: the tests may run as root, whom
// nothing is forbidden. Called by transport-serial.test.ts and transport-lp.test.ts.
import { spawnSync } from 'node:child_process'
import { chmodSync } from 'node:fs'
import { dirname } from 'node:path'

const NOBODY = 65_534

/** Code and message of the problem, or "opened". `file` is in drivers/transport, `expression` makes the transport of `path`. */
export function openAsStranger(file: string, expression: string, path: string): string {
  // The folder is reachable; only the file in it is forbidden.
  chmodSync(dirname(path), 0o755)
  const name = expression.slice(0, expression.indexOf('('))
  const script = `import { ${name} } from '#drivers/transport/${file}'
    ${expression}.open().then(() => console.log('opened'), (error) => console.log(error.code, error.message))`
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module-typescript', '-e', script], {
    encoding: 'utf8',
    ...(process.getuid?.() === 0 && { uid: NOBODY, gid: NOBODY }),
  })
  return stdout.trim() + stderr
}
