// What the PT, WS and SW modules do when billing asks them to update demands: penalty, interest and rebate by date.
// Called only when an expired bill is replaced (fetch-bill); the first generation never recalculates.
import { randomUUID } from 'node:crypto'
import type { DemandRow } from '#sandbox/state/rows.ts'
import { demandUpdateServices } from '#sandbox/masters/business-services.ts'
import type { State } from '#sandbox/state/state.ts'

const dayMs = 86_400_000
const monthMs = 30 * dayMs

type Rates = {
  bases: readonly string[]
  penalty: { head: string; percent: number; afterDays: number }
  interest: { head: string; percentPerMonth: number }
  rebate: { head: string; percent: number } | null
}

const rates: Record<string, Rates> = {
  PT: {
    bases: ['PT_TAX', 'PT_FIRE_CESS'],
    penalty: { head: 'PT_TIME_PENALTY', percent: 10, afterDays: 90 },
    interest: { head: 'PT_TIME_INTEREST', percentPerMonth: 1 },
    rebate: { head: 'PT_TIME_REBATE', percent: 5 },
  },
  WS: {
    bases: ['WS_CHARGE'],
    penalty: { head: 'WS_TIME_PENALTY', percent: 10, afterDays: 15 },
    interest: { head: 'WS_TIME_INTEREST', percentPerMonth: 1 },
    rebate: null,
  },
  SW: {
    bases: ['SW_CHARGE'],
    penalty: { head: 'SW_TIME_PENALTY', percent: 10, afterDays: 15 },
    interest: { head: 'SW_TIME_INTEREST', percentPerMonth: 1 },
    rebate: null,
  },
}

/** Changes the demands in place and stores them; services without a configured module stay as they are. */
export function updateDemands(state: State, demands: readonly DemandRow[], nowMs: number): void {
  for (const demand of demands) {
    const rate = rates[demand.businessService]
    if (rate === undefined || !demandUpdateServices.has(demand.businessService)) continue
    applyRates(demand, { rate, nowMs })
    demand.lastModifiedAtMs = nowMs
    state.demands.put(demand)
  }
}

function applyRates(demand: DemandRow, { rate, nowMs }: { rate: Rates; nowMs: number }): void {
  const baseLines = demand.lines.filter((line) => rate.bases.includes(line.taxHeadCode))
  const openPaise = baseLines.reduce((sum, line) => sum + line.taxPaise - line.collectedPaise, 0)
  const taxPaise = baseLines.reduce((sum, line) => sum + line.taxPaise, 0)
  const lateMs = nowMs - demand.dueAtMs
  const isLate = lateMs > 0 && openPaise > 0
  const months = isLate ? Math.ceil(lateMs / monthMs) : 0
  const isPenal = isLate && lateMs >= rate.penalty.afterDays * dayMs
  setHead(demand, rate.interest.head, wholeRupees((openPaise * rate.interest.percentPerMonth * months) / 100))
  setHead(demand, rate.penalty.head, isPenal ? wholeRupees((openPaise * rate.penalty.percent) / 100) : 0)
  if (rate.rebate) {
    setHead(demand, rate.rebate.head, lateMs > 0 ? 0 : -wholeRupees((taxPaise * rate.rebate.percent) / 100))
  }
}

/** Calculators charge whole rupees, rounded down. */
function wholeRupees(paise: number): number {
  return Math.floor(paise / 100) * 100
}

/** Never below (for rebates: never above) what was already collected under the head. */
function setHead(demand: DemandRow, taxHeadCode: string, targetPaise: number): void {
  const line = demand.lines.find((other) => other.taxHeadCode === taxHeadCode)
  if (line === undefined) {
    if (targetPaise !== 0) {
      demand.lines.push({ id: randomUUID(), taxHeadCode, taxPaise: targetPaise, collectedPaise: 0 })
    }
    return
  }
  const isCollectedMore = Math.abs(line.collectedPaise) > Math.abs(targetPaise)
  line.taxPaise = isCollectedMore ? line.collectedPaise : targetPaise
}
