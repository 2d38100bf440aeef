// Runners that go on with other devices while the till runs: the old one ends, a new one begins with what is set up now, and who holds the
// runner notices nothing. Queued work is on the disk. Called by start-host.
import type { CardRunner } from '#host/cards/card-runner.ts'
import type { PrintRunner } from '#host/paper/print-runner.ts'
import type { ScanDesk } from '#host/scans/scan-desk.ts'

type Replaceable<T> = T & {
  /** Only while nothing is under way on it. */
  readonly renew: () => Promise<void>
}

export function replaceablePrinting(start: () => PrintRunner): Replaceable<PrintRunner> {
  let current = start()
  return {
    get hasPrinter() {
      return current.hasPrinter
    },
    view: () => current.view(),
    nudge: () => current.nudge(),
    printNow: async (document, on) => await current.printNow(document, on),
    noteLate: async () => await current.noteLate(),
    kick: async () => await current.kick(),
    stop: async () => await current.stop(),
    renew: async () => {
      await current.stop()
      current = start()
      current.nudge()
    },
  }
}

export function replaceableScanDesk(start: () => ScanDesk): Replaceable<ScanDesk> {
  let current = start()
  return {
    scans: async (after) => await current.scans(after),
    stop: async () => await current.stop(),
    renew: async () => {
      await current.stop()
      current = start()
    },
  }
}

export function replaceableCards(start: () => CardRunner): Replaceable<CardRunner> {
  let current = start()
  return {
    terminal: () => current.terminal(),
    live: (reference) => current.live(reference),
    postProblem: (reference) => current.postProblem(reference),
    notePost: (reference, problem) => current.notePost(reference, problem),
    run: (sale) => current.run(sale),
    cancel: async (sale) => await current.cancel(sale),
    ask: async (sale) => await current.ask(sale),
    reverse: async (reference, by) => await current.reverse(reference, by),
    endDay: async () => await current.endDay(),
    isIdle: () => current.isIdle(),
    stop: async () => await current.stop(),
    renew: async () => {
      await current.stop()
      current = start()
    },
  }
}
