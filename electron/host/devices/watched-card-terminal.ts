// A card terminal under watch: does what the terminal does, and keeps how it is and its steps. No word of the terminal is kept: only
// names of steps and outcomes. Made by device-book.ts, handed to the card runner in place of the terminal itself.
import type { CardOutcome, CardTerminal } from '#drivers/card-terminal/card-terminal.ts'
import type { DriverProblem } from '#drivers/problem.ts'
import { troubleOf } from './device-diary.ts'
import { UNSEEN, type Seen, type Watch } from './watch.ts'

const STEPS_MAX = 20

export type WatchedCardTerminal = {
  readonly terminal: CardTerminal
  readonly seen: () => Seen
  /** Of the running or last sale, oldest first. */
  readonly steps: () => readonly string[]
}

export function watchCardTerminal(terminal: CardTerminal, watch: Watch): WatchedCardTerminal {
  let seen: Seen = UNSEEN
  let steps: string[] = []
  const set = (problem: DriverProblem | null): void => {
    const was = seen
    const trouble = problem === null ? null : troubleOf(problem)
    seen =
      trouble === null
        ? { state: 'ready', tone: 'green', trouble, lastSeenAtMs: watch.nowMs() }
        : { ...was, state: 'unreachable', tone: 'red', trouble }
    if (was.trouble?.code === trouble?.code && was.state === seen.state) return
    watch.note(trouble === null ? { tone: 'green', what: 'well' } : { tone: 'red', what: 'trouble', trouble })
  }
  const step = (name: string, tone: Seen['tone'] = 'green'): void => {
    if (steps.at(-1) === name) return
    steps = [...steps, name].slice(-STEPS_MAX)
    watch.note({ tone, what: 'step', decoded: name })
  }
  const ended = (outcome: CardOutcome): void => {
    step(outcome.kind, outcome.kind === 'approved' ? 'green' : 'amber')
    if (outcome.kind === 'not_started' || outcome.kind === 'unknown') set(outcome.problem)
    else set(null)
  }
  const { endDay } = terminal
  return {
    terminal: {
      ...terminal,
      ...(endDay === undefined
        ? {}
        : {
            endDay: async () => {
              const end = await endDay()
              set(end.kind === 'unknown' ? end.problem : null)
              return end
            },
          }),
      start: async (intent, { onProgress, onHandedOver }) => {
        steps = []
        const outcome = await terminal.start(intent, {
          onProgress: (progress) => {
            step(progress.step)
            onProgress(progress)
          },
          onHandedOver,
        })
        ended(outcome)
        return outcome
      },
      check: async () => {
        const problem = await terminal.check()
        set(problem)
        return problem
      },
    },
    seen: () => seen,
    steps: () => steps,
  }
}
