// Reads the log of disk-recorder.c: what a process did to its files, in order. Called by disk-image.ts and its callers.
import { readFileSync } from 'node:fs'
import { relative } from 'node:path'

export type DiskEvent =
  /** `isCreated`: the file was not there before. */
  | { kind: 'open'; inode: bigint; name: string; isCreated: boolean }
  | { kind: 'write'; inode: bigint; offset: number; bytes: Buffer }
  | { kind: 'truncate'; inode: bigint; size: number }
  | { kind: 'sync'; inode: bigint }
  | { kind: 'sync-folder' }
  | { kind: 'unlink'; name: string }
  | { kind: 'rename'; from: string; to: string }
  /** What the process wrote into its file `marks`: what it told the world. */
  | { kind: 'mark'; text: string }

const HEAD_BYTES = 32

/** `folder`: the recorded one; names in the events are relative to it. */
export const readDiskLog = (path: string, folder: string): DiskEvent[] => {
  const log = readFileSync(path)
  const events: DiskEvent[] = []
  let at = 0
  while (at < log.length) {
    const kind = String.fromCharCode(log.readUInt8(at))
    const inode = log.readBigUInt64LE(at + 8)
    const offset = Number(log.readBigUInt64LE(at + 16))
    const length = Number(log.readBigUInt64LE(at + 24))
    const bytes = log.subarray(at + HEAD_BYTES, at + HEAD_BYTES + length)
    const name = (text: string): string => relative(folder, text)
    if (kind === 'o') {
      events.push({
        kind: 'open',
        inode,
        name: name(bytes.toString()),
        isCreated: log.readUInt8(at + 1) === 1,
      })
    } else if (kind === 'w') events.push({ kind: 'write', inode, offset, bytes })
    else if (kind === 't') events.push({ kind: 'truncate', inode, size: offset })
    else if (kind === 's') events.push({ kind: 'sync', inode })
    else if (kind === 'd') events.push({ kind: 'sync-folder' })
    else if (kind === 'u') events.push({ kind: 'unlink', name: name(bytes.toString()) })
    else if (kind === 'r') {
      const [from = '', to = ''] = bytes.toString().split('\n')
      events.push({ kind: 'rename', from: name(from), to: name(to) })
    } else if (kind === 'm') {
      for (const text of bytes.toString().split('\n')) if (text !== '') events.push({ kind: 'mark', text })
    } else throw new Error(`the disk log is damaged at byte ${at}`)
    at += HEAD_BYTES + length
  }
  return events
}
