// Finds what is due: the integrator first; when it (or DIGIT behind it) is away, the till's own cache and the bill packs it carries, by number,
// mobile, name or door. Every bill that was found is kept with its age, and every answer says why a bill cannot be paid, if so.
// Called by the host's bill procedures.
import type { Masters } from '#contract/api.ts'
import { readBadge } from '#contract/badge.ts'
import type { Bill } from '#contract/bill.ts'
import { isCardText } from '#contract/card-numbers.ts'
import type { BillKey } from '#contract/payment.ts'
import { ProblemError, problemOf, type Problem } from '#contract/problem.ts'
import { judgeClock } from '#core/time/clock-guard.ts'
import { FOUND_BILLS_MAX } from '#core/limits.ts'
import { billProblem } from '#core/payment-rules.ts'
import { packStanding, type PackedBill, type PackStanding } from './packs.ts'
import type { BillQuery, BillStore, ClockStore, IdentityStore, Integrator, PackStore } from '#core/ports.ts'
import { readReceiptQr } from '#core/receipts/receipt.ts'
import type { ClockReading } from '#core/records.ts'

export type FoundBill = {
  readonly bill: Bill
  readonly serviceName: string
  readonly taxHeadNames: Record<string, string>
  readonly source: 'integrator' | 'cache' | 'pack'
  /** The bill pack it comes from; not null exactly for source pack. */
  readonly pack: { readonly preparedAtMs: number; readonly standing: PackStanding } | null
  readonly obstacle: Problem | null
}

export type FindPorts = {
  readonly store: BillStore & PackStore & ClockStore & IdentityStore
  readonly integrator: Pick<Integrator, 'searchBills'>
  /** true: the integrator did not answer a moment ago, so the cache is asked first. */
  readonly isOffline: boolean
  /** true: nobody attends this machine, so numbers are found and nobody looks through other people's names and doors. */
  readonly isKiosk?: boolean
  /** Which numbers a scanned payment code, link or slip names. Absent: scans are read by the integrator alone. */
  readonly codesIn?: (text: string) => ScanCodes
  readonly at: ClockReading
}

export type ScanCodes = {
  /** The likeliest first. */
  readonly codes: readonly string[]
  /** Why there are none; a name for the screens, not a sentence. */
  readonly reason: string | null
  /** true: nobody can read it. false: the integrator may know rules that this till does not. */
  readonly isCertain: boolean
}

const SCAN_CODES_MAX = 4
const CODE_MAX = 128
/** Connections found in a pack by name or door that are asked for anew while the integrator answers. */
const NAMED_MAX = 10
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
  if (readBadge(text) !== null) throw new ProblemError('scan_not_understood', { reason: 'badge' })
  const value = text.trim()
  // The number of a bill that is known here may look like a card's; of another one nobody is asked.
  if (isCardText(value) && !isKnownNumber(ports, value)) throw new ProblemError('card_number_refused')
  if (ports.isOffline) {
    const own = fromOwnStore(ports, value)
    if (own.length > 0) return own
  }
  let last = new ProblemError('bill_not_found', {})
  const named = codesNamedIn(ports, value).map((code): BillQuery => ({ by: 'consumerCode', value: code }))
  for (const query of [...queriesFor(value), ...named]) {
    try {
      const bills = await ports.integrator.searchBills(query)
      if (bills.length > 0) return keepAndJudge(ports, bills)
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error
      if (AWAY.includes(error.code)) return fromOwnStoreOr(ports, value, error)
      if (error.code !== 'bill_not_found' && error.code !== 'scan_not_understood') throw error
      last = error
    }
  }
  return await findByWords(ports, value, withReason(ports, value, last))
}

/** Beside the text itself. */
function codesNamedIn({ codesIn }: FindPorts, value: string): string[] {
  const codes = codesIn?.(value).codes ?? []
  return codes.filter((code) => code !== value).slice(0, SCAN_CODES_MAX)
}

/** The cashier is told why a code cannot be read, not only that nobody can. */
function withReason({ codesIn }: FindPorts, value: string, problem: ProblemError): ProblemError {
  const reason = codesIn?.(value).reason ?? null
  if (problem.code !== 'scan_not_understood' || reason === null) return problem
  return new ProblemError('scan_not_understood', { ...problem.data, reason })
}

/** The integrator knows no names and doors: the packs say which connections are meant, and it says what is due on them. */
async function findByWords(ports: FindPorts, value: string, problem: ProblemError): Promise<FoundBill[]> {
  const named = byWords(ports, value).slice(0, NAMED_MAX)
  let last = problem
  const fresh: Bill[] = []
  for (const { bill } of named) {
    const { businessService, consumerCode } = bill
    try {
      fresh.push(
        ...(await ports.integrator.searchBills({ by: 'consumerCode', value: consumerCode, businessService })),
      )
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error
      if (AWAY.includes(error.code)) return fromOwnStoreOr(ports, value, error)
      last = error
    }
  }
  if (fresh.length === 0) throw last
  return keepAndJudge(ports, fresh)
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

function fromOwnStoreOr(ports: FindPorts, value: string, problem: ProblemError): FoundBill[] {
  const own = fromOwnStore(ports, value)
  if (own.length > 0) return own
  const { reason = null, isCertain = false } = ports.codesIn?.(value) ?? {}
  // To wait for the integrator would be in vain.
  throw isCertain && reason !== null ? new ProblemError('scan_not_understood', { reason }) : problem
}

function isKnownNumber({ store }: FindPorts, value: string): boolean {
  return (
    store.cachedBills({ by: 'any', value }).length > 0 ||
    store.packedBills({ by: 'number', value }).length > 0
  )
}

/** By number from cache and packs, the later look at each debt; else by name, door or street from the packs. */
function fromOwnStore(ports: FindPorts, value: string): FoundBill[] {
  const { store } = ports
  const byNumber = [value, ...codesNamedIn(ports, value)]
    .map((code) =>
      laterLooks(
        store.cachedBills({ by: 'any', value: code }),
        store.packedBills({ by: 'number', value: code }),
      ),
    )
    .find((found) => found.cached.length + found.packed.length > 0)
  const { cached, packed } = byNumber ?? laterLooks([], byWords(ports, value))
  const kept = packed.slice(0, Math.max(0, FOUND_BILLS_MAX - cached.length))
  store.savePackedBills(kept, ports.at.wallMs)
  return [...cached, ...kept.map(({ bill }) => bill)]
    .slice(0, FOUND_BILLS_MAX)
    .map((bill) => judged(ports, bill, 'cache'))
}

function byWords({ store, isKiosk = false }: FindPorts, value: string): PackedBill[] {
  return isKiosk ? [] : store.packedBills({ by: 'words', value })
}

function laterLooks(cached: readonly Bill[], packed: readonly PackedBill[]) {
  const newest = new Map<string, { bill: Bill; packed: PackedBill | null }>()
  const offers = [
    ...cached.map((bill) => ({ bill, packed: null })),
    ...packed.map((each) => ({ bill: each.bill, packed: each })),
  ]
  for (const offer of offers) {
    const { tenantId, businessService, consumerCode, fetchedAtMs } = offer.bill
    const key = JSON.stringify([tenantId, businessService, consumerCode])
    const known = newest.get(key)
    if (known === undefined || fetchedAtMs > known.bill.fetchedAtMs) newest.set(key, offer)
  }
  const kept = [...newest.values()]
  return {
    cached: kept.flatMap((offer) => (offer.packed === null ? [offer.bill] : [])),
    packed: kept.flatMap((offer) => (offer.packed === null ? [] : [offer.packed])),
  }
}

function judged(ports: FindPorts, bill: Bill, source: FoundBill['source']): FoundBill {
  const { store, at } = ports
  const tenantId = store.device()?.tenantId ?? ''
  const { nowMs } = judgeClock(at, store.clockState())
  const known = store.knownBill(bill.id) ?? { bill, newerBill: null, pack: null, earlier: [] }
  const pack = known.pack ?? null
  const problem = billProblem(known, { tenantId, nowMs })
  return {
    bill,
    ...namesFor(store.masters(), bill),
    source: pack === null ? source : 'pack',
    pack: pack && { preparedAtMs: pack.preparedAtMs, standing: packStanding(pack, nowMs) },
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
