// An integrator of a few lines over real HTTP, with faults on wish: it keeps what it accepted, so that a test can compare it with what the
// till says. Used by tests of the host and by terminal-*.test.ts.
import { scryptSync } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gunzipSync } from 'node:zlib'
import type { Masters, Operator, PaymentOutcome } from '#contract/api.ts'
import type { Bill } from '#contract/bill.ts'
import type { EnrolmentRequest } from '#contract/devices-api.ts'
import { paise } from '#contract/money.ts'
import { paymentSchema, type Payment, type PaymentStatus, type PostingState } from '#contract/payment.ts'
import {
  ProblemError,
  PROBLEMS,
  problemStatus,
  type ProblemCode,
  type ProblemData,
} from '#contract/problem.ts'
import type { SignedText } from '#contract/signed.ts'
import { sampleMasters, TENANT } from '#test/unit/core/sample-bill.ts'
import { createFakeDevices } from './fake-devices.ts'

export type Fault =
  | 'none'
  | 'down'
  | 'html'
  | 'half'
  | 'other_shape'
  | 'reset_before'
  | 'reset_after'
  | 'hang'
  | 'too_many'

export const PIN = '246810'
export const CODE = 'TEST-1234'

export function operatorWith(changes: Partial<Operator> = {}, pin = PIN): Operator {
  const salt = Buffer.from('a fixed salt 123')
  const hash = scryptSync(pin, salt, 32, { N: 1024, r: 8, p: 1 })
  return {
    id: 'op-1',
    code: '101',
    name: 'Meena Kulkarni',
    role: 'cashier',
    pinVerifier: {
      salt: salt.toString('base64'),
      hash: hash.toString('base64'),
      cost: 1024,
      blockSize: 8,
      parallelization: 1,
    },
    ...changes,
  }
}

export type FakeIntegrator = Awaited<ReturnType<typeof startFakeIntegrator>>

export async function startFakeIntegrator(setup: { bills?: Bill[]; masters?: Partial<Masters> } = {}) {
  const state = {
    bills: setup.bills ?? [],
    masters: sampleMasters({ operators: [operatorWith()], serverTimeMs: Date.now(), ...setup.masters }),
    fault: 'none' as Fault,
    /** Only calls whose path begins so are faulty. */
    faultPath: '/',
    /** Payments by id with the text they came in. */
    held: new Map<string, { payment: Payment; text: string; status: PaymentStatus }>(),
    /** Ids that are answered with `refused`. */
    refusing: new Set<string>(),
    pins: new Map([['101', PIN]]),
    nextAfterMs: 0,
    batches: [] as number[],
    lastBatch: '',
    calls: [] as string[],
    cursor: 0,
    devices: createFakeDevices({ code: CODE, tenantId: TENANT }),
    /** Takes the place of the signed masters: what somebody in between might answer. */
    forgedMasters: null as SignedText | null,
  }
  const { devices } = state
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      response.destroy(error instanceof Error ? error : undefined)
    })
  })
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(request.url ?? '/', 'http://fake')
    const body = await bodyOf(request)
    state.calls.push(`${request.method ?? ''} ${url.pathname}`)
    const fault = url.pathname.startsWith(state.faultPath) ? state.fault : 'none'
    if (fault === 'reset_before') return void request.socket.destroy()
    if (fault === 'hang') return
    if (fault === 'down')
      return void response.writeHead(502, { 'content-type': 'text/html' }).end('<h1>502</h1>')
    if (fault === 'html')
      return void response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Hello</h1>')
    if (fault === 'too_many') {
      response.setHeader('retry-after', '7')
      return fail(response, 'too_many_requests')
    }
    const told = answered(() => route(url, body, request))
    const result = told instanceof Promise ? ((await told) as object) : told
    if (fault === 'reset_after') return void request.socket.destroy()
    if (typeof result === 'string') return fail(response, result)
    if (result instanceof ProblemError) return fail(response, result.code, result.data)
    const json = fault === 'other_shape' ? '{"surprise":true}' : JSON.stringify(result)
    response.writeHead(200, { 'content-type': 'application/json' })
    response.end(fault === 'half' ? json.slice(0, Math.floor(json.length / 2)) : json)
  }
  const route = (url: URL, body: Buffer, request: IncomingMessage): object | ProblemCode => {
    const text = textOf(body, request)
    const input = text === '' ? {} : (JSON.parse(text) as Record<string, unknown>)
    if (url.pathname === '/v1/devices/enrol') return devices.enrol(input as EnrolmentRequest)
    const { method = '', url: target = '', headers } = request
    const device = devices.deviceOf({ method, target, headers, body })
    const isHandingOver = url.pathname === '/v1/records'
    if (device.isRevoked && !isHandingOver) return 'device_revoked'
    if (url.pathname === '/v1/devices/confirm') return devices.confirm(device, String(input['nonce']))
    if (url.pathname === '/v1/devices/me') return devices.me(device)
    if (url.pathname === '/v1/devices/secrets') return devices.secrets(device)
    if (device.approval !== 'approved') return 'device_not_approved'
    switch (url.pathname) {
      case '/v1/masters':
        return (
          state.forgedMasters ??
          devices.sign('masters', JSON.stringify({ ...state.masters, serverTimeMs: devices.nowMs() }))
        )
      case '/v1/bills/search':
        return search(input)
      case '/v1/operators/sign-in':
        return signIn(input)
      case '/v1/payments/batch':
        return submit(text)
      default:
        return changes(url)
    }
  }
  const search = (input: Record<string, unknown>): object | ProblemCode => {
    const bills = state.bills.filter((bill) =>
      input['by'] === 'mobile' ? bill.mobileNumber === input['value'] : bill.consumerCode === input['value'],
    )
    if (input['by'] === 'scan') return 'scan_not_understood'
    return bills.length === 0 ? 'bill_not_found' : { bills }
  }
  const signIn = (input: Record<string, unknown>): object | ProblemCode => {
    const operator = state.masters.operators.find(({ code }) => code === input['operatorCode'])
    if (operator === undefined) return 'operator_unknown'
    if (state.pins.get(operator.code) !== input['pin']) return 'wrong_pin'
    return { operator, expiresAtMs: Date.now() + 3_600_000 }
  }
  const submit = (text: string): object | ProblemCode => {
    const { payments } = JSON.parse(text) as { payments: unknown[] }
    state.batches.push(payments.length)
    state.lastBatch = text
    const outcomes = payments.map((raw): PaymentOutcome => {
      const parsed = paymentSchema.safeParse(raw)
      const id = parsed.success ? parsed.data.id : 'unreadable'
      if (!parsed.success || state.refusing.has(id)) {
        return { id, outcome: 'refused', status: null, problem: problem('input_invalid') }
      }
      const known = state.held.get(id)
      const own = JSON.stringify(raw)
      if (known !== undefined && known.text !== own) {
        return { id, outcome: 'conflict', status: null, problem: problem('payment_conflict') }
      }
      const status = known?.status ?? statusOf(id, 'RECEIVED')
      if (known === undefined) state.held.set(id, { payment: parsed.data, text: own, status })
      return { id, outcome: known === undefined ? 'accepted' : 'duplicate', status, problem: null }
    })
    return { outcomes, nextAfterMs: state.nextAfterMs }
  }
  const statusOf = (id: string, postingState: PostingState): PaymentStatus => {
    state.cursor += 1
    const isPosted = postingState === 'POSTED' || postingState === 'CONFIRMED'
    return {
      id,
      state: postingState,
      reason: postingState === 'SUSPENSE' ? 'ALREADY_PAID' : null,
      digitReceiptNumber: isPosted ? `11/2026-27/${state.cursor.toString().padStart(6, '0')}` : null,
      digitPaymentId: isPosted ? `digit-${id}` : null,
      postedAtMs: isPosted ? Date.now() : null,
      balancePaise: null,
      heldPaise: paise(0),
      steps: [{ state: postingState, atMs: Date.now(), note: 'by the test' }],
      cursor: state.cursor,
    }
  }
  const changes = (url: URL): object => {
    const since = Number(url.searchParams.get('since'))
    const limit = Number(url.searchParams.get('limit'))
    const later = [...state.held.values()]
      .map(({ status }) => status)
      .filter(({ cursor }) => cursor > since)
      .toSorted((a, b) => a.cursor - b.cursor)
    const payments = later.slice(0, limit)
    return { payments, nextCursor: payments.at(-1)?.cursor ?? since, hasMore: later.length > limit }
  }

  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  return {
    state,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    /** Moves everything it holds to a state. */
    post: (postingState: PostingState) => {
      for (const held of state.held.values()) held.status = statusOf(held.payment.id, postingState)
    },
    setFault: (fault: Fault, path = '/') => {
      state.fault = fault
      state.faultPath = path
    },
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => {
        server.close(resolve)
      })
    },
  }
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

function textOf(body: Buffer, request: IncomingMessage): string {
  return (request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body).toString('utf8')
}

function answered(work: () => object | ProblemCode): object | ProblemCode | ProblemError {
  try {
    return work()
  } catch (error) {
    if (error instanceof ProblemError) return error
    throw error
  }
}

function problem(code: ProblemCode, data: ProblemData = {}) {
  return { code, message: PROBLEMS[code], data }
}

function fail(response: ServerResponse, code: ProblemCode, data: ProblemData = {}): void {
  response.writeHead(problemStatus(code), { 'content-type': 'application/json' })
  response.end(JSON.stringify({ defined: true, status: problemStatus(code), ...problem(code, data) }))
}
