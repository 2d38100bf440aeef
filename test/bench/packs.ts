// Part `packs`: a bill looked up in a pack of 10,000 while the integrator is away, by number, mobile, name and door, through core and the
// real store, until it is judged and kept; and how long one piece of a pack that comes in holds up everything else.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { ZERO_PAISE } from '#contract/money.ts'
import { ProblemError } from '#contract/problem.ts'
import { findBills, type FindPorts } from '#core/bills/find-bill.ts'
import { openStore, type Store } from '#store/open-store.ts'
import { makePack, wardBills } from '#test/unit/packs/pack-kit.ts'
import { NOW_MS, sampleMasters, TENANT } from '#test/unit/core/sample-bill.ts'
import { atMost, noGoal, type BenchPart, type Figure } from './figure.ts'
import { median, percentile, shuffle } from './rounds.ts'

const BILLS = 10_000
const LOOKUPS = 200
const BUDGET_MS = 50
/** A frame of the screen: shorter than that nobody feels. */
const FRAME_MS = 16
const START_BUDGET_MS = 1_000
const PIECE_BILLS = 50

export const packs: BenchPart = {
  about: `look-ups in a bill pack of ${BILLS}`,
  measure: async () => {
    const output = join(import.meta.dirname, '..', '..', 'test-output')
    mkdirSync(output, { recursive: true })
    const folder = mkdtempSync(join(output, 'bench-packs-'))
    const file = join(folder, 'till.db')
    try {
      const store = openTill(file)
      const pieces = loadPieces(store)
      const lookUps = await measureLookUps(store)
      store.close()
      return [...lookUps, ...pieceFigures(pieces), startFigure(file)]
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  },
}

function openTill(file: string): Store {
  const store = openStore({ file, nowMs: NOW_MS })
  store.saveDevice(
    { deviceId: 'device-1', deviceCode: '0417', incarnation: 'A', tenantId: TENANT },
    {
      type: 'ENROL',
      at: { wallMs: NOW_MS, monotonicMs: 1, bootId: 'boot-1' },
      dataJson: '{}',
      amountPaise: ZERO_PAISE,
    },
  )
  store.saveMasters(sampleMasters())
  return store
}

/** Milliseconds of every piece, as the downloader writes them. */
function loadPieces(store: Store): number[] {
  const bills = wardBills(BILLS)
  const { manifest } = makePack(bills)
  const loading = store.beginLoading(manifest)
  const takenMs: number[] = []
  let at = 0
  for (const [chunk, { billCount }] of manifest.chunks.entries()) {
    for (let from = 0; from < billCount; from += PIECE_BILLS) {
      const isLast = from + PIECE_BILLS >= billCount
      const piece = bills.slice(at + from, at + Math.min(from + PIECE_BILLS, billCount))
      const startedMs = performance.now()
      store.addPackBills(loading, { chunk, bills: piece, isLast })
      takenMs.push(performance.now() - startedMs)
    }
    at += billCount
  }
  store.usePack(loading)
  return takenMs
}

async function measureLookUps(store: Store): Promise<Figure[]> {
  const bills = shuffle(wardBills(BILLS)).slice(0, LOOKUPS)
  const ports: FindPorts = {
    store,
    isOffline: true,
    at: { wallMs: NOW_MS, monotonicMs: 1, bootId: 'boot-1' },
    integrator: {
      searchBills: async () => await Promise.reject(new ProblemError('integrator_unreachable')),
    },
  }
  const kinds = {
    number: bills.map(({ consumerCode }) => consumerCode),
    mobile: bills.map(({ mobileNumber }) => mobileNumber ?? ''),
    'name (50 found)': bills.map(({ payerName }) => (payerName ?? '').slice(0, -1)),
    door: bills.map(({ address }) => address?.split(',')[0] ?? ''),
  }
  const figures: Figure[] = []
  for (const [kind, texts] of Object.entries(kinds)) {
    const takenMs: number[] = []
    for (const text of texts) {
      const startedMs = performance.now()
      const found = await findBills(ports, text)
      takenMs.push(performance.now() - startedMs)
      if (found.length === 0) throw new Error(`nothing was found by ${kind}`)
    }
    const p95 = percentile(takenMs, 0.95)
    figures.push(
      ofBudget({ what: `by ${kind}, p95`, ours: p95, budgetMs: BUDGET_MS, goal: atMost(1) }),
      ofBudget({ what: `by ${kind}, median`, ours: median(takenMs), budgetMs: BUDGET_MS, goal: noGoal }),
    )
  }
  return figures
}

function pieceFigures(takenMs: readonly number[]): Figure[] {
  const what = `one piece of ${PIECE_BILLS} bills kept`
  return [
    ofBudget({ what: `${what}, median`, ours: median(takenMs), budgetMs: FRAME_MS, goal: noGoal }),
    ofBudget({ what: `${what}, p99`, ours: percentile(takenMs, 0.99), budgetMs: FRAME_MS, goal: noGoal }),
  ]
}

/** A till checks its whole file before it trusts it, bills and all. */
function startFigure(file: string): Figure {
  const startedMs = performance.now()
  openStore({ file, nowMs: NOW_MS }).close()
  const ours = performance.now() - startedMs
  return ofBudget({
    what: 'record checked and opened with the pack',
    ours,
    budgetMs: START_BUDGET_MS,
    goal: noGoal,
  })
}

type Budgeted = { what: string; ours: number; budgetMs: number; goal: Figure['goal'] }

function ofBudget({ what, ours, budgetMs, goal }: Budgeted): Figure {
  return { what, ours, floor: budgetMs, unit: 'ms', ratio: ours / budgetMs, goal, against: 'the budget' }
}
