// What the drawer's switch says. It hangs at pin 3 of the printer's drawer socket; whether "high" means open depends on the drawer, so that
// is set for each till. Called by the host with the level that the printer reports (DLE EOT 1, bit 04).

export const DRAWER_LEVELS = ['high', 'low', 'unknown'] as const
/** Level of the switch while the drawer is open; unknown: this drawer has no switch, or nobody has looked yet. */
export type DrawerOpenLevel = (typeof DRAWER_LEVELS)[number]

/** null: nothing can be said. */
export function isDrawerOpen(isPinHigh: boolean | null, openLevel: DrawerOpenLevel): boolean | null {
  if (isPinHigh === null || openLevel === 'unknown') return null
  return isPinHigh === (openLevel === 'high')
}
