// English words of screens that are loaded when they are first opened: they come right after the start, not before it. Loaded by catalog.ts.
import { enDayEnd } from './en-day-end.ts'
import { enDevices } from './en-devices.ts'

export const lateEn = { ...enDayEnd, ...enDevices }
