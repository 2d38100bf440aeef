// A printer under watch: does what the printer does, and keeps how it is and what it said. Made by device-book.ts, handed to the print
// runner in place of the printer itself.
import type { PrintOutcome } from '#drivers/printer/print-job.ts'
import type { Printer, PrinterStatus } from '#drivers/printer/open-printer.ts'
import { UNSEEN, type Seen, type Watch } from './watch.ts'
import { troubleOf } from './device-diary.ts'

export type WatchedPrinter = {
  readonly printer: Printer
  readonly seen: () => Seen
  readonly isBusy: () => boolean
  /** Epoch ms of the last question or slip. */
  readonly lastAskedMs: () => number
}

export function watchPrinter(printer: Printer, watch: Watch): WatchedPrinter {
  let seen: Seen = UNSEEN
  let printing = 0
  let askedMs = 0
  const set = (next: Seen): void => {
    const was = seen
    seen = next
    if (was.state === next.state && was.trouble?.code === next.trouble?.code) return
    if (next.trouble !== null) watch.note({ tone: next.tone, what: 'trouble', trouble: next.trouble })
    else if (next.state !== 'unknown' || was !== UNSEEN)
      watch.note({ tone: next.tone, what: 'well', decoded: next.state })
  }
  const wrapped: Printer = {
    ...printer,
    status: async () => {
      askedMs = watch.nowMs()
      const status = await printer.status()
      if (printing === 0) set(seenOf(status, watch.nowMs()))
      return status
    },
    print: async (document, options) => {
      printing += 1
      askedMs = watch.nowMs()
      try {
        const outcome = await printer.print(document, options)
        set(seenAfter(outcome, seen, watch.nowMs()))
        const { result, problem } = outcome
        watch.note({
          tone: result === 'printed' ? 'green' : result === 'unknown' ? 'amber' : 'red',
          what: 'printed',
          trouble: problem === null ? null : troubleOf(problem),
          decoded: result,
        })
        return outcome
      } finally {
        printing -= 1
      }
    },
  }
  return { printer: wrapped, seen: () => seen, isBusy: () => printing > 0, lastAskedMs: () => askedMs }
}

function seenOf({ state, problem, isPaperNearEnd }: PrinterStatus, nowMs: number): Seen {
  const trouble = problem === null ? null : troubleOf(problem)
  switch (state) {
    case 'ready':
      return isPaperNearEnd
        ? { state: 'paper_low', tone: 'amber', trouble, lastSeenAtMs: nowMs }
        : { state: 'ready', tone: 'green', trouble, lastSeenAtMs: nowMs }
    case 'attention':
      return { state: 'not_ready', tone: 'red', trouble, lastSeenAtMs: nowMs }
    case 'silent':
      return { state: 'unknown', tone: 'grey', trouble, lastSeenAtMs: null }
    case 'unreachable':
      return { state: 'unreachable', tone: 'red', trouble, lastSeenAtMs: null }
    case 'none':
      return { state: 'off', tone: 'grey', trouble, lastSeenAtMs: null }
  }
}

function seenAfter({ result, problem, isPaperNearEnd }: PrintOutcome, was: Seen, nowMs: number): Seen {
  if (result === 'printed')
    return seenOf({ state: 'ready', problem: null, isPaperNearEnd, isDrawerPinHigh: false }, nowMs)
  if (problem === null) return was
  const isAway = ['printer_unreachable', 'device_unreachable', 'device_permission', 'device_in_use'].includes(
    problem.code,
  )
  return {
    state: result === 'unknown' ? 'unknown' : isAway ? 'unreachable' : 'not_ready',
    tone: result === 'unknown' ? 'amber' : 'red',
    trouble: troubleOf(problem),
    lastSeenAtMs: isAway ? was.lastSeenAtMs : nowMs,
  }
}
