// `npm run simulate -- --seeds N [--seed S] [--mutant NAME [--sound]] [--verbose]`: runs seeded worlds on all cores and says what the
// auditor found, with the command that tells a failing world again. `--sound` runs the whole design in the mutant's weather. Ends with 1 when a world of the sound design failed,
// or when no world caught the mutant.
import { fork } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { mutants, soundDesign, soundIn } from './mutants.ts'
import { isMoneyWrong, runSeed } from './run-seed.ts'
import type { SeedResult } from './run-seed.ts'

type Sum = {
  worlds: number
  mixed: number
  undone: number
  forks: number
  proved: number
  payments: number
  posted: number
  suspense: number
  restores: number
  over: number
}
type Report = Omit<SeedResult, 'lines'>

const seedsDefault = 200
const failuresShownMax = 10
const { values } = parseArgs({
  options: {
    seeds: { type: 'string' },
    seed: { type: 'string' },
    mutant: { type: 'string' },
    sound: { type: 'boolean', default: false },
    verbose: { type: 'boolean', default: false },
    workers: { type: 'string' },
    worker: { type: 'string' },
  },
})

const named = values.mutant === undefined ? soundDesign : mutants[values.mutant]
const mutant = named !== undefined && values.sound ? soundIn(named) : named
/** null: nothing may go wrong. */
const mutantName = values.sound ? null : (values.mutant ?? null)
const words = [
  ...(values.mutant === undefined ? [] : ['--mutant', values.mutant]),
  ...(values.sound ? ['--sound'] : []),
]
const first = Number(values.seed ?? 1)
const count = Number(values.seeds ?? (values.seed === undefined ? seedsDefault : 1))

const main = async (): Promise<number> => {
  if (mutant === undefined) {
    console.error(`No mutant ${values.mutant}. There are: ${Object.keys(mutants).join(', ')}.`)
    return 2
  }
  if (!Number.isSafeInteger(first) || !Number.isSafeInteger(count) || count < 1) {
    console.error('--seed and --seeds are whole numbers.')
    return 2
  }
  if (values.worker !== undefined) return await workAs(values.worker)
  if (count === 1) return await tell(first)
  return await runMany()
}

/** One world with its whole log. */
const tell = async (seed: number): Promise<number> => {
  const result = await runSeed(seed, mutant)
  if (values.verbose || isFailed(result)) for (const line of result.lines) console.log(line)
  show(result)
  console.log(
    `seed ${seed}: ${result.paymentCount} payments, ${result.postedCount} posted, ${result.suspenseCount} in suspense, ${result.restoreCount} restores`,
  )
  return isFailed(result) === (mutantName === null) ? 1 : 0
}

const runMany = async (): Promise<number> => {
  const startedMs = performance.now()
  const sum = sumOfNothing()
  const failed: Report[] = []
  const workers = Math.min(Number(values.workers ?? availableParallelism()), count)
  await Promise.all(
    Array.from({ length: workers }, (_, at) =>
      runWorker(`${at}/${workers}`, (report) => {
        sum.worlds += 1
        sum.payments += report.paymentCount
        sum.posted += report.postedCount
        sum.suspense += report.suspenseCount
        sum.restores += report.restoreCount
        sum.over += report.overCollectedCount
        sum.mixed += report.mixedCount
        sum.undone += report.undoneCount
        sum.forks += report.forkCount
        sum.proved += report.provedCount
        if (!isFailed(report)) return
        failed.push(report)
        if (failed.length <= failuresShownMax) show(report)
      }),
    ),
  )
  const wrong = mutantName === null ? failed : failed.filter(({ findings }) => findings.some(isMoneyWrong))
  wrong.sort((one, other) => one.seed - other.seed)
  const seconds = (performance.now() - startedMs) / 1000
  console.log(
    `${sum.worlds} worlds in ${seconds.toFixed(1)} s (${(sum.worlds / seconds).toFixed(0)}/s): ${sum.payments} payments, ` +
      `${sum.posted} confirmed (${sum.mixed} with a rest), ${sum.suspense} in suspense, ${sum.undone} undone or given back, ` +
      `${sum.restores} restores (${sum.proved} proved by tills), ${sum.forks} forks, ${sum.over} over-collected by other counters`,
  )
  console.log(kindsOf(failed))
  const [earliest] = wrong
  if (mutantName === null) {
    console.log(`${failed.length} worlds failed`)
    return failed.length === 0 && sum.worlds === count ? 0 : 1
  }
  const caught =
    earliest === undefined
      ? 'not caught'
      : `caught by ${earliest.seed - first + 1} worlds (seed ${earliest.seed})`
  console.log(`${mutantName}: ${caught}; ${wrong.length} of ${sum.worlds} worlds show it`)
  return earliest === undefined ? 1 : 0
}

const sumOfNothing = (): Sum => ({
  worlds: 0,
  payments: 0,
  posted: 0,
  suspense: 0,
  mixed: 0,
  undone: 0,
  forks: 0,
  restores: 0,
  proved: 0,
  over: 0,
})

const kindsOf = (failed: readonly Report[]): string => {
  const counts = new Map<string, number>()
  for (const { kind } of failed.flatMap(({ findings }) => findings))
    counts.set(kind, (counts.get(kind) ?? 0) + 1)
  return [...counts].map(([kind, times]) => `${times} ${kind}`).join(', ')
}

const runWorker = (share: string, take: (report: Report) => void): Promise<void> =>
  new Promise((done, fail) => {
    const asked = ['--seed', String(first), '--seeds', String(count), '--worker', share, ...words]
    const child = fork(import.meta.filename, asked, { execArgv: process.execArgv })
    child.on('message', (report) => take(report as Report))
    child.on('error', fail)
    child.on('exit', (code) => (code === 0 ? done() : fail(new Error(`a worker ended with ${code}`))))
  })

const workAs = async (share: string): Promise<number> => {
  const [at = 0, of = 1] = share.split('/').map(Number)
  for (let seed = first + at; seed < first + count; seed += of) {
    const { lines: _lines, ...report } = await runSeed(seed, mutant)
    await new Promise((sent) => {
      process.send?.(report, sent)
    })
  }
  process.disconnect()
  return 0
}

const isFailed = ({ findings, breaks }: Report): boolean => findings.length > 0 || breaks.length > 0

const show = ({ seed, findings, breaks }: Report): void => {
  for (const { kind, paymentId, text } of findings) {
    console.log(`seed ${seed}: ${kind} ${paymentId?.slice(0, 8) ?? ''} ${text}`)
  }
  for (const text of breaks) console.log(`seed ${seed}: BROKEN ${text}`)
  if (findings.length + breaks.length === 0) return
  const again = ['--seed', String(seed), ...words, '--verbose'].join(' ')
  console.log(`seed ${seed}: tell it again with: npm run simulate -- ${again}`)
}

process.exitCode = await main()
