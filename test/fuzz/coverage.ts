// Which code of the drivers ran, by V8's own precise block counts: tells a fuzzer whether inputs reached something new.
// Called by guided.ts.
import { Session } from 'node:inspector/promises'

/** Code of one look that did not run, by function: byte ranges of its source. */
type Silent = ReadonlyMap<string, readonly Span[]>
type Span = { readonly from: number; readonly to: number }

export type Coverage = {
  /** What ran since the last look: true when some of it never ran before. Forgets nothing until `keep`. */
  readonly look: () => Promise<{ readonly isNew: boolean; readonly keep: () => void }>
  readonly stop: () => Promise<void>
}

/** @param part of a script's URL, for example `/drivers/` */
export const watchCoverage = async (part: string): Promise<Coverage> => {
  const session = new Session()
  session.connect()
  await session.post('Profiler.enable')
  await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true })
  const silent = new Map<string, readonly Span[]>()
  const take = async (): Promise<Silent> => {
    const { result } = await session.post('Profiler.takePreciseCoverage')
    const found = new Map<string, readonly Span[]>()
    for (const { url, functions } of result.filter((script) => script.url.includes(part))) {
      for (const { functionName, ranges } of functions) {
        const [whole] = ranges
        if (whole === undefined || whole.count === 0) continue
        const none = ranges.filter(({ count }) => count === 0)
        const key = `${url} ${functionName} ${whole.startOffset}`
        found.set(
          key,
          none.map(({ startOffset, endOffset }) => ({ from: startOffset, to: endOffset })),
        )
      }
    }
    return found
  }
  return {
    look: async () => {
      const found = await take()
      const isNew = [...found].some(([key, spans]) => {
        const before = silent.get(key)
        return before === undefined || bytesIn(both(before, spans)) < bytesIn(before)
      })
      const keep = (): void => {
        for (const [key, spans] of found) silent.set(key, both(silent.get(key) ?? spans, spans))
      }
      return { isNew, keep }
    },
    stop: async () => {
      await session.post('Profiler.stopPreciseCoverage')
      session.disconnect()
    },
  }
}

/** Ranges silent in both: spans of one look never overlap partly, they nest or stand apart. */
const both = (one: readonly Span[], other: readonly Span[]): Span[] =>
  one.flatMap((a) =>
    other
      .map((b) => ({ from: Math.max(a.from, b.from), to: Math.min(a.to, b.to) }))
      .filter(({ from, to }) => from < to),
  )

const bytesIn = (spans: readonly Span[]): number => spans.reduce((sum, { from, to }) => sum + to - from, 0)
