// Counts of notes and coins as they are typed, row by row: used wherever cash is counted (opening, handing in, closing).
import { addPaise, paise, ZERO_PAISE, type Paise } from '#contract/money.ts'
import { DENOMINATIONS_PAISE, type NoteCount } from '#contract/tender.ts'
import { useRef, useState, type RefObject } from 'react'

export type NoteRow = NoteCount & { readonly typed: string; readonly sumPaise: Paise }

export type NoteCounts = {
  readonly rows: readonly NoteRow[]
  readonly totalPaise: Paise
  /** Only what there is. */
  readonly denominations: NoteCount[]
  readonly type: (at: number, digits: string) => void
  readonly fill: (counted: readonly NoteCount[]) => void
  readonly inputs: RefObject<(HTMLInputElement | null)[]>
  /** Goes on to the next row; false: there is none, or no row has the focus. */
  readonly next: () => boolean
}

export function useNoteCounts(): NoteCounts {
  const [typed, setTyped] = useState<readonly string[]>(() => DENOMINATIONS_PAISE.map(() => ''))
  const inputs = useRef<(HTMLInputElement | null)[]>([])
  const rows = DENOMINATIONS_PAISE.map((denominationPaise, at) => {
    const count = Number(typed[at] ?? '')
    return { denominationPaise, count, typed: typed[at] ?? '', sumPaise: paise(denominationPaise * count) }
  })
  return {
    rows,
    totalPaise: addPaise(ZERO_PAISE, ...rows.map(({ sumPaise }) => sumPaise)),
    denominations: rows
      .filter(({ count }) => count > 0)
      .map(({ denominationPaise, count }) => ({ denominationPaise, count })),
    type: (at, digits) => setTyped(typed.map((old, index) => (index === at ? digits : old))),
    fill: (counted) =>
      setTyped(
        DENOMINATIONS_PAISE.map((denomination) => {
          const found = counted.find(({ denominationPaise }) => denominationPaise === denomination)
          return found === undefined ? '' : String(found.count)
        }),
      ),
    inputs,
    next: () => {
      const at = inputs.current.findIndex((input) => input === document.activeElement)
      const following = inputs.current[at + 1]
      if (at < 0 || following === undefined || following === null) return false
      following.focus()
      following.select()
      return true
    },
  }
}
