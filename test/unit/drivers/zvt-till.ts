// A till and an auditor for the tests of the ZVT terminal: sells, asks again until there is a word, and compares what the till says
// with what the virtual terminal really charged.
import { expect, onTestFinished } from 'vitest'
import type {
  CardIntent,
  CardOutcome,
  CardProgress,
  CardStatus,
  CardTerminal,
} from '#drivers/card-terminal/card-terminal.ts'
import type { ZvtTimes } from '#drivers/card-terminal/zvt/zvt-session.ts'
import { openZvtTerminal } from '#drivers/card-terminal/zvt/zvt-terminal.ts'
import { networkTransport } from '#drivers/transport/network.ts'
import type { ZvtFaults } from '#drivers/virtual/zvt-faults.ts'
import { startVirtualZvtTerminal } from '#drivers/virtual/zvt-terminal-server.ts'
import type { VirtualZvtTerminal } from '#drivers/virtual/zvt-terminal.ts'

export const AMOUNT_PAISE = 125_000
/** A sale before ours with the same amount: the easiest to mistake for it. */
const OLDER = { amountPaise: AMOUNT_PAISE }
let lastReference = 0

export const newIntent = (amountPaise = AMOUNT_PAISE): CardIntent => {
  lastReference += 1
  return { reference: `R${lastReference}`, amountPaise, startedAtMs: Date.now(), terminalReference: null }
}

export type Sold = {
  readonly outcome: CardOutcome
  /** With what the terminal handed over. */
  readonly intent: CardIntent
  readonly progress: readonly CardProgress[]
}

export const sell = async (terminal: CardTerminal, intent = newIntent()): Promise<Sold> => {
  const progress: CardProgress[] = []
  let terminalReference: string | null = null
  const outcome = await terminal.start(intent, {
    onProgress: (one) => progress.push(one),
    onHandedOver: (reference) => {
      terminalReference = reference
    },
  })
  return { outcome, intent: { ...intent, terminalReference }, progress }
}

/** Asks until the terminal is done with the sale, as a till does. */
export const askUntilSettled = async (terminal: CardTerminal, intent: CardIntent): Promise<CardStatus> => {
  for (let asked = 0; asked < 200; asked += 1) {
    const status = await terminal.status(intent)
    if (status.kind !== 'in_progress') return status
    await new Promise((resolve) => {
      setTimeout(resolve, 20)
    })
  }
  throw new Error('The terminal is in progress for ever.')
}

/** The promise: charged exactly once or not at all, and the till says which, or that it does not know. */
export const expectTruth = (
  virtual: VirtualZvtTerminal,
  said: CardOutcome | CardStatus,
  sale: { readonly amountPaise: number; readonly chargedBeforePaise: number },
): void => {
  const chargedPaise = virtual.chargedPaise() - sale.chargedBeforePaise
  expect([0, sale.amountPaise]).toContain(chargedPaise)
  if (said.kind === 'unknown' || said.kind === 'in_progress') return
  expect(chargedPaise, said.kind).toBe(said.kind === 'approved' ? sale.amountPaise : 0)
  if (said.kind !== 'approved') return
  const last = virtual.ledger().findLast((entry) => entry.kind === 'sale')
  expect(said.approval.amountPaise).toBe(sale.amountPaise)
  expect(said.approval.transactionNumber).toBe(`52500038-${String(last?.trace).padStart(6, '0')}`)
}

/** A virtual terminal at a port of its own, which has one sale behind it, and tills that know it. */
export const connectTo = async (faults: ZvtFaults = {}, times: Partial<ZvtTimes> = {}) => {
  const server = await startVirtualZvtTerminal({ port: 0 })
  onTestFinished(server.close)
  server.terminal.sellBy(OLDER)
  server.terminal.setFaults(faults)
  const { host, port } = server
  const open = () =>
    openZvtTerminal({
      transport: networkTransport({ host, port, noun: 'card terminal' }),
      framing: 'tcp',
      times: { answerMs: 5_000, betweenMs: 5_000, ...times },
    })
  return { virtual: server.terminal, till: open(), open, chargedBeforePaise: server.terminal.chargedPaise() }
}
