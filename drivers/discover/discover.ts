// What is plugged into this terminal, under names that stay. Called by the host for the device check and before a device is
// opened. Network devices are not looked for: they are set by address.
import { DriverProblem } from '#drivers/problem.ts'
import { type FoundDevice, identityOf, type PluggedDevice } from './found-device.ts'
import { type DeviceKind, findMaker, hidKind } from './known-devices.ts'
import type { Lister } from './listers.ts'

const LIST_TIMEOUT_MS = 5_000
const DEVICES_MAX = 256

export type Discovery = {
  readonly devices: readonly FoundDevice[]
  /** One for each lister that failed; the devices of the others are there. */
  readonly problems: readonly { readonly lister: string; readonly problem: DriverProblem }[]
}

/** Never rejects. */
export async function discover(listers: readonly Lister[]): Promise<Discovery> {
  const results = await Promise.all(listers.map(listInTime))
  const plugged = results
    .flatMap(({ lister, devices }) => devices.map((device) => ({ ...device, lister })))
    .slice(0, DEVICES_MAX)
  const problems = results.flatMap(({ lister, problem }) => (problem === null ? [] : [{ lister, problem }]))
  return { devices: nameAll(plugged), problems }
}

/**
 * The device of this identity as it is plugged in now.
 * @throws DriverProblem `device_unreachable` when it is not there, `device_address_invalid` when two devices have the name
 */
export function resolve(identity: string, { devices }: Discovery): FoundDevice {
  const exact = devices.filter((device) => device.identity === identity)
  // A twin was plugged in: both now have their port in the name, and the old name fits both.
  const fitting = exact.length > 0 ? exact : devices.filter((device) => identityOf(device) === identity)
  const [device] = fitting
  if (device === undefined) {
    throw new DriverProblem(
      'device_unreachable',
      `The device ${identity} is not plugged in. Check its cable and that it is switched on, or choose another device.`,
    )
  }
  if (fitting.length > 1) {
    throw new DriverProblem(
      'device_address_invalid',
      `Two devices are both ${identity}. Choose one of them in the device settings, or unplug the other.`,
    )
  }
  return device
}

async function listInTime(lister: Lister): Promise<{
  lister: string
  devices: readonly PluggedDevice[]
  problem: DriverProblem | null
}> {
  const { promise: late, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new Error(`no list within ${LIST_TIMEOUT_MS} ms`)), LIST_TIMEOUT_MS)
  try {
    return { lister: lister.name, devices: await Promise.race([lister.list(), late]), problem: null }
  } catch (cause) {
    const message = `The ${lister.name} of this computer cannot be listed. Devices that are set up already still work.`
    return {
      lister: lister.name,
      devices: [],
      problem: new DriverProblem('device_unsupported', message, { cause }),
    }
  } finally {
    clearTimeout(timer)
  }
}

function nameAll(plugged: readonly (PluggedDevice & { readonly lister: string })[]): FoundDevice[] {
  const counts = new Map<string, number>()
  for (const device of plugged) {
    const name = identityOf(device)
    if (name !== null) counts.set(name, (counts.get(name) ?? 0) + 1)
  }
  const named = plugged.flatMap((device): FoundDevice[] => {
    const kind = kindOf(device)
    const plain = identityOf(device)
    if (kind === null || plain === null) return []
    const identity = (counts.get(plain) ?? 0) > 1 ? (identityOf(device, false) ?? plain) : plain
    return [
      { ...device, identity, kind, label: labelOf(device, kind), printerUrl: printerUrlOf(device, identity) },
    ]
  })
  // A HID device has one entry for each of its usages; the file behind them is one.
  return named.filter(
    (device, index) =>
      named.findIndex(({ identity, path }) => identity === device.identity && path === device.path) === index,
  )
}

/** null: nothing for a till. */
function kindOf(device: PluggedDevice): DeviceKind | null {
  const { link, vendorId, productId, usagePage, usage } = device
  if (link === 'hid') return hidKind({ usagePage: usagePage ?? 0, usage: usage ?? 0, vendorId })
  if (link === 'usb' || link === 'lp') return 'printer'
  if (link === 'bluetooth') return 'unknown'
  return findMaker(vendorId, productId)?.kind ?? 'serial'
}

function labelOf(device: PluggedDevice, kind: DeviceKind): string {
  const { vendorId, productId, maker, product, path } = device
  const names = [maker, product].filter((text): text is string => text !== null && text.trim() !== '')
  const known = findMaker(vendorId, productId)?.name
  const name = names.length > 0 ? names.join(' ') : (known ?? (kind === 'unknown' ? 'device' : kind))
  return `${cleanName(name)} (${path})`
}

/** Names come from the device: one line of plain characters. */
function cleanName(name: string): string {
  return name
    .replaceAll(/[^\p{L}\p{N}\p{P}\p{S} ]/gu, ' ')
    .replaceAll(/ +/g, ' ')
    .trim()
    .slice(0, NAME_CHARACTERS_MAX)
}

const NAME_CHARACTERS_MAX = 80

function printerUrlOf({ link, path, vendorId }: PluggedDevice, identity: string): string | null {
  if (link === 'hid') return null
  if (link !== 'usb') return `${link}:${path}`
  // A USB device has no path: its name is its address.
  return vendorId === null ? null : identity
}
