// Goal: plugging in, pulling out and plugging elsewhere are told once each, whatever the listers do meanwhile.
import { expect, onTestFinished, test, vi } from 'vitest'
import type { PluggedDevice } from '#drivers/discover/found-device.ts'
import { NO_PLACE } from '#drivers/discover/sysfs.ts'
import { usbHotplug, watchDevices } from '#drivers/discover/watch.ts'

const acm = (number: number, serialNumber: string): PluggedDevice => ({
  ...NO_PLACE,
  link: 'serial',
  path: `/dev/ttyACM${number}`,
  vendorId: 0x0c2e,
  productId: 1,
  serialNumber,
})

const startWatch = () => {
  vi.useFakeTimers()
  let serial: PluggedDevice[] | Error = []
  let other: PluggedDevice[] = []
  const told: string[] = []
  const problems: (string | null)[] = []
  let plug = (): void => undefined
  let isListening = true
  const watch = watchDevices({
    listers: [
      {
        name: 'serial ports',
        list: async () => {
          if (serial instanceof Error) throw serial
          return serial
        },
      },
      { name: 'others', list: async () => other },
    ],
    onChange: ({ kind, device }) => told.push(`${kind} ${device.identity} ${device.path}`),
    onProblem: (lister, problem) => problems.push(lister, problem?.code ?? null),
    nowMs: () => Date.now(),
    hotplug: (onEvent) => {
      plug = onEvent
      return () => (isListening = false)
    },
  })
  onTestFinished(async () => {
    await watch.stop()
    vi.useRealTimers()
  })
  return {
    watch,
    told: () => told.splice(0),
    problems: () => problems.splice(0),
    have: (devices: PluggedDevice[] | Error, others: PluggedDevice[] = other) => {
      serial = devices
      other = others
    },
    plug: () => plug(),
    isListening: () => isListening,
  }
}

test('an event is looked into after a moment, and without events the slow look finds the rest', async () => {
  const { told, have, plug } = startWatch()
  await vi.advanceTimersByTimeAsync(0)
  expect(told()).toEqual([])
  have([acm(0, 'A')])
  plug()
  plug()
  await vi.advanceTimersByTimeAsync(299)
  expect(told()).toEqual([])
  await vi.advanceTimersByTimeAsync(1)
  expect(told()).toEqual(['added serial:0c2e:0001:A /dev/ttyACM0'])
  have([acm(0, 'B'), acm(1, 'A')])
  await vi.advanceTimersByTimeAsync(5_000)
  expect(told()).toEqual(['added serial:0c2e:0001:B /dev/ttyACM0', 'moved serial:0c2e:0001:A /dev/ttyACM1'])
  have([])
  await vi.advanceTimersByTimeAsync(5_000)
  expect(told().toSorted()).toEqual([
    'removed serial:0c2e:0001:A /dev/ttyACM1',
    'removed serial:0c2e:0001:B /dev/ttyACM0',
  ])
})

test('plugged in during a look that did not see it any more: looked again soon, not at the next slow look', async () => {
  const { told, have, plug, watch } = startWatch()
  await vi.advanceTimersByTimeAsync(0)
  const looking = watch.look()
  have([acm(0, 'A')])
  plug()
  await looking
  told()
  have([acm(0, 'A'), acm(1, 'B')])
  await vi.advanceTimersByTimeAsync(300)
  expect(told()).toContain('added serial:0c2e:0001:B /dev/ttyACM1')
})

test('a lister that fails for a while: told once, its devices are not taken for gone, the others go on', async () => {
  const { told, problems, have, watch } = startWatch()
  have([acm(0, 'A')])
  await watch.look()
  await watch.look()
  expect(told()).toEqual(['added serial:0c2e:0001:A /dev/ttyACM0'])
  have(new Error('udev is gone'), [acm(5, 'Z')])
  await watch.look()
  await watch.look()
  expect(problems()).toEqual(['serial ports', 'device_unsupported'])
  expect(told()).toEqual(['added serial:0c2e:0001:Z /dev/ttyACM5'])
  expect(watch.latest().devices).toHaveLength(2)
  have([])
  await watch.look()
  expect(problems()).toEqual(['serial ports', null])
  expect(told()).toEqual(['removed serial:0c2e:0001:A /dev/ttyACM0'])
})

test('after stop nothing is told and nothing listens', async () => {
  const { told, have, watch, plug, isListening } = startWatch()
  await vi.advanceTimersByTimeAsync(0)
  have([acm(0, 'A')])
  await watch.stop()
  plug()
  await vi.advanceTimersByTimeAsync(20_000)
  expect(told()).toEqual([])
  expect(isListening()).toBe(false)
  expect(vi.getTimerCount()).toBe(0)
})

test('listening to USB on a computer that may have none harms nothing', async () => {
  const stop = usbHotplug(() => undefined)
  const { usb } = await import('usb')
  await usb.getDevices().catch(() => undefined)
  stop()
  expect(stop).not.toThrow()
})
