// The version of the program, for the status and the journal. Called by start-host.ts.
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

const FOLDERS_UP_MAX = 5

/** Version of the package this file lies in, also when it was bundled. */
export function ownVersion(): string {
  let folder = import.meta.dirname
  for (let count = 0; count < FOLDERS_UP_MAX; count++) {
    const path = join(folder, 'package.json')
    if (existsSync(path)) {
      const parsed = JSON.parse(readFileSync(path, 'utf8')) as { name?: string; version?: string }
      if (parsed.name === 'tahsil' && parsed.version !== undefined) return parsed.version
    }
    folder = dirname(folder)
  }
  return 'unknown'
}
