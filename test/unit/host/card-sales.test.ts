// Goal: whatever a card terminal does, the citizen's money is taken once or not at all: every captured sale is posted once, given back, or
// open for all to see; nothing is sent twice; and while it is not known, the same bills take no other money.
import { afterEach, expect, test } from 'vitest'
import { rupees } from '#contract/money.ts'
import { checkCards, readRecordFile } from '#store/journal/verify-journal.ts'
import { audit, charge, settled, startCardKit, SUPERVISOR, wishFor, type CardKit } from './card-kit.ts'
import { cashInput, problemOfCall } from './host-kit.ts'

let cards: CardKit
afterEach(async () => {
  // The journal proves every sale, and the tables made from it are the ones that stand there.
  const read = readRecordFile({ file: cards.kit.file, publicKey: null })
  const faults: unknown[] = audit(cards.kit.file, cards.ledger)
  await cards.close()
  if (read === null) throw new Error('the record can be read')
  faults.push(...checkCards(read.facts), ...read.derived)
  if (faults.length > 0) throw new Error(`what was taken does not add up: ${JSON.stringify(faults)}`)
})

const rowsOf = async () => await cards.kit.client.receipt.search({ text: '' })
const stateOf = async (reference: string) => (await cards.kit.client.card.progress({ reference })).state

test('an approved card is recorded at once, with what the terminal said and nothing typed', async () => {
  cards = await startCardKit()
  const sale = await charge(cards.kit, cards.bills)
  expect(sale).toMatchObject({ state: 'posted', amountPaise: rupees(3_080) })
  expect(sale.reference).toMatch(/^[0-9A-Z]{10}$/)
  const rows = await rowsOf()
  expect(rows.map(({ mode, collectionId }) => [mode, collectionId])).toEqual([
    ['CARD', sale.collectionId],
    ['CARD', sale.collectionId],
  ])
  const { receipt } = await cards.kit.client.receipt.get({ paymentId: rows[0]!.paymentId })
  expect(receipt.instrument).toMatchObject({
    mode: 'CARD',
    lastFour: '4321',
    scheme: 'RUPAY',
    saleReference: sale.reference,
    rrn: sale.charged?.transactionNumber,
  })
  expect(await cards.kit.client.card.open()).toEqual([])
  // The same press again, and finishing again: nothing more is taken.
  await cards.kit.client.card.post({ reference: sale.reference })
  expect(await rowsOf()).toHaveLength(2)
})

test('the card slip stands on the first receipt of two bills, again on its duplicate, and nowhere else', async () => {
  const slipLines = ['     TESTBANK', 'CUSTOMER COPY', 'TOTAL       3,080.00']
  cards = await startCardKit({ say: { slipLines, merchantLines: ['SIGN HERE'] } })
  await charge(cards.kit, cards.bills)
  await cards.kit.until(() => cards.kit.slips().length === 2)
  const isWith = (slip: string): boolean => slip.includes('Card slip')
  const [first, second] = (await rowsOf()).toSorted((a, b) => a.receiptNumber.localeCompare(b.receiptNumber))
  const withSlip = cards.kit.slips().filter(isWith)
  expect(withSlip).toHaveLength(1)
  expect(withSlip[0]).toContain(first!.receiptNumber)
  expect(withSlip[0]).toContain(`\n${slipLines.join('\n')}\n`)
  for (const { paymentId } of [first!, second!]) await cards.kit.client.receipt.reprint({ paymentId })
  await cards.kit.until(() => cards.kit.slips().length === 4)
  const copies = cards.kit.slips().slice(2)
  expect(copies.map((slip) => slip.includes('DUPLICATE'))).toEqual([true, true])
  expect(copies.map(isWith)).toEqual([true, false])
  expect(cards.kit.slips().join('\n')).not.toContain('SIGN HERE')
  const shown = await cards.kit.client.receipt.get({ paymentId: first!.paymentId })
  expect(shown.receipt.cardSlip).toEqual(slipLines)
})

test('a double tap charges once', async () => {
  cards = await startCardKit({ scripts: ['slow'] })
  const wish = wishFor([cards.bills[0]!])
  const first = await cards.kit.client.card.start(wish)
  const second = await cards.kit.client.card.start(wish)
  expect(second.reference).toBe(first.reference)
  // Another customer's card waits.
  const other = await problemOfCall(cards.kit.client.card.start(wishFor([cards.bills[1]!])))
  expect(other.code).toBe('card_sale_open')
  await cards.kit.client.card.cancel({ reference: first.reference })
  expect(await settled(cards.kit, first.reference)).toMatchObject({ state: 'cancelled', charged: null })
  expect(await rowsOf()).toEqual([])
})

test('declined, then a wrong PIN and approved: a new sale with its own reference', async () => {
  cards = await startCardKit({ scripts: ['decline', 'wrong-pin', 'offline'] })
  const wish = wishFor([cards.bills[0]!])
  const first = await settled(cards.kit, (await cards.kit.client.card.start(wish)).reference)
  expect(first).toMatchObject({ state: 'declined', reason: { code: '51' } })
  const second = await settled(cards.kit, (await cards.kit.client.card.start(wish)).reference)
  expect(second.state).toBe('posted')
  expect(second.reference).not.toBe(first.reference)
  expect((await problemOfCall(cards.kit.client.card.start(wish))).code).toBe('payment_conflict')
  const away = await charge(cards.kit, [cards.bills[1]!])
  expect(away).toMatchObject({ state: 'cancelled', reason: { code: 'device_unreachable' } })
})

test('an answer that is lost after the charge: nothing else pays the bill, asking finds it, finishing pays once', async () => {
  cards = await startCardKit({ scripts: ['silent', 'approve'] })
  const { client } = cards.kit
  const [bill, other] = cards.bills
  const sale = await charge(cards.kit, [bill!])
  expect(sale.state).toBe('unknown')
  expect(await problemOfCall(client.payment.take(cashInput([bill!])))).toMatchObject({
    code: 'card_sale_open',
    data: { reference: sale.reference, state: 'unknown', salePaise: sale.amountPaise },
  })
  expect((await problemOfCall(client.card.start(wishFor([other!])))).code).toBe('card_sale_open')
  await client.payment.take(cashInput([other!]))
  expect((await client.card.resolve({ reference: sale.reference })).state).toBe('unknown')
  expect(await client.card.resolve({ reference: sale.reference })).toMatchObject({
    state: 'approved',
    mayPost: true,
  })
  expect((await problemOfCall(client.payment.take(cashInput([bill!])))).code).toBe('card_sale_open')
  const view = await client.card.post({ reference: sale.reference })
  expect(view.collectionId).toBe(sale.collectionId)
  expect(view.payments).toHaveLength(1)
  expect(await stateOf(sale.reference)).toBe('posted')
})

test('a lost answer is asked for by itself, and found while the citizen stands there', async () => {
  cards = await startCardKit({ scripts: ['answer-lost'] })
  await cards.kit.restart({
    tuning: { ...(await tuningOf(cards, ['silent'])), cardAskAgainMs: [5, 5, 5] },
  })
  await cards.kit.client.session.signIn({ operatorCode: '101', pin: SUPERVISOR.pin })
  expect((await charge(cards.kit, [cards.bills[0]!])).state).toBe('posted')
})

async function tuningOf(kit: CardKit, scripts: ('silent' | 'slow')[]) {
  const { createVirtualCardTerminal } = await import('#drivers/virtual/card-terminal.ts')
  return { cardTerminal: createVirtualCardTerminal({ ledger: kit.ledger, scripts }) }
}

test('nothing was charged after all: the bill is free again', async () => {
  cards = await startCardKit({ scripts: ['lost-before'] })
  const [bill] = cards.bills
  const sale = await charge(cards.kit, [bill!])
  expect(sale.state).toBe('unknown')
  expect((await cards.kit.client.card.resolve({ reference: sale.reference })).state).toBe('declined')
  expect((await cards.kit.client.payment.take(cashInput([bill!]))).payments).toHaveLength(1)
})

test('another amount is never taken: it goes back to the card by itself', async () => {
  cards = await startCardKit({ scripts: ['other-amount'] })
  const [bill] = cards.bills
  const sale = await charge(cards.kit, [bill!])
  expect(sale).toMatchObject({ state: 'reversed', mayPost: false })
  expect(cards.ledger.get(sale.reference)).toMatchObject({ capturedPaise: 153_900, reversedPaise: 153_900 })
  expect(await rowsOf()).toEqual([])
  expect((await cards.kit.client.payment.take(cashInput([bill!]))).payments).toHaveLength(1)
})

test('another amount that cannot go back stays open, is never posted, and blocks the close of the shift', async () => {
  cards = await startCardKit({ scripts: ['other-amount'], reversal: 'refused' })
  const { client } = cards.kit
  const { reference } = await charge(cards.kit, [cards.bills[0]!])
  expect(await stateOf(reference)).toBe('reversal_refused')
  expect((await problemOfCall(client.card.post({ reference }))).code).toBe('card_sale_not_allowed')
  expect((await client.terminal.status()).card).toMatchObject({ openCount: 1, openPaise: rupees(1_540) })
  const count = await client.shift.count({
    countId: crypto.randomUUID(),
    denominations: [{ denominationPaise: rupees(100), count: 5 }],
  })
  const close = { closeId: crypto.randomUUID(), countId: count.id, reason: null }
  expect((await problemOfCall(client.shift.close(close))).code).toBe('card_sale_open')
  const by = { reference, reason: 'Given back at the terminal by hand, slip kept' }
  const own = { ...by, approver: { ...SUPERVISOR, operatorCode: '101' } }
  expect((await problemOfCall(client.card.close(own))).code).toBe('role_not_allowed')
  const wrong = { ...by, approver: { ...SUPERVISOR, pin: '135791' } }
  expect((await problemOfCall(client.card.close(wrong))).code).toBe('wrong_pin')
  expect(await client.card.close({ ...by, approver: SUPERVISOR })).toMatchObject({
    state: 'closed_by_person',
  })
  expect((await client.shift.close(close)).differencePaise).toBe(0)
})

test('money goes back when a supervisor agrees, and only then; a lost answer of that stays open', async () => {
  cards = await startCardKit({ scripts: ['answer-lost', 'answer-lost'], reversal: 'lost' })
  const { client } = cards.kit
  const { reference } = await charge(cards.kit, [cards.bills[0]!])
  expect((await client.card.resolve({ reference })).state).toBe('approved')
  const by = { reference, approver: SUPERVISOR, reason: 'The citizen went away' }
  expect((await client.card.reverse(by)).state).toBe('reversing')
  expect((await problemOfCall(client.card.post({ reference }))).code).toBe('card_sale_not_allowed')
  // Asked again the terminal refuses what it has done already; a supervisor closes it.
  expect((await client.card.reverse(by)).state).toBe('reversal_refused')
  expect((await client.card.close(by)).state).toBe('closed_by_person')
  expect(cards.ledger.get(reference)).toMatchObject({ reversedPaise: rupees(1_540) })
})

test('closed by a person as unknown and charged after all: seen again, and the bill that was paid in cash is not paid twice', async () => {
  cards = await startCardKit({ scripts: ['late'] })
  const { client } = cards.kit
  const [bill] = cards.bills
  const { reference } = await charge(cards.kit, [bill!])
  expect((await client.card.resolve({ reference })).state).toBe('unknown')
  await client.card.close({ reference, approver: SUPERVISOR, reason: 'The bank says nothing was charged' })
  await client.payment.take(cashInput([bill!]))
  expect((await client.card.resolve({ reference })).state).toBe('approved')
  expect((await problemOfCall(client.card.post({ reference }))).code).toBe('bill_already_paid')
  expect((await client.card.open())[0]).toMatchObject({
    reference,
    postProblem: { code: 'bill_already_paid' },
  })
  const by = { reference, approver: SUPERVISOR, reason: 'Paid in cash meanwhile' }
  expect((await client.card.reverse(by)).state).toBe('reversed')
})

test('a slip is not typed where a terminal takes the cards, and a sale pays its own collection only', async () => {
  cards = await startCardKit({ scripts: ['answer-lost'] })
  const { client } = cards.kit
  const [bill, other] = cards.bills
  const typed = { mode: 'CARD', lastFour: '4321', rrn: '612345678901', approvalCode: 'A12345' } as const
  const take = { ...cashInput([other!]), instrument: typed }
  expect((await problemOfCall(client.payment.take(take))).code).toBe('card_sale_required')
  const { reference } = await charge(cards.kit, [bill!])
  await client.card.resolve({ reference })
  const stolen = { ...cashInput([other!]), instrument: { mode: 'CARD_SALE', reference } as const }
  expect((await problemOfCall(client.payment.take(stolen))).code).toBe('card_sale_not_allowed')
  const absent = { ...stolen, instrument: { mode: 'CARD_SALE', reference: 'NONE' } as const }
  expect((await problemOfCall(client.payment.take(absent))).code).toBe('card_sale_not_found')
  expect((await client.card.post({ reference })).payments).toHaveLength(1)
  const again = { ...cashInput([other!]), instrument: { mode: 'CARD_SALE', reference } as const }
  expect((await problemOfCall(client.payment.take(again))).code).toBe('card_sale_not_found')
})

test('a till without such a terminal types the slip, and has no card sales', async () => {
  cards = await startCardKit()
  await cards.kit.restart({ tuning: { cardTerminal: null } })
  const { client } = cards.kit
  await client.session.signIn({ operatorCode: '101', pin: SUPERVISOR.pin })
  expect((await client.terminal.status()).card.terminalName).toBeNull()
  const [bill] = cards.bills
  expect((await problemOfCall(client.card.start(wishFor([bill!])))).code).toBe('card_terminal_absent')
  const typed = { mode: 'CARD', lastFour: '4321', rrn: '612345678901', approvalCode: 'A12345' } as const
  expect((await client.payment.take({ ...cashInput([bill!]), instrument: typed })).payments).toHaveLength(1)
})
