// `npm run bench [-- name …] [--json]`: how fast the product is, each figure as a ratio against a floor measured in the same
// run. For people who decide about speed; no test reads it, because a number from a busy machine proves nothing.
// Every part runs in a process of its own, so that none inherits another's warm code or full memory.
import { fork } from 'node:child_process'
import { join } from 'node:path'
import { formatTable, type Figure, type PartResult } from './figure.ts'
import { isPartName, partNames, type PartName } from './parts.ts'

/** What part-process.ts sends back. */
export type PartMessage = { readonly figures: readonly Figure[]; readonly failure: string | null }

const PART_MINUTES_MAX = 15

const main = async (words: readonly string[]): Promise<number> => {
  const isJson = words.includes('--json')
  const names = words.filter((word) => word !== '--json')
  const unknown = names.filter((name) => !isPartName(name))
  if (unknown.length > 0) {
    console.error(`There is no part ${unknown.join(', ')}. Parts: ${partNames.join(', ')}.`)
    return 1
  }
  const chosen = names.length === 0 ? partNames : partNames.filter((name) => names.includes(name))
  const results: PartResult[] = []
  for (const part of chosen) {
    if (!isJson) console.error(`measuring ${part} …`)
    results.push(await runPart(part))
  }
  console.log(isJson ? JSON.stringify(results, null, 2) : `\n${formatTable(results)}`)
  return results.some(({ failure }) => failure !== null) ? 1 : 0
}

const runPart = (part: PartName): Promise<PartResult> =>
  new Promise((resolve) => {
    const startedMs = performance.now()
    const child = fork(join(import.meta.dirname, 'part-process.ts'), [part], {
      // What the product prints while it is measured must not end up in the table.
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      timeout: PART_MINUTES_MAX * 60_000,
    })
    let message: PartMessage = { figures: [], failure: null }
    const complaints: string[] = []
    child.stderr?.setEncoding('utf8').on('data', (text: string) => complaints.push(text))
    child.on('message', (received) => {
      message = received as PartMessage
    })
    child.on('close', (code) => {
      const isSilent = message.figures.length === 0 && message.failure === null
      const lastWords = complaints.join('').trim().split('\n').slice(-3).join(' | ')
      const failure = isSilent
        ? `the process ended with ${code ?? 'a signal'}: ${lastWords}`
        : message.failure
      resolve({ part, seconds: (performance.now() - startedMs) / 1000, figures: message.figures, failure })
    })
  })

process.exitCode = await main(process.argv.slice(2))
