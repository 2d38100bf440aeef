// Makes the well-known sample consumers. Their codes are data (sample-consumers.ts); their demands are here.
// Called by seed-state.
import { addDemand } from '#sandbox/billing/change-demand.ts'
import type { NewDemand } from '#sandbox/billing/change-demand.ts'
import { generateBills } from '#sandbox/billing/generate-bill.ts'
import type { Payer } from '#sandbox/state/rows.ts'
import { codeKey } from '#sandbox/state/state.ts'
import type { State } from '#sandbox/state/state.ts'
import { chargeQuarter, oneTimeFee, propertyYear } from './demand-shapes.ts'
import type { Owner, SeedTime } from './demand-shapes.ts'
import type { Random } from './random.ts'
import { sampleConsumers } from './sample-consumers.ts'
import type { SampleConsumer } from './sample-consumers.ts'

export type SeedContext = SeedTime & { state: State; random: Random }

const onePayer = { name: 'Asha Rao', mobileNumber: '9876500004' }

const payers: Record<string, { name: string; mobileNumber: string | null } | null> = {
  'plain-due': { name: 'Ramesh Verma', mobileNumber: '9876500001' },
  penalty: { name: 'Kavita Joshi', mobileNumber: '9876500002' },
  'part-paid': { name: 'Imran Sheikh', mobileNumber: '9876500003' },
  'one-payer-water': onePayer,
  'one-payer-sewerage': onePayer,
  'one-payer-property': onePayer,
  'firm-name': { name: 'M/s Shivani Traders', mobileNumber: '9876500009' },
  'indic-name': { name: 'आशा राव', mobileNumber: '0123456789' },
  'no-mobile': { name: 'Meena Das', mobileNumber: null },
  'inactive-payer': null,
}

export function seedSamples(context: SeedContext): void {
  const uuids = new Map<string, string>()
  for (const consumer of sampleConsumers) {
    const known = payers[consumer.key]
    const who = known === undefined ? { name: 'Sunita Nair', mobileNumber: mobileFor(consumer) } : known
    const personKey = `${who?.name}|${who?.mobileNumber}`
    const uuid = uuids.get(personKey) ?? context.random.uuid()
    uuids.set(personKey, uuid)
    const payer: Payer | null = who && { uuid, ...who, address: '12 Mandi Road' }
    const owner: Owner = { tenantId: consumer.tenantId, consumerCode: consumer.consumerCode, payer }
    seedOne(consumer, owner, context)
  }
}

/** A number of its own for every sample without a story about its payer. */
function mobileFor(consumer: SampleConsumer): string {
  return `98765${String(10_000 + sampleConsumers.indexOf(consumer))}`
}

function seedOne(consumer: SampleConsumer, owner: Owner, context: SeedContext): void {
  for (const demand of demandsOf(consumer, owner, context)) addSeedDemand(demand, context)
  if (consumer.key === 'paid') completeDemands(owner, context)
  if (consumer.key === 'penalty' || consumer.key === 'expired') addBill(owner, { daysAgo: 40 }, context)
  if (consumer.key === 'active-bill') addBill(owner, { daysAgo: 0 }, context)
}

function demandsOf(consumer: SampleConsumer, owner: Owner, time: SeedTime): NewDemand[] {
  const year = (yearsAgo: number, rupees: number, extra: NewDemand['lines'] = []) =>
    propertyYear(owner, { yearsAgo, taxPaise: rupees * 100, extra }, time)
  const quarter = (quartersAgo: number, lines: NewDemand['lines'], service: 'WS' | 'SW' = 'WS') =>
    chargeQuarter(owner, { service, quartersAgo, lines }, time)
  const charge = (rupees: number, collected = 0): NewDemand['lines'][number] => ({
    taxHeadCode: `${consumer.businessService}_CHARGE`,
    taxPaise: rupees * 100,
    collectedPaise: collected * 100,
  })
  const fee = (lines: NewDemand['lines']) => [
    oneTimeFee(owner, { service: consumer.businessService, lines }, time),
  ]
  const line = (taxHeadCode: string, rupees: number, collected = 0) => ({
    taxHeadCode,
    taxPaise: Math.round(rupees * 100),
    collectedPaise: collected * 100,
  })
  switch (consumer.key) {
    case 'penalty':
      return [year(1, 2400), year(0, 2400)]
    case 'part-paid':
      return [quarter(2, [charge(900, 450)]), quarter(1, [charge(900)])]
    case 'one-payer-water':
      return [quarter(1, [charge(1500), line('WS_TIME_PENALTY', 40)])]
    case 'one-payer-sewerage':
    case 'no-mobile':
    case 'shared-code-sewerage':
      return [quarter(1, [charge(620)], 'SW')]
    case 'expired':
      return [quarter(2, [charge(1100)]), quarter(1, [charge(1100)])]
    case 'zero':
      return [quarter(1, [charge(300), line('WS_TIME_INTEREST', -300)])]
    case 'fractional':
      return fee([line('TL_TAX', 1250.5)])
    case 'advance':
      return [quarter(1, [charge(700, 700), line('WS_ADVANCE_CARRYFORWARD', -500)])]
    case 'many-periods':
      return [
        year(2, 1800, [line('PT_TIME_INTEREST', 216), line('PT_TIME_PENALTY', 180)]),
        year(1, 1800, [line('PT_TIME_INTEREST', 108)]),
        year(0, 2000),
      ]
    case 'rebate':
      return [year(0, 3000, [line('PT_TIME_REBATE', -150)])]
    case 'old-advance':
      return [
        quarter(2, [charge(800, 800), line('WS_ADVANCE_CARRYFORWARD', -200)]),
        quarter(1, [charge(1000)]),
      ]
    case 'hall-rent':
      return fee([line('HALL_RENT_CHARGE', 5000), line('HALL_RENT_CLEANING', 500)])
    case 'road-cutting':
      return fee([line('ROAD_CUTTING_FEE', 12500)])
    case 'market-stall':
      return fee([line('MARKET_STALL_FEE', 750)])
    case 'licence':
      return fee([line('TL_TAX', 2000), line('TL_LATE_FEE', 200)])
    default:
      return consumer.businessService === 'PT' ? [year(0, 2000)] : [quarter(1, [charge(840)])]
  }
}

export function addSeedDemand(demand: NewDemand, context: SeedContext): void {
  addDemand(demand, {
    state: context.state,
    nowMs: context.nowMs - 60 * 86_400_000,
    createdBy: 'seed',
    newId: context.random.uuid,
  })
}

export function completeDemands(owner: Owner, { state }: SeedContext): void {
  for (const demand of state.demands.find('code', codeKey(owner.tenantId, owner.consumerCode))) {
    for (const line of demand.lines) line.collectedPaise = line.taxPaise
    demand.isPaymentCompleted = true
    state.demands.put(demand)
  }
}

/** A bill as it was made so many days ago: expired in time, ACTIVE in status. */
export function addBill(owner: Owner, { daysAgo }: { daysAgo: number }, context: SeedContext): void {
  const { state, random, nowMs, zone } = context
  const demands = state.demands
    .find('code', codeKey(owner.tenantId, owner.consumerCode))
    .filter((demand) => !demand.isPaymentCompleted)
  generateBills(demands, {
    state,
    nowMs: nowMs - daysAgo * 86_400_000,
    zone,
    createdBy: 'seed',
    hasUniqueActiveBill: true,
    newId: random.uuid,
  })
}
