// `/sandbox-admin/...`: the in-process controls over HTTP, for demos and for programs in another process.
// Loopback callers only. GET /sandbox-admin lists what there is. Called by http-server.ts.
import * as z from 'zod'
import { AdminError, paymentJson } from './admin.ts'
import type { Admin } from './admin.ts'
import { pendingEvents } from '#sandbox/billing/back-update.ts'
import { DigitError } from '#sandbox/wire/digit-error.ts'
import { faultKinds, faultSchema, operations, stormSchema } from '#sandbox/faults.ts'
import type { Answer } from '#sandbox/sandbox-context.ts'
import { sampleConsumers } from '#sandbox/seed/sample-consumers.ts'
import { sandboxUsers } from '#sandbox/seed/users.ts'
import { quirks } from '#sandbox/quirks.ts'
import { settingsSchema } from '#sandbox/settings.ts'
import { isKnownZone } from '#sandbox/zoned-time.ts'

export type AdminRequest = {
  method: string
  path: string
  query: URLSearchParams
  bodyText: string
  remoteAddress: string
  /** What a browser says of the page that asks; other programs send none. */
  fetchSite: string | null
}

const consumer = { tenantId: z.string(), businessService: z.string(), consumerCode: z.string() }
const clockSchema = z.strictObject({
  freezeAtMs: z.number().int().optional(),
  isRunning: z.literal(true).optional(),
  advanceMs: z.number().int().optional(),
  zone: z.string().refine(isKnownZone, 'unknown time zone').optional(),
})
const paySchema = z.strictObject({
  ...consumer,
  amountRupees: z.number().optional(),
  paymentMode: z.string().optional(),
})
const demandSchema = z.strictObject({
  ...consumer,
  taxHeadCode: z.string(),
  taxRupees: z.number(),
  fromMs: z.number().int().optional(),
  fixedBillExpiryDate: z.number().int().optional(),
  toMs: z.number().int().optional(),
})
const taxSchema = z.strictObject({ ...consumer, taxHeadCode: z.string(), taxRupees: z.number() })
const tokensSchema = z.strictObject({ username: z.string().optional() })

type Action = { about: string; run: (admin: Admin, body: unknown, query: URLSearchParams) => unknown }

/** Drops keys whose value is undefined, so that optional stays absent. */
function compact<T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, child]) => child !== undefined)) as never
}

const actions: Record<string, Action> = {
  'GET /clock': { about: 'the time as the sandbox sees it', run: (admin) => clockState(admin) },
  'POST /clock': {
    about:
      '{freezeAtMs} stops time, {isRunning:true} lets it run, {advanceMs} moves it, {zone} sets billing time zone',
    run: (admin, body) => {
      const change = clockSchema.parse(body)
      if (change.zone !== undefined) admin.clock.setZone(change.zone)
      if (change.freezeAtMs !== undefined) admin.clock.freeze(change.freezeAtMs)
      if (change.advanceMs !== undefined) admin.clock.advance(change.advanceMs)
      if (change.isRunning) admin.clock.unfreeze()
      return clockState(admin)
    },
  },
  'GET /settings': {
    about: 'gateway, fork, consumer lag and other deployment settings',
    run: (admin) => admin.settings(),
  },
  'POST /settings': {
    about: 'changes some of the settings',
    run: (admin, body) => admin.setSettings(compact(settingsSchema.partial().parse(body))),
  },
  'GET /faults': {
    about: 'faults that are set, and the kinds there are',
    run: (admin) => ({ faults: admin.faults.list(), kinds: faultKinds, operations }),
  },
  'POST /faults': {
    about: '{kind, operation, count, skip, delayMs, status, isWorkDone, amountPaise}',
    run: (admin, body) => admin.faults.add(faultSchema.parse(body)),
  },
  'DELETE /faults': {
    about: 'clears all faults, or ?id= one of them',
    run: (admin, _body, query) => {
      const id = query.get('id')
      admin.faults.clear(id === null ? undefined : Number(id))
      return { faults: admin.faults.list() }
    },
  },
  'POST /storm': {
    about: '{seed, share, kinds?, delayMs?}: random faults from a seed, until DELETE /storm',
    run: (admin, body) => {
      admin.faults.setStorm(compact(stormSchema.parse(body)))
      return { isStormy: true }
    },
  },
  'DELETE /storm': {
    about: 'ends the storm',
    run: (admin) => {
      admin.faults.setStorm(null)
      return { isStormy: false }
    },
  },
  'GET /payments': {
    about: 'payments as stored, newest first; ?limit=',
    run: (admin, _body, query) => {
      const limit = Math.min(Number(query.get('limit') ?? 100) || 100, 10_000)
      return { payments: admin.payments().slice(-limit).toReversed().map(paymentJson) }
    },
  },
  'GET /counters': {
    about: 'calls per operation, citizens created, events waiting',
    run: (admin) => admin.counters(),
  },
  'GET /events': {
    about: 'payment events that billing has not handled yet or could not handle',
    run: (admin) => ({
      waiting: pendingEvents(admin.state).map(({ id, topic, payment }) => ({
        id,
        topic,
        paymentId: payment.id,
      })),
      notDone: admin.audits().filter((audit) => audit.status !== 'done'),
    }),
  },
  'POST /events/release': {
    about: 'lets billing handle all waiting events now',
    run: (admin) => ({ handledCount: admin.releaseEvents(), leftCount: pendingEvents(admin.state).length }),
  },
  'POST /pay-elsewhere': {
    about:
      'another collector pays a bill: {tenantId, businessService, consumerCode, amountRupees?, paymentMode?}',
    run: async (admin, body) => paymentJson(await admin.payElsewhere(compact(paySchema.parse(body)))),
  },
  'POST /demands': {
    about:
      'a module posts a demand: {tenantId, businessService, consumerCode, taxHeadCode, taxRupees, fromMs?, toMs?}',
    run: (admin, body) => ({ demandId: admin.postDemand(compact(demandSchema.parse(body))).id }),
  },
  'POST /demands/tax': {
    about:
      'a module changes the newest demand: {tenantId, businessService, consumerCode, taxHeadCode, taxRupees}',
    run: (admin, body) => ({ demandId: admin.changeTax(taxSchema.parse(body)).id }),
  },
  'POST /tokens/evict': {
    about: 'deletes live tokens: {username?}',
    run: (admin, body) => ({ evictedCount: admin.evictTokens(tokensSchema.parse(body).username) }),
  },
  'POST /reset': {
    about: 'back to the seed',
    run: (admin) => {
      admin.reset()
      return { isReset: true }
    },
  },
  'GET /samples': { about: 'consumers with a known story', run: () => ({ sampleConsumers }) },
  'GET /users': { about: 'logins', run: () => ({ users: sandboxUsers }) },
  'GET /quirks': { about: 'which oddities of DIGIT are reproduced', run: () => ({ quirks }) },
}

function clockState(admin: Admin) {
  return { nowMs: admin.clock.nowMs(), ...admin.clock.settings() }
}

export async function answerAdmin(admin: Admin, request: AdminRequest): Promise<Answer> {
  if (!isLoopback(request.remoteAddress)) {
    return problem(403, 'The admin paths answer only callers on this machine.')
  }
  if (request.fetchSite === 'cross-site') {
    return problem(403, 'The admin paths do not answer pages of other sites.')
  }
  const name = request.path.slice('/sandbox-admin'.length).replace(/\/$/, '')
  if (name === '') {
    const list = Object.entries(actions).map(([key, { about }]) => {
      const [method, path] = key.split(' ')
      return { method, path: `/sandbox-admin${path}`, about }
    })
    return { status: 200, body: { actions: list } }
  }
  const action = actions[`${request.method} ${name}`]
  if (action === undefined)
    return problem(404, `There is no ${request.method} ${request.path}; GET /sandbox-admin lists all.`)
  try {
    const body: unknown = request.bodyText === '' ? {} : JSON.parse(request.bodyText)
    return { status: 200, body: await action.run(admin, body, request.query) }
  } catch (error) {
    if (error instanceof z.ZodError) return problem(400, z.prettifyError(error))
    if (error instanceof SyntaxError) return problem(400, 'The body is not JSON.')
    if (error instanceof AdminError || error instanceof DigitError) return problem(409, error.message)
    throw error
  }
}

function isLoopback(address: string): boolean {
  return address === '::1' || address.startsWith('127.') || address.startsWith('::ffff:127.')
}

function problem(status: number, message: string): Answer {
  return { status, body: { problem: message } }
}
