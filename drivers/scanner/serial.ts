// Scanners on a serial line (RS-232, CDC-ACM, Bluetooth SPP): bytes in, whole codes out. Called by open-scanner.ts; works
// over any transport.
import { DriverProblem } from '#drivers/problem.ts'
import type { Transport } from '#drivers/transport/transport.ts'
import { SCAN_BYTES_MAX, scanEvent, type Scanner, type ScanListener } from './scan.ts'

const CR = 0x0d
const LF = 0x0a
/** A code without a suffix ends when the line is silent for so long. */
export const SILENCE_MS = 200
export const SILENCE_MS_MIN = 100
export const SILENCE_MS_MAX = 300

export type SerialScannerOptions = {
  readonly listener: ScanListener
  /** Epoch ms. */
  readonly nowMs: () => number
  /** 100 to 300. */
  readonly silenceMs?: number
  /** Programmed into the scanner and taken off again; empty: none. */
  readonly prefix?: string
}

export type SerialSplitter = {
  readonly take: (bytes: Uint8Array) => void
  readonly stop: () => void
}

/**
 * Splits at CR and LF in any mixture (a tty may give CR CR LF), else at silence. Whatever comes, it neither throws nor
 * holds more than SCAN_BYTES_MAX bytes.
 */
export function createSerialSplitter(options: SerialScannerOptions): SerialSplitter {
  const { listener, nowMs, silenceMs = SILENCE_MS, prefix = '' } = options
  const line = new Uint8Array(SCAN_BYTES_MAX)
  let length = 0
  let isTooLong = false
  let timer: NodeJS.Timeout | undefined

  const finish = (): void => {
    const bytes = line.slice(0, length)
    const wasTooLong = isTooLong
    length = 0
    isTooLong = false
    if (wasTooLong) return listener({ kind: 'unreadable', reason: 'too_long', source: 'serial', at: nowMs() })
    if (bytes.length === 0) return
    listener(scanEvent(bytes, { source: 'serial', at: nowMs(), aim: null, prefix }))
  }
  return {
    take: (bytes) => {
      clearTimeout(timer)
      for (const byte of bytes) {
        if (byte === CR || byte === LF) finish()
        else if (length < SCAN_BYTES_MAX) line[length++] = byte
        else isTooLong = true
      }
      if (length === 0) return
      timer = setTimeout(finish, silenceMs)
      timer.unref()
    },
    stop: () => {
      clearTimeout(timer)
      length = 0
      isTooLong = false
    },
  }
}

/** @throws DriverProblem `device_address_invalid` for a silence that no scanner works with. */
export function serialScanner(
  transport: Transport,
  options: Omit<SerialScannerOptions, 'listener'>,
): Scanner {
  const { silenceMs = SILENCE_MS } = options
  if (!(silenceMs >= SILENCE_MS_MIN && silenceMs <= SILENCE_MS_MAX)) {
    throw new DriverProblem(
      'device_address_invalid',
      `The silence that ends a scan must be ${SILENCE_MS_MIN} to ${SILENCE_MS_MAX} ms, not ${silenceMs}.`,
    )
  }
  return {
    name: transport.name,
    open: async (listener) => {
      const connection = await transport.open()
      const splitter = createSerialSplitter({ ...options, listener })
      const stopListening = connection.onData(splitter.take)
      const stop = (): void => {
        stopListening()
        splitter.stop()
      }
      return {
        closed: connection.closed.then((problem) => {
          stop()
          return problem
        }),
        close: async () => {
          stop()
          await connection.close()
        },
      }
    },
  }
}
