// A file beside the record for as long as it holds money that the integrator does not have: what removes or replaces the program
// (package scripts, people) looks for it. Written before such money can come, removed when all is handed over. Called by start-host.
import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export const UNSENT_FILE = 'UNSENT-MONEY.txt'

const WORDS = `This folder holds payments that the municipality does not have yet.
Do not remove it, and do not remove or replace Tahsil, before they are sent or rescued:
start the till with a network, or run the rescue command (see README).
`

export type UnsentMarker = {
  /** Throws the file system's error. */
  readonly show: (isUnsent: boolean) => void
}

export function unsentMarker(dataDir: string): UnsentMarker {
  const path = join(dataDir, UNSENT_FILE)
  let isShown = existsSync(path)
  return {
    show: (isUnsent) => {
      if (isUnsent === isShown) return
      if (isUnsent) writeFileSync(path, WORDS, { mode: 0o644, flush: true })
      else rmSync(path, { force: true })
      isShown = isUnsent
    },
  }
}
