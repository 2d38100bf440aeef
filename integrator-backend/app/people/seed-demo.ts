// Invented operators and a reusable enrolment code, so that a newcomer can take a payment a minute after the first start.
// Called by start-integrator when TAHSIL_SEED=demo. Never active without it.
import type { NodePgDatabase } from 'drizzle-orm/node-postgres'
import { putDemoCode } from './enrolment.ts'
import type { createOperators, NewOperator } from './operators.ts'

/** Works again and again in demo mode only. */
export const DEMO_ENROLMENT_CODE = 'DEMO-2468'
export const DEMO_PIN = '246810'

/** On the second track of her staff card; the virtual reader of a till offers it. */
export const DEMO_BADGE = { code: '101', badge: '7042 0017' }

export const demoOperators: readonly Omit<NewOperator, 'tenantId' | 'pin'>[] = [
  { code: '101', name: 'Meena Kulkarni', role: 'cashier' },
  { code: '102', name: 'Ravi Solanki', role: 'collector' },
  { code: '900', name: 'Farida Shaikh', role: 'supervisor' },
]

export async function seedDemo(
  tenantId: string,
  people: { db: NodePgDatabase; operators: ReturnType<typeof createOperators> },
): Promise<void> {
  for (const operator of demoOperators) {
    if (await people.operators.has(tenantId, operator.code)) continue
    await people.operators.put({ ...operator, tenantId, pin: DEMO_PIN })
    if (operator.code === DEMO_BADGE.code) await people.operators.giveBadge({ ...DEMO_BADGE, tenantId })
  }
  await putDemoCode(people.db, tenantId, DEMO_ENROLMENT_CODE)
}
