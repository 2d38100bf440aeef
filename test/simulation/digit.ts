// DIGIT inside a simulated world: the sandbox's own billing engine and collection desk, called without HTTP, with the
// world's clock, a slow event bus, other counters, and a ledger of plain facts for the auditor. Made by run-seed.
import type { UserRequest } from '#digit-wire/auth.ts'
import { createAdmin } from '#sandbox/admin/admin.ts'
import type { Admin, ConsumerKey } from '#sandbox/admin/admin.ts'
import { createFaults } from '#sandbox/faults.ts'
import type { FaultKind } from '#sandbox/faults.ts'
import { routeOf } from '#sandbox/gateway/routes.ts'
import { userOnWire } from '#sandbox/identity/tokens.ts'
import type { Sandbox } from '#sandbox/sandbox-context.ts'
import { userRows } from '#sandbox/seed/users.ts'
import { defaultSettings } from '#sandbox/settings.ts'
import { codeKey, createState } from '#sandbox/state/state.ts'
import type { State } from '#sandbox/state/state.ts'
import { DigitError, errorAnswer } from '#sandbox/wire/digit-error.ts'
import { writeWire } from '#sandbox/wire/wire-json.ts'
import type { DigitFact } from './auditor.ts'
import { createBus } from './digit-bus.ts'
import { createTaxWatch, watchPayments } from './digit-ledger.ts'
import type { Random } from './random.ts'
import { REQUEST_LIFE_MS } from './weather.ts'
import type { Life, World } from './world.ts'

export const TENANT = 'sr.devgaon'
export const ZONE = 'Asia/Kolkata'

export type DigitRequest = { path: string; query: Record<string, string>; body: Record<string, unknown> }
export type DigitAnswer = { status: number; json: unknown }

export type Digit = {
  admin: Admin
  state: State
  /** null while DIGIT is away. */
  life: () => Life | null
  setAway: (isAway: boolean) => void
  /** One request of the integrator, executed now (its insert perhaps later). */
  serve: (request: DigitRequest) => Promise<DigitAnswer>
  /** Another counter's work or a module's; errors are refusals and change nothing. */
  elsewhere: (what: string, act: () => unknown) => Promise<void>
  cancelLatest: (consumer: ConsumerKey) => Promise<void>
  /** Another counter fetches a bill, or pays two bills of two services in one payment. */
  fetchElsewhere: (consumer: ConsumerKey) => Promise<ElsewhereBill>
  payBoth: (first: ElsewhereBill, second: ElsewhereBill) => Promise<void>
  /** Everything DIGIT's own people would put right: failed updates are run again. */
  repair: () => void
  isQuiet: () => boolean
  /** Billing refused a payment of this consumer for good: its collection would exceed the tax. */
  isBlocked: (consumer: { businessService: string; consumerCode: string }) => boolean
  facts: readonly DigitFact[]
}

export type ElsewhereBill = { id: string; totalAmount: number }

export type DigitParts = {
  world: World
  state: State
  sandbox: Sandbox
  facts: DigitFact[]
  admin: Admin
  caller: Caller
}
/** Whose request is being worked on in this instant. */
type Caller = { isIntegrator: boolean }

/** Service faults that store nothing, and one that only looks like it. */
const createFaultKinds: readonly FaultKind[] = [
  'mdms-outage',
  'billing-outage',
  'idgen-failure',
  'apportion-failure',
  'kafka-failure',
  'unique-constraint',
]

export function createDigit(world: World, plot: Random): Digit {
  const state = createState()
  const sandbox = sandboxOf(world, state)
  const admin = createAdmin({ sandbox, reset: () => undefined })
  const caller: Caller = { isIntegrator: false }
  const parts: DigitParts = { world, state, sandbox, facts: [], admin, caller }
  for (const user of userRows(plot.uuid)) state.users.put(user)
  watchPayments(parts)
  const life: Life = { name: 'digit', isDead: false, end: () => undefined }
  let isAway = false
  const bus = createBus(parts)
  const watchTaxes = createTaxWatch(parts)
  const worked = () => {
    watchTaxes()
    bus.notice()
  }
  const own = employee(state, 'POS-DVG')
  const counter = employee(state, 'COUNTER-DVG')
  return {
    admin,
    state,
    facts: parts.facts,
    life: () => (isAway ? null : life),
    setAway: (next) => {
      isAway = next
      world.log('digit', next ? 'is away' : 'is back')
    },
    serve: async (request) => {
      // an undoing is done before its call returns for the first time
      caller.isIntegrator = true
      const answering = handle(parts, request, { user: own, isCalm: !world.isStormy })
      caller.isIntegrator = false
      const answer = await answering
      worked()
      return answer
    },
    elsewhere: async (what, act) => {
      try {
        await act()
        world.log('elsewhere', what)
      } catch (error) {
        world.log('elsewhere', `${what}: no (${error instanceof Error ? error.message.slice(0, 80) : ''})`)
      }
      worked()
    },
    cancelLatest: async (consumer) => {
      const body = cancelBody(state, consumer)
      if (body === null) return
      const path = '/collection-services/payments/DEFAULT/_workflow'
      const answer = await handle(parts, { path, query: {}, body }, { user: counter, isCalm: true })
      world.log('elsewhere', `cancels the latest payment of ${consumer.consumerCode}: ${answer.status}`)
      worked()
    },
    fetchElsewhere: async (consumer) => {
      const path = '/billing-service/bill/v2/_fetchbill'
      const answer = await handle(
        parts,
        { path, query: { ...consumer }, body: {} },
        { user: counter, isCalm: true },
      )
      const [bill] = (answer.json as { Bill: ElsewhereBill[] }).Bill
      if (bill === undefined) throw new TypeError('no bill to fetch')
      return bill
    },
    payBoth: async (first, second) => {
      const paymentDetails = [first, second].map(({ id, totalAmount }) => ({
        billId: id,
        totalAmountPaid: totalAmount,
      }))
      const totalAmountPaid = first.totalAmount + second.totalAmount
      const body = {
        Payment: {
          tenantId: TENANT,
          totalAmountPaid,
          paymentMode: 'CASH',
          paidBy: 'Walk In',
          paymentDetails,
        },
      }
      const path = '/collection-services/payments/_create'
      const answer = await handle(parts, { path, query: {}, body }, { user: counter, isCalm: true })
      if (answer.status !== 200) throw new TypeError(JSON.stringify(answer.json).slice(0, 200))
    },
    repair: bus.repair,
    isQuiet: bus.isQuiet,
    isBlocked: ({ businessService, consumerCode }) => {
      const consumer = `${businessService} ${consumerCode}`
      return parts.facts.some((fact) => fact.kind === 'update-refused' && fact.consumer === consumer)
    },
  }
}

function sandboxOf(world: World, state: State): Sandbox {
  const { timeline } = world
  return {
    state,
    clock: {
      nowMs: timeline.nowMs,
      zone: () => ZONE,
      settings: () => ({ offsetMs: 0, frozenAtMs: timeline.nowMs(), zone: ZONE }),
      freeze: () => undefined,
      unfreeze: () => undefined,
      advance: () => undefined,
      setZone: () => undefined,
      restore: () => undefined,
    },
    settings: { ...defaultSettings, backUpdateDelayMs: null },
    faults: createFaults(),
    calls: new Map(),
    createsInFlight: { count: 0 },
    url: () => 'http://digit.invalid',
    commit: () => undefined,
    wakeConsumer: () => undefined,
    sleep: timeline.sleep,
    isClosed: () => false,
    warn: (text) => world.broke(new Error(text)),
  }
}

function employee(state: State, userName: string): UserRequest {
  const user = [...state.users.all()].find((each) => each.userName === userName)
  if (user === undefined) throw new TypeError(`no user ${userName}`)
  return userOnWire(user, user.roles)
}

/** The service behind the gateway, with the weather of one call. */
async function handle(
  { world, sandbox }: DigitParts,
  request: DigitRequest,
  { user, isCalm }: { user: UserRequest; isCalm: boolean },
): Promise<DigitAnswer> {
  const route = routeOf(request.path)
  if (route === null) throw new TypeError(`no service answers ${request.path}`)
  const { random, weather } = world
  const isCreate = route.operation === 'create-payment'
  if (!isCalm && random.isHit(weather.serviceFault)) {
    if (!isCreate) return gatewayFault(random)
    sandbox.faults.clear()
    sandbox.faults.add({ kind: random.pick(createFaultKinds), operation: 'create-payment' })
  }
  if (isCreate && !isCalm && random.isHit(weather.slowInsert)) {
    const delayMs = random.whole(100, REQUEST_LIFE_MS / 2)
    sandbox.faults.add({ kind: 'slow-commit', operation: 'create-payment', delayMs })
  }
  try {
    const answer = await route.handler({
      sandbox,
      operation: route.operation,
      path: request.path,
      module: route.module,
      query: new URLSearchParams(request.query),
      body: request.body,
      requestInfo: { msgId: '1|en_IN', userInfo: user },
      user,
      headers: {},
    })
    return { status: answer.status, json: JSON.parse(writeWire(answer.body)) }
  } catch (error) {
    if (!(error instanceof DigitError)) throw error
    const answer = errorAnswer(error)
    return { status: answer.status, json: JSON.parse(writeWire(answer.body)) }
  } finally {
    // a fault that was not taken belongs to this call only
    if (isCreate) sandbox.faults.clear()
  }
}

function gatewayFault(random: Random): DigitAnswer {
  const error = (code: string) => ({ Errors: [{ code, message: code, description: null }] })
  return random.pick([
    { status: 502, json: undefined },
    { status: 500, json: error('SocketTimeoutException') },
    { status: 403, json: error('CustomException') },
    { status: 429, json: error('RateLimitExceededException') },
    { status: 400, json: error('SomeUnheardOfException') },
  ])
}

function cancelBody(state: State, { tenantId, businessService, consumerCode }: ConsumerKey) {
  const latest = [...state.payments.find('code', codeKey(tenantId, consumerCode))]
    .filter((payment) => payment.instrumentStatus === 'APPROVED')
    .filter((payment) => payment.details.some((detail) => detail.businessService === businessService))
    .toSorted((one, other) => other.transactionDate - one.transactionDate || other.sequence - one.sequence)[0]
  if (latest === undefined) return null
  return {
    PaymentWorkflows: [{ paymentId: latest.id, tenantId, action: 'CANCEL', reason: 'entered twice' }],
  }
}
