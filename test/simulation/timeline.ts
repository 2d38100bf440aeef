// The one clock of a simulated world: things happen at moments, in order, and nothing else makes time pass. Between two
// moments all promises settle, so a run does not depend on the machine. Called by every part of the simulator.

export type Timeline = {
  nowMs: () => number
  /** Runs later; equal moments in the order they were asked for. */
  after: (delayMs: number, run: () => void) => void
  sleep: (ms: number) => Promise<void>
  /** Work of the machine's other threads (signatures): time stands still until it is done. */
  outside: <Value>(work: Promise<Value>) => Promise<Value>
  /** Until everything before that moment has happened. */
  runUntil: (untilMs: number) => Promise<void>
  momentCount: () => number
}

type Moment = { atMs: number; order: number; run: () => void }

/** More than any schedule needs: a world that never comes to rest is a fault of the simulator. */
const momentsMax = 2_000_000

export function createTimeline(startMs: number): Timeline {
  const heap: Moment[] = []
  let now = startMs
  let order = 0
  let count = 0
  const outside = new Set<Promise<unknown>>()

  const settled = async () => {
    await promises()
    while (outside.size > 0) {
      await Promise.allSettled(outside)
      await promises()
    }
  }
  const after = (delayMs: number, run: () => void) => {
    if (!(delayMs >= 0)) throw new RangeError('nothing happens in the past')
    order += 1
    push(heap, { atMs: now + Math.floor(delayMs), order, run })
  }
  return {
    nowMs: () => now,
    after,
    sleep: (ms) =>
      new Promise((done) => {
        after(ms, done)
      }),
    outside: async (work) => {
      outside.add(work)
      try {
        return await work
      } finally {
        outside.delete(work)
      }
    },
    runUntil: async (untilMs) => {
      // what was begun between two moments comes first
      await settled()
      for (;;) {
        const [next] = heap
        if (next === undefined || next.atMs > untilMs) break
        count += 1
        if (count > momentsMax) throw new RangeError('a world that never comes to rest')
        pop(heap)
        now = next.atMs
        next.run()
        await settled()
      }
      now = Math.max(now, untilMs)
    },
    momentCount: () => count,
  }
}

/** Every promise that can go on has gone on. */
function promises(): Promise<void> {
  return new Promise((done) => {
    setImmediate(done)
  })
}

function isBefore(one: Moment, other: Moment): boolean {
  return one.atMs < other.atMs || (one.atMs === other.atMs && one.order < other.order)
}

function push(heap: Moment[], moment: Moment): void {
  let at = heap.length
  heap.push(moment)
  while (at > 0) {
    const up = (at - 1) >> 1
    const parent = heap[up]
    if (parent === undefined || !isBefore(moment, parent)) break
    heap[at] = parent
    at = up
  }
  heap[at] = moment
}

function pop(heap: Moment[]): void {
  const last = heap.pop()
  if (last === undefined || heap.length === 0) return
  let at = 0
  for (;;) {
    const left = 2 * at + 1
    const [one, other] = [heap[left], heap[left + 1]]
    if (one === undefined) break
    const isLeft = other === undefined || isBefore(one, other)
    const child = isLeft ? one : other
    if (child === undefined || !isBefore(child, last)) break
    heap[at] = child
    at = isLeft ? left : left + 1
  }
  heap[at] = last
}
