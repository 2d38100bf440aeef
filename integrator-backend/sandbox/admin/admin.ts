// In-process controls: clock, faults, settings, another collector, new demands, counters, reset.
// Handed out by startSandbox for tests; the admin API is the same over HTTP.
import { addDemand, setTax } from '#sandbox/billing/change-demand.ts'
import { consumeEvents, pendingEvents } from '#sandbox/billing/back-update.ts'
import { fetchBill } from '#sandbox/billing/fetch-bill.ts'
import { createPayment } from '#sandbox/collection/create-payment.ts'
import { storedPaymentOnWire } from '#sandbox/collection/payment-wire.ts'
import type { Clock } from '#sandbox/clock.ts'
import { createFaults } from '#sandbox/faults.ts'
import type { Faults } from '#sandbox/faults.ts'
import { userOnWire } from '#sandbox/identity/tokens.ts'
import type { AuditRow, BillRow, DemandRow, PaymentRow } from '#sandbox/state/rows.ts'
import type { Call, Sandbox } from '#sandbox/sandbox-context.ts'
import { settingsSchema } from '#sandbox/settings.ts'
import type { Settings } from '#sandbox/settings.ts'
import { codeKey, countOf } from '#sandbox/state/state.ts'
import type { State } from '#sandbox/state/state.ts'
import { writeWire } from '#sandbox/wire/wire-json.ts'

export type ConsumerKey = { tenantId: string; businessService: string; consumerCode: string }

export type Counters = {
  calls: Record<string, number>
  citizensCreated: number
  paymentCount: number
  pendingEventCount: number
}

export type Admin = {
  clock: Clock
  faults: Faults
  state: State
  settings: () => Settings
  setSettings: (change: Partial<Settings>) => Settings
  /** Lets billing's consumer handle everything waiting, due or not; returns how many events. */
  releaseEvents: () => number
  /** What billing made of the payments so far. */
  audits: () => AuditRow[]
  payments: () => PaymentRow[]
  bills: (consumer: ConsumerKey) => BillRow[]
  demands: (consumer: ConsumerKey) => DemandRow[]
  counters: () => Counters
  /** Another collector pays the bill of a consumer; `amountRupees` undefined = the whole bill. Not touched by faults. */
  payElsewhere: (pay: ConsumerKey & { amountRupees?: number; paymentMode?: string }) => Promise<PaymentRow>
  /** As DIGIT does, `fixedBillExpiryDate` is accepted and forgotten. A module posts a demand of one period and head; the ACTIVE bill of the consumer turns EXPIRED. */
  postDemand: (
    demand: ConsumerKey & {
      taxHeadCode: string
      taxRupees: number
      fromMs?: number
      toMs?: number
      fixedBillExpiryDate?: number
    },
  ) => DemandRow
  /** A module changes the tax of the newest open demand. */
  changeTax: (change: ConsumerKey & { taxHeadCode: string; taxRupees: number }) => DemandRow
  /** Deletes tokens of a user (all users without a name); returns how many. */
  evictTokens: (username?: string) => number
  /** Back to the seed: demands, bills, payments, tokens, counters, faults and clock. */
  reset: () => void
}

export class AdminError extends Error {}

export type AdminParts = { sandbox: Sandbox; reset: () => void }

export function createAdmin({ sandbox, reset }: AdminParts): Admin {
  const { state, clock } = sandbox
  const save = <T>(result: T): T => {
    sandbox.commit()
    return result
  }
  return {
    clock,
    faults: sandbox.faults,
    state,
    settings: () => ({ ...sandbox.settings }),
    setSettings: (change) => {
      Object.assign(sandbox.settings, settingsSchema.partial().parse(change))
      state.meta.put({ id: 'settings', value: { ...sandbox.settings } })
      return save({ ...sandbox.settings })
    },
    releaseEvents: () => save(consumeEvents(sandbox, true)),
    audits: () => [...state.audits.all()],
    payments: () => [...state.payments.all()],
    bills: (consumer) => ofConsumer(state.bills.find('code', keyOf(consumer)), consumer),
    demands: (consumer) => ofConsumer(state.demands.find('code', keyOf(consumer)), consumer),
    counters: () => ({
      calls: Object.fromEntries(sandbox.calls),
      citizensCreated: countOf(state, 'citizens-created'),
      paymentCount: state.payments.size(),
      pendingEventCount: pendingEvents(state).length,
    }),
    payElsewhere: async (pay) => save(await payElsewhere(sandbox, pay)),
    postDemand: (demand) => save(postDemand(sandbox, demand)),
    changeTax: (change) => {
      const open = ofConsumer(state.demands.find('code', keyOf(change)), change).at(-1)
      if (open === undefined)
        throw new AdminError(`No demand of ${change.consumerCode} for ${change.businessService}`)
      const tax = { taxHeadCode: change.taxHeadCode, taxPaise: Math.round(change.taxRupees * 100) }
      setTax(open, tax, { state, nowMs: clock.nowMs(), createdBy: open.createdBy })
      return save(open)
    },
    evictTokens: (username) => {
      const doomed = [...state.tokens.all()].filter(
        (token) => username === undefined || state.users.get(token.userUuid)?.userName === username,
      )
      for (const token of doomed) state.tokens.remove(token.accessToken)
      return save(doomed.length)
    },
    reset,
  }
}

function keyOf(consumer: ConsumerKey): string {
  return codeKey(consumer.tenantId, consumer.consumerCode)
}

function ofConsumer<T extends { businessService: string }>(rows: readonly T[], consumer: ConsumerKey): T[] {
  return rows.filter((row) => row.businessService === consumer.businessService)
}

function postDemand(
  sandbox: Sandbox,
  demand: ConsumerKey & {
    taxHeadCode: string
    taxRupees: number
    fromMs?: number
    toMs?: number
    fixedBillExpiryDate?: number
  },
): DemandRow {
  const { state, clock } = sandbox
  const nowMs = clock.nowMs()
  const [known] = state.demands.find('code', keyOf(demand))
  return addDemand(
    {
      tenantId: demand.tenantId,
      consumerCode: demand.consumerCode,
      businessService: demand.businessService,
      payer: known?.payer ?? {
        uuid: '00000000-0000-4000-8000-000000000001',
        name: 'Sunita Nair',
        mobileNumber: null,
        address: null,
      },
      taxPeriodFrom: demand.fromMs ?? nowMs - 30 * 86_400_000,
      taxPeriodTo: demand.toMs ?? nowMs,
      dueAtMs: nowMs + 30 * 86_400_000,
      lines: [{ taxHeadCode: demand.taxHeadCode, taxPaise: Math.round(demand.taxRupees * 100) }],
    },
    { state, nowMs, createdBy: 'module' },
  )
}

async function payElsewhere(
  sandbox: Sandbox,
  pay: ConsumerKey & { amountRupees?: number; paymentMode?: string },
): Promise<PaymentRow> {
  const quiet: Sandbox = { ...sandbox, faults: createFaults(), calls: new Map() }
  const city = [...sandbox.state.users.all()].find(
    (user) => user.tenantId === pay.tenantId && user.userName.startsWith('COUNTER-'),
  )
  if (city === undefined) throw new AdminError(`No other collector works in ${pay.tenantId}`)
  const base = {
    sandbox: quiet,
    path: '',
    module: null,
    requestInfo: { msgId: '0|en_IN' },
    user: userOnWire(city, city.roles),
    headers: {},
  }
  const query = new URLSearchParams({ ...pay, amountRupees: '', consumerCode: pay.consumerCode })
  const fetched = fetchBill({ ...base, operation: 'fetch-bill', query, body: {} } satisfies Call)
  const text = writeWire(fetched.body)
  const bill = (JSON.parse(text) as { Bill: { id: string; totalAmount: number }[] }).Bill[0]
  if (bill === undefined) throw new AdminError(`Nothing is due for ${pay.consumerCode}`)
  const totalAmountPaid = pay.amountRupees ?? bill.totalAmount
  const created = await createPayment({
    ...base,
    operation: 'create-payment',
    query: new URLSearchParams(),
    body: {
      Payment: {
        tenantId: pay.tenantId,
        totalAmountPaid,
        paymentMode: pay.paymentMode ?? 'CASH',
        paidBy: 'Walk In',
        paymentDetails: [{ billId: bill.id, totalAmountPaid }],
      },
    },
  })
  const id = (created.body as { Payments: { id: string }[] }).Payments[0]?.id ?? ''
  sandbox.wakeConsumer()
  const payment = sandbox.state.payments.get(id)
  if (payment === undefined) throw new AdminError('The payment was not stored')
  return payment
}

export function paymentJson(payment: PaymentRow): unknown {
  return storedPaymentOnWire(payment)
}
