// Fills the towns with consumers by the thousand: arrears, part-paid, advance, expired, zero and fractional bills,
// odd names and mobiles. Called by seed-state after the samples, which hold the first serial numbers.
import type { NewDemand } from '#sandbox/billing/change-demand.ts'
import { chargeQuarter, oneTimeFee, propertyYear } from './demand-shapes.ts'
import type { Owner } from './demand-shapes.ts'
import { addressOf, mobileOf, nameOf } from './names.ts'
import { addBill, addSeedDemand, completeDemands } from './seed-samples.ts'
import type { SeedContext } from './seed-samples.ts'
import { must } from '#sandbox/must.ts'

/** Serial numbers up to this one are left to the samples. */
export const sampleSerialMax = 100

type Kind =
  | 'plain'
  | 'arrears'
  | 'part-paid'
  | 'paid'
  | 'advance'
  | 'expired'
  | 'zero'
  | 'fractional'
  | 'billed'

const services = ['PT', 'PT', 'PT', 'PT', 'WS', 'WS', 'WS', 'SW', 'TL', 'misc'] as const
const miscellaneous = ['MISC.HALL_RENT', 'OM.Road_cutting/restoration_fees', 'WF.Market Stall Fee'] as const
const miscHeads: Record<string, [prefix: string, head: string]> = {
  'MISC.HALL_RENT': ['HR', 'HALL_RENT_CHARGE'],
  'OM.Road_cutting/restoration_fees': ['RC', 'ROAD_CUTTING_FEE'],
  'WF.Market Stall Fee': ['MS', 'MARKET_STALL_FEE'],
}

export function seedConsumers(count: number, context: SeedContext): void {
  const { random } = context
  for (let at = 0; at < count; at++) {
    const isDevgaon = random.isHit(0.7)
    const town = isDevgaon
      ? { tenantId: 'sr.devgaon', city: 'DVG' }
      : { tenantId: 'sr.chandnipur', city: 'CHP' }
    const picked = random.pick(services)
    const service = picked === 'misc' ? random.pick(miscellaneous) : picked
    const serial = String(sampleSerialMax + 1 + at).padStart(6, '0')
    const owner: Owner = {
      tenantId: town.tenantId,
      consumerCode: codeOf(service, town.city, serial),
      payer: {
        uuid: random.uuid(),
        name: nameOf(random),
        mobileNumber: mobileOf(random),
        address: addressOf(random),
      },
    }
    seedOne(owner, { service, kind: kindOf(service, random.next()) }, context)
  }
}

function codeOf(service: string, city: string, serial: string): string {
  if (service === 'PT') return `PT-${city}-${serial}`
  if (service === 'WS' || service === 'SW') return `${service}/${city}/2026-27/${serial}`
  if (service === 'TL') return `TL-${city}-2026-${serial}`
  return `${miscHeadOf(service)[0]}-${city}-${serial}`
}

function miscHeadOf(service: string): [prefix: string, head: string] {
  return must(miscHeads[service], `a tax head of ${service}`)
}

function kindOf(service: string, share: number): Kind {
  const isCharge = service === 'WS' || service === 'SW'
  if (share < 0.36) return 'plain'
  if (share < 0.58) return service === 'PT' || isCharge ? 'arrears' : 'plain'
  if (share < 0.7) return service === 'PT' || isCharge ? 'part-paid' : 'plain'
  if (share < 0.8) return 'paid'
  if (share < 0.85) return isCharge ? 'advance' : 'billed'
  if (share < 0.93) return 'expired'
  if (share < 0.95) return isCharge ? 'zero' : 'plain'
  return share < 0.97 ? 'fractional' : 'billed'
}

function seedOne(
  owner: Owner,
  { service, kind }: { service: string; kind: Kind },
  context: SeedContext,
): void {
  const demands = demandsOf(owner, { service, kind }, context)
  const first = must(demands[0]?.lines[0], 'a demand line')
  if (kind === 'fractional') first.taxPaise += 50
  if (kind === 'part-paid') {
    first.collectedPaise = Math.floor(first.taxPaise / 200) * 100
  }
  for (const demand of demands) addSeedDemand(demand, context)
  if (kind === 'paid') completeDemands(owner, context)
  if (kind === 'expired') addBill(owner, { daysAgo: context.random.between(2, 200) }, context)
  if (kind === 'billed') addBill(owner, { daysAgo: 0 }, context)
}

function demandsOf(
  owner: Owner,
  { service, kind }: { service: string; kind: Kind },
  context: SeedContext,
): NewDemand[] {
  const { random } = context
  const periods = kind === 'arrears' ? random.between(2, 3) : 1
  if (service === 'PT') {
    const taxPaise = random.between(6, 90) * 10_000
    return Array.from({ length: periods }, (_, at) =>
      propertyYear(owner, { yearsAgo: periods - 1 - at, taxPaise }, context),
    )
  }
  if (service === 'WS' || service === 'SW') {
    const taxPaise = random.between(15, 220) * 1000
    return Array.from({ length: periods }, (_, at) => {
      const collectedPaise = kind === 'advance' ? taxPaise : 0
      const lines: NewDemand['lines'] = [{ taxHeadCode: `${service}_CHARGE`, taxPaise, collectedPaise }]
      if (kind === 'advance') {
        lines.push({
          taxHeadCode: `${service}_ADVANCE_CARRYFORWARD`,
          taxPaise: -random.between(1, 40) * 1000,
        })
      }
      if (kind === 'zero') lines.push({ taxHeadCode: `${service}_TIME_INTEREST`, taxPaise: -taxPaise })
      return chargeQuarter(owner, { service, quartersAgo: periods - at, lines }, context)
    })
  }
  const taxHeadCode = service === 'TL' ? 'TL_TAX' : miscHeadOf(service)[1]
  return [
    oneTimeFee(
      owner,
      { service, lines: [{ taxHeadCode, taxPaise: random.between(3, 80) * 10_000 }] },
      context,
    ),
  ]
}
