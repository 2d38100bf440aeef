// A link to a device by the name that stays: looks where the device is plugged in now each time it is opened. Called by
// printer-address.ts and by drivers that keep a device connected (reconnect.ts), so that a device may come back elsewhere.
import type { Transport } from '#drivers/transport/transport.ts'
import { discover, resolve } from './discover.ts'
import type { FoundDevice } from './found-device.ts'
import { type Lister, systemListers } from './listers.ts'

export type DeviceTransportOptions = {
  /** What opens a device of this kind, with its speed and whatever else is set. */
  readonly transportOf: (device: FoundDevice) => Transport
  readonly listers?: readonly Lister[]
}

/** Opening also throws what resolve() says: `device_unreachable` or `device_address_invalid`. */
export function deviceTransport(identity: string, options: DeviceTransportOptions): Transport {
  let latest: Transport | null = null
  return {
    name: identity,
    get canAnswer() {
      return latest?.canAnswer ?? true
    },
    open: async () => {
      const device = resolve(identity, await discover(options.listers ?? systemListers()))
      latest = options.transportOf(device)
      return await latest.open()
    },
  }
}
