// Time that stands still until nothing is left to do at this moment, so that hours of two thousand tills pass in seconds and always in
// the same way. Called by storm.ts.

type Event = { atMs: number; order: number; run: () => void }

export type MovedTime = {
  readonly nowMs: () => number
  readonly pause: (ms: number) => Promise<void>
  /** Moves on from event to event until there is none. */
  readonly run: () => Promise<void>
}

export const createMovedTime = (): MovedTime => {
  const queue = createQueue()
  let nowMs = 0
  let order = 0
  return {
    nowMs: () => nowMs,
    pause: (ms) =>
      new Promise<void>((run) => {
        queue.push({ atMs: nowMs + ms, order: (order += 1), run })
      }),
    run: async () => {
      for (let event = queue.pop(); event !== undefined; event = queue.pop()) {
        nowMs = event.atMs
        event.run()
        await new Promise((done) => setImmediate(done))
      }
    },
  }
}

/** A heap: the earliest first, and of one moment the one that was put in first. */
const createQueue = () => {
  const events: Event[] = []
  const isBefore = (one: number, other: number): boolean => {
    const [a, b] = [events[one], events[other]]
    if (a === undefined || b === undefined) return false
    return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order)
  }
  const swap = (one: number, other: number): void => {
    const [a, b] = [events[one], events[other]]
    if (a === undefined || b === undefined) throw new RangeError('only what is there is swapped')
    events[one] = b
    events[other] = a
  }
  const sink = (): void => {
    for (let at = 0; ;) {
      const [left, right] = [at * 2 + 1, at * 2 + 2]
      let least = at
      if (isBefore(left, least)) least = left
      if (isBefore(right, least)) least = right
      if (least === at) return
      swap(at, least)
      at = least
    }
  }
  return {
    push: (event: Event): void => {
      for (let at = events.push(event) - 1; at > 0 && isBefore(at, (at - 1) >> 1); at = (at - 1) >> 1)
        swap(at, (at - 1) >> 1)
    },
    pop: (): Event | undefined => {
      if (events.length === 0) return undefined
      swap(0, events.length - 1)
      const first = events.pop()
      sink()
      return first
    },
  }
}
