// Fuzzing of one parser: random changes of known inputs. When guided, inputs that reach code no input reached before are kept and changed
// further. Called by run-fuzz.ts (guided, long) and fuzz.test.ts (short, without looking at coverage).
import { createRandom, type Random } from '#test/reliability/random.ts'
import { watchCoverage, type Coverage } from './coverage.ts'
import { mutate } from './mutate.ts'

export type FuzzTarget = {
  readonly name: string
  /** Valid inputs to begin with; the more kinds, the deeper it gets. */
  readonly seeds: readonly Uint8Array[]
  /** Runs the parser; what it throws is a finding. A reader of a stream may live on from one input to the next. */
  readonly run: (input: Uint8Array) => void
}

export type FuzzResult = {
  readonly name: string
  readonly inputs: number
  /** Inputs kept because they reached new code. */
  readonly corpus: number
  /** How much the heap grew after the first tenth of the inputs, in bytes: a parser that hoards shows here. */
  readonly heapGrowthBytes: number
  readonly findings: readonly string[]
}

type FuzzOptions = { readonly inputs: number; readonly seed: number; readonly isGuided: boolean }
type State = {
  readonly target: FuzzTarget
  readonly corpus: Uint8Array[]
  readonly findings: string[]
  readonly coverage: Coverage | null
}

const BATCH = 500
const CORPUS_MAX = 1_000
const FINDINGS_MAX = 5

export const fuzz = async (
  target: FuzzTarget,
  { inputs, seed, isGuided }: FuzzOptions,
): Promise<FuzzResult> => {
  const random: Random = createRandom(seed)
  const coverage = isGuided ? await watchCoverage('/drivers/') : null
  const state: State = { target, corpus: [...target.seeds], findings: [], coverage }
  for (const input of target.seeds) runOnce(state, input)
  ;(await coverage?.look())?.keep()
  let done = 0
  let heapBytes: number | null = null
  while (done < inputs && state.findings.length < FINDINGS_MAX) {
    const batch = Array.from({ length: Math.min(BATCH, inputs - done) }, () => mutate(random, state.corpus))
    await runBatch(state, batch)
    done += batch.length
    if (done >= inputs / 10) heapBytes ??= heapNow()
  }
  await coverage?.stop()
  const { corpus, findings } = state
  const heapGrowthBytes = Math.max(0, heapNow() - (heapBytes ?? 0))
  return { name: target.name, inputs: done, corpus: corpus.length, heapGrowthBytes, findings }
}

/** Runs all; when something new was reached, halves the batch until the inputs that did it are known. */
const runBatch = async (state: State, batch: readonly Uint8Array[]): Promise<void> => {
  for (const input of batch) runOnce(state, input)
  const { coverage, corpus } = state
  if (coverage === null || corpus.length >= CORPUS_MAX) return
  const looked = await coverage.look()
  if (!looked.isNew) return
  const [only] = batch
  if (batch.length > 1) {
    const middle = batch.length >> 1
    await runBatch(state, batch.slice(0, middle))
    await runBatch(state, batch.slice(middle))
  } else if (only !== undefined) corpus.push(only)
  // What only the whole batch reached, one input upon the other, is not looked for again.
  looked.keep()
}

const runOnce = ({ target, findings }: State, input: Uint8Array): void => {
  try {
    target.run(input)
  } catch (error) {
    if (findings.length >= FINDINGS_MAX) return
    const why = error instanceof Error ? (error.stack ?? error.message) : String(error)
    findings.push(`${Buffer.from(input).toString('hex')}\n  ${why.split('\n').slice(0, 3).join('\n  ')}`)
  }
}

const heapNow = (): number => {
  globalThis.gc?.()
  return process.memoryUsage().heapUsed
}
