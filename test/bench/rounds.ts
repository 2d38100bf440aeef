// Fair turns and honest middles: variants are measured in interleaved rounds of random order, so that whatever else the machine
// does falls on all of them alike. Used by every part.

export type Samples<Name extends string> = Readonly<Record<Name, readonly number[]>>

/** Runs every variant once per round, in a new random order each round, after one unmeasured warm-up of each. */
export async function interleave<Name extends string>(
  rounds: number,
  variants: Readonly<Record<Name, () => number | Promise<number>>>,
): Promise<Samples<Name>> {
  const names = Object.keys(variants) as Name[]
  const samples = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<Name, number[]>
  for (const name of names) await variants[name]()
  for (let round = 0; round < rounds; round++) {
    for (const name of shuffle(names)) samples[name].push(await variants[name]())
  }
  return samples
}

export function shuffle<Item>(items: readonly Item[]): Item[] {
  return items
    .map((item) => ({ item, place: Math.random() }))
    .toSorted((a, b) => a.place - b.place)
    .map(({ item }) => item)
}

/** @param fraction 0.5 for the median, 0.99 for p99; throws RangeError when there is nothing to choose from */
export function percentile(values: readonly number[], fraction: number): number {
  const sorted = Float64Array.from(values).toSorted()
  const value = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * fraction))]
  if (value === undefined) throw new RangeError('nothing was measured')
  return value
}

export const median = (values: readonly number[]): number => percentile(values, 0.5)

/** The median of the rounds' own ratios: what both met in the same round cancels out. */
export function medianRatio(ours: readonly number[], floor: readonly number[]): number {
  if (ours.length !== floor.length) throw new RangeError('the variants ran a different number of rounds')
  return median(ours.map((value, round) => value / (floor[round] ?? Number.NaN)))
}

/** Calls `work` again and again for about `forMs` and returns calls per second. `work` gets a counter. */
export function ratePerSecond(forMs: number, work: (count: number) => void): number {
  const startedMs = performance.now()
  const endMs = startedMs + forMs
  let count = 0
  for (let nowMs = startedMs; nowMs < endMs; nowMs = performance.now()) {
    // Reading the clock costs as much as a small receipt part; sixteen calls share one reading.
    for (let turn = 0; turn < 16; turn++) work(count++)
  }
  return (count / (performance.now() - startedMs)) * 1000
}

/** Milliseconds of each of `count` calls. */
export function latenciesMs(count: number, work: (index: number) => void): number[] {
  const taken: number[] = []
  for (let index = 0; index < count; index++) {
    const startedMs = performance.now()
    work(index)
    taken.push(performance.now() - startedMs)
  }
  return taken
}
