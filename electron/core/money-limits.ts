// The office's limits against what this till holds: which are near, which are reached, and whether one more cash payment fits.
// Only new cash is ever stopped: what is recorded stays, and every other way of paying goes on. Pure.
// Used by take-payment (facts of its own transaction) and by the host's status.
import type { Masters } from '#contract/api.ts'
import { DEFAULT_LIMITS, type LimitName, type Limits, type LimitStanding } from '#contract/limits.ts'
import type { Paise } from '#contract/money.ts'
import { ProblemError, type ProblemData } from '#contract/problem.ts'
import type { ShiftRecord } from './records.ts'

export type HeldFacts = {
  readonly limits: Limits
  /** null: no shift, so no drawer. */
  readonly shift: Pick<ShiftRecord, 'collectedPaise' | 'cashInHandPaise'> | null
  /** Not acknowledged by the integrator. */
  readonly unsent: { readonly count: number; readonly sumPaise: Paise }
  /** Time since the integrator last answered; 0 while it answers. */
  readonly offlineMs: number
}

/** A collection that is about to be taken. */
export type Adding = { readonly totalPaise: Paise; readonly count: number }

/** Masters kept by an older program know no limits. */
export function limitsOf(masters: Masters | null): Limits {
  const kept: Partial<Masters> | null = masters
  return kept?.limits ?? DEFAULT_LIMITS
}

/** Every limit of the till as it stands, for the strips of the screen. */
export function judgeLimits(facts: HeldFacts): LimitStanding[] {
  return measures(facts).map(({ limit, value, max }) => ({
    limit,
    value,
    max,
    level: value >= max ? 'stop' : value * 100 >= max * facts.limits.warnAtPercent ? 'warn' : 'ok',
  }))
}

/** Why this much cash may not be taken now; null when it may. */
export function cashProblem(facts: HeldFacts, adding: Adding): ProblemError | null {
  if (adding.totalPaise <= 0 || adding.count <= 0) throw new RangeError('cash that is taken is some')
  const receipt = { limit: 'receipt', value: adding.totalPaise, max: facts.limits.receiptPaise } as const
  const after = measures(facts).map((measure) => ({
    ...measure,
    value: measure.value + addedTo(measure, adding),
  }))
  const over = [receipt, ...after].find(({ limit, value, max }) =>
    // Hours are over when they are full; an amount may be filled to the brim.
    limit === 'offline' ? value >= max : value > max,
  )
  return over === undefined ? null : new ProblemError('limit_reached', dataOf(over))
}

type Measure = { readonly limit: LimitName; readonly value: number; readonly max: number }

function measures({ limits, shift, unsent, offlineMs }: HeldFacts): Measure[] {
  const ofShift: Measure[] =
    shift === null
      ? []
      : [
          { limit: 'shift', value: shift.collectedPaise, max: limits.shiftPaise },
          { limit: 'cashInHand', value: shift.cashInHandPaise, max: limits.cashInHandPaise },
        ]
  return [
    ...ofShift,
    { limit: 'unsent', value: unsent.sumPaise, max: limits.unsentPaise },
    { limit: 'unsentCount', value: unsent.count, max: limits.unsentCount },
    { limit: 'offline', value: Math.max(0, Math.floor(offlineMs)), max: limits.offlineMs },
  ]
}

function addedTo({ limit }: Measure, { totalPaise, count }: Adding): number {
  if (limit === 'offline') return 0
  return limit === 'unsentCount' ? count : totalPaise
}

/** Named by their unit, so that every screen can say them. */
function dataOf({ limit, value, max }: Measure): ProblemData {
  if (limit === 'offline') return { limit, limitMs: max, valueMs: value }
  if (limit === 'unsentCount') return { limit, limitCount: max, valueCount: value }
  return { limit, limitPaise: max, valuePaise: value }
}
