// What one measurement says: the product's number, the number of a floor measured in the same run, their ratio and whether
// a goal is met. Made by the parts, shown by run.ts. A ratio holds on a slow machine where milliseconds do not.

export type Goal =
  | { readonly kind: 'at most'; readonly ratio: number }
  | { readonly kind: 'at least'; readonly ratio: number }
  /** Said for information; nothing is promised. */
  | { readonly kind: 'none' }

export type Figure = {
  readonly what: string
  /** Both in `unit`. */
  readonly ours: number
  readonly floor: number
  readonly unit: string
  /** ours / floor; the median of the rounds' ratios where both were measured in the same rounds. */
  readonly ratio: number
  readonly goal: Goal
  /** What the floor is, and anything a reader must know. */
  readonly against: string
}

/** One file of this folder: `npm run bench -- NAME`. */
export type BenchPart = {
  readonly about: string
  readonly measure: () => Promise<readonly Figure[]>
}

export type PartResult = {
  readonly part: string
  readonly seconds: number
  readonly figures: readonly Figure[]
  /** Why the part could not be measured. */
  readonly failure: string | null
}

export const atMost = (ratio: number): Goal => ({ kind: 'at most', ratio })
export const atLeast = (ratio: number): Goal => ({ kind: 'at least', ratio })
export const noGoal: Goal = { kind: 'none' }

export function verdictOf({ goal, ratio }: Figure): 'met' | 'MISSED' | '' {
  if (goal.kind === 'none') return ''
  const isMet = goal.kind === 'at most' ? ratio <= goal.ratio : ratio >= goal.ratio
  return isMet ? 'met' : 'MISSED'
}

/** One plain table over all parts; rows keep the order in which they were measured. */
export function formatTable(results: readonly PartResult[]): string {
  const rows: string[][] = [['part', 'what', 'ours', 'floor', 'unit', 'ratio', 'goal', 'verdict', 'against']]
  for (const { part, figures, failure } of results) {
    for (const figure of figures) rows.push(formatRow(part, figure))
    if (failure !== null) rows.push([part, 'not measured', '', '', '', '', '', 'FAILED', failure])
  }
  const isNumber = (column: number): boolean => column === 2 || column === 3 || column === 5
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? '').length)),
  )
  return rows
    .map((row) =>
      row
        .map((cell, column) =>
          isNumber(column) ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
        )
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

function formatRow(part: string, figure: Figure): string[] {
  const { goal } = figure
  const sign = goal.kind === 'at most' ? '<=' : '>='
  return [
    part,
    figure.what,
    formatNumber(figure.ours),
    formatNumber(figure.floor),
    figure.unit,
    `${formatNumber(figure.ratio)}x`,
    goal.kind === 'none' ? '' : `${sign} ${goal.ratio}x`,
    verdictOf(figure),
    figure.against,
  ]
}

/** Three digits that mean something; whole numbers from 100 on. */
function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return String(value)
  return Math.abs(value) >= 100
    ? Math.round(value).toLocaleString('en')
    : String(Number(value.toPrecision(3)))
}
