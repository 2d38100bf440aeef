// The whole way of the money on one machine, each program in a process of its own so that each can be killed: terminal,
// integrator with its own PostgreSQL, and in this process the DIGIT sandbox, a virtual printer and faulty lines between
// them. Called by kill.test.ts, lines.test.ts and kill-loops.ts.
import { randomUUID } from 'node:crypto'
import { chmodSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { slipToText } from '#drivers/virtual/slip-text.ts'
import { startVirtualPrinter } from '#drivers/virtual/printer-server.ts'
import { startSandbox } from '#sandbox/start-sandbox.ts'
import { auditDigit, auditTerminal, type Acknowledged } from '#test/reliability/auditor.ts'
import { CallRefusedError, ChildDiedError, startChild, type Child } from '#test/reliability/child-process.ts'
import { killPostgres } from '#test/reliability/crash-point.ts'
import { startFaultProxy, type FaultProxy } from '#test/reliability/fault-proxy.ts'

export const TENANT = 'sr.devgaon'
const ENROLMENT_CODE = 'DEMO-2468'
const OPERATOR = { operatorCode: '101', pin: '246810' }
/** Short, so that a line that swallows everything is given up within a test. */
const TERMINAL_TIMES = { signInMs: 5_000, billsMs: 5_000, batchMs: 2_500, otherMs: 2_500, awayMs: 1_000 }
const SETTLE_MS_MAX = 90_000
const SETTLE_STEP_MS = 100
const START_TRIES_MAX = 20

/** What the caller of `payment.take` was told. */
export type TakeOutcome =
  | { kind: 'acknowledged'; wish: Wish; payment: Acknowledged }
  /** The terminal died before it answered. */
  | { kind: 'unknown'; wish: Wish }
  | { kind: 'refused'; wish: Wish; code: string }

/** What the screen asks for; asking again with the same ids is asking for the same. */
export type Wish = { billId: string; amountPaise: number; paymentId: string; collectionId: string }

export type MoneyPath = {
  readonly folder: string
  readonly postgresFolder: string
  /** Between terminal and integrator, and between integrator and DIGIT. */
  readonly lines: { readonly integrator: FaultProxy; readonly digit: FaultProxy }
  terminal(): Child
  integrator(): Child
  startTerminal(): Promise<void>
  startIntegrator(): Promise<void>
  /** Starts whichever of the two is not running. */
  startMissing(): Promise<void>
  /** The debt of a new consumer, found at the till and ready to be paid. */
  findBill(): Promise<Wish>
  take(wish: Wish): Promise<TakeOutcome>
  isRecorded(paymentId: string): boolean
  readonly acknowledged: readonly Acknowledged[]
  /** Called once, with the next slip that comes out of the printer. */
  onNextSlip(use: () => void): void
  /** Waits until nothing is on its way any more; throws what is stuck. */
  settle(): Promise<void>
  /** Says everything that is wrong with the money; a second reader beside the running terminal. */
  audit(): Promise<{ findings: string[]; paymentCount: number }>
  close(): Promise<void>
}

type Found = { bills: { bill: { id: string; totalPaise: number }; obstacle: { code: string } | null }[] }
type Taken = { payments: { paymentId: string; receiptNumber: string; amountPaise: number }[] }
type Status = {
  queue: { waitingCount: number; pendingCount: number; attentionCount: number }
  printer: { waitingJobs: number }
  shift: object | null
}

export const startMoneyPath = async (): Promise<MoneyPath> => {
  const folder = mkdtempSync(join(tmpdir(), 'tahsil-kill-'))
  // The embedded PostgreSQL runs as another user when this one is root.
  chmodSync(folder, 0o755)
  const slips: string[] = []
  let onSlip: (() => void) | null = null
  const printer = await startVirtualPrinter({
    port: 0,
    onSlip: (slip) => {
      slips.push(slipToText(slip, 48))
      const use = onSlip
      onSlip = null
      use?.()
    },
  })
  const sandbox = await startSandbox({ port: 0, consumerCount: 50, settings: { backUpdateDelayMs: 20 } })
  const integratorPort = await freePort()
  const lines = {
    integrator: await startFaultProxy({ port: integratorPort }),
    digit: await startFaultProxy({ port: Number(new URL(sandbox.url).port) }),
  }
  const dataOf = { terminal: join(folder, 'terminal'), integrator: join(folder, 'integrator') }
  const acknowledged: Acknowledged[] = []
  let terminal: Child | null = null
  let integrator: Child | null = null
  let consumerCount = 0

  const startIntegrator = async (): Promise<void> => {
    const [user] = sandbox.users
    integrator = await startChild({
      script: join(import.meta.dirname, '../../integrator-backend/app/main.ts'),
      words: ['--port', String(integratorPort), '--data', dataOf.integrator, '--json'],
      environment: {
        DIGIT_BASE_URL: lines.digit.url,
        DIGIT_CLIENT_ID: sandbox.clientId,
        DIGIT_CLIENT_SECRET: sandbox.clientSecret,
        DIGIT_USERNAME: user?.username,
        DIGIT_PASSWORD: user?.password,
        DIGIT_TENANT: TENANT,
        DATABASE_URL: '',
        TAHSIL_SEED: 'demo',
        TAHSIL_LOG_LEVEL: 'warn',
        TAHSIL_DIGIT_TIMEOUT_MS: '1500',
        TAHSIL_DIGIT_READ_TIMEOUT_MS: '1500',
        TAHSIL_FENCE_MS: '4000',
        TAHSIL_PROBE_DELAY_MS: '50',
        TAHSIL_RETRY_BASE_MS: '50',
        TAHSIL_RETRY_MAX_MS: '500',
        TAHSIL_SWEEP_MS: '500',
      },
    })
  }
  const startTerminal = async (): Promise<void> => {
    terminal = await startChild({
      script: join(import.meta.dirname, 'terminal-child.ts'),
      words: [
        JSON.stringify({
          dataDir: dataOf.terminal,
          integratorUrl: lines.integrator.url,
          enrolmentCode: ENROLMENT_CODE,
          deviceName: 'Kill till',
          printer: printer.url,
          paperColumns: 48,
          logLevel: 'warn',
        }),
        JSON.stringify({ integratorTimes: TERMINAL_TIMES }),
      ],
    })
    await openForBusiness(terminal)
  }
  const running = (child: Child | null): Child => {
    if (child === null) throw new Error('start it first')
    return child
  }
  const findBill: MoneyPath['findBill'] = async () => {
    consumerCount += 1
    const consumerCode = `PT-DVG-${String(900_000 + consumerCount)}`
    sandbox.admin.postDemand({
      tenantId: TENANT,
      businessService: 'PT',
      consumerCode,
      taxHeadCode: 'PT_TAX',
      taxRupees: 100 + consumerCount,
    })
    const { bills } = await untilReached(() =>
      running(terminal).call<Found>('bill.find', { text: consumerCode }),
    )
    const [found] = bills
    if (found === undefined || found.obstacle !== null) {
      throw new Error(`${consumerCode} cannot be paid: ${found?.obstacle?.code ?? 'no bill'}`)
    }
    const { id: billId, totalPaise: amountPaise } = found.bill
    return { billId, amountPaise, paymentId: randomUUID(), collectionId: randomUUID() }
  }
  const take: MoneyPath['take'] = async (wish) => {
    const { billId, amountPaise, paymentId, collectionId } = wish
    try {
      const { payments } = await running(terminal).call<Taken>('payment.take', {
        collectionId,
        lines: [{ paymentId, billId, amountPaise }],
        instrument: { mode: 'CASH', tenderedPaise: amountPaise },
        payer: { paidBy: 'Asha Rao', mobileNumber: null, isOwner: true },
      })
      const [payment] = payments
      if (payment === undefined) throw new Error('an answer without a payment')
      const { receiptNumber } = payment
      const told = { paymentId, receiptNumber, amountPaise: payment.amountPaise }
      acknowledged.push(told)
      return { kind: 'acknowledged', wish, payment: told }
    } catch (error) {
      if (error instanceof ChildDiedError) return { kind: 'unknown', wish }
      if (error instanceof CallRefusedError) return { kind: 'refused', wish, code: error.code }
      throw error
    }
  }
  const settle = async (): Promise<void> => {
    const deadlineMs = performance.now() + SETTLE_MS_MAX
    let state = ''
    while (performance.now() < deadlineMs) {
      const { queue, printer: paper } = await running(terminal).call<Status>('terminal.status')
      const { waitingCount, pendingCount } = queue
      if (waitingCount === 0 && pendingCount === 0 && paper.waitingJobs === 0) return
      state = JSON.stringify({ queue, waitingJobs: paper.waitingJobs })
      // As a person at the till would press it, rather than waiting for the next round.
      await running(terminal)
        .call('queue.sendNow')
        .catch(() => {})
      await wait(SETTLE_STEP_MS)
    }
    throw new Error(`not settled: ${state}\n${running(terminal).log()}\n${running(integrator).log()}`)
  }
  const audit: MoneyPath['audit'] = async () => {
    const { findings, payments } = auditTerminal(recordFile(dataOf.terminal), acknowledged)
    findings.push(...(await auditDigit(sandbox.url, payments)))
    for (const number of slips.flatMap(receiptNumbersOn)) {
      if (payments.every(({ receiptNumber }) => receiptNumber !== number)) {
        findings.push(`PAPER: ${number} was printed and is not recorded`)
      }
    }
    return { findings, paymentCount: payments.length }
  }
  return {
    folder,
    postgresFolder: join(dataOf.integrator, 'database', 'postgres'),
    lines,
    terminal: () => running(terminal),
    integrator: () => running(integrator),
    startTerminal,
    startIntegrator,
    startMissing: async () => {
      if (integrator === null || integrator.hasEnded()) await startIntegrator()
      if (terminal === null || terminal.hasEnded()) await startTerminal()
    },
    findBill,
    take,
    isRecorded: (paymentId) =>
      auditTerminal(recordFile(dataOf.terminal), []).payments.some((each) => each.paymentId === paymentId),
    acknowledged,
    onNextSlip: (use) => {
      onSlip = use
    },
    settle,
    audit,
    close: async () => {
      await terminal?.stop()
      await integrator?.stop()
      killPostgres(join(dataOf.integrator, 'database', 'postgres'))
      await Promise.all([lines.integrator.close(), lines.digit.close(), printer.close(), sandbox.close()])
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Signs in and opens a shift when none is open; the integrator may still be starting. */
const openForBusiness = async (terminal: Child): Promise<void> => {
  await untilReached(() => terminal.call('session.signIn', OPERATOR))
  const { shift } = await terminal.call<Status>('terminal.status')
  if (shift === null)
    await terminal.call('shift.open', { denominations: [{ denominationPaise: 10_000, count: 5 }] })
}

/** What a person does who is told that the integrator cannot be reached: asks again a little later. */
const untilReached = async <T>(call: () => Promise<T>): Promise<T> => {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await call()
    } catch (error) {
      if (!(error instanceof CallRefusedError) || attempt === START_TRIES_MAX) throw error
      await wait(250)
    }
  }
}

const receiptNumbersOn = (slip: string): string[] =>
  slip.match(/\b[A-Z0-9]+\/\d+[A-Z]{1,2}\/\d\d-\d\d\/\d{6}-[0-9A-Z]\b/g) ?? []

/** The terminal's SQLite file, wherever in its folder it is. */
const recordFile = (folder: string): string => {
  const name = readdirSync(folder).find((each) => /\.(sqlite|sqlite3|db)$/.test(each))
  if (name === undefined) throw new Error(`no record in ${folder}: ${readdirSync(folder).join(', ')}`)
  return join(folder, name)
}

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer()
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      server.close(() => resolve(port))
    })
  })
