// Opens a magnetic stripe reader in HID mode through node-hid and tells what was swiped. Every report is zeroed as soon as it
// was looked at, whatever it was. Called by open-card-reader.ts. Readers that type as a keyboard are not for this till: they
// would type bank cards into any field.
import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { DriverProblem } from '#drivers/problem.ts'
import type { CardEvent, CardListener, CardReader, OpenCardReader } from './card-reader.ts'
import { swipeEvent } from './card-swipe.ts'
import { DESCRIPTOR_BYTES_MAX, stripeLayoutOf, type StripeLayout } from './stripe-layout.ts'
import { readStripeReport, tracksOfText, type StripeReading } from './stripe-report.ts'

export type StripeReaderAddress = {
  readonly vendorId: number
  readonly productId: number
  /** Where two of the same model are plugged in; null: the first. */
  readonly serialNumber: string | null
}

/** What is used of node-hid's HIDAsync. */
export type StripeDevice = {
  readonly on: (event: 'data' | 'error', listener: (value: never) => void) => unknown
  readonly close: () => Promise<void>
  /** null: this system does not tell it. */
  readonly descriptor: Uint8Array | null
}
export type StripeOpener = (address: StripeReaderAddress) => Promise<StripeDevice>

const STRIPE_USAGE_PAGE = 0x8e
const MAGTEK_USAGE_PAGE = 0xff00
/** Three tracks as plain text. */
const TEXT_BYTES_MAX = 512
/** Plain text has no length: it ends when nothing follows. */
const SILENCE_MS = 150

type ReaderPorts = {
  /** Epoch ms. */
  readonly nowMs: () => number
  readonly open?: StripeOpener
  readonly silenceMs?: number
}

export function stripeReader(address: StripeReaderAddress, ports: ReaderPorts): CardReader {
  const hex = (id: number): string => id.toString(16).padStart(4, '0')
  const name = `${hex(address.vendorId)}:${hex(address.productId)}`
  const { open = openByNodeHid, nowMs, silenceMs = SILENCE_MS } = ports
  return {
    name,
    open: async (listener) => {
      const device = await open(address).catch((error: unknown) => {
        throw notOpened(name, error)
      })
      return listenTo(device, { name, listener, nowMs, silenceMs })
    },
  }
}

type Listening = {
  readonly name: string
  readonly listener: CardListener
  readonly nowMs: () => number
  readonly silenceMs: number
}

function listenTo(device: StripeDevice, listening: Listening): OpenCardReader {
  const { promise: closed, resolve } = Promise.withResolvers<DriverProblem | null>()
  const swipes = createSwipes(
    listening,
    device.descriptor === null ? null : stripeLayoutOf(device.descriptor),
  )
  let isEnded = false
  const end = async (problem: DriverProblem | null): Promise<void> => {
    if (isEnded) return
    isEnded = true
    swipes.stop()
    // Whatever goes wrong in letting go of a device that is gone, nobody can do anything about it.
    await device.close().catch(() => undefined)
    resolve(problem)
  }
  device.on('error', (cause: Error) => void end(gone(listening.name, cause)))
  device.on('data', (report: Uint8Array) => {
    try {
      if (!isEnded) swipes.take(report)
    } finally {
      report.fill(0)
    }
  })
  return { closed, close: async () => await end(null) }
}

type Swipes = { readonly take: (report: Uint8Array) => void; readonly stop: () => void }

function createSwipes({ listener, nowMs, silenceMs }: Listening, layout: StripeLayout | null): Swipes {
  const text = new Uint8Array(TEXT_BYTES_MAX)
  let count = 0
  let isTooLong = false
  let timer: NodeJS.Timeout | undefined
  const forget = (): void => {
    clearTimeout(timer)
    text.fill(0)
    count = 0
    isTooLong = false
  }
  const endText = (): void => {
    const whole = text.subarray(0, count)
    const event = swipeEvent(tracksOfText(whole), whole, nowMs())
    const isKnown = event.kind === 'bank_card_refused' || !isTooLong
    forget()
    listener(isKnown ? event : { kind: 'unreadable', reason: 'too_long', at: event.at })
  }
  const takeText = (bytes: Uint8Array): void => {
    clearTimeout(timer)
    const room = text.subarray(count)
    isTooLong ||= bytes.length > room.length
    const piece = bytes.subarray(0, room.length)
    room.set(piece)
    // Padding of a report is no part of the text.
    let used = piece.length
    while (used > 0 && piece[used - 1] === 0) used -= 1
    count += used
    timer = setTimeout(endText, silenceMs)
    timer.unref()
  }
  const take = (report: Uint8Array): void => {
    const reading = readStripeReport(report, layout)
    if (reading.kind === 'text') takeText(reading.bytes)
    else if (reading.kind !== 'other') listener(eventOf(reading, report, nowMs()))
  }
  return { take, stop: forget }
}

type WholeReading = Exclude<StripeReading, { kind: 'text' | 'other' }>

function eventOf(reading: WholeReading, report: Uint8Array, at: number): CardEvent {
  if (reading.kind === 'tracks') return swipeEvent(reading.tracks, report, at)
  const event = swipeEvent([{ track: 1, bytes: reading.bytes, hasError: true }], report, at)
  return event.kind === 'bank_card_refused' ? event : { kind: 'unreadable', reason: 'malformed', at }
}

async function openByNodeHid({
  vendorId,
  productId,
  serialNumber,
}: StripeReaderAddress): Promise<StripeDevice> {
  // Native code is loaded by who uses it, so that a till without such a reader does not need it.
  const { devicesAsync, HIDAsync } = await import('node-hid')
  const devices = await devicesAsync(vendorId, productId)
  const mine = devices.filter((each) => serialNumber === null || each.serialNumber === serialNumber)
  const found =
    mine.find(({ usagePage }) => usagePage === STRIPE_USAGE_PAGE) ??
    mine.find(({ usagePage }) => usagePage === MAGTEK_USAGE_PAGE) ??
    mine[0]
  if (found?.path === undefined) throw new Error('not plugged in')
  const device = await HIDAsync.open(found.path)
  return {
    on: (event, listener) => device.on(event, listener as (value: unknown) => void),
    close: async () => await device.close(),
    descriptor: found.usagePage === STRIPE_USAGE_PAGE ? await descriptorOf(found.path) : null,
  }
}

/** Linux keeps it beside the device; elsewhere, and where it cannot be read, tracks are found by their sentinels. */
async function descriptorOf(path: string): Promise<Uint8Array | null> {
  if (process.platform !== 'linux') return null
  const file = `/sys/class/hidraw/${basename(path)}/device/report_descriptor`
  const bytes = await readFile(file).catch(() => null)
  return bytes === null || bytes.length > DESCRIPTOR_BYTES_MAX ? null : bytes
}

function notOpened(name: string, cause: unknown): DriverProblem {
  const words = cause instanceof Error ? cause.message : ''
  if (/permission|denied|EACCES/i.test(words)) {
    return new DriverProblem(
      'device_permission',
      `This user may not read the card reader ${name}. On Linux add the udev rule for its vendor and plug it in again.`,
      { cause },
    )
  }
  return new DriverProblem(
    'device_unreachable',
    `The card reader ${name} cannot be opened. Check that it is plugged in and set to HID mode, not to keyboard mode.`,
    { cause },
  )
}

function gone(name: string, cause: unknown): DriverProblem {
  return new DriverProblem(
    'device_gone',
    `The card reader ${name} was unplugged. Plug it in again; it goes on by itself.`,
    { cause },
  )
}
