// Goal: the same, with a real till and its integrator: what was done over one transport reads the same over the other, and a
// payment repeated over the other is the same payment.
import { randomUUID } from 'node:crypto'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MessageChannel } from 'node:worker_threads'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { DEMO_ENROLMENT_CODE, DEMO_PIN } from '#app/people/seed-demo.ts'
import { startIntegrator, type Integrator } from '#app/start-integrator.ts'
import { startBrowserShell, type BrowserShell } from '#browser/start-browser-shell.ts'
import { carryOverPort } from '#host/carry-calls.ts'
import { startHost } from '#host/start-host.ts'
import type { TerminalHost } from '#host/terminal-host.ts'
import { clientOverHttp, clientOverPort } from '#rpc/client.ts'
import type { TakeInput, TerminalClient } from '#rpc/procedures.ts'
import { startSandbox, type RunningSandbox } from '#sandbox/start-sandbox.ts'

const CODE = 'PT-DVG-000001'
const folder = mkdtempSync(join(tmpdir(), 'tahsil-real-parity-'))
// The embedded PostgreSQL runs as another user when the tests run as root.
chmodSync(folder, 0o711)
const { port1: screenSide, port2: coreSide } = new MessageChannel()
let sandbox: RunningSandbox
let integrator: Integrator
let host: TerminalHost
let shell: BrowserShell
let byHttp: TerminalClient
let byPort: TerminalClient

beforeAll(async () => {
  sandbox = await startSandbox({ consumerCount: 20, warn: () => undefined })
  integrator = await startIntegrator({
    port: 0,
    dataFolder: join(folder, 'integrator'),
    environment: {
      DIGIT_BASE_URL: sandbox.url,
      DIGIT_CLIENT_ID: sandbox.clientId,
      DIGIT_CLIENT_SECRET: sandbox.clientSecret,
      DIGIT_USERNAME: 'POS-DVG',
      DIGIT_PASSWORD: sandbox.users.find((user) => user.username === 'POS-DVG')?.password ?? '',
      DIGIT_TENANT: 'sr.devgaon',
      TAHSIL_SEED: 'demo',
      TAHSIL_LOG_LEVEL: 'silent',
    },
  })
  host = await startHost({
    dataDir: join(folder, 'till'),
    integratorUrl: integrator.url,
    enrolmentCode: DEMO_ENROLMENT_CODE,
    deviceName: 'Parity till',
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
    onFault: () => undefined,
  })
  const launched = await fetch(shell.mintLaunchUrl(), { redirect: 'manual' })
  const cookie = launched.headers.getSetCookie()[0]?.split(';')[0] ?? ''
  byHttp = clientOverHttp({ origin: shell.origin, headers: { cookie, origin: shell.origin } })
  carryOverPort(host, {
    on: (event: string, listener: (message: { data: unknown }) => void) =>
      coreSide.on(event, (data: unknown) => listener({ data })),
    postMessage: (message) => coreSide.postMessage(message),
    start: () => coreSide.start(),
  })
  byPort = clientOverPort({ ask: () => undefined, onLost: () => undefined, onPort: (use) => use(screenSide) })
})
afterAll(async () => {
  screenSide.close()
  await shell.close()
  await host.close()
  await integrator.close()
  await sandbox.close()
  rmSync(folder, { recursive: true, force: true })
})

type Call = (client: TerminalClient) => Promise<unknown>

async function outcomeOf(call: Promise<unknown>): Promise<unknown> {
  try {
    return { output: await call }
  } catch (error) {
    const { code, status, data, message } = error as Record<string, unknown>
    return { code, status, data, message }
  }
}

/** The same call over HTTP and then over the port; both must say the same. */
async function expectSame(call: Call): Promise<unknown> {
  const overHttp = await outcomeOf(call(byHttp))
  const overPort = await outcomeOf(call(byPort))
  expect(overPort).toEqual(overHttp)
  return overPort
}

it('refuses a stranger alike', async () => {
  expect(await expectSame((client) => client.shift.open({ denominations: [] }))).toMatchObject({
    code: 'not_signed_in',
  })
  expect(await expectSame((client) => client.queue.list())).toMatchObject({ code: 'not_signed_in' })
  expect(
    await expectSame((client) => client.session.signIn({ operatorCode: '999', pin: DEMO_PIN })),
  ).toMatchObject({ code: 'operator_unknown' })
  expect(
    await expectSame((client) => client.session.signIn({ operatorCode: '101', pin: 'abc' })),
  ).toMatchObject({ code: 'input_invalid' })
})

it('signs in alike, and knows who is there over both', async () => {
  expect(await expectSame((client) => client.operators.list())).toMatchObject({
    output: [{ code: '101' }, { code: '102' }, { code: '900' }],
  })
  expect(
    await expectSame((client) => client.session.signIn({ operatorCode: '101', pin: DEMO_PIN })),
  ).toMatchObject({ output: { name: 'Meena Kulkarni' } })
  const [overHttp, overPort] = [await byHttp.terminal.status(), await byPort.terminal.status()]
  expect({ ...overPort, nowMs: 0, link: null }).toEqual({ ...overHttp, nowMs: 0, link: null })
  await byHttp.shift.open({ denominations: [] })
  expect(await expectSame((client) => client.shift.open({ denominations: [] }))).toMatchObject({
    code: 'shift_already_open',
  })
})

it('takes a payment once, whichever transport repeats it', async () => {
  const { bills } = await byHttp.bill.find({ text: CODE })
  const bill = bills[0]!.bill
  const input: TakeInput = {
    collectionId: randomUUID(),
    lines: [{ paymentId: randomUUID(), billId: bill.id, amountPaise: bill.totalPaise }],
    instrument: { mode: 'CASH', tenderedPaise: bill.totalPaise },
    payer: { paidBy: 'Parity Payer', mobileNumber: null, isOwner: false },
    consent: { isAdvanceAgreed: false, isPartAgreed: false },
  }
  const first = await byHttp.payment.take(input)
  const again = await byPort.payment.take(input)
  expect(again.payments.map(({ paymentId, receiptNumber }) => [paymentId, receiptNumber])).toEqual(
    first.payments.map(({ paymentId, receiptNumber }) => [paymentId, receiptNumber]),
  )
  expect((await byPort.receipt.search({ text: '' })).length).toBe(1)
  const other = { ...input, instrument: { mode: 'CASH' as const, tenderedPaise: bill.totalPaise + 100 } }
  expect(await expectSame((client) => client.payment.take(other))).toMatchObject({ code: 'payment_conflict' })
})

it('finds, renders and misses alike', async () => {
  const [row] = await byHttp.receipt.search({ text: '' })
  const paymentId = row!.paymentId
  for (const form of ['text', 'png', 'pdf'] as const) {
    expect(await expectSame((client) => client.receipt.render({ paymentId, form }))).toHaveProperty('output')
  }
  expect(await expectSame((client) => client.receipt.get({ paymentId: randomUUID() }))).toMatchObject({
    code: 'payment_not_found',
  })
  expect(await expectSame((client) => client.bill.find({ text: 'PT-DVG-999999' }))).toMatchObject({
    code: 'bill_not_found',
  })
  expect(await expectSame((client) => client.receipt.reprint({ paymentId }))).toMatchObject({
    code: 'printer_absent',
  })
})
