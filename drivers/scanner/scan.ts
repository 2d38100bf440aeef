// What every scanner gives, whatever carries it: one scan, or word of one that could not be read. Called by hid-pos.ts and
// serial.ts; the host hands scans to the screen, which treats them like those a scanner types as a keyboard.
import type { DriverProblem } from '#drivers/problem.ts'
import { readAim, type Symbology } from './aim.ts'

export type ScanSource = 'hid-pos' | 'serial' | 'wedge'

export type Scan = {
  /** What the code holds, without AIM identifier and suffix; FNC1 stays as 0x1D. */
  readonly value: string
  /** Such as `]Q1`; null when the scanner does not send it. */
  readonly aim: string | null
  readonly symbology: Symbology | null
  readonly source: ScanSource
  /** Epoch ms, from the clock that was passed in. */
  readonly at: number
}

/**
 * empty: nothing but a suffix. garbage: bytes that no bill carries (wrong speed, loose cable). too_long: more than
 * SCAN_BYTES_MAX. part_lost: the rest of a long code never came. malformed: a report that contradicts itself.
 */
export type UnreadableReason = 'empty' | 'garbage' | 'too_long' | 'part_lost' | 'malformed'

export type ScanEvent =
  | { readonly kind: 'scan'; readonly scan: Scan }
  | {
      readonly kind: 'unreadable'
      readonly reason: UnreadableReason
      readonly source: ScanSource
      readonly at: number
    }

/** Must not throw. */
export type ScanListener = (event: ScanEvent) => void

export type Scanner = {
  /** For messages and logs: "/dev/ttyACM0". */
  readonly name: string
  /** @throws DriverProblem `device_unreachable`, `device_permission`, `device_in_use` or `device_unsupported` */
  readonly open: (listener: ScanListener) => Promise<OpenScanner>
}

export type OpenScanner = {
  /** Settles once: null after close(), the problem when it was unplugged; open() may then be tried again. */
  readonly closed: Promise<DriverProblem | null>
  readonly close: () => Promise<void>
}

/** The largest QR holds 2,953 bytes. */
export const SCAN_BYTES_MAX = 4_096

export type ScanFacts = {
  readonly source: ScanSource
  readonly at: number
  /** What the device says beside the data; null: look for it at the start of the data. */
  readonly aim: string | null
  readonly vendorSymbology?: Symbology | null
  /** Programmed into the scanner and taken off again; empty: none. */
  readonly prefix?: string
}

/** The bytes of one code as an event; never throws. */
export function scanEvent(bytes: Uint8Array, facts: ScanFacts): ScanEvent {
  const { source, at } = facts
  const unreadable = (reason: UnreadableReason): ScanEvent => ({ kind: 'unreadable', reason, source, at })
  if (bytes.length > SCAN_BYTES_MAX) return unreadable('too_long')
  const text = decodeText(bytes).replace(/[\r\n]+$/, '')
  const prefix = facts.prefix ?? ''
  const bare = prefix !== '' && text.startsWith(prefix) ? text.slice(prefix.length) : text
  const found = facts.aim === null ? readAim(bare) : { ...readAim(facts.aim), value: bare }
  if (found.value === '') return unreadable('empty')
  if (isGarbage(found.value)) return unreadable('garbage')
  const symbology = found.symbology ?? facts.vendorSymbology ?? null
  return { kind: 'scan', scan: { value: found.value, aim: found.aim, symbology, source, at } }
}

/** UTF-8 where it is valid, else one character a byte; a scanner does not say which it sends. */
function decodeText(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return Buffer.from(bytes).toString('latin1')
  }
}

/** Control characters but those that barcode standards use as separators: tab, EOT, line ends, and FS to US. */
function isGarbage(text: string): boolean {
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  return /[\u0000-\u0003\u0005-\u0008\u000b\u000c\u000e-\u001b\u007f-\u009f]/.test(text)
}
