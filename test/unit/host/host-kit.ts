// A whole till over real HTTP, disk and a virtual printer, for tests of the host. Nothing waits longer than it must.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { ORPCError } from '@orpc/server'
import type { Bill } from '#contract/bill.ts'
import { paise, rupees } from '#contract/money.ts'
import { startHost } from '#host/start-host.ts'
import type { HostOptions, TerminalHost } from '#host/terminal-host.ts'
import type { HostTuning } from '#host/tuning.ts'
import type { Collection, TakeInput, TerminalClient, TerminalStatus } from '#rpc/procedures.ts'
import { sampleBill } from '#test/unit/core/sample-bill.ts'
import { CODE, PIN, type FakeIntegrator } from './fake-integrator.ts'

const WAIT_MS = 10_000
const STEP_MS = 10

export type HostKit = Awaited<ReturnType<typeof startKit>>

type KitOptions = { options?: Partial<HostOptions>; tuning?: Partial<HostTuning> }

export async function startKit(
  fake: Pick<FakeIntegrator, 'url'>,
  { options = {}, tuning = {} }: KitOptions = {},
) {
  const dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), 'tahsil-host-'))
  const start = async (changes: KitOptions = {}): Promise<TerminalHost> =>
    await startHost(
      {
        dataDir,
        integratorUrl: fake.url,
        enrolmentCode: CODE,
        deviceName: 'Counter 1',
        printer: 'virtual:prints',
        paperColumns: 42,
        logLevel: 'silent',
        ...options,
        ...changes.options,
      },
      {
        freeBytesMin: 0,
        enrolRetryMs: 20,
        printerPollMs: 50,
        numberWaitMs: 0,
        integratorTimes: { signInMs: 2_000, billsMs: 2_000, batchMs: 2_000, otherMs: 2_000, awayMs: 500 },
        ...tuning,
        ...changes.tuning,
      },
    )
  const kit = {
    dataDir,
    file: join(dataDir, 'tahsil.db'),
    host: await start(),
    client: null as unknown as TerminalClient,
    restart: async (changes: KitOptions = {}) => {
      await kit.host.close()
      kit.host = await start(changes)
      kit.client = kit.host.client
    },
    /** Text of every slip of the virtual printer. */
    slips: (): string[] =>
      readdirSync(join(dataDir, 'prints'))
        .filter((name) => name.endsWith('.txt'))
        .toSorted()
        .map((name) => readFileSync(join(dataDir, 'prints', name), 'utf8')),
    until: async (isThere: (status: TerminalStatus) => boolean): Promise<TerminalStatus> => {
      for (let waited = 0; waited < WAIT_MS; waited += STEP_MS) {
        const status = await kit.client.terminal.status()
        if (isThere(status)) return status
        await pause(STEP_MS)
      }
      throw new Error(`never came about: ${JSON.stringify(await kit.client.terminal.status())}`)
    },
    close: async () => {
      await kit.host.close()
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
  kit.client = kit.host.client
  return kit
}

/** A bill of today. */
export function todaysBill(changes: Parameters<typeof sampleBill>[0] = {}): Bill {
  const now = Date.now()
  return sampleBill({
    id: randomUUID(),
    consumerCode: `WS/${randomUUID().slice(0, 8)}`,
    billDateMs: now,
    expiresAtMs: now + 86_400_000,
    fetchedAtMs: now,
    ...changes,
  })
}

export async function signInAndOpen(client: TerminalClient): Promise<void> {
  await client.session.signIn({ operatorCode: '101', pin: PIN })
  await client.shift.open({ denominations: [{ denominationPaise: rupees(100), count: 5 }] })
}

export function cashInput(bills: readonly Bill[], tendered?: number): TakeInput {
  const total = bills.reduce((sum, bill) => sum + bill.totalPaise, 0)
  return {
    collectionId: randomUUID(),
    lines: bills.map((bill) => ({ paymentId: randomUUID(), billId: bill.id, amountPaise: bill.totalPaise })),
    instrument: { mode: 'CASH', tenderedPaise: paise(tendered ?? total) },
    payer: { paidBy: 'Asha Rao', mobileNumber: '9876512345', isOwner: true },
    consent: { isAdvanceAgreed: false, isPartAgreed: false },
  }
}

export async function findAndTake(client: TerminalClient, bill: Bill): Promise<Collection> {
  await client.bill.find({ text: bill.consumerCode })
  return await client.payment.take(cashInput([bill]))
}

/** One payment for a bill that is new to this till: its id. */
export async function takeNewBill(client: TerminalClient, fake: FakeIntegrator): Promise<string> {
  const bill = todaysBill()
  fake.state.bills.push(bill)
  const [payment] = (await findAndTake(client, bill)).payments
  assert.ok(payment)
  return payment.paymentId
}

/** Code of the typed problem that a call ends with; 'none' when it works. */
export async function problemOfCall(call: Promise<unknown>): Promise<{ code: string; data: unknown }> {
  try {
    await call
    return { code: 'none', data: null }
  } catch (error) {
    if (error instanceof ORPCError && error.defined) return { code: error.code, data: error.data as unknown }
    throw error
  }
}
