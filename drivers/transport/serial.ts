// Serial ports: RS-232, USB serial adapters and CDC devices, and Bluetooth SPP, which is a serial port with a small buffer.
// Called by printer-address.ts and by the drivers of scanners, displays and card terminals. Uses serialport's binding
// without its stream: the stream ends silently when a read returns nothing and swallows the cause of a lost device.
import { access, constants } from 'node:fs/promises'
import { DriverProblem } from '#drivers/problem.ts'
import { linkProblem, type LinkTerms, type LinkTrouble } from './link-problem.ts'
import { createLink, type Link, WRITE_TIMEOUT_MS } from './link.ts'
import { watchPresence } from './presence.ts'
import type { Connection, Transport } from './transport.ts'

export type SerialOptions = {
  /** /dev/ttyUSB0, COM3. From discover/, because numbers change with every plug. */
  readonly path: string
  /** Bits a second; 9600 when left out. */
  readonly baudRate?: number
  readonly dataBits?: 7 | 8
  readonly parity?: 'none' | 'even' | 'odd'
  readonly stopBits?: 1 | 2
  /** Who may say "wait": the wires (rtscts), the bytes 11/13 (xon), nobody (none, when left out). */
  readonly flow?: SerialFlow
  readonly pieceBytesMax?: number
  readonly pauseMs?: number
  readonly writeTimeoutMs?: number
  /** The word in messages: "printer", "scanner"; "device" when left out. */
  readonly noun?: string
}

export type SerialFlow = 'rtscts' | 'xon' | 'none'

export const SERIAL_FLOWS: readonly SerialFlow[] = ['rtscts', 'xon', 'none']
const BAUD_RATE_DEFAULT = 9_600
export const BAUD_RATE_MIN = 110
export const BAUD_RATE_MAX = 921_600
/** What a small receipt printer's buffer takes at once. */
const PIECE_BYTES_MAX = 1_024
/** A paired device that is out of reach keeps open() waiting. */
const OPEN_TIMEOUT_MS = 15_000
const READ_BYTES_MAX = 4_096
/** Between chunks on Bluetooth, which has no flow control (start value; printers differ). */
const BLUETOOTH_PAUSE_MS = 50

export function serialTransport(options: SerialOptions): Transport {
  return serialOver('serial', options)
}

/** Bluetooth SPP: /dev/rfcomm0 after `rfcomm bind`, or the outgoing COM port of a paired device. */
export function bluetoothTransport(options: SerialOptions): Transport {
  return serialOver('bluetooth', { pauseMs: BLUETOOTH_PAUSE_MS, ...options })
}

/** The part of serialport's binding that is used; its Windows, macOS and Linux forms all have it. */
type SerialPortHandle = {
  readonly isOpen: boolean
  readonly read: (buffer: Buffer, offset: number, length: number) => Promise<{ bytesRead: number }>
  readonly write: (buffer: Buffer) => Promise<void>
  readonly drain: () => Promise<void>
  readonly flush: () => Promise<void>
  readonly close: () => Promise<void>
  /** Not on Windows. */
  readonly poller?: { readonly poll: (events: number) => void }
}

/** The poller's flags for "readable" and "writable". */
const POLL_BOTH = 0b0011
/** While a write waits. */
const POLL_AGAIN_MS = 20

function serialOver(kind: 'serial' | 'bluetooth', options: SerialOptions): Transport {
  const { path, noun = 'device', baudRate = BAUD_RATE_DEFAULT } = options
  if (!Number.isInteger(baudRate) || baudRate < BAUD_RATE_MIN || baudRate > BAUD_RATE_MAX) {
    throw new DriverProblem('device_address_invalid', `A serial speed of ${baudRate} is not possible.`)
  }
  const terms: LinkTerms = { name: path, kind, noun }
  return {
    name: path,
    canAnswer: true,
    open: async () => {
      const handle = await openPort(options, terms)
      return connectionOver(handle, options, terms)
    },
  }
}

async function openPort(options: SerialOptions, terms: LinkTerms): Promise<SerialPortHandle> {
  const { path, baudRate = BAUD_RATE_DEFAULT, dataBits = 8, parity = 'none', stopBits = 1, flow } = options
  const hasXon = flow === 'xon'
  const settings = {
    path,
    baudRate,
    dataBits,
    parity,
    stopBits,
    lock: true,
    rtscts: flow === 'rtscts',
    xon: hasXon,
    xoff: hasXon,
  }
  // Native code is loaded by who uses it, so that a till without serial devices does not need it.
  const { SerialPort } = await import('serialport')
  const opening: Promise<SerialPortHandle> = SerialPort.binding.open(settings)
  const { promise: late, resolve: giveUp } = Promise.withResolvers<'late'>()
  const timer = setTimeout(() => giveUp('late'), OPEN_TIMEOUT_MS)
  try {
    const opened = await Promise.race([opening, late])
    if (opened !== 'late') return opened
  } catch (cause) {
    throw linkProblem(await whyNotOpened(path, cause), terms, cause)
  } finally {
    clearTimeout(timer)
  }
  opening.then(
    async (handle) => await handle.close().catch(() => undefined),
    () => undefined,
  )
  throw linkProblem('absent', terms, new Error('open took too long'))
}

/** The binding's errors are text in the computer's language, so the file is asked first. */
async function whyNotOpened(path: string, cause: unknown): Promise<LinkTrouble> {
  const text = cause instanceof Error ? cause.message : ''
  if (/cannot lock port|EBUSY|resource busy/i.test(text)) return 'in-use'
  // Windows keeps a COM port for one program and calls it "access denied" for all others.
  if (process.platform === 'win32') return /access denied/i.test(text) ? 'in-use' : 'absent'
  const code = await access(path, constants.R_OK | constants.W_OK).then(
    () => null,
    (error: unknown) => (error as NodeJS.ErrnoException).code ?? null,
  )
  if (code === 'ENOENT' || code === 'ENODEV' || code === 'ENXIO' || code === 'ENOTDIR') return 'absent'
  if (code === 'EACCES' || code === 'EPERM' || /permission denied/i.test(text)) return 'permission'
  if (/input\/output error|no such device|host is down|timed out|refused/i.test(text)) return 'absent'
  return 'unsupported'
}

function connectionOver(handle: SerialPortHandle, options: SerialOptions, terms: LinkTerms): Connection {
  const gone = (error: unknown): DriverProblem => linkProblem('gone', terms, error)
  const { pieceBytesMax = PIECE_BYTES_MAX, pauseMs = 0, writeTimeoutMs = WRITE_TIMEOUT_MS } = options
  let stopWatching = (): void => undefined
  let stopListening = (): void => undefined
  const link = createLink(
    {
      send: async (piece) => {
        stopListening = listenWhileWriting(handle)
        try {
          await handle.write(Buffer.from(piece))
          await handle.drain()
        } finally {
          stopListening()
        }
      },
      // Without this a drain that waits for the device would hold a thread of this process for ever.
      discard: async () => await handle.flush(),
      release: async () => {
        stopWatching()
        stopListening()
        await handle.close()
      },
      troubleOf: gone,
    },
    terms,
    { pieceBytesMax: Math.min(pieceBytesMax, PIECE_BYTES_MAX), pauseMs, writeTimeoutMs },
  )
  stopWatching = watchPresence(options.path, () => link.lost(gone(new Error('the device file is gone'))))
  readAll(handle, link).catch((error: unknown) => link.lost(gone(error)))
  return link.connection
}

/**
 * serialport's poller (bindings-cpp 13) forgets that it waits for data when it begins to wait for room, and the other way
 * round, so a printer that stops the line could not say why. Asking for both again and again mends that.
 */
function listenWhileWriting({ poller, isOpen }: SerialPortHandle): () => void {
  if (poller === undefined || !isOpen) return () => undefined
  const timer = setInterval(() => {
    try {
      poller.poll(POLL_BOTH)
    } catch {
      // The port is being closed; the write hears of it by itself.
    }
  }, POLL_AGAIN_MS)
  return () => clearInterval(timer)
}

async function readAll(handle: SerialPortHandle, link: Link): Promise<void> {
  const buffer = Buffer.alloc(READ_BYTES_MAX)
  // Ends with the link: a closed port rejects the read that waits.
  while (!link.isEnded()) {
    const { bytesRead } = await handle.read(buffer, 0, buffer.length)
    if (bytesRead > 0) link.deliver(Uint8Array.from(buffer.subarray(0, bytesRead)))
  }
}
