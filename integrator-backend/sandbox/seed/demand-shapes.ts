// Shapes of demands by service and period: a tax year, a quarter of water or sewerage, a licence, a one-time fee.
// Called by seed-samples and seed-consumers. Amounts are whole rupees unless a sample wants paise.
import type { NewDemand } from '#sandbox/billing/change-demand.ts'
import type { Payer } from '#sandbox/state/rows.ts'
import { fiscalYearOf, instantOf, localParts } from '#sandbox/zoned-time.ts'

export type SeedTime = { nowMs: number; zone: string }

export type Owner = { tenantId: string; consumerCode: string; payer: Payer | null }

const dayMs = 86_400_000

/** yearsAgo 0 is the running fiscal year; tax is due by 30 September. */
export function propertyYear(
  owner: Owner,
  { yearsAgo, taxPaise, extra = [] }: { yearsAgo: number; taxPaise: number; extra?: NewDemand['lines'] },
  time: SeedTime,
): NewDemand {
  const year = fiscalYearOf(time.nowMs, time.zone) - yearsAgo
  const cessPaise = Math.round(taxPaise / 2000) * 100
  return {
    ...owner,
    businessService: 'PT',
    taxPeriodFrom: instantOf({ year, month: 4, day: 1 }, 0, time.zone),
    taxPeriodTo: instantOf({ year: year + 1, month: 3, day: 31 }, dayMs - 1000, time.zone),
    dueAtMs: instantOf({ year, month: 9, day: 30 }, dayMs - 1000, time.zone),
    lines: [
      { taxHeadCode: 'PT_TAX', taxPaise },
      { taxHeadCode: 'PT_FIRE_CESS', taxPaise: cessPaise },
      ...extra,
    ],
  }
}

/** quartersAgo 1 is the last complete quarter; a charge is due 15 days after its quarter ends. */
export function chargeQuarter(
  owner: Owner,
  { service, quartersAgo, lines }: { service: 'WS' | 'SW'; quartersAgo: number; lines: NewDemand['lines'] },
  time: SeedTime,
): NewDemand {
  const { year, month } = localParts(time.nowMs, time.zone)
  const firstMonth = Math.floor((month - 1) / 3) * 3 - quartersAgo * 3
  const monthStart = (offset: number) =>
    instantOf(
      {
        year: year + Math.floor((firstMonth + offset) / 12),
        month: ((((firstMonth + offset) % 12) + 12) % 12) + 1,
        day: 1,
      },
      0,
      time.zone,
    )
  const taxPeriodTo = monthStart(3) - 1000
  return {
    ...owner,
    businessService: service,
    taxPeriodFrom: monthStart(0),
    taxPeriodTo,
    dueAtMs: taxPeriodTo + 15 * dayMs,
    lines,
  }
}

/** Licences and miscellaneous fees: one period, the running fiscal year. */
export function oneTimeFee(
  owner: Owner,
  { service, lines }: { service: string; lines: NewDemand['lines'] },
  time: SeedTime,
): NewDemand {
  const year = fiscalYearOf(time.nowMs, time.zone)
  return {
    ...owner,
    businessService: service,
    taxPeriodFrom: instantOf({ year, month: 4, day: 1 }, 0, time.zone),
    taxPeriodTo: instantOf({ year: year + 1, month: 3, day: 31 }, dayMs - 1000, time.zone),
    dueAtMs: instantOf({ year: year + 1, month: 3, day: 31 }, dayMs - 1000, time.zone),
    lines,
  }
}
