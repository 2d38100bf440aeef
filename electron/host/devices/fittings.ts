// What belongs to a counter and is not set up on its screen: the cash drawer at the printer, the pole display and the customer display. How
// each is and its test, beside the devices of device-book.ts. Made by start-devices.ts; asked by device-handlers.ts.
import { ProblemError } from '#contract/problem.ts'
import type { DrawerOpenLevel } from '#drivers/drawer/open-state.ts'
import type { CustomerDesk } from '#host/counter/customer-desk.ts'
import type { DrawerDesk } from '#host/counter/drawer-desk.ts'
import type { Device } from '#rpc/devices.ts'
import type { DeviceBook } from './device-book.ts'
import type { DeviceDiary } from './device-diary.ts'
import type { VirtualPoleHandle, WatchedPole } from './watched-pole.ts'

export const DRAWER_ID = 'drawer'
export const POLE_ID = 'pole-display'
export const CUSTOMER_ID = 'customer-display'

export type Fittings = {
  readonly list: () => Device[]
  readonly has: (id: string) => boolean
  /** Answers at once; what is shown goes away by itself. Throws device_not_found, device_not_usable or device_busy. */
  readonly test: (id: string) => Device
  /** null: none, or a real one. */
  readonly virtualPole: VirtualPoleHandle | null
}

export type FittingParts = {
  readonly devices: Pick<DeviceBook, 'list'>
  readonly diary: Pick<DeviceDiary, 'note'>
  readonly drawer: Pick<DrawerDesk, 'standing'>
  readonly customer: Pick<CustomerDesk, 'screen' | 'testScreen' | 'testPole'>
  readonly pole: WatchedPole | null
  readonly drawerOpenLevel: DrawerOpenLevel
  readonly isUnattended: boolean
  /** The settings ask for a customer display. */
  readonly isScreenWanted: boolean
}

export function createFittings(parts: FittingParts): Fittings {
  const { diary, customer, pole } = parts
  const list = (): Device[] =>
    [drawerOf(parts), poleOf(parts), screenOf(parts)].filter((each) => each !== null)
  const view = (id: string): Device => {
    const device = list().find((each) => each.id === id)
    if (device === undefined) throw new ProblemError('device_not_found')
    return device
  }
  return {
    list,
    has: (id) => list().some((each) => each.id === id),
    virtualPole: pole?.virtual ?? null,
    test: (id) => {
      const { state, tone, trouble, canTest } = view(id)
      if (state === 'busy') throw new ProblemError('device_busy')
      if (!canTest) throw new ProblemError('device_not_usable', { reason: 'not_in_use' })
      if (tone === 'red') diary.note(id, { tone, what: 'tested', trouble })
      else {
        if (id === POLE_ID) customer.testPole()
        else customer.testScreen()
        diary.note(id, { tone: 'green', what: 'tested', decoded: 'shown' })
      }
      return view(id)
    },
  }
}

const COMMON = {
  name: '',
  trouble: null,
  lastSeenAtMs: null,
  canEndDay: false,
  canRemove: false,
  canRename: false,
} as const

/** It is no device of its own: a printer opens it. Its test is a wish with a reason (drawer.open). */
function drawerOf({ devices, drawer, drawerOpenLevel, isUnattended }: FittingParts): Device | null {
  const printer = devices
    .list()
    .find(({ kind, canTest, state }) => kind === 'printer' && (canTest || state === 'busy'))
  if (printer === undefined || isUnattended) return null
  const common = { ...COMMON, id: DRAWER_ID, kind: 'drawer', address: printer.name, canTest: false } as const
  const { state, leftOpenSinceMs } = drawer.standing()
  if (drawerOpenLevel === 'unknown') return { ...common, state: 'no_switch', tone: 'grey' }
  if (state === 'open') return { ...common, state, tone: leftOpenSinceMs === null ? 'green' : 'amber' }
  return { ...common, state, tone: state === 'closed' ? 'green' : 'grey' }
}

function poleOf({ pole }: FittingParts): Device | null {
  if (pole === null) return null
  const { name, familyLabel } = pole.display
  const address = `${name} (${familyLabel})`
  return { ...COMMON, id: POLE_ID, kind: 'pole_display', address, ...pole.seen(), canTest: true }
}

/** Also one that was opened by hand; whether a window is there shows only in its asking. */
function screenOf({ customer, isScreenWanted }: FittingParts): Device | null {
  const { isOpen, lastSeenAtMs, isPaying } = customer.screen()
  if (!isScreenWanted && lastSeenAtMs === null) return null
  const common = { ...COMMON, id: CUSTOMER_ID, kind: 'display', address: '', lastSeenAtMs } as const
  if (!isOpen)
    return { ...common, state: 'not_open', tone: lastSeenAtMs === null ? 'grey' : 'amber', canTest: false }
  return { ...common, state: isPaying ? 'busy' : 'ready', tone: 'green', canTest: !isPaying }
}
