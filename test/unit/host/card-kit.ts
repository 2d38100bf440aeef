// A till with the virtual card terminal whose ledger outlives restarts, a supervisor, and an auditor that holds the ledger against the
// till's record. Called by the card tests of this folder.
import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import Database from 'better-sqlite3'
import type { Bill } from '#contract/bill.ts'
import type { CardTerminal } from '#drivers/card-terminal/card-terminal.ts'
import {
  createVirtualCardTerminal,
  type VirtualCardOptions,
  type VirtualLedger,
} from '#drivers/virtual/card-terminal.ts'
import type { CardSaleView } from '#rpc/card.ts'
import type { TakeInput } from '#rpc/procedures.ts'
import { operatorWith, PIN, startFakeIntegrator } from './fake-integrator.ts'
import { cashInput, signInAndOpen, startKit, todaysBill, type HostKit } from './host-kit.ts'

export const SUPERVISOR = { operatorCode: '900', pin: PIN }
const WAITS_MAX = 1_000
const WAIT_MS = 10

export type CardKit = Awaited<ReturnType<typeof startCardKit>>

export async function startCardKit(options: VirtualCardOptions & { readonly billCount?: number } = {}) {
  const { billCount = 2, ...virtual } = options
  const bills = Array.from({ length: billCount }, () => todaysBill())
  const farida = operatorWith({ id: 'op-9', code: '900', name: 'Farida Shaikh', role: 'supervisor' })
  const fake = await startFakeIntegrator({ bills, masters: { operators: [operatorWith(), farida] } })
  fake.state.pins.set('900', PIN)
  const ledger: VirtualLedger = new Map()
  const terminalWith = (more: VirtualCardOptions = {}): CardTerminal =>
    createVirtualCardTerminal({ ...virtual, ledger, ...more })
  const kit = await startKit(fake, { tuning: { cardTerminal: terminalWith(), cardAskAgainMs: [] } })
  await signInAndOpen(kit.client)
  for (const bill of bills) await kit.client.bill.find({ text: bill.consumerCode })
  return {
    kit,
    fake,
    ledger,
    bills,
    /** Ends the till as it is and starts it over the same record and the same bank. */
    restart: async (more: VirtualCardOptions = {}) => {
      await kit.restart({
        tuning: { cardTerminal: terminalWith({ scripts: [], ...more }), cardAskAgainMs: [] },
      })
      await kit.client.session.signIn({ operatorCode: '101', pin: PIN })
    },
    close: async () => {
      await kit.close()
      await fake.close()
    },
  }
}

/** What the tender screen sends to begin a card sale. */
export function wishFor(bills: readonly Bill[]): Omit<TakeInput, 'instrument'> {
  const { instrument: _, ...wish } = cashInput(bills)
  return wish
}

/** Until the terminal does nothing more for it. */
export async function settled({ client }: Pick<HostKit, 'client'>, reference: string): Promise<CardSaleView> {
  for (let count = 0; count < WAITS_MAX; count += 1) {
    const view = await client.card.progress({ reference })
    if (view.live === null) return view
    await pause(WAIT_MS)
  }
  throw new Error('the terminal never came to an end')
}

export async function charge(kit: HostKit, bills: readonly Bill[]): Promise<CardSaleView> {
  const { reference } = await kit.client.card.start(wishFor(bills))
  return await settled(kit, reference)
}

type Row = { reference: string; state: string; collection_id: string; amount_paise: number }

/**
 * The bank's ledger against the till's record, read past the program: every captured sale is paid into its collection once, or given back,
 * or stands open (or closed by a person) for all to see; and no sale was ever sent twice. Returns what is wrong.
 */
export function audit(file: string, ledger: VirtualLedger): string[] {
  const raw = new Database(file, { readonly: true })
  try {
    const rows = raw
      .prepare<[], Row>('SELECT reference, state, collection_id, amount_paise FROM card_sales')
      .all()
    const paid = new Map(
      raw
        .prepare<[], { collection_id: string; sum: number; count: number }>(
          `SELECT collection_id, sum(amount_paise) AS sum, count(*) AS count FROM payments
           WHERE body ->> '$.instrument.saleReference' IS NOT NULL GROUP BY collection_id`,
        )
        .all()
        .map((each) => [each.collection_id, each]),
    )
    const faults: string[] = []
    for (const [reference, entry] of ledger) {
      const row = rows.find((each) => each.reference === reference)
      if (entry.startCount !== 1) faults.push(`${reference} was sent ${entry.startCount} times`)
      if (row === undefined) {
        faults.push(`${reference} reached the terminal and is not written down`)
        continue
      }
      const kept = entry.capturedPaise - entry.reversedPaise
      const sum = row.state === 'posted' ? (paid.get(row.collection_id)?.sum ?? 0) : 0
      const isSeen = !['posted', 'reversed', 'declined', 'cancelled'].includes(row.state)
      if (kept > 0 && sum !== kept && !isSeen)
        faults.push(`${reference} has kept ${kept} and is ${row.state}`)
      if (kept === 0 && row.state === 'posted') faults.push(`${reference} is posted without money`)
    }
    const posted = rows.filter(({ state }) => state === 'posted')
    for (const collectionId of paid.keys()) {
      const uses = posted.filter((row) => row.collection_id === collectionId).length
      if (uses !== 1) faults.push(`${collectionId} is paid by card with ${uses} sales`)
    }
    return faults
  } finally {
    raw.close()
  }
}

export { cashInput, randomUUID, todaysBill }
