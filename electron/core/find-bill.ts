// Finds what is due: the integrator first, the till's own cache when the integrator (or DIGIT behind it) is away. Every bill that
// was found is kept with its age, and every answer says why a bill cannot be paid, if so. Called by the host's bill procedures.
import type { Masters } from '#contract/api.ts'
import type { Bill } from '#contract/bill.ts'
import type { BillKey } from '#contract/payment.ts'
import { ProblemError, problemOf, type Problem } from '#contract/problem.ts'
import { judgeClock } from './clock-guard.ts'
import { FOUND_BILLS_MAX } from './limits.ts'
import { billProblem } from './payment-rules.ts'
import type { BillQuery, BillStore, ClockStore, IdentityStore, Integrator } from './ports.ts'
import { readReceiptQr } from './receipt.ts'
import type { ClockReading } from './records.ts'

export type FoundBill = {
  readonly bill: Bill
  readonly serviceName: string
  readonly taxHeadNames: Record<string, string>
  readonly source: 'integrator' | 'cache'
  readonly obstacle: Problem | null
}

export type FindPorts = {
  readonly store: BillStore & ClockStore & IdentityStore
  readonly integrator: Pick<Integrator, 'searchBills'>
  /** true: the integrator did not answer a moment ago, so the cache is asked first. */
  readonly isOffline: boolean
  readonly at: ClockReading
}

const CODE_MAX = 128
/** What a printed consumer code is made of; anything else is raw text of a scanner. */
const CODE = /^[\p{L}\p{N}][\p{L}\p{N} /_.()#-]*$/u
/** Problems that say nothing about the bill: the way to it is shut. */
const AWAY = [
  'integrator_unreachable',
  'digit_unreachable',
  'digit_bad_answer',
  'digit_login_failed',
  'too_many_requests',
  'not_ready',
]

/** A scan or what was typed. Throws what the integrator said, or bill_not_found. */
export async function findBills(ports: FindPorts, text: string): Promise<FoundBill[]> {
  const { store } = ports
  if (store.device() === null) throw new ProblemError('device_not_enrolled')
  const receipt = readReceiptQr(text)
  if (receipt !== null) throw new ProblemError('bill_already_paid', { receiptNumber: receipt.receiptNumber })
  const value = text.trim()
  if (ports.isOffline) {
    const cached = fromCache(ports, value)
    if (cached.length > 0) return cached
  }
  let last = new ProblemError('bill_not_found', {})
  for (const query of queriesFor(value)) {
    try {
      const bills = await ports.integrator.searchBills(query)
      if (bills.length > 0) return keepAndJudge(ports, bills)
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error
      if (AWAY.includes(error.code)) return fromCacheOr(ports, value, error)
      if (error.code !== 'bill_not_found') throw error
      last = error
    }
  }
  throw last
}

/** The same debt as DIGIT sees it now. */
export async function refreshBill(ports: FindPorts, key: BillKey): Promise<FoundBill> {
  const { tenantId, businessService, consumerCode } = key
  const device = ports.store.device()
  if (device === null) throw new ProblemError('device_not_enrolled')
  if (tenantId !== device.tenantId) throw new ProblemError('bill_other_tenant', { billTenantId: tenantId })
  const bills = await ports.integrator.searchBills({
    by: 'consumerCode',
    value: consumerCode,
    businessService,
  })
  const bill = bills.find(
    (found) => found.consumerCode === consumerCode && found.businessService === businessService,
  )
  if (bill === undefined) throw new ProblemError('bill_not_found', {})
  const [found] = keepAndJudge(ports, [bill])
  if (found === undefined) throw new Error('a bill that was kept is judged')
  return found
}

/** A ten-digit number may be a mobile or a consumer code; a plain code is a code; the rest is for the scan reader. */
function queriesFor(value: string): BillQuery[] {
  if (/^[6-9]\d{9}$/.test(value)) {
    return [
      { by: 'mobile', value },
      { by: 'consumerCode', value },
    ]
  }
  if (value.length <= CODE_MAX && CODE.test(value)) return [{ by: 'consumerCode', value }]
  return [{ by: 'scan', value }]
}

function keepAndJudge(ports: FindPorts, bills: readonly Bill[]): FoundBill[] {
  const kept = bills.slice(0, FOUND_BILLS_MAX)
  ports.store.saveBills(kept, ports.at.wallMs)
  return kept.map((bill) => judged(ports, bill, 'integrator'))
}

function fromCacheOr(ports: FindPorts, value: string, problem: ProblemError): FoundBill[] {
  const cached = fromCache(ports, value)
  if (cached.length === 0) throw problem
  return cached
}

function fromCache(ports: FindPorts, value: string): FoundBill[] {
  const bills = ports.store.cachedBills({ by: 'any', value })
  return bills.slice(0, FOUND_BILLS_MAX).map((bill) => judged(ports, bill, 'cache'))
}

function judged(ports: FindPorts, bill: Bill, source: FoundBill['source']): FoundBill {
  const { store, at } = ports
  const tenantId = store.device()?.tenantId ?? ''
  const { nowMs } = judgeClock(at, store.clockState())
  const known = store.knownBill(bill.id) ?? { bill, newerBill: null, earlier: [] }
  const problem = billProblem(known, { tenantId, nowMs })
  return {
    bill,
    ...namesFor(store.masters(), bill),
    source,
    obstacle: problem === null ? null : problemOf(problem),
  }
}

function namesFor(masters: Masters | null, bill: Bill): Pick<FoundBill, 'serviceName' | 'taxHeadNames'> {
  const service = masters?.services.find(({ code }) => code === bill.businessService)
  const codes = new Set(bill.periods.flatMap(({ heads }) => heads.map(({ taxHeadCode }) => taxHeadCode)))
  return {
    serviceName: service?.name ?? bill.businessService,
    taxHeadNames: Object.fromEntries([...codes].map((code) => [code, service?.taxHeadNames[code] ?? code])),
  }
}
