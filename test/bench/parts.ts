// The parts of the bench by name, in the order in which they run. Read by run.ts and part-process.ts.
import type { BenchPart } from './figure.ts'

/** Loaded only when it runs, so that a part without its build says so and the others still run. */
export const parts = {
  commit: async () => (await import('./commit.ts')).commit,
  receipts: async () => (await import('./receipts.ts')).receipts,
  raster: async () => (await import('./raster.ts')).raster,
  print: async () => (await import('./print.ts')).print,
  batch: async () => (await import('./batch.ts')).batch,
  start: async () => (await import('./start.ts')).start,
  scan: async () => (await import('./scan.ts')).scan,
  packs: async () => (await import('./packs.ts')).packs,
  bundle: async () => (await import('./bundle.ts')).bundle,
} as const satisfies Record<string, () => Promise<BenchPart>>

export type PartName = keyof typeof parts

export const partNames = Object.keys(parts) as PartName[]

export const isPartName = (word: string): word is PartName => Object.hasOwn(parts, word)
