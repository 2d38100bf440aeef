// Closes the day of the card terminal and puts its totals on paper. Called by router.ts.
import { ProblemError } from '#contract/problem.ts'
import { keptLine, keptWords } from '#core/cards/card-sale.ts'
import type { CardDayEnd } from '#drivers/card-terminal/card-terminal.ts'
import { municipalityNameOf } from '#host/counter/customer-desk.ts'
import { dayEndDocument } from '#host/paper/shift-slips.ts'
import type { Till } from '#host/till.ts'
import { DAY_LINES_MAX, type DayEnd } from '#rpc/day-end.ts'

const DIARY_CHARS_MAX = 4_000

type Told = Pick<DayEnd, 'state' | 'said' | 'lines'>

/** Throws device_not_found, device_not_usable, device_busy or card_sale_open. */
export async function endDay(till: Till, id: string): Promise<DayEnd> {
  const { devices, store, cards, logger } = till
  const told = await devices.test(id, async (device) => {
    if (device.kind !== 'card_terminal') throw new ProblemError('device_not_usable', { reason: 'no_day_end' })
    const [open] = store.openSales()
    if (open !== undefined) throw new ProblemError('card_sale_open', { reference: open.reference })
    return toldBy(await cards.endDay())
  })
  logger.info({ state: told.state }, 'the card terminal was asked to close its day')
  const tone = { done: 'green', refused: 'amber', unknown: 'red' } as const
  const raw = told.lines.length === 0 ? null : told.lines.join('\n').slice(0, DIARY_CHARS_MAX)
  const decoded = ['end of day', told.state, told.said?.code].filter(Boolean).join(' ')
  devices.diary.note(id, { tone: tone[told.state], what: 'step', decoded, raw })
  return { ...told, slip: await printed(till, told) }
}

function toldBy(answer: CardDayEnd | null): Told {
  if (answer === null) return { state: 'unknown', said: null, lines: [] }
  switch (answer.kind) {
    case 'done':
      // Figures under each other are no card number: each line is looked at by itself.
      return { state: 'done', said: null, lines: answer.slipLines.slice(0, DAY_LINES_MAX).map(keptLine) }
    case 'refused':
      return {
        state: 'refused',
        said: { code: keptWords(answer.code), words: keptWords(answer.reason) },
        lines: [],
      }
    case 'unknown': {
      const { code, message } = answer.problem
      return { state: 'unknown', said: { code, words: keptWords(message) }, lines: [] }
    }
  }
}

async function printed(till: Till, { lines }: Told): Promise<DayEnd['slip']> {
  const { store, printing, clock, receiptLanguage: language } = till
  if (lines.length === 0 || !printing.hasPrinter) return { state: 'none', problem: null }
  const document = dayEndDocument(lines, {
    municipalityName: municipalityNameOf(store),
    deviceCode: store.device()?.deviceCode ?? '',
    isDemo: store.masters()?.isDemo ?? false,
    printedAtMs: clock.read().wallMs,
    language,
  })
  const { result, problem } = await printing.printNow(document)
  return { state: result === 'printed' || result === 'unknown' ? result : 'failed', problem }
}
