// One payment from sign-in to DIGIT's receipt number, through the same procedures the screens use, with the time of every
// state. Called by demo.ts.
import { randomUUID } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DEMO_PIN, demoOperators } from '#app/people/seed-demo.ts'
import type { FoundBill, TerminalClient } from '#rpc/procedures.ts'
import type { SampleBill } from './welcome.ts'

const TILL_READY_MS = 30_000
const POSTED_MS = 90_000
const PRINTED_MS = 8_000
const CONFIRMED_MS = 20_000
const POLL_MS = 50
/** Ten notes of ₹100 to give change from. */
const FLOAT = [{ denominationPaise: 10_000, count: 10 }] as const

export type Step = { readonly state: string; readonly sinceCommitMs: number; readonly note: string }

export type DemoResult = {
  readonly consumerCode: string
  readonly amountPaise: number
  readonly receiptNumber: string
  readonly digitReceiptNumber: string
  readonly receiptText: string
  readonly files: readonly string[]
  readonly steps: readonly Step[]
  readonly printState: string
}

export type DemoOptions = {
  readonly client: TerminalClient
  readonly bills: readonly SampleBill[]
  /** The receipt is written here as picture and page. */
  readonly folder: string
  readonly say: (words: string) => void
}

/** Throws an Error in words when any step does not come to its end in time. */
export async function payOnce({ client, bills, folder, say }: DemoOptions): Promise<DemoResult> {
  await signIn(client, say)
  const { bill, serviceName } = await findBill(client, bills)
  const amountPaise = bill.totalPaise
  say(`Bill: ${serviceName} ${bill.consumerCode}, ${rupees(amountPaise)} due.`)

  const paymentId = randomUUID()
  const startedMs = performance.now()
  const taken = await client.payment.take({
    collectionId: randomUUID(),
    lines: [{ paymentId, billId: bill.id, amountPaise }],
    instrument: { mode: 'CASH', tenderedPaise: amountPaise },
    payer: { paidBy: 'Demo Payer', mobileNumber: null, isOwner: false },
  })
  const takenMs = performance.now() - startedMs
  const [row] = taken.payments
  if (row === undefined) throw new Error('The till took the payment but showed none.')
  say(`Paid in cash: receipt ${row.receiptNumber}, recorded in ${takenMs.toFixed(1)} ms. Waiting for DIGIT …`)

  const posted = await waitFor(POSTED_MS, 'DIGIT gave no receipt number in time.', async () => {
    const found = await client.receipt.get({ paymentId })
    return found.row.digitReceiptNumber === null ? null : found
  })
  const printed = await waitFor(PRINTED_MS, null, async () => {
    const found = await client.receipt.get({ paymentId })
    return ['queued', 'sending', 'sent'].includes(found.row.printState) ? null : found
  })
  say('DIGIT gave its receipt number. Waiting until its billing shows the payment …')
  const confirmed = await waitFor(CONFIRMED_MS, null, async () => {
    await client.queue.sendNow()
    const found = await client.receipt.get({ paymentId })
    return found.row.state === 'CONFIRMED' ? found : null
  })
  const files = await writeFiles({ client, paymentId, folder })
  const text = await client.receipt.render({ paymentId, form: 'text' })
  return {
    consumerCode: bill.consumerCode,
    amountPaise,
    receiptNumber: row.receiptNumber,
    digitReceiptNumber: posted.row.digitReceiptNumber ?? '',
    receiptText: Buffer.from(text.base64, 'base64').toString('utf8'),
    files,
    steps: [
      { state: 'RECORDED', sinceCommitMs: 0, note: `on disk at the till after ${takenMs.toFixed(1)} ms` },
      ...(confirmed ?? posted).steps.map(({ state, atMs, note }) => ({
        state,
        sinceCommitMs: Math.max(0, atMs - row.collectedAtMs),
        note,
      })),
    ],
    printState: (printed ?? posted).row.printState,
  }
}

async function signIn(client: TerminalClient, say: DemoOptions['say']): Promise<void> {
  const [operator] = demoOperators
  if (operator === undefined) throw new Error('The demonstration has no operators.')
  const status = await waitFor(TILL_READY_MS, 'The till got no operators from the integrator.', async () => {
    const operators = await client.operators.list()
    return operators.length === 0 ? null : client.terminal.status()
  })
  await client.session.signIn({ operatorCode: operator.code, pin: DEMO_PIN })
  if (status?.shift === null) await client.shift.open({ denominations: [...FLOAT] })
  say(`Signed in as ${operator.name}, shift open.`)
}

/** The first of the sample bills that can be paid now; an earlier run may have paid some. */
async function findBill(client: TerminalClient, bills: readonly SampleBill[]): Promise<FoundBill> {
  for (const { consumerCode } of bills) {
    const found = await client.bill.find({ text: consumerCode }).catch((error: unknown) => {
      if ((error as { code?: unknown }).code === 'bill_not_found') return { bills: [] }
      if ((error as { code?: unknown }).code === 'bill_already_paid') return { bills: [] }
      throw error
    })
    const payable = found.bills.find((each) => each.obstacle === null && each.bill.totalPaise > 0)
    if (payable !== undefined) return payable
  }
  throw new Error('None of the sample bills can be paid any more. Run the demo with a new data folder.')
}

type Writing = { readonly client: TerminalClient; readonly paymentId: string; readonly folder: string }

async function writeFiles({ client, paymentId, folder }: Writing): Promise<string[]> {
  const files: string[] = []
  for (const form of ['png', 'pdf'] as const) {
    const { fileName, base64 } = await client.receipt.render({ paymentId, form })
    const path = join(folder, fileName.replaceAll(/[^\w.-]/g, '-'))
    writeFileSync(path, Buffer.from(base64, 'base64'))
    files.push(path)
  }
  return files
}

/** Asks until there is an answer. Too late: throws the words, or null when there are none. */
async function waitFor<Answer>(
  msMax: number,
  words: string,
  ask: () => Promise<Answer | null>,
): Promise<Answer>
async function waitFor<Answer>(
  msMax: number,
  words: null,
  ask: () => Promise<Answer | null>,
): Promise<Answer | null>
async function waitFor<Answer>(
  msMax: number,
  words: string | null,
  ask: () => Promise<Answer | null>,
): Promise<Answer | null> {
  const endMs = performance.now() + msMax
  for (;;) {
    const answer = await ask()
    if (answer !== null) return answer
    if (performance.now() >= endMs) {
      if (words === null) return null
      throw new Error(words)
    }
    await new Promise((resolve) => {
      setTimeout(resolve, POLL_MS)
    })
  }
}

export function rupees(paise: number): string {
  return `₹${(paise / 100).toLocaleString('en-IN', { minimumFractionDigits: 2 })}`
}
