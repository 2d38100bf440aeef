// What devices tell the screen without being asked. Part of procedures.ts, served by host/scan-desk.ts.
import { epochMsSchema } from '#contract/bill.ts'
import * as z from 'zod'
import { open } from './callers.ts'

export const SCANS_MAX = 50
export const SCANNERS_MAX = 4
export const SCAN_CHARS_MAX = 4_096

export const scanNoteSchema = z.strictObject({
  /** Counts up while the till runs. */
  number: z.int().min(1),
  /** null: a code that could not be read. */
  value: z.string().min(1).max(SCAN_CHARS_MAX).nullable(),
  aim: z.string().length(3).nullable(),
  symbology: z.string().max(32).nullable(),
  source: z.enum(['hid-pos', 'serial']),
  atMs: epochMsSchema,
})
export type ScanNote = z.infer<typeof scanNoteSchema>

export const scansSchema = z.strictObject({
  /** Give it back with the next call. */
  lastNumber: z.int().min(0),
  scans: z.array(scanNoteSchema).max(SCANS_MAX),
  /** Scanners of this till that are no keyboards; empty: there is nothing to wait for. */
  scanners: z.array(z.strictObject({ name: z.string().max(512), isOpen: z.boolean() })).max(SCANNERS_MAX),
})
export type Scans = z.infer<typeof scansSchema>

export const deviceProcedures = {
  /**
   * Scans after that number; null: from now on. Answers at once when there are some, else when one comes or after a few
   * seconds without. A scan is what was read and nothing more: it presses and pays nothing.
   */
  scans: open.input(z.strictObject({ after: z.int().min(0).nullable() })).output(scansSchema),
}
