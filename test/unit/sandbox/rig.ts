// A sandbox with time standing still and a small client of its own, for the tests of this folder.
// The client is written from the contract alone: plain fetch, no code of the integrator.
import { billAnswerSchema } from '#digit-wire/bill.ts'
import type { Bill } from '#digit-wire/bill.ts'
import { errorEnvelopeSchema } from '#digit-wire/envelope.ts'
import { paymentAnswerSchema } from '#digit-wire/payment.ts'
import type { Payment } from '#digit-wire/payment.ts'
import { startSandbox } from '#sandbox/start-sandbox.ts'
import type { RunningSandbox, SandboxOptions } from '#sandbox/start-sandbox.ts'
import { sampleOf } from '#sandbox/seed/sample-consumers.ts'

/** 23 November 2026, 12:00:00.123 in India. */
export const noonMs = Date.UTC(2026, 10, 23, 6, 30, 0, 123)
export const dayMs = 86_400_000
export const devgaon = 'sr.devgaon'

export type Reply = { status: number; text: string; body: unknown; headers: Headers }
export type Login = {
  username?: string
  password?: string
  tenantId?: string
  userType?: string
  scope?: string
}

export type Rig = RunningSandbox & {
  token: string
  logIn: (login?: Login, basic?: string) => Promise<Reply>
  refresh: (refreshToken: string) => Promise<Reply>
  /** POST with RequestInfo and the rig's token (or another, or none for null). */
  post: (path: string, body?: object, options?: PostOptions) => Promise<Reply>
  fetchBill: (key: string, extra?: Record<string, string>) => Promise<Reply>
  /** The single bill of a sample; throws when there is not exactly one. */
  billOf: (key: string) => Promise<Bill>
  pay: (bill: Bill, change?: PayChange) => Promise<Reply>
  /** The payment just made; throws when it was refused. */
  paid: (bill: Bill, change?: PayChange) => Promise<Payment>
  search: (module: string, query: Record<string, string>) => Promise<Reply>
  workflow: (module: string, payment: Payment, action: string, extra?: object) => Promise<Reply>
}
export type PostOptions = {
  token?: string | null
  headers?: Record<string, string>
  info?: object
  rawBody?: string
}
export type PayChange = { amount?: number; detail?: object } & Record<string, unknown>

export async function startRig(options: SandboxOptions = {}): Promise<Rig> {
  const { settings, ...rest } = options
  const sandbox = await startSandbox({
    consumerCount: 0,
    frozenAtMs: noonMs,
    settings: { backUpdateDelayMs: 0, localizationPerMinuteMax: 10, ...settings },
    warn: (text) => {
      throw new Error(`the sandbox had an unexpected error: ${text}`)
    },
    ...rest,
  })
  const rig = clientOf(sandbox)
  rig.token = String(at(await rig.logIn(), 'access_token'))
  return rig
}

function clientOf(sandbox: RunningSandbox): Rig {
  const { url } = sandbox
  const form = (fields: Record<string, string>, basic?: string) =>
    send(`${url}/user/oauth/token`, {
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        authorization: `Basic ${btoa(basic ?? `${sandbox.clientId}:${sandbox.clientSecret}`)}`,
      },
      body: new URLSearchParams(fields).toString(),
    })
  const rig: Rig = {
    ...sandbox,
    token: '',
    logIn: (login = {}, basic) =>
      form(
        {
          grant_type: 'password',
          username: 'POS-DVG',
          password: 'Sandbox@123',
          tenantId: devgaon,
          userType: 'EMPLOYEE',
          scope: 'read',
          ...login,
        },
        basic,
      ),
    refresh: (refreshToken) => form({ grant_type: 'refresh_token', refresh_token: refreshToken }),
    post: (path, body = {}, { token = rig.token, headers = {}, info = {}, rawBody } = {}) => {
      const RequestInfo = {
        apiId: 'Rainmaker',
        ver: '1.0',
        ts: noonMs,
        msgId: '1|en_IN',
        ...(token === null ? {} : { authToken: token }),
        ...info,
      }
      return send(`${url}${path}`, {
        headers: { 'content-type': 'application/json', ...headers },
        body: rawBody ?? JSON.stringify({ RequestInfo, ...body }),
      })
    },
    fetchBill: (key, extra = {}) => {
      const { tenantId, businessService, consumerCode } = sampleOf(key)
      const query = new URLSearchParams({ tenantId, businessService, consumerCode, ...extra })
      return rig.post(`/billing-service/bill/v2/_fetchbill?${query.toString()}`)
    },
    billOf: async (key) => {
      const reply = await rig.fetchBill(key)
      const [bill, ...others] = billsOf(reply)
      if (bill === undefined || others.length > 0) throw new Error(`not one bill of ${key}: ${reply.text}`)
      return bill
    },
    pay: (bill, change = {}) =>
      rig.post('/collection-services/payments/_create', { Payment: paymentOf(bill, change) }),
    paid: async (bill, change = {}) => {
      const [payment] = paymentsOf(await rig.pay(bill, change))
      if (payment === undefined) throw new Error('the answer names no payment')
      return payment
    },
    search: (module, query) =>
      rig.post(
        `/collection-services/payments/${module}/_search?${new URLSearchParams({ tenantId: devgaon, ...query }).toString()}`,
      ),
    workflow: (module, payment, action, extra = {}) =>
      rig.post(`/collection-services/payments/${module}/_workflow`, {
        PaymentWorkflows: [{ paymentId: payment.id, tenantId: payment.tenantId, action, ...extra }],
      }),
  }
  return rig
}

export function paymentOf(bill: Bill, { amount, detail, ...change }: PayChange = {}) {
  const totalAmountPaid = amount ?? bill.totalAmount
  return {
    tenantId: bill.tenantId,
    totalAmountPaid,
    paymentMode: 'CASH',
    paidBy: 'Asha Rao',
    mobileNumber: '9876512345',
    paymentDetails: [{ billId: bill.id, businessService: bill.businessService, totalAmountPaid, ...detail }],
    ...change,
  }
}

export async function send(url: string, init: RequestInit): Promise<Reply> {
  const response = await fetch(url, { method: 'POST', ...init })
  const text = await response.text()
  const isJson = (response.headers.get('content-type') ?? '').includes('json')
  let body: unknown = null
  try {
    body = isJson ? JSON.parse(text) : null
  } catch {
    body = null
  }
  return { status: response.status, text, body, headers: response.headers }
}

/** The codes of an Errors envelope, with its shape checked. */
export function codesOf(reply: Reply): string[] {
  const parsed = errorEnvelopeSchema.safeParse(reply.body)
  if (!parsed.success || at(reply, 'ResponseInfo') !== null) {
    throw new Error(`not an error envelope: ${reply.status} ${reply.text}`)
  }
  return parsed.data.Errors.map((error) => error.code)
}

/** The bills of an answer, with its shape checked. */
export function billsOf(reply: Reply): Bill[] {
  const parsed = billAnswerSchema.safeParse(reply.body)
  if (!parsed.success) throw new Error(`not a bill answer: ${reply.status} ${reply.text}`)
  return parsed.data.Bill
}

/** The payments of an answer, with its shape checked. */
export function paymentsOf(reply: Reply): Payment[] {
  const parsed = paymentAnswerSchema.safeParse(reply.body)
  if (!parsed.success) throw new Error(`not a payment answer: ${reply.status} ${reply.text}`)
  return parsed.data.Payments
}

/** The value at a dotted path of the answer; undefined when the path ends early. */
export function at(reply: { body: unknown }, path: string): unknown {
  let value = reply.body
  for (const key of path.split('.')) {
    if (typeof value !== 'object' || value === null) return undefined
    value = (value as Record<string, unknown>)[key]
  }
  return value
}
