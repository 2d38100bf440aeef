// A magnetic stripe reader that lives in this process: sends the reports that a real one would send for a swipe, with faults
// on demand. Used by tests and demonstrations. Writes its bytes from the makers' tables and shares nothing with the drivers.
import type { StripeDevice } from '#drivers/card-reader/stripe-reader.ts'
import { scannerFile } from './scanner-file.ts'

/**
 * sure-swipe: one report of 337 bytes. usage-page-8e: a report with an id, three lengths and three fields, as its descriptor
 * says. text: the tracks as they are, in reports of 64 bytes.
 */
export type StripeForm = 'sure-swipe' | 'usage-page-8e' | 'text'

/** As on the stripe, with sentinels: `%B…?`, `;…?`, `;…?` or `+…?`. */
export type Tracks = { readonly 1?: string; readonly 2?: string; readonly 3?: string }

export type SwipeFaults = {
  /** These tracks come with the bit that says they were not read whole. */
  readonly errorTracks?: readonly number[]
  /** So many bytes of each track come; the rest is lost. */
  readonly cutAfterBytes?: number
  /** sure-swipe and usage-page-8e: the lengths say more than fits. */
  readonly isLengthWrong?: boolean
  /** sure-swipe: the system puts the report id 0 before the report. */
  readonly isIdBefore?: boolean
}

export type VirtualStripeReader = {
  /** For the `open` of stripe-reader.ts. */
  readonly open: () => Promise<StripeDevice>
  readonly swipe: (tracks: Tracks, faults?: SwipeFaults) => void
  /** Pulls the cable. */
  readonly unplug: () => void
  /** The very reports that were handed over, so that a test can see what was left of them. */
  readonly sent: readonly Uint8Array[]
}

const SENT_MAX = 1_000

export function virtualStripeReader(form: StripeForm = 'sure-swipe'): VirtualStripeReader {
  const data = new Set<(report: Uint8Array) => void>()
  const errors = new Set<(error: Error) => void>()
  const sent: Uint8Array[] = []
  return {
    sent,
    open: async () => ({
      descriptor: form === 'usage-page-8e' ? Uint8Array.from(DESCRIPTOR) : null,
      on: (event: 'data' | 'error', listener: (value: never) => void) => {
        if (event === 'data') data.add(listener as (report: Uint8Array) => void)
        else errors.add(listener as (error: Error) => void)
      },
      close: async () => {
        data.clear()
        errors.clear()
      },
    }),
    swipe: (tracks, faults = {}) => {
      for (const report of REPORTS[form](tracks, faults)) {
        if (sent.length < SENT_MAX) sent.push(report)
        for (const listener of data) listener(report)
      }
    },
    unplug: () => {
      for (const listener of errors) listener(new Error('could not read from HID device'))
    },
  }
}

/** A reader made of a text file: each line is a card, swiped when it is written: `echo ';101?' >> cards.txt`. */
export async function cardReaderFile(path: string): Promise<StripeDevice> {
  const lines = await scannerFile(path).open()
  const reader = virtualStripeReader()
  const device = await reader.open()
  let rest = ''
  lines.onData((bytes) => {
    const parts = (rest + Buffer.from(bytes).toString('latin1')).split(/[\r\n]+/)
    rest = (parts.pop() ?? '').slice(-LINE_CHARS_MAX)
    for (const line of parts) if (line !== '') reader.swipe(tracksIn(line))
  })
  return {
    ...device,
    close: async () => {
      await device.close()
      await lines.close()
    },
  }
}

const LINE_CHARS_MAX = 512

/** A line without sentinels is a card with that number. */
export function tracksIn(line: string): Tracks {
  const [one] = /%[^?]*\??/.exec(line) ?? []
  const [two, three] = line.replace(one ?? '', '').match(/[;+][^?;+]*\??/g) ?? []
  if (one === undefined && two === undefined) return { 2: `;${line}?` }
  return {
    ...(one === undefined ? {} : { 1: one }),
    ...(two === undefined ? {} : { 2: two }),
    ...(three === undefined ? {} : { 3: three }),
  }
}

type Reports = (tracks: Tracks, faults: SwipeFaults) => Uint8Array[]

const NUMBERS = [1, 2, 3] as const

function bytesOf(tracks: Tracks, track: 1 | 2 | 3, { cutAfterBytes }: SwipeFaults): Buffer {
  return Buffer.from((tracks[track] ?? '').slice(0, cutAfterBytes), 'latin1')
}

/** Status 0 to 2, length 3 to 5, encode type 6, fields of 110 bytes from 7, 117 and 227. */
const sureSwipe: Reports = (tracks, faults) => {
  const report = Buffer.alloc(337)
  const isBank = tracks[1]?.startsWith('%B') === true
  report[6] = isBank ? 0 : 4
  for (const track of NUMBERS) {
    const bytes = bytesOf(tracks, track, faults)
    report[track - 1] = faults.errorTracks?.includes(track) === true ? 1 : 0
    report[track + 2] = faults.isLengthWrong === true ? 0xff : bytes.length
    bytes.copy(report, [0, 7, 117, 227][track], 0, 110)
  }
  return [faults.isIdBefore === true ? Buffer.concat([Buffer.of(0), report]) : report]
}

/** Id 1, lengths at 1 to 3, fields of 80, 41 and 107 bytes. */
const usagePage8e: Reports = (tracks, faults) => {
  const report = Buffer.alloc(4 + 80 + 41 + 107)
  report[0] = 1
  for (const track of NUMBERS) {
    const bytes = bytesOf(tracks, track, faults)
    report[track] = faults.isLengthWrong === true ? 0xf0 : bytes.length
    bytes.copy(report, [0, 4, 84, 125][track], 0, [0, 80, 41, 107][track])
  }
  return [report]
}

const text: Reports = (tracks, faults) => {
  const all = Buffer.concat([...NUMBERS.map((track) => bytesOf(tracks, track, faults)), Buffer.from('\r')])
  return Array.from({ length: Math.ceil(all.length / 64) }, (_none, piece) => {
    const report = Buffer.alloc(64)
    all.copy(report, 0, piece * 64, piece * 64 + 64)
    return report
  })
}

const REPORTS: Readonly<Record<StripeForm, Reports>> = {
  'sure-swipe': sureSwipe,
  'usage-page-8e': usagePage8e,
  text,
}

// prettier-ignore
const DESCRIPTOR = [
  0x05, 0x8e, 0x09, 0x01, 0xa1, 0x01, // page 8E, reader, collection
  0x85, 0x01, 0x15, 0x00, 0x26, 0xff, 0x00, // report 1, values 0 to 255
  0x75, 0x08, 0x19, 0x11, 0x29, 0x13, 0x95, 0x03, 0x81, 0x02, // three lengths
  0x09, 0x21, 0x95, 0x50, 0x82, 0x02, 0x01, // 80 bytes of track 1
  0x09, 0x22, 0x95, 0x29, 0x82, 0x02, 0x01, // 41 of track 2
  0x09, 0x23, 0x95, 0x6b, 0x82, 0x02, 0x01, // 107 of track 3
  0xc0,
]
