// What every ZVT command needs: the settings, a connection for it alone, the till's registration, and the terminal's last sale. Called by
// zvt-terminal.ts.
import assert from 'node:assert/strict'
import { DriverProblem } from '#drivers/problem.ts'
import type { Transport } from '#drivers/transport/transport.ts'
import type { ApduLink } from './apdu-link.ts'
import { tcpLink } from './apdu-link.ts'
import { writeBcd } from './bmp.ts'
import type { Command, DialogueTimes } from './dialogue.ts'
import { COMMAND, runDialogue } from './dialogue.ts'
import { RESULT_NOT_POSSIBLE } from './result-codes.ts'
import { refusal } from './sale-outcome.ts'
import { serialLink } from './serial-link.ts'
import type { Slip } from './slips.ts'
import type { StatusInformation } from './status-information.ts'

export type ZvtTimes = DialogueTimes & { readonly characterMs: number; readonly acknowledgeMs: number }

/** T1, T3 and T4 of the protocol; the whole is bounded by what a customer may take. */
export const ZVT_TIMES: ZvtTimes = {
  characterMs: 200,
  acknowledgeMs: 5_000,
  answerMs: 5_000,
  betweenMs: 180_000,
  wholeMs: 600_000,
}

export type ZvtOptions = {
  readonly transport: Transport
  /** TCP has no frames; a serial line has (9600 8N2, no flow control). */
  readonly framing: 'tcp' | 'serial'
  /** Six digits; most terminals are delivered with 000000. */
  readonly password?: string
  /** ISO 4217 numeric, four digits. Without it: rupees. */
  readonly currency?: string
  /** What BMP 19 of a sale says; 0x40: the terminal decides how the card pays. */
  readonly paymentType?: number
  /** The terminal's clock; without it India's. */
  readonly utcOffsetMinutes?: number
  readonly times?: Partial<ZvtTimes>
}

const RUPEE = '0356'
const INDIA_MINUTES = 330
const TERMINAL_DECIDES = 0x40
/** The till prints both kinds of slip, wants intermediate states, controls payment and administration, prints line by line. */
const CONFIG_BYTE = 0xbe
/** Repeat receipt: with status information. */
const REPEAT_SERVICE_BYTE = 0x03
/** How many numbers of settled sales are remembered, so that none is taken for another sale. */
const CLAIMS_MAX = 1_000

export type Running = { readonly reference: string; isCancelled: boolean; link: ApduLink | null }

export type State = Required<Omit<ZvtOptions, 'times'>> & {
  readonly times: ZvtTimes
  readonly name: string
  /** Numbers of sales already told to the till, and whose they are. */
  readonly claims: Map<string, string>
  running: Running | null
  isBusy: boolean
}

export function createState(options: ZvtOptions): State {
  const password = options.password ?? '000000'
  const currency = options.currency ?? RUPEE
  assert(/^\d{6}$/u.test(password), 'A ZVT password has six digits.')
  assert(/^\d{4}$/u.test(currency), 'A ZVT currency has four digits.')
  return {
    transport: options.transport,
    framing: options.framing,
    password,
    currency,
    paymentType: options.paymentType ?? TERMINAL_DECIDES,
    utcOffsetMinutes: options.utcOffsetMinutes ?? INDIA_MINUTES,
    times: { ...ZVT_TIMES, ...options.times },
    name: options.transport.name,
    claims: new Map(),
    running: null,
    isBusy: false,
  }
}

/** Opens, works, closes. Gives back the problem if the terminal cannot be reached at all. */
export async function overLink<T>(
  state: State,
  work: (link: ApduLink) => Promise<T>,
): Promise<T | DriverProblem> {
  assert(!state.isBusy, 'A card terminal does one thing at a time.')
  state.isBusy = true
  let link: ApduLink | null = null
  try {
    const connection = await state.transport.open()
    link =
      state.framing === 'tcp'
        ? tcpLink(connection, state.name)
        : serialLink(connection, state.name, state.times)
    return await work(link)
  } catch (error) {
    if (!(error instanceof DriverProblem) || link !== null) throw error
    if (error.code.startsWith('device_')) return error
    return new DriverProblem(
      'device_unreachable',
      `The card terminal at ${state.name} cannot be reached. Check that it is switched on, connected and not in use by another till.`,
      { cause: error },
    )
  } finally {
    // A link that closes badly must not lose what was said on it.
    await link?.close().catch(() => undefined)
    state.isBusy = false
  }
}

/** Null: the terminal knows us now. Changes no money. */
export async function register(state: State, link: ApduLink): Promise<DriverProblem | null> {
  const currency = writeBcd(state.currency, 2)
  const order = withPassword(state, COMMAND.registration, [CONFIG_BYTE, ...currency, 0x03, 0x00])
  const end = await runDialogue(link, order, state)
  if (end.kind === 'lost') return end.problem
  if (end.kind === 'completed') return null
  return refusal(end.code ?? 0xff)
}

export async function askLastSale(
  state: State,
  link: ApduLink,
): Promise<
  | { readonly kind: 'sale'; readonly status: StatusInformation; readonly slips: readonly Slip[] }
  | { readonly kind: 'nothing' | 'unreadable' }
  | { readonly kind: 'lost'; readonly problem: DriverProblem }
> {
  const order = withPassword(state, COMMAND.repeatReceipt, [0x03, REPEAT_SERVICE_BYTE])
  const end = await runDialogue(link, order, state)
  if (end.kind === 'lost') return end
  if (end.kind !== 'completed') return { kind: end.code === RESULT_NOT_POSSIBLE ? 'nothing' : 'unreadable' }
  const last = end.statuses.at(-1)
  return last === undefined ? { kind: 'unreadable' } : { kind: 'sale', status: last, slips: end.slips }
}

export function withPassword(state: State, command: number, rest: readonly number[] = []): Command {
  return { command, data: Uint8Array.of(...writeBcd(state.password, 3), ...rest) }
}

export function claim(
  state: State,
  approval: { transactionNumber: string; reversalKey: string | null },
  whose: string,
) {
  const trace = approval.transactionNumber.split('-').at(-1) ?? ''
  remember(state, `${trace};${approval.reversalKey ?? ''}`, whose)
}

export function numbersOf(last: StatusInformation): string {
  return `${last.trace ?? last.receipt ?? ''};${last.receipt ?? ''}`
}

export function remember(state: State, numbers: string, whose: string): void {
  state.claims.set(numbers, whose)
  const [oldest] = state.claims.keys()
  if (state.claims.size > CLAIMS_MAX && oldest !== undefined) state.claims.delete(oldest)
}

export function busyHere(): DriverProblem {
  return new DriverProblem(
    'card_terminal_busy',
    'The card terminal is at work for this till. Wait until it has finished.',
  )
}
