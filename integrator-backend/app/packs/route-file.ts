// Reads the list of connections of a route from CSV, as an office exports it. Called by the command put-route.
// Everything wrong is told with its line, before anything is stored.
import { businessServiceSchema, consumerCodeSchema } from '#contract/bill.ts'
import { StartupError } from '#app/startup-error.ts'

export type RouteConsumer = { businessService: string; consumerCode: string }

/** Connections of one route. */
export const ROUTE_CONSUMERS_MAX = 50_000
const FAULTS_TOLD_MAX = 5

/**
 * One connection a line: consumer code, business service; a first line with those names is skipped, a connection that comes
 * twice is taken once. Throws StartupError naming the first lines that cannot be used.
 */
export function readRouteFile(text: string): RouteConsumer[] {
  const faults: string[] = []
  const found = new Map<string, RouteConsumer>()
  for (const [at, line] of text
    .replace(/^\uFEFF/, '')
    .split(/\r\n|\n|\r/)
    .entries()) {
    if (line.trim() === '' || (at === 0 && isHeader(line))) continue
    const consumer = consumerOf(cellsOf(line))
    if (consumer === null) faults.push(String(at + 1))
    else found.set(JSON.stringify(consumer), consumer)
  }
  if (faults.length > 0) {
    const told = faults.slice(0, FAULTS_TOLD_MAX).join(', ')
    const more = faults.length > FAULTS_TOLD_MAX ? ` and ${faults.length - FAULTS_TOLD_MAX} more` : ''
    throw new StartupError(
      `Lines ${told}${more} cannot be used: each needs a consumer code (no comma in it) and a business service.`,
    )
  }
  if (found.size === 0) throw new StartupError('The file names no connection.')
  if (found.size > ROUTE_CONSUMERS_MAX) {
    throw new StartupError(`A route has at most ${ROUTE_CONSUMERS_MAX} connections; split the file.`)
  }
  return [...found.values()]
}

function isHeader(line: string): boolean {
  const [first = ''] = cellsOf(line)
  return /^consumer[ _-]?(code|number|no\.?)?$/i.test(first)
}

function consumerOf(cells: readonly string[]): RouteConsumer | null {
  const consumerCode = consumerCodeSchema.safeParse(cells[0])
  const businessService = businessServiceSchema.safeParse(cells[1])
  if (!consumerCode.success || !businessService.success) return null
  // DIGIT reads a comma as a list
  if (consumerCode.data.includes(',')) return null
  return { businessService: businessService.data, consumerCode: consumerCode.data }
}

/** Cells between commas; one in double quotes may hold commas, and a doubled quote stands for one. */
function cellsOf(line: string): string[] {
  const cells: string[] = []
  for (const [, quoted, plain] of line.matchAll(/(?:^|,)\s*(?:"((?:[^"]|"")*)"\s*(?=,|$)|([^,]*))/g)) {
    cells.push((quoted?.replaceAll('""', '"') ?? plain ?? '').trim())
  }
  return cells
}
