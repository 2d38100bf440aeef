// Which devices this till has: those named when it was started, and those set up on its screen, which are kept in a file beside the record
// and are no secret. Called by device-book.ts.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DEVICE_NAME_CHARS_MAX } from '#rpc/device-bounds.ts'
import { SCANNERS_MAX } from '#rpc/devices.ts'
import { writePrivately } from '#host/identity/device-file.ts'
import type { HostOptions } from '#host/terminal-host.ts'

export const SLOT_KINDS = ['printer', 'scanner', 'card_reader', 'card_terminal'] as const
export type SlotKind = (typeof SLOT_KINDS)[number]

/** How many of each take part; the others wait. */
export const IN_USE_MAX: Readonly<Record<SlotKind, number>> = {
  printer: 2,
  scanner: SCANNERS_MAX - 1,
  card_reader: 1,
  card_terminal: 1,
}

export type Slot = {
  readonly id: string
  readonly kind: SlotKind
  readonly address: string
  /** Named when the till was started. */
  readonly isFixed: boolean
}

const FILE = 'devices.json'
const KEPT_MAX = 16

export type KeptDevices = {
  readonly version: 1
  readonly devices: readonly Omit<Slot, 'isFixed'>[]
  /** By id; also of devices named at the start. */
  readonly names: Readonly<Record<string, string>>
}

const NONE: KeptDevices = { version: 1, devices: [], names: {} }

/** A file that cannot be read is as none: devices are set up again, and money does not wait for them. */
export function readKept(dataDir: string): { readonly kept: KeptDevices; readonly isDamaged: boolean } {
  const path = join(dataDir, FILE)
  if (!existsSync(path)) return { kept: NONE, isDamaged: false }
  try {
    const kept = keptIn(JSON.parse(readFileSync(path, 'utf8')))
    return kept === null ? { kept: NONE, isDamaged: true } : { kept, isDamaged: false }
  } catch {
    return { kept: NONE, isDamaged: true }
  }
}

function keptIn(value: unknown): KeptDevices | null {
  if (typeof value !== 'object' || value === null) return null
  const { version, devices, names } = value as Record<string, unknown>
  if (version !== 1 || !Array.isArray(devices) || devices.length > KEPT_MAX) return null
  if (typeof names !== 'object' || names === null) return null
  const slots = devices.map(slotIn)
  const isNamed = Object.values(names).every((name) => isText(name, DEVICE_NAME_CHARS_MAX))
  if (!isNamed || slots.includes(null)) return null
  return { version, devices: slots.filter((slot) => slot !== null), names: names as KeptDevices['names'] }
}

function slotIn(value: unknown): KeptDevices['devices'][number] | null {
  if (typeof value !== 'object' || value === null) return null
  const { id, kind, address } = value as Record<string, unknown>
  const known = SLOT_KINDS.find((each) => each === kind)
  if (known === undefined || !isText(id, ID_CHARS_MAX) || !isText(address, ADDRESS_CHARS_MAX)) return null
  return { id, kind: known, address }
}

const ID_CHARS_MAX = 64
const ADDRESS_CHARS_MAX = 512

function isText(value: unknown, charsMax: number): value is string {
  return typeof value === 'string' && value !== '' && value.length <= charsMax
}

export function writeKept(dataDir: string, kept: KeptDevices): void {
  writePrivately(dataDir, FILE, JSON.stringify(kept))
}

export function isFull({ devices }: KeptDevices): boolean {
  return devices.length >= KEPT_MAX
}

type FixedAddresses = Pick<HostOptions, 'printer' | 'scanners' | 'cardReader' | 'cardTerminal'>

/** @throws Error for more than two printers */
export function fixedSlots({ printer, scanners = [], cardReader, cardTerminal }: FixedAddresses): Slot[] {
  const printers = addressesIn(printer).filter((address) => address.trim() !== 'none')
  if (printers.length > IN_USE_MAX.printer) {
    throw new Error('Two printers are the most: one and its spare.')
  }
  const terminal = cardTerminal?.trim() ?? ''
  const reader = cardReader?.trim() ?? ''
  return [
    ...printers.map((address, at) => fixed(at === 0 ? 'printer' : 'spare-printer', 'printer', address)),
    ...scanners
      .slice(0, SCANNERS_MAX)
      .map((address, at) => fixed(`scanner-${at + 1}`, 'scanner', address.trim())),
    ...(['', 'none'].includes(reader) ? [] : [fixed('card-reader', 'card_reader', reader)]),
    ...(['', 'manual', 'none'].includes(terminal) ? [] : [fixed('card-terminal', 'card_terminal', terminal)]),
  ]
}

function fixed(id: string, kind: SlotKind, address: string): Slot {
  return { id, kind, address, isFixed: true }
}

/** A comma stands between two addresses only where an address follows; folders may hold commas. */
function addressesIn(text: string): string[] {
  return text.split(/\s*,\s*(?=[a-z][a-z0-9+.-]*:)/)
}
