// Goal: a whole card number never gets anywhere: whatever a terminal says and whatever is typed, together, spaced or dashed, it is not in
// what screens are told, not in the record, not in the journal, not in a log.
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { hasCardNumber, withoutCardNumbers } from '#contract/card-numbers.ts'
import { charge, startCardKit, SUPERVISOR, type CardKit } from './card-kit.ts'
import { cashInput, problemOfCall, todaysBill } from './host-kit.ts'

/** Test numbers that the schemes publish. */
const TEST_NUMBERS = [
  '4111111111111111',
  '4012888888881881',
  '4222222222222',
  '5555555555554444',
  '5105105105105100',
  '2223003122003222',
  '378282246310005',
  '30569309025904',
  '3530111333300000',
  '6011111111111117',
  '6521111111111117',
  '6200000000000005',
]
const shapes = (digits: string): string[] => {
  const fours = digits.match(/.{1,4}/g) ?? []
  return [
    digits,
    fours.join(' '),
    fours.join('-'),
    fours.join('\u00a0'),
    fours.join('.'),
    digits.split('').join(' '),
  ]
}
const isLuhnRight = (digits: string) =>
  digits
    .split('')
    .toReversed()
    .reduce((sum, digit, at) => {
      const weighed = Number(digit) * (at % 2 === 1 ? 2 : 1)
      return sum + (weighed > 9 ? weighed - 9 : weighed)
    }, 0) %
    10 ===
  0
const NUMBERS = TEST_NUMBERS.filter(isLuhnRight)
const STRINGS = NUMBERS.flatMap(shapes)

let cards: CardKit
const told: string[] = []

beforeAll(async () => {
  cards = await startCardKit({ billCount: 1 })
})
afterAll(async () => {
  await cards.close()
})

/** Every file of the till, past the program. */
function filesOf(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name)
    return statSync(path).isDirectory() ? filesOf(path) : [path]
  })
}

test('every shape of every number is seen, in the middle of words too, and the last four are left', () => {
  expect(NUMBERS.length).toBeGreaterThan(9)
  for (const each of STRINGS) {
    for (const text of [each, `PAN:${each}.`, `x${each}y`, `00${each}`]) {
      expect(hasCardNumber(text), text).toBe(true)
      expect(hasCardNumber(withoutCardNumbers(text)), text).toBe(false)
    }
    expect(withoutCardNumbers(each)).toBe(`****${each.replace(/\D/g, '').slice(-4)}`)
  }
})

test('numbers that are none stay: references, moments, addresses, merchant numbers', () => {
  const others = [
    '612345678901',
    '1795409100000',
    'BV0q001643892070000.VK9D',
    '192.168.100.200:20007',
    '999999999999999',
  ]
  for (const each of others) expect(withoutCardNumbers(each)).toBe(each)
})

test('through every field of a terminal', async () => {
  const fields = [
    'transactionNumber',
    'approvalCode',
    'scheme',
    'cardLastFour',
    'terminalId',
    'reversalKey',
  ] as const
  // Every number, each in another shape.
  for (const [at, pan] of STRINGS.filter((_, each) => each % 5 === 0).entries()) {
    const bill = todaysBill()
    cards.fake.state.bills.push(bill)
    const script = at % 4 === 1 ? 'decline' : at % 4 === 2 ? 'answer-lost' : 'approve'
    const all = Object.fromEntries(fields.map((name) => [name, pan]))
    const say = {
      ...all,
      slipLines: [pan, ...(pan.match(/.{1,5}/g) ?? [])],
      reason: `card ${pan}`,
      words: `Card ${pan}`,
    }
    // A few in each life of the till.
    if (at % 6 === 0) await cards.restart({ say })
    else {
      const { createVirtualCardTerminal } = await import('#drivers/virtual/card-terminal.ts')
      await cards.kit.restart({
        options: { logLevel: 'debug' },
        tuning: {
          cardTerminal: createVirtualCardTerminal({
            ledger: cards.ledger,
            scripts: [script],
            say,
            stepMs: at === 1 ? 20 : 0,
          }),
          cardAskAgainMs: [],
        },
      })
      await cards.kit.client.session.signIn({ operatorCode: '101', pin: SUPERVISOR.pin })
    }
    const { client } = cards.kit
    await client.bill.find({ text: bill.consumerCode })
    const sale = await charge(cards.kit, [bill])
    told.push(JSON.stringify(sale))
    if (sale.state === 'unknown') {
      const found = await client.card.resolve({ reference: sale.reference })
      told.push(JSON.stringify(found), JSON.stringify(await client.card.open()))
      await client.card.post({ reference: sale.reference })
    }
  }
  for (const row of await cards.kit.client.receipt.search({ text: '' })) {
    told.push(JSON.stringify(await cards.kit.client.receipt.get({ paymentId: row.paymentId })))
  }
  expect(told.length).toBeGreaterThan(STRINGS.length / 5)
}, 60_000)

test('through every field that a person types', async () => {
  await cards.kit.restart({ options: { logLevel: 'debug' }, tuning: { cardTerminal: null } })
  const { client } = cards.kit
  await client.session.signIn({ operatorCode: '101', pin: SUPERVISOR.pin })
  const bill = todaysBill()
  cards.fake.state.bills.push(bill)
  await client.bill.find({ text: bill.consumerCode })
  const dateMs = Date.now() - 60_000
  for (const pan of STRINGS) {
    const instruments = [
      { mode: 'CARD', lastFour: '4321', rrn: pan, approvalCode: 'A12345' },
      { mode: 'CARD', lastFour: pan, rrn: '612345678901', approvalCode: 'A12345' },
      { mode: 'CARD', lastFour: '4321', rrn: '612345678901', approvalCode: pan },
      { mode: 'CHEQUE', number: pan, dateMs, bank: 'A Bank', ifsc: null },
      { mode: 'CHEQUE', number: '123456', dateMs, bank: `Card ${pan}`, ifsc: null },
      { mode: 'OFFLINE_NEFT', utr: pan, dateMs },
      { mode: 'POSTAL_ORDER', number: '123456', dateMs, postOffice: pan },
    ] as const
    for (const instrument of instruments) {
      const problem = await problemOfCall(client.payment.take({ ...cashInput([bill]), instrument }))
      expect(['card_number_refused', 'input_invalid', 'instrument_invalid']).toContain(problem.code)
      told.push(JSON.stringify(problem))
    }
    const payer = { paidBy: pan, mobileNumber: null, isOwner: false }
    told.push(JSON.stringify(await problemOfCall(client.payment.take({ ...cashInput([bill]), payer }))))
  }
  expect((await client.payment.take(cashInput([bill]))).payments).toHaveLength(1)
}, 60_000)

test('and then it is nowhere', async () => {
  await cards.kit.host.close()
  const files = filesOf(cards.kit.dataDir)
  expect(files.some((path) => path.endsWith('terminal.log'))).toBe(true)
  const texts = [...told, ...files.map((path) => readFileSync(path, 'latin1'))]
  for (const pan of STRINGS.filter((each) => !each.includes('\u00a0'))) {
    expect(texts.filter((text) => text.includes(pan)).length, pan).toBe(0)
  }
  for (const text of told)
    expect(NUMBERS.some((number) => text.replace(/\W/g, '').includes(number))).toBe(false)
})
