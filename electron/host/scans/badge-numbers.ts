// Turns the number of a chip or a stripe into what a printed badge of its operator says, so that screens know one kind of badge and never
// hear the number. It chooses a person and proves nothing: the PIN is asked all the same. Called by scan-desk.
import { createHmac } from 'node:crypto'
import type { Operator } from '#contract/api.ts'
import { badgeHashText, badgeText } from '#contract/badge.ts'

/** null: nobody's badge, or more than one person's, which names nobody. */
export type BadgeNames = (number: string) => string | null

export function createBadgeNames(known: {
  readonly operators: () => readonly Operator[]
  /** 32 bytes of the municipality; null while this device does not have them. */
  readonly pepper: () => Uint8Array | null
}): BadgeNames {
  return (number) => {
    const pepper = known.pepper()
    if (pepper === null) return null
    const hash = createHmac('sha256', pepper).update(badgeHashText(number)).digest('hex')
    const [holder, another] = known.operators().filter(({ badges }) => badges?.includes(hash) === true)
    if (holder === undefined || another !== undefined) return null
    // No badge can be printed for such a code; bare it is as good for every screen.
    return holder.code.includes(':') ? holder.code : badgeText(holder.code)
  }
}
