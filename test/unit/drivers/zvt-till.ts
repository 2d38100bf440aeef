// A till and an auditor for the tests of the ZVT terminal: sells, asks again until there is a word, and compares what the till says
// with what the virtual terminal really charged.
import { expect } from 'vitest'
import type {
  CardIntent,
  CardOutcome,
  CardProgress,
  CardStatus,
  CardTerminal,
} from '#drivers/card-terminal/card-terminal.ts'
import type { VirtualZvtTerminal } from '#drivers/virtual/zvt-terminal.ts'

let lastReference = 0

export const newIntent = (amountPaise = 125_000): CardIntent => {
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
