// Hindi words of screens that are loaded when they are first opened. Loaded by catalog.ts.
import type { LateCatalog } from './catalog.ts'
import { hiDayEnd } from './hi-day-end.ts'
import { hiDevices } from './hi-devices.ts'

export const lateHi: LateCatalog = { ...hiDayEnd, ...hiDevices }
