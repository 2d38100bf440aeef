// Goal: whatever a page sends to any procedure of the till, through the HTTP door of the browser shell or straight to the router,
// the answer is a problem of the closed list and never a fault; nothing is left unhandled, the till stays up, and what does
// not fit records no money. TAHSIL_FUZZ_RUNS=1000000 for the long run; TAHSIL_FUZZ_SEED repeats one.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { request as httpRequest } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import Database from 'better-sqlite3'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ZodType } from 'zod'
import { DEMO_ENROLMENT_CODE, DEMO_PIN } from '#app/people/seed-demo.ts'
import { startIntegrator, type Integrator } from '#app/start-integrator.ts'
import { startBrowserShell, type BrowserShell } from '#browser/start-browser-shell.ts'
import { RECORD_FILE, startHost } from '#host/start-host.ts'
import type { TerminalHost } from '#host/terminal-host.ts'
import { procedures } from '#rpc/procedures.ts'
import { startSandbox, type RunningSandbox } from '#sandbox/start-sandbox.ts'
import { mutated, rawBody, shapedBy, wild, type RawBody } from './fuzz-inputs.ts'

const runs = Number(process.env['TAHSIL_FUZZ_RUNS'] ?? 60)
/** The short run is the same each time; the long one begins elsewhere. */
const isLong = process.env['TAHSIL_FUZZ_RUNS'] !== undefined
const seed = Number(process.env['TAHSIL_FUZZ_SEED'] ?? (isLong ? Date.now() % 1_000_000_000 : 477_886_510))
const rpcPath = '/rpc'

type Procedure = { path: string[]; input: ZodType | undefined }

const folder = mkdtempSync(join(tmpdir(), 'tahsil-fuzz-'))
const unhandled: unknown[] = []
const faults: unknown[] = []
const note = (reason: unknown) => unhandled.push(reason)
let host: TerminalHost
let shell: BrowserShell
let cookie = ''
let sandbox: RunningSandbox
let integrator: Integrator

/** The fuzz signs out by itself; whoever is at work sees more of the till than a stranger. */
const signInAgain = async (): Promise<void> => {
  let last: unknown = null
  for (let left = 200; left > 0; left -= 1) {
    const { operator } = await host.client.terminal.status()
    if (operator !== null) return
    const problem: unknown = await host.client.session.signIn({ operatorCode: '101', pin: DEMO_PIN }).then(
      () => null,
      (error: unknown) => error,
    )
    last = problem
    if (problem !== null) await wait(50)
  }
  throw new Error('nobody could sign in', { cause: last })
}

beforeAll(async () => {
  process.on('unhandledRejection', note)
  sandbox = await startSandbox({ consumerCount: 20, warn: () => undefined })
  integrator = await startIntegrator({
    dataFolder: join(folder, 'integrator'),
    environment: {
      DIGIT_BASE_URL: sandbox.url,
      DIGIT_CLIENT_ID: sandbox.clientId,
      DIGIT_CLIENT_SECRET: sandbox.clientSecret,
      DIGIT_USERNAME: 'POS-DVG',
      DIGIT_PASSWORD: sandbox.users.find(({ username }) => username === 'POS-DVG')?.password ?? '',
      DIGIT_TENANT: 'sr.devgaon',
      TAHSIL_SEED: 'demo',
      TAHSIL_LOG_LEVEL: 'silent',
    },
  })
  host = await startHost({
    dataDir: join(folder, 'till'),
    integratorUrl: integrator.url,
    enrolmentCode: DEMO_ENROLMENT_CODE,
    deviceName: 'Fuzzed till',
    printer: 'none',
    paperColumns: 48,
    logLevel: 'silent',
  })
  writeFileSync(join(folder, 'index.html'), '<!doctype html>')
  shell = await startBrowserShell({
    host,
    port: 0,
    face: 'counter',
    screensDir: folder,
    dataDir: join(folder, 'till'),
    onFault: (error) => faults.push(error),
  })
  const launched = await fetch(shell.mintLaunchUrl(), { redirect: 'manual' })
  cookie = launched.headers.getSetCookie()[0]?.split(';')[0] ?? ''
  await signInAgain()
  await host.client.shift.open({ denominations: [] })
})
afterAll(async () => {
  process.off('unhandledRejection', note)
  await shell?.close()
  await host?.close()
  await integrator?.close()
  await sandbox?.close()
  rmSync(folder, { recursive: true, force: true })
})

const proceduresOf = (node: object, path: string[]): Procedure[] => {
  if ('~orpc' in node) {
    const { inputSchema } = node['~orpc'] as { inputSchema?: ZodType }
    return [{ path, input: inputSchema }]
  }
  return Object.entries(node).flatMap(([key, value]: [string, unknown]) =>
    typeof value === 'object' && value !== null ? proceduresOf(value, [...path, key]) : [],
  )
}
const all = proceduresOf(procedures, [])

type Sent = { path: string[]; input: unknown; raw: RawBody | null }

const sent = ({ path, input }: Procedure): fc.Arbitrary<Sent> => {
  const fitting = shapedBy(input)
  const inputs = fc.oneof(fitting, mutated(fitting), wild)
  return fc.oneof(
    { weight: 4, arbitrary: inputs.map((each) => ({ path, input: each, raw: null })) },
    { weight: 1, arbitrary: rawBody.map((raw) => ({ path, input: null, raw })) },
  )
}
const strange = fc
  .tuple(
    fc.array(fc.constantFrom('payment', 'take', '__proto__', 'constructor', '..', '%00', 'x'), {
      maxLength: 3,
    }),
    wild,
  )
  .map(([path, input]): Sent => ({ path, input, raw: null }))

type Answer = { status: number; text: string }

const send = ({ path, input, raw }: Sent): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const { hostname, port, origin } = new URL(shell.origin)
    const body = raw?.body ?? Buffer.from(JSON.stringify({ json: input, meta: [] }))
    const asked = httpRequest({
      hostname,
      port,
      method: 'POST',
      path: [rpcPath, ...path].join('/'),
      headers: {
        cookie,
        origin,
        'content-type': raw?.type ?? 'application/json',
        'content-length': body.length,
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
    asked.end(body)
  })

/** What a till that belongs to nobody may say of itself: coded, and never that something broke inside. */
const isHarmless = ({ status, text }: Answer): boolean => {
  if (status < 500) return true
  const { json } = (text.startsWith('{') ? JSON.parse(text) : {}) as {
    json?: { code?: string; defined?: boolean }
  }
  return json?.code !== undefined && json.code !== 'internal'
}

/** Rows of money in the till's own file. */
const countMoney = (): unknown => {
  const file = new Database(join(folder, 'till', RECORD_FILE), { readonly: true })
  try {
    return file.prepare('select count(*) as payments from payments').get()
  } finally {
    file.close()
  }
}

test(`every procedure keeps its word at the HTTP door over ${runs} inputs (seed ${seed})`, async () => {
  expect(all.length).toBeGreaterThan(10)
  const statuses = new Map<number, number>()
  await fc.assert(
    fc.asyncProperty(fc.oneof(...all.map(sent), strange), async (each) => {
      await signInAgain()
      const answer = await send(each)
      statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1)
      if (!isHarmless(answer))
        throw new Error(`${each.path.join('.')}: ${answer.status} ${answer.text.slice(0, 300)}`)
    }),
    { numRuns: runs, seed, endOnFailure: true },
  )
  console.log(`fuzz-rpc: ${runs} inputs, ${JSON.stringify(Object.fromEntries(statuses))}`)
  expect([unhandled, faults]).toEqual([[], []])
  expect(countMoney()).toEqual({ payments: 0 })
  expect((await fetch(`${shell.origin}/healthz`)).status).toBe(200)
}, 86_400_000)

test(`every procedure keeps its word at the router over ${runs} inputs (seed ${seed})`, async () => {
  await fc.assert(
    fc.asyncProperty(fc.oneof(...all.map(sent)), async ({ path, input }) => {
      await signInAgain()
      const call = path.reduce<unknown>(
        (node, name) => (node as Record<string, unknown>)[name],
        host.client,
      ) as (given: unknown) => Promise<unknown>
      const error: unknown = await call(input).then(
        () => null,
        (thrown: unknown) => thrown,
      )
      const code = error === null ? null : (error as { code?: unknown }).code
      if (
        error !== null &&
        (typeof code !== 'string' || code === 'internal' || code === 'INTERNAL_SERVER_ERROR')
      ) {
        throw new Error(`${path.join('.')}: ${String(code)}`, { cause: error })
      }
    }),
    { numRuns: runs, seed, endOnFailure: true },
  )
  expect(unhandled).toEqual([])
  expect(countMoney()).toEqual({ payments: 0 })
}, 86_400_000)
