// Goal: whatever a device that we know sends to any operation of the integrator, it answers with one of its coded problems and never
// with a fault of its own; nothing is left unhandled, and what does not fit changes no money, journal, device or operator.
// TAHSIL_FUZZ_RUNS=1000000 for the long run; TAHSIL_FUZZ_SEED repeats one.
import { request as httpRequest } from 'node:http'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ZodType } from 'zod'
import { api } from '#contract/api.ts'
import {
  startTestDatabases,
  startWorld,
  type TestDatabases,
  type World,
} from '#test/integration/integrator-kit.ts'
import { signedHeaders } from '#test/integration/signed-client.ts'
import { mutated, rawBody, shapedBy, wild, type RawBody } from './fuzz-inputs.ts'

const runs = Number(process.env['TAHSIL_FUZZ_RUNS'] ?? 300)
/** The short run is the same each time; the long one begins elsewhere. */
const isLong = process.env['TAHSIL_FUZZ_RUNS'] !== undefined
const seed = Number(process.env['TAHSIL_FUZZ_SEED'] ?? (isLong ? Date.now() % 1_000_000_000 : 477_886_510))
/** A feed that waits would only make the test slow. */
const waitless = /([?&])waitMs=[^&]*/g
const digitProblems = /^(?:digit_|not_ready$)/

type Operation = { name: string; method: string; path: string; input: ZodType | undefined }
type Sent = { operation: Operation; raw: RawBody | null; target: string }

let databases: TestDatabases
let world: World
const unhandled: unknown[] = []
const note = (reason: unknown) => unhandled.push(reason)

beforeAll(async () => {
  process.on('unhandledRejection', note)
  databases = await startTestDatabases()
  world = await startWorld({ databaseUrl: await databases.create() })
})
afterAll(async () => {
  process.off('unhandledRejection', note)
  await world?.close()
  await databases?.close()
})

const operationsOf = (node: object, name: string): Operation[] => {
  if ('~orpc' in node) {
    const { route, inputSchema } = node['~orpc'] as {
      route: { method?: string; path?: string }
      inputSchema?: ZodType
    }
    return [{ name, method: route.method ?? 'POST', path: route.path ?? '', input: inputSchema }]
  }
  return Object.entries(node).flatMap(([key, value]: [string, unknown]) =>
    typeof value === 'object' && value !== null ? operationsOf(value, `${name}.${key}`) : [],
  )
}
const operations = operationsOf(api, '')

const textOf = (value: unknown): string =>
  typeof value === 'string' ? value : (JSON.stringify(value) ?? 'undefined')
const encode = (text: string): string => encodeURIComponent(text.toWellFormed())

/** Path parameters and, for a GET, the query come from the same input as a body would. */
const targetOf = ({ method, path }: Operation, input: unknown): string => {
  const fields = typeof input === 'object' && input !== null ? Object.entries(input).slice(0, 20) : []
  const filled = path.replaceAll(/\{([^}]+)\}/g, (_all, name: string) => {
    const [, value] = fields.find(([known]) => known === name) ?? [name, input]
    return encode(textOf(value).slice(0, 300))
  })
  const query = fields.map(
    ([key, value]) => `${encode(key.slice(0, 60))}=${encode(textOf(value).slice(0, 200))}`,
  )
  return method === 'GET' && query.length > 0
    ? `${filled}?${query.join('&')}`.replaceAll(waitless, '$1x=1')
    : filled
}

const sent = (operation: Operation): fc.Arbitrary<Sent> => {
  const fitting = shapedBy(operation.input)
  const inputs = fc.oneof(fitting, mutated(fitting), wild).map((input) => ({
    operation,
    target: targetOf(operation, input),
    raw:
      operation.method === 'GET'
        ? null
        : { body: Buffer.from(JSON.stringify(input) ?? ''), type: 'application/json' },
  }))
  const raws = rawBody.map((raw) => ({ operation, target: targetOf(operation, {}), raw }))
  return operation.method === 'GET'
    ? inputs
    : fc.oneof({ weight: 3, arbitrary: inputs }, { weight: 1, arbitrary: raws })
}

const send = (
  { operation, target, raw }: Sent,
  isSigned: boolean,
): Promise<{ status: number; text: string }> =>
  new Promise((resolve, reject) => {
    const { method } = operation
    const signed = isSigned
      ? signedHeaders(world.till.signed, { method, target, body: raw?.body ?? null })
      : {}
    const { hostname, port } = new URL(world.integrator.url)
    const asked = httpRequest({
      hostname,
      port,
      method,
      path: target,
      headers: {
        ...signed,
        ...(raw === null ? {} : { 'content-type': raw.type, 'content-length': raw.body.length }),
        ...(raw?.encoding === undefined ? {} : { 'content-encoding': raw.encoding }),
      },
    })
    asked.on('error', reject)
    asked.on('response', (answer) => {
      const chunks: Buffer[] = []
      answer.on('data', (chunk: Buffer) => chunks.push(chunk))
      answer.on('end', () =>
        resolve({ status: answer.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') }),
      )
    })
    asked.end(raw?.body)
  })

/** Everything that counts, as one text. */
const stateOf = async (): Promise<string> => {
  const tables = [
    'payments',
    'journal_records',
    'devices',
    'operators',
    'slots',
    'remainders',
    'decisions',
    'epochs',
  ]
  const counts = await Promise.all(
    tables.map(async (table) => {
      const read = await world.pool.query<{ sum: string }>(
        `select count(*) || ':' || coalesce(md5(string_agg(t::text, '|' order by t::text)), '') as sum from tahsil.${table} t`,
      )
      return `${table} ${read.rows[0]?.sum ?? ''}`
    }),
  )
  return counts.join('\n')
}

const isHarmless = ({ status, text }: { status: number; text: string }): boolean => {
  if (status >= 200 && status < 500) return true
  const { code } = (text.startsWith('{') ? JSON.parse(text) : {}) as { code?: string }
  return code !== undefined && digitProblems.test(code)
}

test(`every operation keeps its word over ${runs} inputs (seed ${seed})`, async () => {
  expect(operations.length).toBeGreaterThan(8)
  // what is at rest: a till with a payment that has come to its end
  const { till } = world
  const payment = till.payment(await till.billOf('PT-DVG-000001', 'PT'))
  await till.submit(payment)
  await till.until(payment.id, 'CONFIRMED')
  const before = await stateOf()
  const statuses = new Map<number, number>()
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(...operations.map(sent)),
      fc.integer({ min: 0, max: 9 }),
      async (each, chance) => {
        const answer = await send(each, chance > 0)
        statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1)
        if (!isHarmless(answer)) {
          throw new Error(
            `${each.operation.name} ${each.target.slice(0, 200)}: ${answer.status} ${answer.text.slice(0, 300)}`,
          )
        }
      },
    ),
    { numRuns: runs, seed, endOnFailure: true },
  )
  console.log(`fuzz-http: ${runs} inputs, ${JSON.stringify(Object.fromEntries(statuses))}`)
  expect(await stateOf()).toBe(before)
  expect(unhandled).toEqual([])
  expect((await fetch(`${world.integrator.url}/readyz`)).status).toBe(200)
}, 86_400_000)
