// Every device of this till: opens what is set up, keeps how each is and what it said, notices what comes and goes, and lets a supervisor
// change it while the till runs. Made by start-host; asked by device-handlers.ts.
import { randomUUID } from 'node:crypto'
import { ProblemError } from '#contract/problem.ts'
import type { CardReader } from '#drivers/card-reader/card-reader.ts'
import type { CardTerminal } from '#drivers/card-terminal/card-terminal.ts'
import { identityOf } from '#drivers/discover/found-device.ts'
import type { DeviceChange } from '#drivers/discover/watch.ts'
import { DriverProblem } from '#drivers/problem.ts'
import { openPrinter, type Printer } from '#drivers/printer/open-printer.ts'
import type { Scanner } from '#drivers/scanner/scan.ts'
import type { Device, DeviceKind, DeviceTrouble, FoundDevice } from '#rpc/devices.ts'
import type { HostOptions } from '#host/terminal-host.ts'
import { createDeviceDiary, troubleOf, type DeviceDiary } from './device-diary.ts'
import {
  fixedSlots,
  IN_USE_MAX,
  isFull,
  readKept,
  SLOT_KINDS,
  writeKept,
  type Slot,
  type SlotKind,
} from './device-slots.ts'
import { addressFor, createDeviceFinder, freeDevices, identityIn, type FinderParts } from './found-devices.ts'
import { openDevice, type OpenedDevice, type OpenParts } from './open-device.ts'
import type { Seen } from './watch.ts'

/** What takes part in the work, and how a change comes into use. Refused with device_busy while it is at work. */
export type DeviceUsers = {
  readonly isBusy: (kind: SlotKind) => boolean
  /** Something is open that only this device can answer. */
  readonly isHeld: (kind: SlotKind) => boolean
  readonly renew: (kind: SlotKind) => Promise<void>
}

export type DeviceBook = {
  readonly printers: () => readonly [Printer, Printer?]
  readonly scanners: () => readonly Scanner[]
  readonly readers: () => readonly CardReader[]
  readonly terminal: () => CardTerminal | null
  /** Who works with them; until then nothing can be changed. */
  readonly connect: (users: DeviceUsers) => void
  readonly list: () => Device[]
  /** How people call the printer that the record knows by this name; the same where nobody named it. */
  readonly printerName: (recorded: string) => string
  readonly diary: DeviceDiary
  /** Throws device_not_found. */
  readonly opened: (id: string) => OpenedDevice
  readonly all: () => readonly OpenedDevice[]
  /** Throws device_not_found. */
  readonly view: (id: string) => Device
  /** Throws device_not_found, device_not_usable for what takes no part, or device_busy while it is at work. */
  readonly test: <T>(id: string, job: (device: OpenedDevice) => Promise<T>) => Promise<T>
  readonly found: () => Promise<{ devices: FoundDevice[]; troubles: DeviceTrouble[] }>
  readonly use: (wish: { identity: string; as: DeviceKind }) => Promise<Device>
  readonly rename: (id: string, name: string) => Device
  readonly remove: (id: string) => Promise<void>
  readonly stop: () => Promise<void>
}

type BookParts = OpenParts & {
  readonly options: Pick<HostOptions, 'printer' | 'scanners' | 'cardReader' | 'cardTerminal'>
  readonly hotplug: FinderParts['hotplug']
  readonly nowMs: () => number
  /** A terminal made by a test. */
  readonly cardTerminal: CardTerminal | null
  /** Readers made by a test. */
  readonly cardReaders: readonly CardReader[] | null
}

/** @throws DriverProblem for an address of the options that is not understood; Error for three printers */
export function openDeviceBook(parts: BookParts): DeviceBook {
  const { dataDir, nowMs, logger } = parts
  const diary = createDeviceDiary(nowMs)
  const { kept: first, isDamaged } = readKept(dataDir)
  if (isDamaged) logger.error('the list of devices set up on screen cannot be read; set them up again')
  let kept = first
  let users: DeviceUsers | null = null
  const testing = new Set<string>()
  const openSlot = (slot: Slot): OpenedDevice =>
    openDevice(slot, parts, { nowMs, note: (note) => void diary.note(slot.id, note) })
  let opened: readonly OpenedDevice[] = [
    ...fixedSlots(parts.options).map(openSlot),
    ...kept.devices.map((each) => openKept({ ...each, isFixed: false }, openSlot)),
  ]

  const ofKind = <K extends SlotKind>(kind: K): Extract<OpenedDevice, { kind: K }>[] =>
    opened
      .filter((each): each is Extract<OpenedDevice, { kind: K }> => each.kind === kind)
      .slice(0, IN_USE_MAX[kind])
  const find = (id: string): OpenedDevice => {
    const device = opened.find(({ slot }) => slot.id === id)
    if (device === undefined) throw new ProblemError('device_not_found')
    return device
  }
  const isInUse = (device: OpenedDevice): boolean =>
    device.kind !== 'none' && ofKind(device.kind).some(({ slot }) => slot.id === device.slot.id)
  const isAtWork = (device: OpenedDevice): boolean => {
    if (testing.has(device.slot.id)) return true
    if (device.kind === 'printer') return device.watched.isBusy()
    return device.kind === 'card_terminal' && isInUse(device) && users?.isBusy('card_terminal') === true
  }
  const viewOf = (device: OpenedDevice): Device => {
    const { slot, name } = device
    const seen = isInUse(device) || device.kind === 'none' ? seenOf(device) : OFF
    const isBusy = isAtWork(device)
    return {
      id: slot.id,
      kind: slot.kind,
      name: kept.names[slot.id] ?? name,
      address: slot.address,
      ...seen,
      ...(isBusy ? { state: 'busy' as const } : {}),
      canTest: isInUse(device) && !isBusy,
      canEndDay:
        device.kind === 'card_terminal' &&
        isInUse(device) &&
        !isBusy &&
        device.watched.terminal.endDay !== undefined,
      canRemove: !slot.isFixed,
      canRename: true,
    }
  }
  const finder = createDeviceFinder({
    listers: parts.listers,
    hotplug: parts.hotplug,
    nowMs,
    onChange: (change) => noteChange(change, opened, diary),
    onProblem: (_lister, trouble) => {
      if (trouble !== null) logger.warn({ code: trouble.code }, 'a kind of device cannot be listed')
    },
  })
  if (kept.devices.some(({ address }) => identityIn(address) !== null)) finder.begin()

  /** Refused before anything is changed; in use when this settles. */
  const change = async (kind: SlotKind, next: () => void): Promise<void> => {
    const isFree = users !== null && !users.isBusy(kind) && !users.isHeld(kind)
    if (!isFree || users === null || ofKind(kind).some(isAtWork)) throw new ProblemError('device_busy')
    next()
    await users.renew(kind)
  }
  const keep = (next: typeof kept): void => {
    writeKept(dataDir, next)
    kept = next
  }
  return {
    diary,
    printers: () => {
      const [one, two] = ofKind('printer').map(({ watched }) => watched.printer)
      return two === undefined ? [one ?? openPrinter('none')] : [one ?? openPrinter('none'), two]
    },
    scanners: () => ofKind('scanner').map(({ watched }) => watched.device),
    readers: () => parts.cardReaders ?? ofKind('card_reader').map(({ watched }) => watched.device),
    terminal: () => parts.cardTerminal ?? ofKind('card_terminal')[0]?.watched.terminal ?? null,
    connect: (next) => {
      users = next
    },
    list: () => opened.map(viewOf),
    printerName: (recorded) => {
      const printer = opened.find(({ kind, name }) => kind === 'printer' && name === recorded)
      return printer === undefined ? recorded : viewOf(printer).name
    },
    opened: find,
    all: () => opened,
    view: (id) => viewOf(find(id)),
    test: async (id, job) => {
      const device = find(id)
      if (isAtWork(device)) throw new ProblemError('device_busy')
      if (!isInUse(device)) throw new ProblemError('device_not_usable', { reason: 'not_in_use' })
      testing.add(id)
      try {
        return await job(device)
      } finally {
        testing.delete(id)
      }
    },
    found: async () => {
      const discovery = await finder.look()
      const used = new Set(opened.flatMap(({ slot }) => identityIn(slot.address) ?? []))
      return {
        devices: await freeDevices(discovery, used),
        troubles: discovery.problems.map(({ problem }) => troubleOf(problem)),
      }
    },
    use: async ({ identity, as }) => {
      const kind = SLOT_KINDS.find((each) => each === as)
      if (kind === undefined) throw new ProblemError('device_not_usable', { reason: 'no_such_use' })
      const plugged = (await finder.look()).devices.find((each) => each.identity === identity)
      const address = plugged === undefined ? typedAddress(identity) : addressFor(plugged, kind)
      if (address === null) throw new ProblemError('device_not_usable', { reason: 'no_such_use' })
      const others = opened.filter(({ slot }) => slot.kind === kind)
      if (opened.some(({ slot }) => isSame(slot.address, address)))
        throw new ProblemError('device_not_usable', { reason: 'used_already' })
      if (IN_USE_MAX[kind] === 1 && others.some(({ slot }) => slot.isFixed))
        throw new ProblemError('device_fixed')
      if (others.length >= IN_USE_MAX[kind] || isFull(kept))
        throw new ProblemError('device_not_usable', { reason: 'too_many' })
      const slot: Slot = { id: `set-${randomUUID()}`, kind, address, isFixed: false }
      const device = openTyped(slot, openSlot)
      await change(kind, () => {
        const names =
          plugged === undefined ? kept.names : { ...kept.names, [slot.id]: nameFrom(plugged.label) }
        keep({ ...kept, names, devices: [...kept.devices, { id: slot.id, kind, address }] })
        opened = [...opened, device]
      })
      diary.note(slot.id, { tone: 'grey', what: 'opened', decoded: 'set up' })
      return viewOf(device)
    },
    rename: (id, name) => {
      const device = find(id)
      keep({ ...kept, names: { ...kept.names, [id]: name } })
      return viewOf(device)
    },
    remove: async (id) => {
      const { slot } = find(id)
      if (slot.isFixed) throw new ProblemError('device_fixed')
      await change(slot.kind, () => {
        const { [id]: _gone, ...names } = kept.names
        keep({ ...kept, names, devices: kept.devices.filter((each) => each.id !== id) })
        opened = opened.filter((each) => each.slot.id !== id)
      })
      diary.forget(id)
    },
    stop: async () => await finder.stop(),
  }
}

const OFF: Seen = { state: 'off', tone: 'grey', trouble: null, lastSeenAtMs: null }

function seenOf(device: OpenedDevice): Seen {
  if (device.kind !== 'none') return device.watched.seen()
  return { state: 'unreachable', tone: 'red', trouble: device.trouble, lastSeenAtMs: null }
}

/** What a program before or a hand wrote into the file must not stop the till. */
function openKept(slot: Slot, open: (slot: Slot) => OpenedDevice): OpenedDevice {
  try {
    return open(slot)
  } catch (error) {
    if (!(error instanceof DriverProblem)) throw error
    return { slot, kind: 'none', name: slot.address, virtual: null, trouble: troubleOf(error) }
  }
}

/** Throws device_address_invalid or device_not_usable. */
function openTyped(slot: Slot, open: (slot: Slot) => OpenedDevice): OpenedDevice {
  try {
    return open(slot)
  } catch (error) {
    if (!(error instanceof DriverProblem)) throw error
    throw new ProblemError('device_address_invalid', {}, { cause: error })
  }
}

/** Only with a scheme: an identity that is not plugged in is not found. Files and folders are for the command line. */
function typedAddress(text: string): string {
  if (
    /^(?:tcp:\/\/|zvt:tcp:|nexo:|pine-labs:|ezetap:|(?:zvt:)?serial:(?:\/|COM)|bluetooth:(?:\/|COM)|lp:\/)\S+$/.test(
      text,
    )
  )
    return text
  if (/^(?:virtual|file):/.test(text)) throw new ProblemError('device_address_invalid')
  throw new ProblemError('device_not_found')
}

function isSame(one: string, other: string): boolean {
  const name = identityIn(one) ?? one.replace(/\?.*$/, '')
  return name === (identityIn(other) ?? other.replace(/\?.*$/, ''))
}

function nameFrom(label: string): string {
  return label.slice(0, NAME_CHARS_MAX).trim() || 'device'
}

const NAME_CHARS_MAX = 60

/** Only for what is set up by the name it keeps; who works with it opens it again by itself. */
function noteChange(
  { kind, device }: DeviceChange,
  opened: readonly OpenedDevice[],
  { note }: DeviceDiary,
): void {
  for (const { slot } of opened) {
    const identity = identityIn(slot.address)
    if (identity !== device.identity && identity !== identityOf(device)) continue
    const isGone = kind === 'removed'
    note(slot.id, {
      tone: isGone ? 'red' : 'green',
      what: isGone ? 'closed' : 'opened',
      decoded: { added: 'plugged in', moved: 'plugged in elsewhere', removed: 'pulled out' }[kind],
    })
  }
}
