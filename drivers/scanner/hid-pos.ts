// Scanners in HID-POS mode: reports in, whole codes out. The parser knows only bytes; hid-scanner.ts opens the device.
// Source: HID Point of Sale usage tables (page 8C, usage 02) and vendors' manuals for the layout of report 2.
import { symbologyOfVendorLetter } from './aim.ts'
import { SCAN_BYTES_MAX, scanEvent, type ScanListener, type UnreadableReason } from './scan.ts'

const REPORT_ID = 2
export const REPORT_DATA_BYTES_MAX = 56
const REPORT_BYTES_MIN = 63
const REPORT_BYTES_MAX = 65
const AIM_BYTES = 3
const BRACKET = 0x5d
/** The next report of the same code follows within a few ms. */
export const REST_WITHIN_MS = 200

export type HidReading =
  | {
      readonly kind: 'data'
      readonly data: Uint8Array
      readonly aim: string | null
      readonly vendorLetter: string
      readonly hasMore: boolean
      /** Where the AIM identifier stands; a report without one is laid out like the one before it. */
      readonly aimAt: number
    }
  /** Not a scan: a report of another kind. */
  | { readonly kind: 'other' }
  | { readonly kind: 'malformed' }

/** Some systems take the report id off, and some models put one byte more before the AIM identifier. Never throws. */
export function readHidReport(report: Uint8Array, aimAtBefore: number | null = null): HidReading {
  const isLong = report.length >= REPORT_BYTES_MIN && report.length <= REPORT_BYTES_MAX
  if (!isLong) return { kind: report[0] === REPORT_ID ? 'malformed' : 'other' }
  const hasId = report[0] === REPORT_ID && report.length > REPORT_BYTES_MIN
  const lengthAt = hasId ? 1 : 0
  const found = [lengthAt + 1, lengthAt + 2].find((at) => isAimAt(report, at))
  if (!hasId && report.length > REPORT_BYTES_MIN && found === undefined) return { kind: 'other' }
  const aimAt = found ?? aimAtBefore ?? lengthAt + 1
  const length = report[lengthAt] ?? 0
  const dataAt = aimAt + AIM_BYTES
  if (length > REPORT_DATA_BYTES_MAX || dataAt + length >= report.length) return { kind: 'malformed' }
  return {
    kind: 'data',
    data: report.slice(dataAt, dataAt + length),
    aim: found === undefined ? null : String.fromCharCode(...report.subarray(found, found + AIM_BYTES)),
    vendorLetter: String.fromCharCode(report[dataAt + REPORT_DATA_BYTES_MAX] ?? 0),
    hasMore: ((report.at(-1) ?? 0) & 1) === 1,
    aimAt,
  }
}

function isAimAt(report: Uint8Array, at: number): boolean {
  const isWord = (byte = 0): boolean => /^[0-9A-Za-z]$/.test(String.fromCharCode(byte))
  return report[at] === BRACKET && isWord(report[at + 1]) && isWord(report[at + 2])
}

export type HidAssembler = {
  readonly take: (report: Uint8Array) => void
  /** Forgets what is half read and stops waiting for the rest. */
  readonly stop: () => void
}

type Pending = {
  readonly parts: Uint8Array[]
  readonly aim: string | null
  readonly vendorLetter: string
  readonly aimAt: number
  byteCount: number
}

export function createHidAssembler(options: {
  readonly listener: ScanListener
  /** Epoch ms. */
  readonly nowMs: () => number
  readonly restWithinMs?: number
}): HidAssembler {
  const { listener, nowMs, restWithinMs = REST_WITHIN_MS } = options
  let pending: Pending | null = null
  let timer: NodeJS.Timeout | undefined

  const unreadable = (reason: UnreadableReason): void =>
    listener({ kind: 'unreadable', reason, source: 'hid-pos', at: nowMs() })
  const forget = (): void => {
    clearTimeout(timer)
    pending = null
  }
  const giveUp = (reason: UnreadableReason): void => {
    forget()
    unreadable(reason)
  }

  const take = (report: Uint8Array): void => {
    const reading = readHidReport(report, pending?.aimAt ?? null)
    if (reading.kind === 'other') return
    if (reading.kind === 'malformed') return giveUp('malformed')
    // Another kind of code: the rest of the one before it was lost.
    if (pending !== null && reading.aim !== null && reading.aim !== pending.aim) giveUp('part_lost')
    if (pending === null && reading.data.length === 0 && !reading.hasMore) return
    const { aim, vendorLetter, aimAt, data } = reading
    const code: Pending = pending ?? { parts: [], aim, vendorLetter, aimAt, byteCount: 0 }
    clearTimeout(timer)
    pending = code
    code.byteCount += data.length
    if (code.byteCount <= SCAN_BYTES_MAX) code.parts.push(data)
    if (reading.hasMore) {
      timer = setTimeout(() => giveUp('part_lost'), restWithinMs)
      timer.unref()
      return
    }
    forget()
    if (code.byteCount > SCAN_BYTES_MAX) return unreadable('too_long')
    listener(
      scanEvent(Buffer.concat(code.parts), {
        source: 'hid-pos',
        at: nowMs(),
        aim: code.aim,
        vendorSymbology: symbologyOfVendorLetter(code.vendorLetter),
      }),
    )
  }
  return { take, stop: forget }
}
