// The last lines of the till's log for a support bundle, every one redacted once more. Called by support-bundle.ts.
import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { join } from 'node:path'
import { maskText, redactFields } from '#contract/log-safety.ts'

const TAIL_BYTES_MAX = 128 * 1024
const LINES_MAX = 500

/** JSON lines, oldest first; empty when nothing is logged. Lines that are no log lines of ours are left out. */
export function logTail(dataDir: string): string[] {
  return tailOf(join(dataDir, 'logs', 'terminal.log'))
    .split('\n')
    .flatMap(safeLine)
    .slice(-LINES_MAX)
}

function tailOf(file: string): string {
  try {
    const handle = openSync(file, 'r')
    try {
      const { size } = fstatSync(handle)
      const length = Math.min(size, TAIL_BYTES_MAX)
      const buffer = Buffer.alloc(length)
      const bytes = readSync(handle, buffer, 0, length, size - length)
      return buffer.subarray(0, bytes).toString('utf8')
    } finally {
      closeSync(handle)
    }
  } catch {
    return ''
  }
}

function safeLine(line: string): string[] {
  try {
    const value: unknown = JSON.parse(line)
    if (typeof value !== 'object' || value === null) return []
    const { msg, ...fields } = value as Record<string, unknown>
    const words = typeof msg === 'string' ? { msg: maskText(msg) } : {}
    return [JSON.stringify({ ...redactFields(fields), ...words })]
  } catch {
    return []
  }
}
