// What a demonstration does to its virtual devices: troubles on wish, scans without a scanner, what the card terminal says next, and the last
// slip as a picture. Elsewhere there are none. Called by device-handlers.ts.
import { ProblemError } from '#contract/problem.ts'
import { slipToPng } from '#drivers/virtual/slip-image.ts'
import type { VirtualFaults } from '#drivers/virtual/printer.ts'
import type { VirtualDevice } from '#rpc/devices.ts'
import type { Till } from '#host/till.ts'
import type { OpenedDevice } from './open-device.ts'
import { POLE_ID } from './fittings.ts'
import type { VirtualPoleHandle } from './watched-pole.ts'
import type { VirtualHandle, VirtualPrinterHandle } from './virtual-devices.ts'

type Panel = Pick<Till, 'devices' | 'fittings' | 'store'>
type Fault = VirtualDevice['faults'][number]['fault']
type Act = VirtualDevice['acts'][number]['act']

/** A fault of the paper machine: how it is switched on, and how one sees that it is on. */
type PrinterFault = {
  readonly set: (handle: VirtualPrinterHandle, isOn: boolean) => void
  readonly isOn: (faults: VirtualFaults, handle: VirtualPrinterHandle) => boolean
}

const PRINTER_FAULTS: Readonly<Partial<Record<Fault, PrinterFault>>> = {
  paper_out: {
    set: ({ machine }, isOn) => machine.setFault('paperLinesLeft', isOn ? 0 : undefined),
    isOn: ({ paperLinesLeft }) => paperLinesLeft === 0,
  },
  paper_out_mid: {
    set: ({ machine }, isOn) => machine.setFault('paperLinesLeft', isOn ? LINES_TO_THE_END : undefined),
    isOn: ({ paperLinesLeft = 0 }) => paperLinesLeft > 0,
  },
  paper_low: flag('isPaperNearEnd'),
  cover_open: flag('isCoverOpen'),
  offline: flag('isOffline'),
  cutter_jam: flag('isCutterJammed'),
  silent: flag('isSilent'),
  garbage: {
    set: ({ machine }, isOn) => machine.setFault('noise', isOn ? NOISE : undefined),
    isOn: ({ noise }) => noise !== undefined,
  },
  late_ids: flag('holdsProcessIds'),
  wrong_answers: flag('isGarbled'),
  drawer_open: {
    set: ({ machine, drawerOpenLevel }, isOn) =>
      machine.setFault('isDrawerPinHigh', isOn === (drawerOpenLevel !== 'low')),
    isOn: ({ isDrawerPinHigh = false }, { drawerOpenLevel }) =>
      isDrawerPinHigh === (drawerOpenLevel !== 'low'),
  },
  unplugged: {
    set: (handle, isOn) => {
      handle.isUnplugged = isOn
    },
    isOn: (_faults, { isUnplugged }) => isUnplugged,
  },
}
/** Fewer than the shortest receipt has. */
const LINES_TO_THE_END = 6
/** Bytes that are no answer of any kind (hardware tables of status answers). */
const NOISE = [0xff, 0x80]

type Flag =
  | 'isPaperNearEnd'
  | 'isCoverOpen'
  | 'isOffline'
  | 'isCutterJammed'
  | 'isSilent'
  | 'holdsProcessIds'
  | 'isGarbled'

function flag(name: Flag): PrinterFault {
  return {
    set: ({ machine }, isOn) => machine.setFault(name, isOn ? true : undefined),
    isOn: (faults) => faults[name] === true,
  }
}

/** Empty unless the office calls this till a demonstration. */
export function virtualDevices({ devices, fittings, store }: Panel): VirtualDevice[] {
  if (store.masters()?.isDemo !== true) return []
  const all = devices.all().flatMap((device) => {
    const handle = device.virtual
    return handle === null ? [] : [viewOf(devices, device, handle)]
  })
  return fittings.virtualPole === null ? all : [...all, poleView(fittings.virtualPole)]
}

/** Throws device_not_found. */
export function setVirtualFault(
  panel: Panel,
  wish: { id: string; fault: Fault; isOn: boolean },
): VirtualDevice {
  const pole =
    wish.id === POLE_ID && panel.store.masters()?.isDemo === true ? panel.fittings.virtualPole : null
  if (pole !== null) {
    if (wish.fault === 'unplugged') pole.setUnplugged(wish.isOn)
    return poleView(pole)
  }
  const { device, handle } = find(panel, wish.id)
  if (handle.kind === 'printer') PRINTER_FAULTS[wish.fault]?.set(handle, wish.isOn)
  if (handle.kind === 'scanner') {
    if (wish.fault === 'garbage') handle.isGarbage = wish.isOn
    if (wish.fault === 'double_scan') handle.isDouble = wish.isOn
  }
  const isReading = device.kind === 'scanner' || device.kind === 'card_reader'
  if (wish.fault === 'unplugged' && isReading && 'isUnplugged' in handle) {
    handle.isUnplugged = wish.isOn
    device.watched.setUnplugged(wish.isOn)
  }
  return viewOf(panel.devices, device, handle)
}

/** Throws device_not_found. */
export function actVirtually(panel: Panel, wish: { id: string; act: Act; text: string }): VirtualDevice {
  const { device, handle } = find(panel, wish.id)
  if (handle.kind === 'printer' && wish.act === 'mend') {
    handle.machine.recover()
    for (const fault of Object.values(PRINTER_FAULTS)) fault.set(handle, false)
  }
  if (handle.kind === 'printer' && wish.act === 'tear_off') handle.machine.tearOff()
  if (handle.kind === 'card_reader' && wish.act === 'swipe' && wish.text !== '') handle.swipe(wish.text)
  if (handle.kind === 'scanner' && wish.act === 'scan' && wish.text !== '') handle.scan(wish.text)
  return viewOf(panel.devices, device, handle)
}

/** Throws device_not_found. */
export function setVirtualScript(
  panel: Panel,
  { id, script }: { id: string; script: NonNullable<VirtualDevice['script']> },
): VirtualDevice {
  const { device, handle } = find(panel, id)
  if (handle.kind !== 'card_terminal') throw new ProblemError('device_not_found')
  handle.script = script
  return viewOf(panel.devices, device, handle)
}

/** Throws device_not_found, also before the first slip. */
export function lastSlip(panel: Panel, id: string): { number: number; dataUrl: string } {
  const { handle } = find(panel, id)
  const slip = handle.kind === 'printer' ? handle.machine.slips().at(-1) : undefined
  if (handle.kind !== 'printer' || slip === undefined) throw new ProblemError('device_not_found')
  const png = slipToPng(slip, handle.profile)
  return { number: handle.slipCount(), dataUrl: `data:image/png;base64,${png.toString('base64')}` }
}

function find({ devices, store }: Panel, id: string): { device: OpenedDevice; handle: VirtualHandle } {
  const device = store.masters()?.isDemo === true ? devices.opened(id) : null
  if (device === null || device.virtual === null) throw new ProblemError('device_not_found')
  return { device, handle: device.virtual }
}

function viewOf(devices: Till['devices'], device: OpenedDevice, handle: VirtualHandle): VirtualDevice {
  const { id, kind } = device.slot
  const common = {
    id,
    kind,
    name: devices.view(id).name,
    script: null,
    steps: [],
    slipNumber: null,
    lines: null,
  }
  switch (handle.kind) {
    case 'printer':
      return {
        ...common,
        faults: Object.entries(PRINTER_FAULTS).map(([fault, { isOn }]) => ({
          fault: fault as Fault,
          isOn: isOn(handle.machine.faults(), handle),
        })),
        acts: [
          { act: 'mend', hasText: false, example: '' },
          { act: 'tear_off', hasText: false, example: '' },
        ],
        slipNumber: handle.slipCount() === 0 ? null : handle.slipCount(),
      }
    case 'scanner':
      return {
        ...common,
        faults: [
          { fault: 'garbage', isOn: handle.isGarbage },
          { fault: 'double_scan', isOn: handle.isDouble },
          { fault: 'unplugged', isOn: handle.isUnplugged },
        ],
        acts: [{ act: 'scan', hasText: true, example: EXAMPLE }],
      }
    case 'card_reader':
      return {
        ...common,
        faults: [{ fault: 'unplugged', isOn: handle.isUnplugged }],
        acts: [{ act: 'swipe', hasText: true, example: BADGE_EXAMPLE }],
      }
    case 'card_terminal':
      return {
        ...common,
        faults: [],
        acts: [],
        script: handle.script,
        steps: device.kind === 'card_terminal' ? [...device.watched.steps()] : [],
      }
  }
}

function poleView(pole: VirtualPoleHandle): VirtualDevice {
  return {
    id: POLE_ID,
    kind: 'pole_display',
    name: '',
    faults: [{ fault: 'unplugged', isOn: pole.isUnplugged() }],
    acts: [],
    script: null,
    steps: [],
    slipNumber: null,
    lines: [...pole.lines()],
  }
}

/** A bill of the sandbox. */
const EXAMPLE = 'PT-DVG-000001'
/** The card of the demonstration's cashier, as on its second track. */
const BADGE_EXAMPLE = ';70420017?'
