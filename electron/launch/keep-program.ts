// Restarts a program of the launcher whenever it crashes, with growing waits, until it is stopped or keeps crashing.
// Called by start.ts.
import { wordsOf } from './launch-error.ts'
import { capital, startProgram, type Program } from './program.ts'

/** Waits before the restarts of a program that keeps crashing; one more crash and Tahsil stops. */
export const RESTART_WAITS_MS = [500, 1_000, 2_000, 5_000, 10_000] as const
/** A program that ran this long was well: counting begins anew. */
const WELL_AFTER_MS = 2 * 60_000

export type Keeping = {
  readonly say: (words: string) => void
  /** It ended by its own choice (code 0), or crashed too often. */
  readonly onEnd: (why: 'closed' | 'crashes') => void
  readonly onRestarted: (program: Program) => void
}

export type Kept = {
  readonly current: () => Program
  /** Resolves when the program has ended, also one that was just being restarted. */
  stop(): Promise<void>
  kill(): void
}

type Run = { program: Program; isStopping: boolean; crashes: number; wake: () => void }

export function keepProgram(first: Program, keeping: Keeping): Kept {
  const run: Run = { program: first, isStopping: false, crashes: 0, wake: () => undefined }
  const watching = watch(run, keeping).catch((error: unknown) => keeping.say(wordsOf(error)))
  return {
    current: () => run.program,
    stop: async () => {
      run.isStopping = true
      run.wake()
      await run.program.stop()
      await watching
    },
    kill: () => {
      run.isStopping = true
      run.wake()
      run.program.kill()
    },
  }
}

async function watch(run: Run, keeping: Keeping): Promise<void> {
  const { title } = run.program.plan
  let startedAtMs = Date.now()
  for (;;) {
    const code = await run.program.ended
    if (run.isStopping) return
    if (code === 0) return keeping.onEnd('closed')
    run.crashes = Date.now() - startedAtMs > WELL_AFTER_MS ? 0 : run.crashes
    keeping.say(`${capital(title)} ended unexpectedly (${code}).\n${run.program.lastLines()}`)
    const again = await restart(run, keeping)
    if (again === null) return
    run.program = again
    startedAtMs = Date.now()
    if (run.isStopping) return again.stop()
    keeping.say(`${capital(title)} is running again.`)
    keeping.onRestarted(again)
  }
}

/** Tries until it runs; null: stopped meanwhile, or crashed too often. */
async function restart(run: Run, keeping: Keeping): Promise<Program | null> {
  const { wordsAgain, ...plan } = run.program.plan
  for (;;) {
    const waitMs = RESTART_WAITS_MS[run.crashes]
    run.crashes += 1
    if (waitMs === undefined) {
      keeping.onEnd('crashes')
      return null
    }
    await new Promise<void>((resolve) => {
      run.wake = resolve
      setTimeout(resolve, waitMs)
    })
    if (run.isStopping) return null
    try {
      return await startProgram({ ...plan, words: [...plan.words, ...(wordsAgain ?? [])] })
    } catch (error) {
      keeping.say(wordsOf(error))
    }
  }
}
