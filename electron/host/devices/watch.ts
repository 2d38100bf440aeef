// What is known of a device just now, and where its watcher tells what happens. Used by the watchers of this folder and device-book.ts.
import type { Device } from '#rpc/devices.ts'
import type { Note } from './device-diary.ts'

export type Seen = Pick<Device, 'state' | 'tone' | 'trouble' | 'lastSeenAtMs'>

export const UNSEEN: Seen = { state: 'unknown', tone: 'grey', trouble: null, lastSeenAtMs: null }

export type Watch = {
  readonly note: (note: Note) => void
  /** Epoch ms. */
  readonly nowMs: () => number
}
