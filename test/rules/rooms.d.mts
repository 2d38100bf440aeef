// Types of rooms.mjs, for the tests that read the table.
export type Room = {
  readonly level: number
  readonly name: string
  readonly folder: string
  readonly purpose: string
  readonly mayImport: readonly string[]
  readonly packages: readonly string[]
  /** no clock, no chance, no machine: see `bannedGlobals` */
  readonly isPure?: boolean
  /** drawn for a finger or a scanner: see the lint rule `no-press-start` */
  readonly isScreen?: boolean
}
export const rooms: readonly Room[]
export const toolFiles: readonly string[]
export const bannedGlobals: readonly string[]
export const roomOf: (path: string) => Room | undefined
export const roomNamed: (name: string) => Room | undefined
export const reasonAgainst: (room: Room, specifier: string) => string | undefined
