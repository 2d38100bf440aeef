// What is plugged in and not used yet, and what comes and goes: looked for only once somebody asked or a device is set up by the name it
// keeps. Called by device-book.ts.
import { access, constants } from 'node:fs/promises'
import type { Discovery } from '#drivers/discover/discover.ts'
import type { FoundDevice as Plugged } from '#drivers/discover/found-device.ts'
import type { Lister } from '#drivers/discover/listers.ts'
import { watchDevices, type DeviceChange, type Watch as Looking } from '#drivers/discover/watch.ts'
import { linkProblem } from '#drivers/transport/link-problem.ts'
import { FOUND_MAX, type DeviceTrouble, type FoundDevice } from '#rpc/devices.ts'
import { troubleOf } from './device-diary.ts'
import type { SlotKind } from './device-slots.ts'

export type DeviceFinder = {
  /** Looks from now on. */
  readonly begin: () => void
  readonly look: () => Promise<Discovery>
  /** As of the last look. */
  readonly latest: () => Discovery
  readonly stop: () => Promise<void>
}

export type FinderParts = {
  readonly listers: readonly Lister[]
  readonly hotplug: ((onEvent: () => void) => () => void) | null
  readonly onChange: (change: DeviceChange) => void
  readonly onProblem: (lister: string, trouble: DeviceTrouble | null) => void
  readonly nowMs: () => number
}

export function createDeviceFinder(parts: FinderParts): DeviceFinder {
  const { listers, hotplug, onChange, nowMs } = parts
  let looking: Looking | null = null
  const begin = (): Looking => {
    looking ??= watchDevices({
      listers,
      onChange,
      onProblem: (lister, problem) => parts.onProblem(lister, problem === null ? null : troubleOf(problem)),
      nowMs,
      ...(hotplug === null ? {} : { hotplug }),
    })
    return looking
  }
  return {
    begin: () => void begin(),
    look: async () => await begin().look(),
    latest: () => looking?.latest() ?? { devices: [], problems: [] },
    stop: async () => await looking?.stop(),
  }
}

/** The address under which a found device is set up, so that it is found again wherever it is plugged in. */
export function addressFor({ identity, link, printerUrl }: Plugged, kind: SlotKind): string | null {
  if (kind === 'card_terminal')
    return link === 'serial' || link === 'bluetooth' ? `zvt:device:${identity}` : null
  if (kind === 'card_reader') return link === 'hid' ? `device:${identity}` : null
  if (kind === 'scanner') return link === 'usb' || link === 'lp' ? null : `device:${identity}`
  if (printerUrl === null) return null
  // A USB printer's own address is the name that it keeps.
  return link === 'usb' ? printerUrl : `device:${identity}`
}

/** null: the address names no device that can be plugged in. */
export function identityIn(address: string): string | null {
  const named = /^(?:zvt:)?device:([^?]+)/.exec(address)?.[1]
  return named ?? /^(usb:[^?]+)/.exec(address)?.[1] ?? null
}

/** The likeliest first. */
export function usesOf(plugged: Plugged): SlotKind[] {
  const order: readonly SlotKind[] =
    plugged.kind === 'card reader'
      ? ['card_reader']
      : plugged.kind === 'printer'
        ? ['printer']
        : plugged.kind === 'scanner'
          ? ['scanner', 'card_terminal']
          : ['scanner', 'printer', 'card_terminal']
  return order.filter((kind) => addressFor(plugged, kind) !== null)
}

/** Those that no set-up device uses, also not by another way to the same plug. */
export async function freeDevices({ devices }: Discovery, used: ReadonlySet<string>): Promise<FoundDevice[]> {
  const taken = new Set(
    devices.flatMap(({ identity, portPath }) => (used.has(identity) && portPath !== null ? [portPath] : [])),
  )
  const free = devices.filter(
    ({ identity, portPath }) => !used.has(identity) && (portPath === null || !taken.has(portPath)),
  )
  return await Promise.all(
    free.slice(0, FOUND_MAX).map(async (plugged) => {
      const { identity, label, kind } = plugged
      const uses = usesOf(plugged)
      return {
        identity,
        label,
        kind: KINDS[kind],
        address: addressFor(plugged, uses[0] ?? 'printer') ?? identity,
        uses,
        trouble: await allowedTrouble(plugged),
      }
    }),
  )
}

const KINDS: Readonly<Record<Plugged['kind'], FoundDevice['kind']>> = {
  printer: 'printer',
  scanner: 'scanner',
  'card reader': 'card_reader',
  serial: 'other',
  unknown: 'other',
}

/** Told before anybody tries to use it: the file is there and this user may not open it. */
export async function allowedTrouble(
  { path, link, kind }: Pick<Plugged, 'path' | 'link' | 'kind'>,
  mayOpen: (path: string) => Promise<void> = async (file) =>
    await access(file, constants.R_OK | constants.W_OK),
): Promise<DeviceTrouble | null> {
  if (!path.startsWith('/dev/')) return null
  try {
    await mayOpen(path)
    return null
  } catch (error) {
    if (!['EACCES', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) return null
    const noun = kind === 'unknown' || kind === 'serial' ? 'device' : kind
    return troubleOf(linkProblem('permission', { name: path, kind: link === 'hid' ? 'usb' : link, noun }))
  }
}
