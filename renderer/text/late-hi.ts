// Hindi words of screens that are loaded when they are first opened. Loaded by catalog.ts.
import type { LateCatalog } from './catalog.ts'
import { hiDevices } from './hi-devices.ts'

export const lateHi: LateCatalog = { ...hiDevices }
