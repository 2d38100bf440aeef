// A scanner that lives in this process: reads nothing, and sends what a real one would send for a text, with faults on
// demand. Used by tests and demonstrations. Writes its bytes from the vendors' tables and shares nothing with the drivers.
import type { HidDevice } from '#drivers/scanner/hid-scanner.ts'
import { memoryTransport, type MemoryDevice } from '#drivers/transport/memory.ts'
import type { Transport } from '#drivers/transport/transport.ts'

export type SerialSuffix = 'CR' | 'LF' | 'CRLF' | 'CRCRLF' | 'none'

/** What the next scans do wrong. */
export type ScannerFaults = {
  /** The code stays in sight and is read once more. */
  readonly isDouble?: boolean
  /** Bytes before the code, as a loose cable or a wrong speed gives them. */
  readonly garbage?: Uint8Array
  /** HID: all reports after the first are lost. */
  readonly isRestLost?: boolean
  /** HID: one byte more before the AIM identifier. */
  readonly isAimShifted?: boolean
  /** HID: the system takes the report id off. */
  readonly isIdStripped?: boolean
  /** Serial: each byte comes by itself. */
  readonly isSplit?: boolean
}

export type VirtualScanner = {
  readonly transport: Transport
  /** For the `open` of hid-scanner.ts. */
  readonly openHid: () => Promise<HidDevice>
  readonly scan: (text: string, faults?: ScannerFaults) => void
  /** Pulls the HID cable. */
  readonly unplug: () => void
  /** Feature reports that came over HID. */
  readonly featureReports: readonly (readonly number[])[]
}

const SUFFIXES: Readonly<Record<SerialSuffix, string>> = {
  CR: '\r',
  LF: '\n',
  CRLF: '\r\n',
  CRCRLF: '\r\r\n',
  none: '',
}

export function virtualScanner({
  aim = ']Q1',
  isAimSent = false,
  prefix = '',
  suffix = 'CR',
}: {
  /** Three characters. */
  readonly aim?: string
  /** Serial: the AIM identifier goes before the code. */
  readonly isAimSent?: boolean
  readonly prefix?: string
  readonly suffix?: SerialSuffix
} = {}): VirtualScanner {
  const serialListeners = new Set<(bytes: Uint8Array) => void>()
  const hidListeners = new Set<(report: Uint8Array) => void>()
  const errorListeners = new Set<(error: Error) => void>()
  const featureReports: number[][] = []
  const device: MemoryDevice = {
    receive: () => undefined,
    onAnswer: (listener) => {
      serialListeners.add(listener)
      return () => serialListeners.delete(listener)
    },
  }
  const sendSerial = (text: string, { garbage, isSplit = false }: ScannerFaults): void => {
    const bytes = Buffer.concat([
      garbage ?? new Uint8Array(),
      Buffer.from(prefix + (isAimSent ? aim : '') + text + SUFFIXES[suffix]),
    ])
    const pieces = isSplit ? [...bytes].map((byte) => Uint8Array.of(byte)) : [bytes]
    for (const piece of pieces) for (const listener of serialListeners) listener(piece)
  }
  const sendHid = (text: string, faults: ScannerFaults): void => {
    const { garbage, isRestLost = false } = faults
    const reports = hidReports(text, { aim, ...faults })
    const kept = isRestLost ? reports.slice(0, 1) : reports
    const all = garbage === undefined ? kept : [garbage, ...kept]
    for (const report of all) for (const listener of hidListeners) listener(report)
  }
  return {
    transport: memoryTransport(device, 'virtual scanner'),
    openHid: async () => ({
      on: (event: 'data' | 'error', listener: (value: never) => void) => {
        if (event === 'data') hidListeners.add(listener as (report: Uint8Array) => void)
        else errorListeners.add(listener as (error: Error) => void)
      },
      sendFeatureReport: async (data: number[]) => featureReports.push(data),
      close: async () => {
        hidListeners.clear()
        errorListeners.clear()
      },
    }),
    scan: (text, faults = {}) => {
      for (let count = faults.isDouble === true ? 2 : 1; count > 0; count -= 1) {
        sendSerial(text, faults)
        sendHid(text, faults)
      }
    },
    unplug: () => {
      for (const listener of errorListeners) listener(new Error('could not read from HID device'))
    },
    featureReports,
  }
}

const DATA_PER_REPORT = 56
const REPORT_SIZE = 64

/** Report 2: id, length, AIM identifier (3), data (56), vendor letter, nothing, bit 0 = more follow. */
export function hidReports(
  text: string,
  {
    aim = ']Q1',
    isAimShifted = false,
    isIdStripped = false,
  }: Pick<ScannerFaults, 'isAimShifted' | 'isIdStripped'> & { readonly aim?: string } = {},
): Uint8Array[] {
  const bytes = Buffer.from(text)
  const reports: Uint8Array[] = []
  for (let from = 0; from === 0 || from < bytes.length; from += DATA_PER_REPORT) {
    const part = bytes.subarray(from, from + DATA_PER_REPORT)
    const report = new Uint8Array(REPORT_SIZE)
    const shift = isAimShifted ? 1 : 0
    report[0] = 2
    report[1] = part.length
    report.set(Buffer.from(aim), 2 + shift)
    report.set(part, 5 + shift)
    report[61 + shift] = 's'.charCodeAt(0)
    report[63] = from + DATA_PER_REPORT < bytes.length ? 1 : 0
    reports.push(isIdStripped ? report.slice(1) : report)
  }
  return reports
}
