// Goal: with a card terminal that stands alone, a payment counts only if the cashier typed what the slip says, twice the same amount and
// the amount due; and no card number that somebody types is ever kept.
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { CardIntent } from '#drivers/card-terminal/card-terminal.ts'
import type { EdcEntry, EdcField } from '#drivers/card-terminal/manual-edc.ts'
import { checkEdcEntry, openManualEdc } from '#drivers/card-terminal/manual-edc.ts'

const AMOUNT_PAISE = 125_000
/** Test number of the card schemes, nobody's. */
const CARD = '4111111111111111'
const good: EdcEntry = {
  amount: '1,250.00',
  amountAgain: '1250',
  rrn: '632811223344',
  approvalCode: 'a1b2c3',
  cardLastFour: '4321',
  scheme: 'RuPay',
  terminalId: '52500038',
}
const intent = (reference = 'R1'): CardIntent => ({
  reference,
  amountPaise: AMOUNT_PAISE,
  startedAtMs: 1_764_000_000_000,
  terminalReference: null,
})
const watch = { onProgress: () => {}, onHandedOver: () => {} }
const faultsOf = (change: Partial<EdcEntry>) => {
  const verdict = checkEdcEntry({ ...good, ...change }, AMOUNT_PAISE)
  return verdict.kind === 'faulty' ? verdict.faults.map(({ field }) => field) : verdict.kind
}

describe('what was typed', () => {
  test('a whole entry is an approval', () => {
    expect(checkEdcEntry(good, AMOUNT_PAISE)).toEqual({
      kind: 'good',
      approval: {
        amountPaise: AMOUNT_PAISE,
        transactionNumber: '632811223344',
        approvalCode: 'A1B2C3',
        scheme: 'RUPAY',
        cardLastFour: '4321',
        terminalId: '52500038',
        reversalKey: null,
        approvedAtMs: null,
        slipLines: [],
      },
    })
    expect(faultsOf({ scheme: '', terminalId: '' })).toBe('good')
  })

  test.each<[Partial<EdcEntry>, readonly EdcField[]]>([
    [{ amount: '1250.01', amountAgain: '1250.01' }, ['amount']],
    [{ amount: '125000', amountAgain: '125000' }, ['amount']],
    [{ amountAgain: '1520' }, ['amountAgain']],
    [{ amount: '1250,00', amountAgain: '1250,00' }, ['amount', 'amountAgain']],
    [{ amount: '-1250' }, ['amount', 'amountAgain']],
    [{ amount: '', amountAgain: '' }, ['amount', 'amountAgain']],
    [{ amount: '1250.001' }, ['amount', 'amountAgain']],
    [{ rrn: '' }, ['rrn']],
    [{ rrn: '12345' }, ['rrn']],
    [{ rrn: 'RRN:632811' }, ['rrn']],
    [{ approvalCode: '' }, ['approvalCode']],
    [{ approvalCode: '12-45' }, ['approvalCode']],
    [{ cardLastFour: '432' }, ['cardLastFour']],
    [{ cardLastFour: '43a1' }, ['cardLastFour']],
    [{ scheme: 'VISA<b>' }, ['scheme']],
    [{ terminalId: 'T'.repeat(13) }, ['terminalId']],
    [{ rrn: '', approvalCode: '', cardLastFour: '' }, ['rrn', 'approvalCode', 'cardLastFour']],
  ])('%o has its faults named', (change, fields) => {
    expect(faultsOf(change)).toEqual(fields)
  })

  test('a card number in any field, however it is spaced, is refused and told to nobody', () => {
    for (const field of Object.keys(good) as EdcField[]) {
      for (const number of [
        CARD,
        '4111 1111 1111 1111',
        '4111-1111-1111-1111',
        `x${CARD}y`,
        '30569309025904',
      ]) {
        const verdict = checkEdcEntry({ ...good, [field]: number }, AMOUNT_PAISE)
        expect(verdict).toMatchObject({ kind: 'card_number', field, problem: { code: 'bank_card_refused' } })
        expect(JSON.stringify(verdict) + String((verdict as { problem?: Error }).problem)).not.toMatch(
          /\d{4}/u,
        )
      }
    }
    expect(faultsOf({ approvalCode: '632811223344' })).toBe('card_number')
  })

  test('nothing that is typed throws', () => {
    const text = fc.oneof(fc.string({ maxLength: 60 }), fc.stringMatching(/^[0-9 .,-]{0,25}$/u))
    const entry = fc.record<EdcEntry>({
      amount: text,
      amountAgain: text,
      rrn: text,
      approvalCode: text,
      cardLastFour: text,
      scheme: text,
      terminalId: text,
    })
    fc.assert(fc.property(entry, (typed) => void checkEdcEntry(typed, AMOUNT_PAISE)))
  })

  test('thirteen digits or more are refused in every field, with whatever stands between them', () => {
    const digit = fc.tuple(fc.constantFrom('', ' ', '-'), fc.stringMatching(/^\d$/u))
    const digits = fc.array(digit, { minLength: 13, maxLength: 19 }).map((all) => all.flat().join(''))
    const field = fc.constantFrom(...(Object.keys(good) as EdcField[]))
    fc.assert(
      fc.property(field, digits, (name, number) => {
        expect(checkEdcEntry({ ...good, [name]: number }, AMOUNT_PAISE).kind).toBe('card_number')
      }),
    )
  })
})

describe('the terminal', () => {
  test('ends a payment with a good entry, and only with one', async () => {
    const edc = openManualEdc()
    const running = edc.start(intent(), watch)
    expect(edc.waitingFor()).toEqual({ reference: 'R1', amountPaise: AMOUNT_PAISE })
    expect(edc.submit('R1', { ...good, amountAgain: '1' })).toMatchObject({ kind: 'faulty' })
    expect(edc.submit('R1', { ...good, rrn: CARD })).toMatchObject({ kind: 'card_number' })
    expect(await edc.status(intent())).toEqual({ kind: 'in_progress' })
    expect(edc.submit('R1', good)).toMatchObject({ kind: 'good' })
    expect(await running).toMatchObject({ kind: 'approved', approval: { transactionNumber: '632811223344' } })
    expect(edc.waitingFor()).toBeNull()
    expect(() => edc.submit('R1', good)).toThrow('under way')
  })

  test('one slip proves one payment', async () => {
    const edc = openManualEdc()
    const first = edc.start(intent('R1'), watch)
    edc.submit('R1', good)
    await first
    const second = edc.start(intent('R2'), watch)
    expect(edc.submit('R2', good)).toMatchObject({ kind: 'faulty', faults: [{ field: 'rrn' }] })
    expect(edc.submit('R2', { ...good, rrn: '632811223345' })).toMatchObject({ kind: 'good' })
    expect(await second).toMatchObject({ kind: 'approved' })
  })

  test('one payment at a time, given up only by the cashier', async () => {
    const edc = openManualEdc()
    const running = edc.start(intent('R1'), watch)
    expect(await edc.start(intent('R2'), watch)).toMatchObject({
      kind: 'not_started',
      problem: { code: 'card_terminal_busy' },
    })
    await edc.cancel(intent('R1'))
    expect(edc.waitingFor()).not.toBeNull()
    expect(edc.giveUp('R2', 'cancelled')).toBe(false)
    expect(edc.giveUp('R1', 'declined')).toBe(true)
    expect(await running).toMatchObject({ kind: 'declined' })
    const next = edc.start(intent('R3'), watch)
    edc.giveUp('R3', 'cancelled')
    expect(await next).toMatchObject({ kind: 'cancelled' })
    const lost = edc.start(intent('R4'), watch)
    edc.giveUp('R4', 'unknown')
    expect(await lost).toMatchObject({ kind: 'unknown', problem: { code: 'card_terminal_result_unknown' } })
  })

  test('closed in the middle it does not know, and it can never be asked', async () => {
    const edc = openManualEdc({ name: 'Bank EDC at counter 3' })
    const running = edc.start(intent(), watch)
    await edc.close()
    const unknown = { kind: 'unknown', problem: { code: 'card_terminal_result_unknown' } }
    expect(await running).toMatchObject(unknown)
    expect(await edc.status(intent())).toMatchObject(unknown)
    expect(edc.describe()).toEqual({
      kind: 'manual-edc',
      name: 'Bank EDC at counter 3',
      isIntegrated: false,
      canReverse: false,
    })
    expect(await edc.check()).toBeNull()
  })
})
