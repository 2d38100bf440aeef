// Is this till ready for a day, also one without a network? One line for each thing that keeps a collector from working, with how bad it is
// and the figures its words need. Pure; the host brings the facts, the screens and their catalogs bring the words.
import type { LimitStanding } from '#contract/limits.ts'
import type { Problem, ProblemData } from '#contract/problem.ts'
import type { ClockVerdict } from './time/clock-guard.ts'
import { CLOCK_TOLERANCE_MS, OFFLINE_SIGN_IN_MS } from './limits.ts'
import type { PackStanding } from './bills/packs.ts'

/** green: ready. amber: works, but somebody should look. red: keeps from working now or soon. */
export type ReadinessTone = 'green' | 'amber' | 'red'

/** `state` names the sentence of its topic. */
export type ReadinessLine = {
  readonly topic: ReadinessTopic
  readonly tone: ReadinessTone
  readonly state: string
  readonly data: ProblemData
}

export const READINESS_TOPICS = [
  'device',
  'signIn',
  'network',
  'packs',
  'unsent',
  'limits',
  'printer',
  'clock',
  'space',
  'secrets',
] as const
export type ReadinessTopic = (typeof READINESS_TOPICS)[number]

export type CarriedPack = {
  readonly inUse: {
    readonly billCount: number
    readonly preparedAtMs: number
    readonly standing: PackStanding
  } | null
  readonly loading: { readonly loadedBills: number; readonly billCount: number } | null
  readonly problem: Problem | null
}

export type ReadinessFacts = {
  /** Why the integrator does not let this device in; null: it does. */
  readonly deviceProblem: Problem | null
  /** Since the integrator was heard last; null: never. */
  readonly contactAgeMs: number | null
  readonly isOnline: boolean
  readonly packs: readonly CarriedPack[]
  readonly unsent: { readonly count: number; readonly sumPaise: number; readonly attentionCount: number }
  readonly limits: readonly LimitStanding[]
  readonly printer: 'ready' | 'not_ready' | 'unreachable' | 'unknown' | 'absent'
  readonly clock: ClockVerdict
  readonly freeBytes: number
  /** Below it no money is taken. */
  readonly freeBytesMin: number
  readonly secrets: { readonly isDegraded: boolean; readonly problem: Problem | null }
}

const HOUR_MS = 3_600_000
/** A sign-in that ends within a working day should be renewed before leaving. */
const SIGN_IN_SOON_MS = 12 * HOUR_MS
const SPACE_ROOM = 5
const MEBIBYTE = 1_048_576

export function judgeReadiness(facts: ReadinessFacts): ReadinessLine[] {
  return [
    deviceLine(facts),
    signInLine(facts),
    line('network', facts.isOnline ? ['green', 'online'] : ['amber', 'offline']),
    packsLine(facts),
    unsentLine(facts),
    limitsLine(facts),
    line('printer', [facts.printer === 'ready' ? 'green' : 'amber', facts.printer]),
    clockLine(facts),
    spaceLine(facts),
    secretsLine(facts),
  ]
}

function deviceLine({ deviceProblem }: ReadinessFacts): ReadinessLine {
  if (deviceProblem === null) return line('device', ['green', 'approved'])
  if (deviceProblem.code === 'device_not_approved') return line('device', ['red', 'waiting'])
  return line('device', ['red', deviceProblem.code === 'device_revoked' ? 'revoked' : 'unknown'])
}

/** Counted from the last contact: without the network nobody signs in beyond it. */
function signInLine({ contactAgeMs }: ReadinessFacts): ReadinessLine {
  if (contactAgeMs === null) return line('signIn', ['red', 'never'])
  const leftMs = OFFLINE_SIGN_IN_MS - contactAgeMs
  if (leftMs <= 0) return line('signIn', ['red', 'over'])
  return line('signIn', leftMs < SIGN_IN_SOON_MS ? ['amber', 'soon'] : ['green', 'valid'], { leftMs })
}

/** The worst pack speaks for all of them. */
function packsLine({ packs }: ReadinessFacts): ReadinessLine {
  const inUse = packs.flatMap((pack) => (pack.inUse === null ? [] : [pack.inUse]))
  const counts = {
    routeCount: packs.length,
    billCount: inUse.reduce((sum, { billCount }) => sum + billCount, 0),
    preparedAtMs: inUse.length === 0 ? null : Math.min(...inUse.map(({ preparedAtMs }) => preparedAtMs)),
  }
  const has = (standing: PackStanding) => inUse.some((pack) => pack.standing === standing)
  if (packs.length === 0) return line('packs', ['amber', 'none'])
  if (packs.some(({ problem }) => problem?.code === 'pack_not_trusted')) {
    return line('packs', ['red', 'notTrusted'], counts)
  }
  if (has('too_old')) return line('packs', ['red', 'tooOld'], counts)
  const loading = packs.find((pack) => pack.loading !== null && pack.inUse === null)?.loading
  if (loading) {
    const percent = loading.billCount === 0 ? 0 : Math.floor((loading.loadedBills * 100) / loading.billCount)
    return line('packs', ['amber', 'fetching'], { ...counts, percent })
  }
  if (packs.some((pack) => pack.inUse === null)) return line('packs', ['amber', 'missing'], counts)
  return line('packs', has('aging') ? ['amber', 'aging'] : ['green', 'fresh'], counts)
}

function unsentLine({ unsent: { count, sumPaise, attentionCount } }: ReadinessFacts): ReadinessLine {
  if (attentionCount > 0) return line('unsent', ['amber', 'attention'], { count: attentionCount })
  if (count > 0) return line('unsent', ['amber', 'waiting'], { count, sumPaise })
  return line('unsent', ['green', 'none'])
}

/** The limit that is fullest. */
function limitsLine({ limits }: ReadinessFacts): ReadinessLine {
  const [fullest] = limits.toSorted((one, other) => other.value / other.max - one.value / one.max)
  if (fullest === undefined) return line('limits', ['green', 'ok'], { limit: 'unsent', percent: 0 })
  const { limit, level, value, max } = fullest
  const data = { limit, percent: Math.floor((value * 100) / max) }
  if (level === 'stop') return line('limits', ['red', 'stop'], data)
  return line('limits', level === 'warn' ? ['amber', 'warn'] : ['green', 'ok'], data)
}

function clockLine({ clock }: ReadinessFacts): ReadinessLine {
  const { isFarOff, isSetBack, isTrusted, driftMs } = clock
  if (isFarOff || isSetBack) return line('clock', ['red', 'wrong'], { driftMs })
  if (!isTrusted || driftMs === null) return line('clock', ['amber', 'unproven'])
  const isOff = Math.abs(driftMs) > CLOCK_TOLERANCE_MS
  return line('clock', isOff ? ['amber', 'off'] : ['green', 'right'], { driftMs })
}

function spaceLine({ freeBytes, freeBytesMin }: ReadinessFacts): ReadinessLine {
  const data = { freeMebibytes: Math.floor(freeBytes / MEBIBYTE) }
  if (freeBytes < freeBytesMin) return line('space', ['red', 'full'], data)
  return line(
    'space',
    freeBytes < freeBytesMin * SPACE_ROOM ? ['amber', 'little'] : ['green', 'enough'],
    data,
  )
}

function secretsLine({ secrets }: ReadinessFacts): ReadinessLine {
  if (secrets.problem !== null) return line('secrets', ['red', 'unreadable'])
  return line('secrets', secrets.isDegraded ? ['amber', 'plain'] : ['green', 'guarded'])
}

function line(
  topic: ReadinessTopic,
  [tone, state]: readonly [ReadinessTone, string],
  data: ProblemData = {},
): ReadinessLine {
  return { topic, tone, state, data }
}
