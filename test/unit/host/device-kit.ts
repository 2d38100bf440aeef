// A till of a demonstration with virtual devices, and what waits for them. Called by the device tests of this folder.
import { setTimeout as pause } from 'node:timers/promises'
import type { Masters } from '#contract/api.ts'
import type { Lister } from '#drivers/discover/listers.ts'
import type { PluggedDevice } from '#drivers/discover/found-device.ts'
import type { HostOptions } from '#host/terminal-host.ts'
import type { Device, DeviceEvent } from '#rpc/devices.ts'
import { operatorWith, PIN, startFakeIntegrator } from './fake-integrator.ts'
import { startKit } from './host-kit.ts'

const WAITS_MAX = 1_000
const WAIT_MS = 10

export type DeviceKit = Awaited<ReturnType<typeof startDeviceKit>>

/** `plugged` may be changed while the till runs. */
export async function startDeviceKit(
  options: Partial<HostOptions> = {},
  { plugged = [], masters = {} }: { plugged?: PluggedDevice[]; masters?: Partial<Masters> } = {},
) {
  const ravi = operatorWith({ id: 'op-9', code: '901', name: 'Ravi Iyer', role: 'supervisor' })
  const fake = await startFakeIntegrator({
    masters: { operators: [operatorWith(), ravi], isDemo: true, ...masters },
  })
  fake.state.pins.set('901', PIN)
  const lister: Lister = { name: 'recorded', list: async () => await Promise.resolve([...plugged]) }
  const kit = await startKit(fake, {
    options: { scanners: ['virtual:scans.txt'], cardTerminal: 'virtual:', ...options },
    tuning: { deviceListers: [lister], hotplug: null },
  })
  await kit.until(({ tenant }) => tenant !== null)
  return {
    ...kit,
    fake,
    plugged,
    get client() {
      return kit.client
    },
    restart: kit.restart,
    signInSupervisor: async () => await kit.client.session.signIn({ operatorCode: '901', pin: PIN }),
    device: async (id: string): Promise<Device | undefined> =>
      (await kit.client.devices.list()).devices.find((each) => each.id === id),
    events: async (id: string): Promise<DeviceEvent[]> => (await kit.client.devices.events({ id })).events,
    close: async () => {
      await kit.close()
      await fake.close()
    },
  }
}

export async function eventually<T>(ask: () => Promise<T>, isThere: (value: T) => boolean): Promise<T> {
  for (let count = 0; count < WAITS_MAX; count += 1) {
    const value = await ask()
    if (isThere(value)) return value
    await pause(WAIT_MS)
  }
  throw new Error(`never came about: ${JSON.stringify(await ask())}`)
}

export const serialDevice = (more: Partial<PluggedDevice> = {}): PluggedDevice => ({
  link: 'serial',
  path: '/dev/ttyACM0',
  vendorId: 0x0c2e,
  productId: 0x0720,
  serialNumber: 'SN42',
  portPath: '1-2',
  interfaceNumber: null,
  maker: 'Honeywell',
  product: 'Scanner',
  ...more,
})
