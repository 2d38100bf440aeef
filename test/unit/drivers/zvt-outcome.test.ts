// Goal: whatever a ZVT terminal's words leave open is unknown. Each word of an approval is changed in turn, and so is each fact by which a
// sale is found again.
import { describe, expect, test } from 'vitest'
import type { CardApproval, CardIntent } from '#drivers/card-terminal/card-terminal.ts'
import type { DialogueEnd } from '#drivers/card-terminal/zvt/dialogue.ts'
import {
  CLOCK_TOLERANCE_MS,
  judgeLastSale,
  readMark,
  SALE_LONGEST_MS,
  terminalTimeMs,
  writeMark,
} from '#drivers/card-terminal/zvt/last-sale.ts'
import { reversalOutcome, saleOutcome } from '#drivers/card-terminal/zvt/sale-outcome.ts'
import type { StatusInformation } from '#drivers/card-terminal/zvt/status-information.ts'

const INDIA = 330
/** 31 December 2026, 23:59:30 in India. */
const STARTED_MS = Date.parse('2026-12-31T18:29:30Z')
const intent: CardIntent = {
  reference: 'R1',
  amountPaise: 125_000,
  startedAtMs: STARTED_MS,
  terminalReference: 'zvt1;000101;0041;125000',
}
const yes: StatusInformation = {
  resultCode: 0,
  amountPaise: 125_000,
  currency: '0356',
  trace: '000102',
  receipt: '0042',
  monthDay: '0101',
  year: null,
  time: '000010',
  terminalId: '52500038',
  approvalCode: 'A1B2C3',
  scheme: 'RUPAY',
  cardLastFour: '4321',
  additionalText: null,
  isReversal: false,
  fault: null,
}
const completed = (...statuses: readonly StatusInformation[]): DialogueEnd => ({
  kind: 'completed',
  data: new Uint8Array(),
  statuses,
  slips: [],
})
const outcomeOf = (
  end: DialogueEnd,
  before = readMark(intent.terminalReference) ?? { kind: 'none' as const },
) => saleOutcome(end, { intent, before, currency: '0356', utcOffsetMinutes: INDIA })

describe('the end of a sale', () => {
  test('a clear yes is an approval, also said twice, also across the turn of the year', () => {
    const approved = {
      kind: 'approved',
      approval: { transactionNumber: '52500038-000102', approvedAtMs: STARTED_MS + 40_000 },
    }
    expect(outcomeOf(completed(yes))).toMatchObject(approved)
    expect(outcomeOf(completed(yes, yes))).toMatchObject(approved)
    expect(
      outcomeOf(completed({ ...yes, currency: null, terminalId: null, cardLastFour: null })),
    ).toMatchObject({
      kind: 'approved',
      approval: { transactionNumber: '000102' },
    })
    expect(outcomeOf(completed({ ...yes, receipt: '0041' }))).toMatchObject({ kind: 'approved' })
  })

  test.each<[string, readonly StatusInformation[]]>([
    ['no result', []],
    ['a result of no', [{ ...yes, resultCode: 0x6f }]],
    ['no result code', [{ ...yes, resultCode: null }]],
    ['another amount', [{ ...yes, amountPaise: 125_001 }]],
    ['no amount', [{ ...yes, amountPaise: null }]],
    ['another currency', [{ ...yes, currency: '0978' }]],
    ['the numbers of the sale before', [{ ...yes, trace: '000101', receipt: '0041' }]],
    ['the trace of the sale before', [{ ...yes, trace: '000101' }]],
    ['no number at all', [{ ...yes, trace: null, receipt: null }]],
    ['yes for two sales', [yes, { ...yes, trace: '000103' }]],
    ['no, then yes', [{ ...yes, resultCode: 0x64 }, yes]],
  ])('%s is a wrong answer', (_, statuses) => {
    expect(outcomeOf(completed(...statuses))).toMatchObject({
      kind: 'unknown',
      problem: { code: 'card_terminal_wrong_answer' },
    })
  })

  test('a break is a no only if there was no yes', () => {
    const broken = (code: number | null, ...statuses: readonly StatusInformation[]) =>
      outcomeOf({ kind: 'aborted', code, statuses, slips: [] })
    expect(broken(0x64)).toEqual({ kind: 'declined', code: '64', reason: 'The card cannot be read.' })
    expect(broken(0x6c)).toMatchObject({ kind: 'cancelled' })
    expect(broken(null)).toMatchObject({ kind: 'declined' })
    expect(broken(0x64, yes)).toMatchObject({ kind: 'unknown' })
    expect(broken(0)).toMatchObject({ kind: 'unknown' })
  })
})

describe('the end of a reversal', () => {
  const approval = { amountPaise: 125_000, reversalKey: '0042' } as CardApproval

  test('is done only for the amount and with a clear yes', () => {
    expect(reversalOutcome(completed(yes), approval)).toMatchObject({ kind: 'reversed' })
    for (const status of [
      { ...yes, amountPaise: 1 },
      { ...yes, amountPaise: null },
      { ...yes, resultCode: 0xb5 },
    ]) {
      expect(reversalOutcome(completed(status), approval)).toMatchObject({ kind: 'unknown' })
    }
    expect(reversalOutcome(completed(), approval)).toMatchObject({ kind: 'unknown' })
    const broken: DialogueEnd = { kind: 'aborted', code: 0xb5, statuses: [yes], slips: [] }
    expect(reversalOutcome(broken, approval)).toMatchObject({ kind: 'unknown' })
    expect(reversalOutcome({ ...broken, statuses: [] }, approval)).toMatchObject({
      kind: 'refused',
      code: 'B5',
    })
    expect(reversalOutcome({ kind: 'refused', code: 0x9c }, approval)).toMatchObject({ kind: 'unknown' })
  })
})

describe('the sale found again', () => {
  const at = (ms: number): StatusInformation => {
    const local = new Date(STARTED_MS + ms + INDIA * 60_000).toISOString()
    const [date = '', time = ''] = local.split(/[T.]/u)
    return { ...yes, monthDay: date.slice(5).replace('-', ''), time: time.replaceAll(':', '') }
  }
  const judge = (last: StatusInformation, terminalReference: string | null = intent.terminalReference) =>
    judgeLastSale({ ...intent, terminalReference }, last, INDIA).kind

  test('is this one if numbers, amount and time all say so', () => {
    expect(judge(yes)).toBe('this_sale')
    expect(judge(yes, 'zvt1;none')).toBe('this_sale')
    expect(judge(at(SALE_LONGEST_MS + CLOCK_TOLERANCE_MS))).toBe('this_sale')
    expect(judge(at(-CLOCK_TOLERANCE_MS))).toBe('this_sale')
  })

  test('is the one before if nothing at all has changed', () => {
    const before = { ...at(-60_000), trace: '000101', receipt: '0041' }
    expect(judge(before)).toBe('no_new_sale')
    expect(judge({ ...before, amountPaise: 99 })).toBe('cannot_tell')
    expect(judge({ ...at(CLOCK_TOLERANCE_MS + 1_000), trace: '000101', receipt: '0041' })).toBe('cannot_tell')
  })

  test.each<[string, StatusInformation, string | null]>([
    ['another amount', { ...yes, amountPaise: 125_001 }, intent.terminalReference],
    ['too late', at(SALE_LONGEST_MS + CLOCK_TOLERANCE_MS + 1_000), intent.terminalReference],
    ['too early', at(-CLOCK_TOLERANCE_MS - 1_000), intent.terminalReference],
    ['no time', { ...yes, time: null }, intent.terminalReference],
    ['an impossible time', { ...yes, time: '246060' }, intent.terminalReference],
    ['numbers that contradict each other', { ...yes, receipt: '0041' }, intent.terminalReference],
    ['no numbers', { ...yes, trace: null, receipt: null }, intent.terminalReference],
    ['no note of the sale before', yes, null],
    ['a note of something else', yes, 'PL-889900'],
    ['a sale before that could not be read', yes, 'zvt1;unreadable'],
  ])('cannot be told with %s', (_, last, terminalReference) => {
    expect(judge(last, terminalReference)).toBe('cannot_tell')
  })

  test('notes are read as they were written, years are found', () => {
    for (const mark of [
      { kind: 'none' },
      { kind: 'unreadable' },
      { kind: 'sale', trace: '000101', receipt: null, amountPaise: null },
      { kind: 'sale', trace: null, receipt: '0041', amountPaise: 7 },
    ] as const) {
      expect(readMark(writeMark(mark))).toEqual(mark)
    }
    expect(terminalTimeMs({ ...yes, monthDay: '1231', time: '235930' }, STARTED_MS, INDIA)).toBe(STARTED_MS)
    expect(terminalTimeMs({ ...yes, year: '2026' }, STARTED_MS, INDIA)).toBe(
      Date.parse('2025-12-31T18:30:10Z'),
    )
  })
})
