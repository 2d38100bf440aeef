// The last events of every device, in memory: what the device check shows and a support bundle counts. Whoever notes one has masked it.
// Called by the watchers of this folder.
import { withoutCardNumbers } from '#contract/card-numbers.ts'
import { maskText } from '#contract/log-safety.ts'
import type { DrawerHappening } from '#host/counter/drawer-desk.ts'
import type { DriverProblem } from '#drivers/problem.ts'
import { deviceTroubleCodeSchema, EVENTS_MAX, type DeviceEvent, type DeviceTrouble } from '#rpc/devices.ts'

export type Note = Pick<DeviceEvent, 'tone' | 'what'> &
  Partial<Pick<DeviceEvent, 'trouble' | 'raw' | 'decoded'>>

export type DeviceDiary = {
  readonly note: (id: string, note: Note) => DeviceEvent
  /** Newest first. */
  readonly events: (id: string) => readonly DeviceEvent[]
  readonly forget: (id: string) => void
}

export function createDeviceDiary(nowMs: () => number): DeviceDiary {
  const rings = new Map<string, DeviceEvent[]>()
  const counts = new Map<string, number>()
  return {
    note: (id, { tone, what, trouble = null, raw = null, decoded = null }) => {
      const number = (counts.get(id) ?? 0) + 1
      counts.set(id, number)
      const event = { number, atMs: nowMs(), tone, what, trouble, raw, decoded }
      rings.set(id, [event, ...(rings.get(id) ?? [])].slice(0, EVENTS_MAX))
      return event
    },
    events: (id) => rings.get(id) ?? [],
    forget: (id) => void rings.delete(id),
  }
}

/** A driver's own sentence; what a device or a system put into it is masked. */
export function troubleOf({ code, message }: DriverProblem): DeviceTrouble {
  return { code, message: maskText(withoutCardNumbers(message)) }
}

export function drawerNote(happening: DrawerHappening): Note {
  const { what } = happening
  if (what !== 'kicked') return { tone: what === 'forced' || what === 'left_open' ? 'amber' : 'green', what }
  const { problem } = happening
  if (problem === null) return { tone: 'green', what }
  const code = deviceTroubleCodeSchema.options.find((each) => each === problem.code)
  const said = code === undefined ? { decoded: problem.code } : { trouble: { code, message: '' } }
  return { tone: 'red', what, ...said }
}
