// Handlers of the device check and of the panel of virtual devices. Called by router.ts.
import { DEVICES_MAX, type Device, type DeviceEvent } from '#rpc/devices.ts'
import type { Till } from '#host/till.ts'

/** A device that nobody has asked for so long is asked when the screen looks at it. */
const FRESH_MS = 5_000

/** Cheap: what is known now; printers that nobody watches are asked meanwhile, for the next call. */
export function listDevices({ devices, fittings, clock }: Till): { atMs: number; devices: Device[] } {
  const atMs = clock.read().wallMs
  for (const device of devices.all()) {
    if (device.kind !== 'printer') continue
    const { seen, isBusy, printer, lastAskedMs } = device.watched
    if (isBusy() || seen().state === 'off' || atMs - lastAskedMs() < FRESH_MS) continue
    void printer.status().catch(() => undefined)
  }
  return { atMs, devices: [...devices.list(), ...fittings.list()].slice(0, DEVICES_MAX) }
}

/** Throws device_not_found. */
export function eventsOf({ devices, fittings }: Till, id: string): { events: DeviceEvent[] } {
  if (!fittings.has(id)) devices.opened(id)
  return { events: [...devices.diary.events(id)] }
}
