// A card terminal of a few lines that charges nobody: for trying the till without hardware, and for tests, with faults on wish and a ledger of
// what it "charged", which outlives the till. Opened by `virtual:` or `virtual:SCRIPT`, such as `virtual:decline`.
import { setTimeout as pause } from 'node:timers/promises'
import type {
  CardApproval,
  CardIntent,
  CardOutcome,
  CardProgress,
  CardStatus,
  CardTerminal,
} from '#drivers/card-terminal/card-terminal.ts'
import { DriverProblem } from '#drivers/problem.ts'

export const CARD_SCRIPTS = [
  'approve',
  'decline',
  'wrong-pin',
  /** Charged, and the answer does not come back; asked, it tells. */
  'answer-lost',
  /** Charged, the answer lost, and no word for some time. */
  'silent',
  /** The answer is lost, and nothing was charged. */
  'lost-before',
  /** Nothing reached the terminal. */
  'offline',
  /** Charged only after the till has heard that nothing is known. */
  'late',
  /** Charges another amount than it was asked for. */
  'other-amount',
  /** Waits until somebody gives up. */
  'slow',
] as const
export type CardScript = (typeof CARD_SCRIPTS)[number]

type Entry = {
  readonly reference: string
  readonly askedPaise: number
  capturedPaise: number
  reversedPaise: number
  /** More than 1: the same sale was sent twice, which no till may do. */
  startCount: number
  declined: boolean
  cancelled: boolean
}

/** What the bank would say. */
export type VirtualLedger = Map<string, Entry>

export type VirtualCardOptions = {
  readonly ledger?: VirtualLedger
  /** Of the next sales, first to last; then `standard` again and again. */
  readonly scripts?: CardScript[]
  readonly standard?: CardScript
  readonly stepMs?: number
  /** How often `silent` and `late` are asked before they tell. */
  readonly silentAsks?: number
  readonly reversal?: 'ok' | 'refused' | 'lost'
  /** Words in place of the usual ones, in every field that a terminal may fill. */
  readonly say?: Partial<Omit<CardApproval, 'amountPaise'>> & {
    readonly reason?: string
    readonly words?: string
  }
}

const SLOW_WAIT_MS = 10
const SLOW_WAITS_MAX = 30_000

/** null: not the address of a virtual one. */
export function openVirtualCardTerminal(address: string): CardTerminal | null {
  const [, name] = /^virtual:([a-z-]*)$/.exec(address) ?? []
  const script = name === '' ? 'approve' : CARD_SCRIPTS.find((each) => each === name)
  return script === undefined ? null : createVirtualCardTerminal({ standard: script, stepMs: 900 })
}

export function createVirtualCardTerminal(options: VirtualCardOptions = {}): CardTerminal {
  const { ledger = new Map<string, Entry>(), scripts = [], standard = 'approve', stepMs = 0 } = options
  const { silentAsks = 1, reversal = 'ok', say = {} } = options
  const asked = new Map<string, number>()
  const scriptOf = new Map<string, CardScript>()
  let givenUp: string | null = null
  let isClosed = false

  const entryOf = (reference: string): Entry | null => ledger.get(reference) ?? null
  const approvalOf = (entry: Entry): CardApproval => ({
    amountPaise: entry.capturedPaise,
    transactionNumber: say.transactionNumber ?? `61${numberOf(entry.reference)}`,
    approvalCode: say.approvalCode ?? `A${numberOf(entry.reference).slice(-5)}`,
    scheme: say.scheme ?? 'RUPAY',
    cardLastFour: say.cardLastFour ?? '4321',
    terminalId: say.terminalId ?? 'VT000001',
    reversalKey: say.reversalKey ?? entry.reference,
    approvedAtMs: null,
    slipLines: say.slipLines ?? ['VIRTUAL TERMINAL', 'NO CARD WAS CHARGED'],
    ...(say.merchantLines === undefined ? {} : { merchantLines: say.merchantLines }),
  })
  const approved = (entry: Entry): CardOutcome => ({ kind: 'approved', approval: approvalOf(entry) })
  const lost = (): { kind: 'unknown'; problem: DriverProblem } => ({
    kind: 'unknown',
    problem: new DriverProblem(
      'card_terminal_result_unknown',
      say.reason ?? 'The terminal did not answer. The card may have been charged.',
    ),
  })
  const cancelled = (entry: Entry): CardOutcome => {
    entry.cancelled = true
    return { kind: 'cancelled', reason: say.reason ?? 'Given up at the till.' }
  }
  const capture = (entry: Entry, amountPaise = entry.askedPaise): void => {
    entry.capturedPaise = amountPaise
  }
  const steps = async (
    reference: string,
    onProgress: (progress: CardProgress) => void,
    names: readonly CardProgress['step'][],
  ): Promise<boolean> => {
    for (const step of names) {
      if (givenUp === reference) return false
      onProgress({ step, words: say.words ?? null })
      if (stepMs > 0) await pause(stepMs, undefined, { ref: false })
    }
    return givenUp !== reference
  }
  const waitForEnd = async (reference: string): Promise<void> => {
    for (let count = 0; count < SLOW_WAITS_MAX; count += 1) {
      if (givenUp === reference || isClosed) return
      await pause(SLOW_WAIT_MS, undefined, { ref: false })
    }
  }
  const settle = (script: CardScript, entry: Entry): CardOutcome => {
    switch (script) {
      case 'decline':
        entry.declined = true
        return { kind: 'declined', code: '51', reason: say.reason ?? 'Not enough money in the account.' }
      case 'other-amount':
        capture(entry, Math.max(100, entry.askedPaise - 100))
        return approved(entry)
      case 'answer-lost':
      case 'silent':
        capture(entry)
        return lost()
      case 'lost-before':
      case 'late':
        return lost()
      default:
        capture(entry)
        return approved(entry)
    }
  }

  return {
    describe: () => ({
      kind: 'virtual',
      name: 'Virtual card terminal',
      isIntegrated: true,
      canReverse: true,
    }),
    start: async ({ reference, amountPaise }, { onProgress, onHandedOver }) => {
      const script = scripts.shift() ?? standard
      if (script === 'offline') {
        const words = say.reason ?? 'The terminal does not answer. Check its cable and power.'
        return { kind: 'not_started', problem: new DriverProblem('device_unreachable', words) }
      }
      const known = entryOf(reference)
      if (known !== null) {
        known.startCount += 1
        capture(known, known.capturedPaise + amountPaise)
        return approved(known)
      }
      const entry: Entry = {
        reference,
        askedPaise: amountPaise,
        capturedPaise: 0,
        reversedPaise: 0,
        startCount: 1,
        declined: false,
        cancelled: false,
      }
      ledger.set(reference, entry)
      scriptOf.set(reference, script)
      onHandedOver(`V-${reference}`)
      const pin: CardProgress['step'][] =
        script === 'wrong-pin' ? ['enter_pin', 'wrong_pin', 'enter_pin'] : ['enter_pin']
      const isGoingOn = await steps(reference, onProgress, ['connecting', 'present_card'])
      if (isGoingOn && script === 'slow') await waitForEnd(reference)
      if (!isGoingOn || givenUp === reference) return cancelled(entry)
      if (isClosed) return lost()
      if (!(await steps(reference, onProgress, pin))) return cancelled(entry)
      await steps('', onProgress, ['authorising'])
      const outcome = settle(script, entry)
      if (outcome.kind === 'approved') await steps('', onProgress, ['remove_card'])
      return outcome
    },
    status: async ({ reference }): Promise<CardStatus> => {
      const entry = entryOf(reference)
      if (entry === null) return await Promise.resolve({ kind: 'not_found' })
      const script = scriptOf.get(reference)
      const count = (asked.get(reference) ?? 0) + 1
      asked.set(reference, count)
      if ((script === 'silent' || script === 'late') && count <= silentAsks) return lost()
      if (script === 'late' && entry.capturedPaise === 0) capture(entry)
      if (entry.capturedPaise > 0) return { kind: 'approved', approval: approvalOf(entry) }
      if (entry.cancelled) return { kind: 'cancelled', reason: say.reason ?? 'Given up at the till.' }
      // A sale that nobody waits for any more ends without a charge.
      entry.declined = true
      return { kind: 'declined', code: '00', reason: say.reason ?? 'The sale did not come to its end.' }
    },
    cancel: async ({ reference }: CardIntent) => {
      givenUp = reference
      await Promise.resolve()
    },
    reverse: async ({ reference }) => {
      const entry = entryOf(reference)
      await Promise.resolve()
      if (reversal === 'refused' || entry === null || entry.capturedPaise === 0) {
        return { kind: 'refused', code: '40', reason: say.reason ?? 'The bank does not take it back.' }
      }
      if (entry.reversedPaise === entry.capturedPaise) {
        return { kind: 'refused', code: '94', reason: 'It was given back already.' }
      }
      entry.reversedPaise = entry.capturedPaise
      return reversal === 'lost' ? lost() : { kind: 'reversed', transactionNumber: `R${numberOf(reference)}` }
    },
    endDay: async () => {
      const charged = [...ledger.values()].reduce(
        (sum, { capturedPaise, reversedPaise }) => sum + capturedPaise - reversedPaise,
        0,
      )
      await Promise.resolve()
      return {
        kind: 'done',
        slipLines: ['VIRTUAL TERMINAL', 'DAY CLOSED', `TOTAL ${(charged / 100).toFixed(2)}`],
      }
    },
    check: async () => await Promise.resolve(null),
    close: async () => {
      isClosed = true
      await Promise.resolve()
    },
  }
}

/** Ten digits made of a reference. */
function numberOf(reference: string): string {
  let number = 0
  for (const each of reference) number = (number * 36 + Number.parseInt(each, 36)) % 9_999_999_967
  return String(number).padStart(10, '0')
}
