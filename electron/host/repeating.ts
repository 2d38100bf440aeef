// Runs a task again and again, one run after the other, waiting as long as the run before said; `wake` runs it at once. Carries the
// loops of the till (sync, printing, masters). Called by start-host and the runners.

export type Repeating = {
  /** Ends with the first run. */
  readonly first: Promise<void>
  /** Runs now (after the run under way, if any) and tells when that run has ended. */
  readonly wake: () => Promise<void>
  /** No run starts any more; resolves when the one under way has ended. */
  readonly stop: () => Promise<void>
}

type Task = {
  /** Returns the wait before the next run in ms; null: only when woken. */
  readonly run: () => Promise<number | null>
  /** A fault of a run; the loop goes on after `faultWaitMs`. */
  readonly onFault: (error: unknown) => void
  readonly faultWaitMs: number
}

/** Starts with a first run at once. */
export function repeat({ run, onFault, faultWaitMs }: Task): Repeating {
  let timer: NodeJS.Timeout | null = null
  let isStopped = false
  let last: Promise<void> = Promise.resolve()
  let next: Promise<void> | null = null

  const oneRun = async (): Promise<void> => {
    if (isStopped) return
    if (timer !== null) clearTimeout(timer)
    timer = null
    const waitMs = await run().catch((error: unknown) => {
      onFault(error)
      return faultWaitMs
    })
    plan(waitMs)
  }
  const plan = (waitMs: number | null): void => {
    if (isStopped || waitMs === null) return
    if (timer !== null) clearTimeout(timer)
    timer = setTimeout(() => void wake(), waitMs)
  }
  const wake = (): Promise<void> => {
    // Any number of wishes while a run is under way are one more run.
    next ??= last.then(async () => {
      next = null
      await oneRun()
    })
    last = next
    return next
  }
  return {
    first: wake(),
    wake,
    stop: async () => {
      isStopped = true
      if (timer !== null) clearTimeout(timer)
      await last
    },
  }
}
