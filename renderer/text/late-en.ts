// English words of screens that are loaded when they are first opened: they come right after the start, not before it. Loaded by catalog.ts.
import { enDevices } from './en-devices.ts'

export const lateEn = { ...enDevices }
