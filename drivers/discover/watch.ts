// Notices what is plugged in and pulled out while the till runs. Called by the host. USB tells most of it at once; a slow
// look round finds the rest (serial ports of the mainboard, Bluetooth, systems without USB events).
import type { DriverProblem } from '#drivers/problem.ts'
import { discover, type Discovery } from './discover.ts'
import type { FoundDevice } from './found-device.ts'
import type { Lister } from './listers.ts'

export type DeviceChange = {
  /** moved: the same device under another path. */
  readonly kind: 'added' | 'removed' | 'moved'
  readonly device: FoundDevice
  readonly atMs: number
}

export type WatchPorts = {
  readonly listers: readonly Lister[]
  readonly onChange: (change: DeviceChange) => void
  /** Once when a lister begins to fail, and null when it works again. */
  readonly onProblem: (lister: string, problem: DriverProblem | null) => void
  readonly nowMs: () => number
  /** Calls back when something was plugged in or out; returns what ends it. */
  readonly hotplug?: (onEvent: () => void) => () => void
  readonly pollMs?: number
  readonly settleMs?: number
}

const POLL_MS = 5_000
/** The device file appears after the event, and the allowance by the udev rule after that. */
const SETTLE_MS = 300

export type Watch = {
  /** As of the last look. */
  readonly latest: () => Discovery
  /** Looks now. */
  readonly look: () => Promise<Discovery>
  readonly stop: () => Promise<void>
}

export function watchDevices(ports: WatchPorts): Watch {
  const { pollMs = POLL_MS, settleMs = SETTLE_MS } = ports
  let latest: Discovery = { devices: [], problems: [] }
  let looking: Promise<Discovery> | null = null
  let isStopped = false
  let timer: NodeJS.Timeout | null = null
  /** Something was plugged in during a look, which may not have seen it. */
  let isDue = false

  const lookOnce = async (): Promise<Discovery> => {
    const now = await discover(ports.listers)
    if (isStopped) return latest
    const before = latest
    latest = keepUnlisted(before, now)
    tellProblems(before, latest, ports)
    for (const change of changesBetween(before, latest)) ports.onChange({ ...change, atMs: ports.nowMs() })
    return latest
  }

  const plan = (delayMs: number): void => {
    if (isStopped) return
    if (timer !== null) clearTimeout(timer)
    timer = setTimeout(() => void look(), delayMs)
    timer.unref()
  }

  /** One look at a time; who asks during a look gets its outcome. */
  const look = async (): Promise<Discovery> => {
    looking ??= lookOnce().finally(() => {
      looking = null
      plan(isDue ? settleMs : pollMs)
      isDue = false
    })
    return await looking
  }

  const stopHotplug = ports.hotplug?.(() => {
    if (looking === null) plan(settleMs)
    else isDue = true
  })
  void look()
  return {
    latest: () => latest,
    look,
    stop: async () => {
      isStopped = true
      stopHotplug?.()
      if (timer !== null) clearTimeout(timer)
      await looking
    },
  }
}

/** What a lister could not list is not gone: its devices stay as they were. */
function keepUnlisted(before: Discovery, now: Discovery): Discovery {
  const failed = new Set(now.problems.map(({ lister }) => lister))
  const kept = before.devices.filter(({ lister }) => failed.has(lister))
  return { ...now, devices: [...now.devices, ...kept] }
}

function tellProblems(before: Discovery, now: Discovery, { onProblem }: WatchPorts): void {
  const [was, is] = [before, now].map(({ problems }) => new Set(problems.map(({ lister }) => lister)))
  for (const { lister, problem } of now.problems) if (!was?.has(lister)) onProblem(lister, problem)
  for (const { lister } of before.problems) if (!is?.has(lister)) onProblem(lister, null)
}

function changesBetween(before: Discovery, now: Discovery): Pick<DeviceChange, 'kind' | 'device'>[] {
  const was = new Map(before.devices.map((device) => [device.identity, device]))
  const is = new Map(now.devices.map((device) => [device.identity, device]))
  const removed = before.devices.filter(({ identity }) => !is.has(identity))
  const changed = now.devices.flatMap((device): Pick<DeviceChange, 'kind' | 'device'>[] => {
    const old = was.get(device.identity)
    if (old === undefined) return [{ kind: 'added', device }]
    return old.path === device.path ? [] : [{ kind: 'moved', device }]
  })
  return [...removed.map((device) => ({ kind: 'removed' as const, device })), ...changed]
}

/** USB connect and disconnect of this computer, for `hotplug`. Without USB nothing ever comes, and the slow look remains. */
export function usbHotplug(onEvent: () => void): () => void {
  let isStopped = false
  let end = (): void => undefined
  const begin = async (): Promise<void> => {
    const { usb } = await import('usb')
    // Listening on a computer without USB would end the process from inside the library; listing says so harmlessly.
    await usb.getDevices()
    if (isStopped) return
    usb.addEventListener('connect', onEvent)
    usb.addEventListener('disconnect', onEvent)
    end = () => {
      usb.removeEventListener('connect', onEvent)
      usb.removeEventListener('disconnect', onEvent)
    }
  }
  begin().catch(() => undefined)
  return () => {
    isStopped = true
    end()
  }
}
