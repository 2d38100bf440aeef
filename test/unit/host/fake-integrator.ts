// An integrator of a few lines over real HTTP, with faults on wish: it keeps what it accepted, so that a test can compare it with what the
// till says. Used by tests of the host and by terminal-*.test.ts.
import { scryptSync } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gunzipSync } from 'node:zlib'
import type { Masters, Operator } from '#contract/api.ts'
import type { Bill } from '#contract/bill.ts'
import type { EnrolmentRequest } from '#contract/devices-api.ts'
import { chainOf, readBody, type Ack, type JournalRecord } from '#contract/journal-record.ts'
import { paise } from '#contract/money.ts'
import { paymentSchema, type Payment, type PaymentStatus, type PostingState } from '#contract/payment.ts'
import {
  ProblemError,
  PROBLEMS,
  problemStatus,
  type ProblemCode,
  type ProblemData,
} from '#contract/problem.ts'
import type { AppendRequest, RecordOutcome } from '#contract/records-api.ts'
import type { SignedText } from '#contract/signed.ts'
import { sha256 } from '#store/journal/check-file.ts'
import { sampleMasters, TENANT } from '#test/unit/core/sample-bill.ts'
import { createFakeDevices, type FakeDevice } from './fake-devices.ts'

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
    /** Hashes of the records of each device. */
    journals: new Map<string, string[]>(),
    epoch: 'epoch-1',
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
  const route = (url: URL, body: Buffer, request: IncomingMessage): object | ProblemCode | ProblemError => {
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
      case '/v1/records':
        return append(text, device)
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
  const append = (text: string, device: FakeDevice): object | ProblemError => {
    const { after, head, records } = JSON.parse(text) as AppendRequest
    const { deviceId, incarnation } = device.device
    const journal = state.journals.get(deviceId) ?? []
    if (after > journal.length)
      return new ProblemError('sequence_gap', { expectedSeq: journal.length + 1, epoch: state.epoch })
    state.batches.push(records.length)
    const hashes = chainOf({ owner: device.device, after, hash: head }, records, sha256)
    state.journals.set(deviceId, [...journal.slice(0, after), ...hashes])
    const outcomes = records.flatMap((record) => take(record))
    const upto = after + records.length
    const atMs = Date.now()
    const ack: Ack = {
      deviceId,
      incarnation,
      upto,
      head: hashes.at(-1) ?? head,
      epoch: state.epoch,
      atMs,
      retainUntilMs: atMs + 86_400_000,
    }
    return {
      ack: devices.sign('ack', JSON.stringify(ack)),
      outcomes,
      nextAfterMs: state.nextAfterMs,
      maxBatch: 100,
    }
  }
  const take = ({ seq, body }: JournalRecord): RecordOutcome[] => {
    const facts = readBody(body)
    if (facts?.type !== 'PAY') return []
    const parsed = paymentSchema.safeParse(JSON.parse(facts.dataJson))
    const id = parsed.success ? parsed.data.id : 'unreadable'
    if (!parsed.success || state.refusing.has(id)) {
      return [{ seq, id, outcome: 'refused', problem: problem('input_invalid') }]
    }
    const known = state.held.get(id)
    if (known !== undefined && known.text !== facts.dataJson) {
      return [{ seq, id, outcome: 'conflict', problem: problem('payment_conflict') }]
    }
    if (known === undefined) {
      state.held.set(id, { payment: parsed.data, text: facts.dataJson, status: statusOf(id, 'RECEIVED') })
      wake()
    }
    return []
  }
  /** Who waits for news. */
  const waiting = new Set<() => void>()
  const wake = (): void => {
    for (const go of waiting) go()
    waiting.clear()
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
  const changes = async (url: URL): Promise<object> => {
    const news = readChanges(url)
    const waitMs = Number(url.searchParams.get('waitMs') ?? 0)
    if (news.payments.length > 0 || waitMs === 0) return news
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, waitMs)
      waiting.add(() => {
        clearTimeout(timer)
        resolve()
      })
    })
    return readChanges(url)
  }
  const readChanges = (url: URL) => {
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
      wake()
    },
    setFault: (fault: Fault, path = '/') => {
      wake()
      state.fault = fault
      state.faultPath = path
    },
    close: async () => {
      wake()
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

function answered(work: () => object | ProblemCode | ProblemError): object | ProblemCode | ProblemError {
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
