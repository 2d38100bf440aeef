// A ZVT card terminal made of software: takes sales and reversals, keeps its own ledger of what it really charged, and misbehaves as
// told. Written from the tables (PA00P015) and not from the driver. Called by zvt-terminal-server.ts, tests and demonstrations.
import type { LedgerEntry } from './zvt-answers.ts'
import { ascii, digits, statusData, TERMINAL_ID } from './zvt-answers.ts'
import type { SaleStep, ZvtFaults } from './zvt-faults.ts'
import type { Message, ZvtLine } from './zvt-line.ts'
import { createZvtLine, LineBroken, unhex } from './zvt-line.ts'

export type VirtualZvtTerminal = {
  /** Serves one line until it breaks; more than one at a time is answered as busy. */
  readonly attach: (end: { readonly write: (bytes: Uint8Array) => void; readonly cut: () => void }) => {
    readonly receive: (bytes: Uint8Array) => void
    readonly gone: () => void
    readonly line: ZvtLine
  }
  readonly setFaults: (faults: ZvtFaults) => void
  /** Everything that moved money or is remembered, oldest first. */
  readonly ledger: () => readonly LedgerEntry[]
  /** What the cards of this terminal were charged, less what was taken back. */
  readonly chargedPaise: () => number
  readonly aborts: () => number
  /** A sale at the terminal that is not the till's. */
  readonly sellBy: (other: { readonly amountPaise: number }) => void
}

const LEDGER_MAX = 10_000
const RESULTS = { declined: 0x73, expired: 0x78, gave_up: 0x6c, bank_unreachable: 0xa3 } as const

type Terminal = {
  readonly framing: 'tcp' | 'serial'
  readonly now: () => number
  faults: ZvtFaults
  readonly ledger: LedgerEntry[]
  trace: number
  receipt: number
  isSelling: boolean
  aborts: number
}

export function createVirtualZvtTerminal(options: {
  readonly framing: 'tcp' | 'serial'
  readonly faults?: ZvtFaults
  readonly now?: () => number
}): VirtualZvtTerminal {
  const terminal: Terminal = {
    framing: options.framing,
    now: options.now ?? Date.now,
    faults: options.faults ?? {},
    ledger: [],
    trace: 100,
    receipt: 40,
    isSelling: false,
    aborts: 0,
  }
  return {
    attach: (end) => {
      const line = createZvtLine(terminal.framing, end.write, terminal.faults)
      void serve(terminal, { line, cut: end.cut })
      return { receive: line.receive, gone: line.break, line }
    },
    setFaults: (faults) => {
      terminal.faults = faults
    },
    ledger: () => [...terminal.ledger],
    chargedPaise: () => chargedBy(terminal.ledger),
    aborts: () => terminal.aborts,
    sellBy: ({ amountPaise }) => {
      terminal.trace += 1
      enter(terminal, { kind: 'sale', amountPaise, ofReceipt: null, resultCode: 0 })
    },
  }
}

function chargedBy(ledger: readonly LedgerEntry[]): number {
  return ledger.reduce(
    (sum, { kind, amountPaise }) =>
      kind === 'sale' ? sum + amountPaise : kind === 'reversal' ? sum - amountPaise : sum,
    0,
  )
}

function enter(
  terminal: Terminal,
  entry: Pick<LedgerEntry, 'kind' | 'amountPaise' | 'ofReceipt' | 'resultCode'>,
): LedgerEntry {
  if (terminal.ledger.length >= LEDGER_MAX) throw new Error('The ledger of the virtual terminal is full.')
  terminal.receipt += 1
  const whole = { ...entry, trace: terminal.trace, receipt: terminal.receipt, atMs: terminal.now() }
  terminal.ledger.push(whole)
  return whole
}

type Port = { readonly line: ZvtLine; readonly cut: () => void }

async function serve(terminal: Terminal, port: Port): Promise<void> {
  try {
    for (;;) await obey(terminal, port, await port.line.next())
  } catch (error) {
    if (!(error instanceof LineBroken)) throw error
  }
}

async function obey(terminal: Terminal, port: Port, { code, data }: Message): Promise<void> {
  const { line } = port
  if (code === '8000' || code.startsWith('84')) return
  if (code === '06b0') {
    terminal.aborts += 1
    return await line.send('8000', [])
  }
  if (terminal.faults.isBusy === true || terminal.isSelling) return await line.send('849c', [])
  switch (code) {
    case '0600':
      await line.send('8000', [])
      return await tell(port, '060f', unhex(`19 00 29 ${TERMINAL_ID} 49 0356`))
    case '0501':
      await line.send('8000', [])
      return await tell(port, '060f', [...unhex('f0f0f3 312e30'), terminal.faults.stateCode ?? 0])
    case '0601':
      return await sell(terminal, port, amountOf(data))
    case '0602':
      return await line.send('8000', [])
    case '0620':
      return await repeat(terminal, port)
    case '0630':
      return await takeBack(terminal, port, data)
    case '0650':
    case '0670':
      await line.send('8000', [])
      await tell(port, '06d1', [0, ...ascii(code === '0650' ? 'DAY CLOSED' : 'DIAGNOSIS OK')])
      return await tell(port, '060f', [])
    default:
      return await line.send('8483', [])
  }
}

/** A message of the running process, and the till's answer to it. */
async function tell(port: Port, code: string, data: readonly number[]): Promise<void> {
  await port.line.send(code, data)
  for (;;) {
    const answer = await port.line.next()
    if (answer.code === '8000' || answer.code.startsWith('84')) return
    if (answer.code === '06b0') await port.line.send('8000', [])
  }
}

async function sell(terminal: Terminal, port: Port, amountPaise: number): Promise<void> {
  const faults = { ...terminal.faults }
  const reach = async (step: SaleStep): Promise<void> => {
    if (faults.cutAt === step) {
      if (faults.lateCaptureMs !== undefined) captureLater(terminal, amountPaise, faults.lateCaptureMs)
      port.cut()
      port.line.break()
      throw new LineBroken()
    }
    if (faults.silentAt === step) for (;;) await port.line.next()
    if (faults.stepDelayMs !== undefined) await pause(faults.stepDelayMs)
  }
  await reach('before_accept')
  if (faults.tellsAnotherFirst === true) {
    const numbers = { trace: 990, receipt: 990, atMs: terminal.now() }
    const another = { kind: 'sale', amountPaise, ofReceipt: null, resultCode: 0, ...numbers } as const
    await tell(port, '040f', statusData(faults, another))
    await tell(port, '060f', [])
  }
  if (faults.isBusyAtSale === true) return await port.line.send('849c', [])
  if (faults.refusesSale === true) return await port.line.send('8483', [])
  terminal.isSelling = true
  try {
    await port.line.send('8000', [])
    await reach('after_accept')
    const isGivenUp = await showCard(terminal, port, faults)
    await reach('after_progress')
    terminal.trace += 1
    const failure = isGivenUp ? 0x6c : failureOf(faults)
    if (failure !== null) return await decline(terminal, port, { amountPaise, failure })
    const older = terminal.ledger.at(-1)
    const entry =
      faults.repeatsOlderSale === true && older !== undefined
        ? older
        : enter(terminal, { kind: 'sale', amountPaise, ofReceipt: null, resultCode: 0 })
    await reach('after_capture')
    await finish(port, { terminal, entry, reach })
  } finally {
    if (faults.lateCaptureMs === undefined) terminal.isSelling = false
  }
}

async function finish(
  port: Port,
  sale: { terminal: Terminal; entry: LedgerEntry; reach: (step: SaleStep) => Promise<void> },
): Promise<void> {
  const { terminal, entry, reach } = sale
  const { faults } = terminal
  if (faults.sendsOddMessage === true) await tell(port, '04ee', [1, 2, 3])
  if (faults.tellsNoResult !== true) await tell(port, '040f', statusData(terminal.faults, entry))
  await reach('after_status')
  for (const text of ['CARD SLIP', faults.clearCardNumber ?? 'XXXX XXXX XXXX 4321']) {
    await tell(port, '06d1', [0, ...ascii(text)])
  }
  const block = ascii('THANK YOU')
  await tell(port, '06d3', [0x06, block.length + 4, 0x25, block.length + 2, 0x07, block.length, ...block])
  await reach('after_slip')
  if (faults.abortsAfterYes === true) await tell(port, '061e', [0x6c])
  else await tell(port, '060f', [])
  await reach('after_completion')
}

/** True: the till or the customer gave up. */
async function showCard(terminal: Terminal, port: Port, faults: ZvtFaults): Promise<boolean> {
  await tell(port, '04ff', [0x0a, 0x01])
  if (faults.cardWaitMs !== undefined) {
    const message = await port.line.nextWithin(faults.cardWaitMs)
    if (message?.code === '06b0') {
      terminal.aborts += 1
      await port.line.send('8000', [])
      return true
    }
  }
  await tell(port, '04ff', [0x01])
  if (faults.outcome === 'wrong_pin_then_approved') {
    await tell(port, '04ff', [0x15])
    await tell(port, '04ff', [0x01])
  }
  const words = ascii('Bank is asked')
  await tell(port, '04ff', [
    0x04,
    0x01,
    0x06,
    words.length + 4,
    0x24,
    words.length + 2,
    0x07,
    words.length,
    ...words,
  ])
  return faults.outcome === 'gave_up'
}

function failureOf({ outcome }: ZvtFaults): number | null {
  return outcome === undefined || outcome === 'wrong_pin_then_approved' ? null : RESULTS[outcome]
}

async function decline(
  terminal: Terminal,
  port: Port,
  { amountPaise, failure }: { amountPaise: number; failure: number },
): Promise<void> {
  const fields = { kind: 'declined', amountPaise, ofReceipt: null, resultCode: failure } as const
  const entry =
    terminal.faults.keepsDeclined === true
      ? enter(terminal, fields)
      : { ...fields, trace: terminal.trace, receipt: 0, atMs: terminal.now() }
  if (terminal.faults.silentAt === 'after_status') for (;;) await port.line.next()
  await tell(port, '040f', statusData(terminal.faults, entry))
  await tell(port, '061e', [failure])
}

function captureLater(terminal: Terminal, amountPaise: number, lateMs: number): void {
  terminal.isSelling = true
  setTimeout(() => {
    terminal.trace += 1
    enter(terminal, { kind: 'sale', amountPaise, ofReceipt: null, resultCode: 0 })
    terminal.isSelling = false
  }, lateMs)
}

async function repeat(terminal: Terminal, port: Port): Promise<void> {
  const last = terminal.ledger.at(-1)
  if (terminal.faults.cannotRepeat === true) return await port.line.send('849a', [])
  if (last === undefined) return await port.line.send('8483', [])
  await port.line.send('8000', [])
  await tell(port, '040f', statusData(terminal.faults, last))
  await tell(port, '06d1', [0, ...ascii('COPY')])
  await tell(port, '060f', [])
}

async function takeBack(terminal: Terminal, port: Port, data: readonly number[]): Promise<void> {
  const receipt = data[3] === 0x87 ? Number(digits(data.slice(4, 6))) : -1
  const sale = terminal.ledger.find((entry) => entry.kind === 'sale' && entry.receipt === receipt)
  await port.line.send('8000', [])
  const isDone = terminal.ledger.some((entry) => entry.ofReceipt === receipt)
  if (sale === undefined || isDone) return await tell(port, '061e', [isDone ? 0xb4 : 0xb5])
  terminal.trace += 1
  const { amountPaise } = sale
  const entry = enter(terminal, { kind: 'reversal', amountPaise, ofReceipt: receipt, resultCode: 0 })
  if (terminal.faults.cutsAfterReversal === true) {
    port.cut()
    port.line.break()
  }
  await tell(port, '040f', statusData(terminal.faults, entry))
  await tell(port, '060f', [])
}

function amountOf(data: readonly number[]): number {
  if (data[0] !== 0x04) throw new Error('The sale of the till does not begin with its amount.')
  return Number(digits(data.slice(1, 7)))
}

async function pause(ms: number): Promise<void> {
  await new Promise((resolve) => {
    setTimeout(resolve, ms)
  })
}
