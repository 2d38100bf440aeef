// Notices that a device file is gone. Called by serial.ts and lp.ts: a read that waits does not always hear of an unplugged
// cable, and on a line that was hung up it returns nothing for ever.
import { stat } from 'node:fs/promises'

const PRESENCE_POLL_MS = 1_000

/** Calls `onGone` at most once a second while the file is missing; returns what stops it. */
export function watchPresence(path: string, onGone: () => void): () => void {
  // COM ports are no files.
  if (process.platform === 'win32') return () => undefined
  const timer = setInterval(() => {
    stat(path).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') onGone()
    })
  }, PRESENCE_POLL_MS)
  timer.unref()
  return () => clearInterval(timer)
}
