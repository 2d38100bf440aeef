// One ZVT command from the till's word to the terminal's last: the till is master until its command is accepted, then the
// terminal is until it completes (06 0F) or aborts (06 1E); every message is acknowledged. Says only what was seen; what it
// means for money is sale-outcome.ts. Called by zvt-terminal.ts.
import { performance } from 'node:perf_hooks'
import { DriverProblem } from '#drivers/problem.ts'
import type { CardProgress } from '#drivers/card-terminal/card-terminal.ts'
import type { Apdu } from './apdu.ts'
import type { ApduLink } from './apdu-link.ts'
import { parseBmps } from './bmp.ts'
import { progressOf, RESULT_NOT_POSSIBLE } from './result-codes.ts'
import { createSlipPile, type Slip } from './slips.ts'
import type { StatusInformation } from './status-information.ts'
import { readPrintBlock, readPrintLine, readStatusInformation } from './status-information.ts'
import { parseTlv, tlvValues } from './tlv.ts'

export const COMMAND = {
  statusEnquiry: 0x0501,
  registration: 0x0600,
  authorisation: 0x0601,
  logOff: 0x0602,
  repeatReceipt: 0x0620,
  reversal: 0x0630,
  endOfDay: 0x0650,
  diagnosis: 0x0670,
  abort: 0x06b0,
} as const

const POSITIVE = 0x8000
/** Some terminals say yes so. */
const POSITIVE_TOO = 0x8400
const NEGATIVE_CLASS = 0x84
const STATUS_INFORMATION = 0x040f
const INTERMEDIATE_STATUS = 0x04ff
const COMPLETION = 0x060f
const TERMINAL_ABORT = 0x061e
const PRINT_LINE = 0x06d1
const PRINT_BLOCK = 0x06d3
const UNKNOWN_COMMAND = 0x8400 | RESULT_NOT_POSSIBLE

const MESSAGES_MAX = 2_000
const STATUSES_MAX = 20
const TLV_TEXT_LINE = 0x07

export type DialogueTimes = {
  /** T3: longest wait for the answer to a command. */
  readonly answerMs: number
  /** T4: longest silence of a terminal at work. */
  readonly betweenMs: number
  /** Longest time for the whole. */
  readonly wholeMs: number
}

type Seen = {
  /** What it said after it accepted the command; earlier results belong to something else and are dropped. */
  readonly statuses: readonly StatusInformation[]
  /** Masked. */
  readonly slips: readonly Slip[]
}

export type DialogueEnd =
  | ({ readonly kind: 'completed'; readonly data: Uint8Array } & Seen)
  /** Null: the terminal gave no code. */
  | ({ readonly kind: 'aborted'; readonly code: number | null } & Seen)
  | { readonly kind: 'refused'; readonly code: number }
  /** The link broke or the terminal fell silent; whether it took the command is open. */
  | { readonly kind: 'lost'; readonly problem: DriverProblem }

export type Command = {
  readonly command: number
  readonly data?: Uint8Array
  /** False: the acceptance is the end (log-off). */
  readonly hasCompletion?: boolean
}

export async function runDialogue(
  link: ApduLink,
  order: Command,
  watch: { readonly times: DialogueTimes; readonly onProgress?: (progress: CardProgress) => void },
): Promise<DialogueEnd> {
  const { times, onProgress } = watch
  const deadlineMs = performance.now() + times.wholeMs
  try {
    await link.send(order.command, order.data)
    const answer = await awaitAnswer(link, times.answerMs)
    if (answer !== 'accepted') return { kind: 'refused', code: answer }
    if (order.hasCompletion === false) {
      return { kind: 'completed', data: new Uint8Array(), statuses: [], slips: [] }
    }
    return await followProcess(link, { times, deadlineMs, onProgress: onProgress ?? (() => {}) })
  } catch (error) {
    if (error instanceof DriverProblem) return { kind: 'lost', problem: error }
    throw error
  }
}

/** A terminal that still ends something older may talk first: that is acknowledged, so that it gets free, and dropped. */
async function awaitAnswer(link: ApduLink, answerMs: number): Promise<'accepted' | number> {
  for (let messages = 0; messages < MESSAGES_MAX; messages += 1) {
    const apdu = await link.next(answerMs)
    if (apdu === null) throw silent()
    if (apdu.command === POSITIVE || apdu.command === POSITIVE_TOO) return 'accepted'
    if (apdu.command >> 8 === NEGATIVE_CLASS) return apdu.command & 0xff
    apdu.data.fill(0)
    await link.send(isProcessMessage(apdu.command) ? POSITIVE : UNKNOWN_COMMAND)
  }
  throw silent()
}

function isProcessMessage(command: number): boolean {
  return [
    STATUS_INFORMATION,
    INTERMEDIATE_STATUS,
    COMPLETION,
    TERMINAL_ABORT,
    PRINT_LINE,
    PRINT_BLOCK,
  ].includes(command)
}

function silent(): DriverProblem {
  return new DriverProblem(
    'device_no_answer',
    'The card terminal does not answer any more. Look at its display, and check its cable and network.',
  )
}

async function followProcess(
  link: ApduLink,
  watch: {
    readonly times: DialogueTimes
    readonly deadlineMs: number
    readonly onProgress: (progress: CardProgress) => void
  },
): Promise<DialogueEnd> {
  const statuses: StatusInformation[] = []
  const pile = createSlipPile()
  for (let messages = 0; messages < MESSAGES_MAX; messages += 1) {
    const leftMs = watch.deadlineMs - performance.now()
    const apdu = leftMs > 0 ? await link.next(Math.min(leftMs, watch.times.betweenMs)) : null
    if (apdu === null) throw silent()
    if (apdu.command === POSITIVE || apdu.command >> 8 === NEGATIVE_CLASS) continue // the answer to an abort of ours
    if (apdu.command === COMPLETION || apdu.command === TERMINAL_ABORT) {
      const [code = null] = apdu.data
      await acknowledgeLast(link)
      return apdu.command === COMPLETION
        ? { kind: 'completed', data: apdu.data, statuses, slips: pile.slips() }
        : { kind: 'aborted', code, statuses, slips: pile.slips() }
    }
    if (!isProcessMessage(apdu.command)) {
      apdu.data.fill(0)
      await link.send(UNKNOWN_COMMAND)
      continue
    }
    if (apdu.command === STATUS_INFORMATION && statuses.length < STATUSES_MAX) {
      statuses.push(readStatusInformation(apdu.data))
    } else if (apdu.command === INTERMEDIATE_STATUS) watch.onProgress(readIntermediate(apdu))
    else if (apdu.command === PRINT_LINE) pile.add(readPrintLine(apdu.data))
    else if (apdu.command === PRINT_BLOCK) pile.add(readPrintBlock(apdu.data))
    await link.send(POSITIVE)
  }
  throw silent()
}

/** The last word is said; if the terminal no longer hears us, it is said all the same. */
async function acknowledgeLast(link: ApduLink): Promise<void> {
  try {
    await link.send(POSITIVE)
  } catch (error) {
    if (!(error instanceof DriverProblem)) throw error
  }
}

/** A code, a time in minutes, then perhaps a container with the terminal's own words. */
function readIntermediate(apdu: Apdu): CardProgress {
  const [code = 0xff] = apdu.data
  const known = progressOf(code)
  const container = parseBmps(apdu.data.subarray(2)).fields.get(0x06)
  if (container === undefined) return known
  const lines = tlvValues(parseTlv(container).items, TLV_TEXT_LINE).flatMap(
    (line) => readPrintLine(Uint8Array.of(0, ...line)).lines,
  )
  const words = lines.join(' ').trim()
  return words === '' ? known : { step: known.step, words }
}
