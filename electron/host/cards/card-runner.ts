// Lets the card terminal take cards, one at a time: whatever it says is on the disk before anything follows from it. What is not known is
// asked, never charged again: after a lost answer, and after a restart for every sale that was left open. Made by start-host.
import { setTimeout as pause } from 'node:timers/promises'
import type { Logger } from 'pino'
import { ProblemError, problemOf, type Problem } from '#contract/problem.ts'
import type {
  CardDayEnd,
  CardIntent,
  CardOutcome,
  CardProgress,
  CardStatus,
  CardTerminal,
  CardTerminalDescription,
} from '#drivers/card-terminal/card-terminal.ts'
import { isAsAsked, isDoubtful, keptWords, type CardSale } from '#core/cards/card-sale.ts'
import {
  beginReversal,
  endReversal,
  takeWord,
  type Approver,
  type ReversalWord,
  type TerminalWord,
} from '#core/cards/card-steps.ts'
import { CARD_RECORD_RETRY_MS } from '#core/limits.ts'
import type { CardSaleStore, Clock } from '#core/ports.ts'

export type CardRunner = {
  /** null: no terminal takes cards by itself here. */
  readonly terminal: () => CardTerminalDescription | null
  readonly live: (reference: string) => CardProgress | null
  /** Why the collection of a charged sale could not be finished when it was tried last. */
  readonly postProblem: (reference: string) => Problem | null
  readonly notePost: (reference: string, problem: Problem | null) => void
  /** Hands a sale over that has just been written down. Ends in the record, not in an answer. */
  readonly run: (sale: CardSale) => void
  readonly cancel: (sale: CardSale) => Promise<void>
  /** Throws card_sale_open while the terminal is at work. */
  readonly ask: (sale: CardSale) => Promise<CardSale>
  readonly reverse: (reference: string, by: Approver | null) => Promise<CardSale>
  /** Closes the terminal's day; null: it failed in a way of its own. Throws card_sale_open while it is at work. */
  readonly endDay: () => Promise<CardDayEnd | null>
  /** Not at work: nothing is on its way to the record. */
  readonly isIdle: () => boolean
  readonly stop: () => Promise<void>
}

type Parts = {
  readonly store: CardSaleStore
  /** null: slips are typed. */
  readonly terminal: CardTerminal | null
  readonly clock: Clock
  readonly logger: Logger
  readonly askAgainMs: readonly number[]
  /** Finishes the collection of a sale that was charged just now. Throws ProblemError. */
  readonly post: (sale: CardSale) => void
  /** What the payer is asked for just now; null: the terminal is done. */
  readonly onStep?: (step: CardProgress['step'] | null) => void
}

const LEFT_OPEN_ASKED_MAX = 20

export function startCardRunner(parts: Parts): CardRunner {
  const { store, terminal, logger } = parts
  const progress = new Map<string, CardProgress>()
  const problems = new Map<string, Problem>()
  /** The sale that the terminal is at work for. */
  let busy: string | null = null
  let isStopped = false
  let work: Promise<unknown> = Promise.resolve()

  const alone = async <T>(reference: string, job: () => Promise<T>): Promise<T> => {
    if (busy !== null) throw new ProblemError('card_sale_open', { reference: busy })
    busy = reference
    const running = job().finally(() => {
      busy = null
      progress.delete(reference)
      parts.onStep?.(null)
    })
    work = running.catch(() => undefined)
    return await running
  }
  const device = (): CardTerminal => {
    if (terminal === null) throw new ProblemError('card_terminal_absent')
    return terminal
  }
  const hear = async (reference: string, word: TerminalWord | null): Promise<CardSale> =>
    await recorded(parts, () =>
      word === null ? known(store, reference) : takeWord(parts, reference, { word, at: parts.clock.read() }),
    )

  /** Charged: finished at once when it was asked for just now; another amount goes back, whoever asked. */
  const follow = async (sale: CardSale, isFresh: boolean): Promise<CardSale> => {
    if (sale.state !== 'approved') return sale
    if (!isAsAsked(sale)) return await giveBack(sale.reference, null)
    if (isFresh) postNow(sale)
    return known(store, sale.reference)
  }
  const postNow = (sale: CardSale): void => {
    try {
      parts.post(sale)
      problems.delete(sale.reference)
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error
      problems.set(sale.reference, problemOf(error))
      logger.warn({ code: error.code }, 'a charged card could not be recorded as paid; it is shown')
    }
  }
  const askNow = async (sale: CardSale): Promise<CardSale> => {
    const status = await guarded(device().status(intentOf(sale)), logger)
    return await hear(sale.reference, wordOfStatus(status))
  }
  const charge = async (sale: CardSale): Promise<void> => {
    const { reference } = sale
    const outcome = await guarded(
      device().start(intentOf(sale), {
        onProgress: (step) => {
          if (busy !== reference) return
          progress.set(reference, {
            step: step.step,
            words: step.words === null ? null : keptWords(step.words),
          })
          parts.onStep?.(step.step)
        },
        onHandedOver: (terminalReference) => noteHandedOver(parts, reference, terminalReference),
      }),
      logger,
    )
    let heard = await hear(reference, wordOfOutcome(outcome))
    for (const waitMs of parts.askAgainMs) {
      if (heard.state !== 'unknown' || isStopped) break
      await pause(waitMs, undefined, { ref: false })
      if (isStopped) break
      heard = await askNow(heard)
    }
    await follow(heard, true)
  }
  const giveBack = async (reference: string, by: Approver | null): Promise<CardSale> => {
    const at = () => parts.clock.read()
    const sale = await recorded(parts, () => beginReversal(parts, reference, { by, at: at() }))
    if (sale.approval === null) throw new Error('only charged money goes back')
    const word = device().describe().canReverse
      ? reversalWord(await guarded(device().reverse(intentOf(sale), sale.approval), logger))
      : REVERSE_BY_HAND
    // No answer: it stays asked for, and is shown.
    if (word === null) return sale
    return await recorded(parts, () => endReversal(parts, reference, { word, at: at() }))
  }
  const later = (job: Promise<unknown>): void => {
    job.catch((error: unknown) => {
      if (!isStopped) logger.error({ error }, 'a card sale is left open; it is shown')
    })
  }

  const runner: CardRunner = {
    terminal: () => terminal?.describe() ?? null,
    live: (reference) =>
      progress.get(reference) ?? (busy === reference ? { step: 'working', words: null } : null),
    postProblem: (reference) => problems.get(reference) ?? null,
    notePost: (reference, problem) => {
      if (problem === null) problems.delete(reference)
      else problems.set(reference, problem)
    },
    run: (sale) => {
      if (sale.state !== 'started') throw new Error('only a sale that has just begun is handed over')
      if (busy !== null) throw new Error('one sale at a time')
      progress.set(sale.reference, { step: 'connecting', words: null })
      parts.onStep?.('connecting')
      later(alone(sale.reference, async () => await charge(sale)))
    },
    cancel: async (sale) => {
      if (busy === sale.reference)
        await guarded(
          device()
            .cancel(intentOf(sale))
            .then(() => null),
          logger,
        )
    },
    ask: async (sale) => {
      if (sale.state === 'reversing' || (!isDoubtful(sale) && sale.state !== 'closed_by_person')) return sale
      return await alone(sale.reference, async () => await follow(await askNow(sale), false))
    },
    reverse: async (reference, by) => await alone(reference, async () => await giveBack(reference, by)),
    endDay: async () => {
      const { endDay } = device()
      if (endDay === undefined) throw new ProblemError('device_not_usable', { reason: 'no_day_end' })
      return await alone(DAY_END, async () => await guarded(endDay(), logger))
    },
    isIdle: () => busy === null,
    stop: async () => {
      isStopped = true
      await terminal?.close().catch(() => undefined)
      await Promise.race([work, pause(STOP_WAIT_MS, undefined, { ref: false })])
    },
  }
  if (terminal !== null) later(askWhatWasLeft(runner, store, () => isStopped))
  return runner
}

/** Stands where the reference of a sale would. */
const DAY_END = ''
const STOP_WAIT_MS = 2_000
const REVERSE_BY_HAND: ReversalWord = {
  kind: 'refused',
  code: 'by_hand',
  words: 'This terminal gives money back only by hand.',
}

/** After a restart: the terminal is asked what became of what was under way; nothing is sent to it again. */
async function askWhatWasLeft(
  runner: CardRunner,
  store: CardSaleStore,
  isStopped: () => boolean,
): Promise<void> {
  for (const sale of store.openSales().slice(0, LEFT_OPEN_ASKED_MAX)) {
    if (isStopped()) return
    const isOtherAmount = sale.state === 'approved' && !isAsAsked(sale)
    if (isOtherAmount) await runner.reverse(sale.reference, null)
    else await runner.ask(sale)
  }
}

export function intentOf(sale: CardSale): CardIntent {
  const { reference, amountPaise, startedAtMs, terminalReference } = sale
  return { reference, amountPaise, startedAtMs, terminalReference }
}

/** A full or busy disk must not lose what a terminal said: it is tried again for a moment. Then only asking helps. */
async function recorded<T>({ logger }: Parts, write: () => T): Promise<T> {
  for (const waitMs of CARD_RECORD_RETRY_MS) {
    try {
      return write()
    } catch (error) {
      const isPassing = error instanceof ProblemError && PASSING.includes(error.code)
      if (!isPassing) throw error
      logger.error({ code: error.code }, 'what the card terminal said could not be written down yet')
      await pause(waitMs, undefined, { ref: false })
    }
  }
  return write()
}

const PASSING: readonly string[] = ['store_busy', 'store_full', 'store_unknown']

function noteHandedOver(parts: Parts, reference: string, terminalReference: string): void {
  try {
    const word = { kind: 'handed_over', terminalReference } as const
    takeWord(parts, reference, { word, at: parts.clock.read() })
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error
    // It can be asked by our own reference, too.
    parts.logger.warn({ code: error.code }, 'the number of the card terminal could not be written down')
  }
}

function known(store: CardSaleStore, reference: string): CardSale {
  const sale = store.cardSale(reference)
  if (sale === null) throw new ProblemError('card_sale_not_found', { reference })
  return sale
}

/** A driver that throws has told nothing: that is a lost answer. */
async function guarded<T>(answer: Promise<T>, logger: Logger): Promise<T | null> {
  try {
    return await answer
  } catch (error) {
    logger.error({ error }, 'the driver of the card terminal has failed')
    return null
  }
}

const NO_ANSWER: TerminalWord = {
  kind: 'unknown',
  code: 'device_no_answer',
  words: 'The terminal gave no answer.',
}

function wordOfOutcome(outcome: CardOutcome | null): TerminalWord {
  if (outcome === null) return NO_ANSWER
  if (outcome.kind !== 'not_started') return wordOfFinal(outcome)
  const { code, message } = outcome.problem
  return { kind: 'cancelled', code, words: message }
}

/** null: nothing new. */
function wordOfStatus(status: CardStatus | null): TerminalWord | null {
  if (status === null) return NO_ANSWER
  if (status.kind === 'in_progress') return null
  if (status.kind !== 'not_found') return wordOfFinal(status)
  return { kind: 'cancelled', code: 'not_found', words: 'The terminal never had this sale.' }
}

function wordOfFinal(said: Exclude<CardOutcome, { kind: 'not_started' }>): TerminalWord {
  switch (said.kind) {
    case 'approved':
      return said
    case 'declined':
      return { kind: 'declined', code: said.code, words: said.reason }
    case 'cancelled':
      return { kind: 'cancelled', code: 'cancelled', words: said.reason }
    case 'unknown':
      return { kind: 'unknown', code: said.problem.code, words: said.problem.message }
  }
}

type Reversal = Awaited<ReturnType<CardTerminal['reverse']>>

function reversalWord(said: Reversal | null): ReversalWord | null {
  if (said === null || said.kind === 'unknown') return null
  return said.kind === 'reversed' ? said : { kind: 'refused', code: said.code, words: said.reason }
}
