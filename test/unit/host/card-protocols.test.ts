// Goal: the whole till with a terminal of each protocol, over the line and with the keys of the product, the terminal's own ledger held
// against the till's record: approved, declined, lines and tills that break off, and answers about another sale or another amount.
import { describe, expect, test } from 'vitest'
import { checkCards, readRecordFile } from '#store/journal/verify-journal.ts'
import { audit, charge, settled, SUPERVISOR, wishFor } from './card-kit.ts'
import { AMOUNT_PAISE, EZETAP, NEXO, PINE_LABS, ZVT, type Protocol } from './card-counterparts.ts'
import { paidPaise, startTillWith, type ProtocolTill } from './card-protocols-kit.ts'
import { cashInput, problemOfCall, type HostKit } from './host-kit.ts'
import { makeCa } from './throwaway-ca.ts'

/** Ledger and record agree, and the journal proves the record. Returns what the terminal took for this sale and has kept. */
function provenPaise({ terminal }: ProtocolTill, { file }: Pick<HostKit, 'file'>, reference: string): number {
  const ledger = terminal.ledger(reference)
  const read = readRecordFile({ file, publicKey: null })
  if (read === null) throw new Error('the record can be read')
  expect([...audit(file, ledger), ...checkCards(read.facts), ...read.derived]).toEqual([])
  const { capturedPaise = 0, reversedPaise = 0 } = ledger.get(reference) ?? {}
  return capturedPaise - reversedPaise
}

const codeOf = async (call: Promise<unknown>) => (await problemOfCall(call)).code

/** Nobody knows yet: the card does not pay this bill, and nothing else does. */
async function expectOpen({ kit: { client }, bill }: ProtocolTill, reference: string): Promise<void> {
  expect(await client.card.open()).toMatchObject([{ reference, state: 'unknown', mayPost: false }])
  expect(await codeOf(client.card.post({ reference }))).toBe('card_sale_not_allowed')
  expect(await codeOf(client.payment.take(cashInput([bill])))).toBe('card_sale_open')
  expect(await codeOf(client.card.start(wishFor([bill])))).toBe('card_sale_open')
  expect(await paidPaise(client)).toBe(0)
}

const decision = (reference: string) =>
  ({ reference, approver: SUPERVISOR, reason: 'The citizen went away' }) as const

/** What the terminal did is then for the office to clear. */
async function closeByPerson({ kit: { client } }: ProtocolTill, reference: string): Promise<void> {
  expect(await client.card.close(decision(reference))).toMatchObject({
    state: 'closed_by_person',
    mayPost: false,
  })
}

async function expectFree({ kit: { client }, bill }: ProtocolTill): Promise<void> {
  expect(await client.card.open()).toEqual([])
  expect((await client.payment.take(cashInput([bill]))).payments).toHaveLength(1)
  expect(await paidPaise(client)).toBe(AMOUNT_PAISE)
}

describe.each<Protocol>([ZVT, NEXO, PINE_LABS, EZETAP])('$name', (protocol) => {
  test('approved: one payment of what the terminal charged', async () => {
    const till = await startTillWith(protocol)
    const sale = await charge(till.kit, [till.bill])
    expect(sale).toMatchObject({ state: 'posted', charged: { amountPaise: AMOUNT_PAISE } })
    expect(await paidPaise(till.kit.client)).toBe(AMOUNT_PAISE)
    expect(provenPaise(till, till.kit, sale.reference)).toBe(AMOUNT_PAISE)
  })

  test('declined: nothing is charged and the bill is free', async () => {
    const till = await startTillWith(protocol)
    till.terminal.play('declined')
    const sale = await charge(till.kit, [till.bill])
    expect(sale).toMatchObject({ state: 'declined', charged: null })
    expect(provenPaise(till, till.kit, sale.reference)).toBe(0)
    await expectFree(till)
  })

  test('the line breaks after the charge: not known, found by asking after a restart, and paid once', async () => {
    const till = await startTillWith(protocol)
    till.terminal.play('line_breaks')
    const { reference } = await charge(till.kit, [till.bill])
    await expectOpen(till, reference)
    expect(provenPaise(till, till.kit, reference)).toBe(AMOUNT_PAISE)
    till.terminal.play('well')
    await till.restart()
    const { client } = till.kit
    expect(await settled(till.kit, reference)).toMatchObject({ state: 'approved', mayPost: true })
    expect((await client.card.post({ reference })).payments).toHaveLength(1)
    expect(await paidPaise(client)).toBe(provenPaise(till, till.kit, reference))
  })

  test('the power fails while the terminal has the sale: the next start finds it by what was written down', async () => {
    const till = await startTillWith(protocol, { patience: 'of_protocol' })
    till.terminal.play('no_word_yet')
    const { reference } = await till.kit.client.card.start(wishFor([till.bill]))
    const isAtWork = async () => {
      const { state } = await till.kit.client.card.progress({ reference })
      return [state, till.terminal.ledger(reference).size]
    }
    await expect.poll(isAtWork, { interval: 2 }).toEqual([protocol.stateAtWork, 1])
    const next = await till.powerCut()
    // A cloud tells that the citizen is still at it; then he has paid.
    const ask = async () => (await next.client.card.resolve({ reference })).state
    await expect.poll(ask, { interval: 2 }).toBe('approved')
    expect((await next.client.card.post({ reference })).payments).toHaveLength(1)
    expect(await paidPaise(next.client)).toBe(AMOUNT_PAISE)
    expect(provenPaise(till, next, reference)).toBe(AMOUNT_PAISE)
    expect(till.terminal.askedBy()).toEqual(till.terminal.numbers(reference))
  })

  test('it answers for another sale: not taken for ours, and cleared up once it tells of ours', async () => {
    const till = await startTillWith(protocol)
    till.terminal.play('other_sale')
    const { reference } = await charge(till.kit, [till.bill])
    await expectOpen(till, reference)
    till.terminal.play('well')
    const { client } = till.kit
    const { state, mayPost } = await client.card.resolve({ reference })
    expect(state).toBe(protocol.afterOtherSale)
    if (mayPost) await client.card.post({ reference })
    const charged = provenPaise(till, till.kit, reference)
    expect(charged).toBe(protocol.afterOtherSale === 'approved' ? AMOUNT_PAISE : 0)
    expect(await paidPaise(client)).toBe(charged)
  })

  test('it answers for another amount: never posted, open over a restart, until a person closes it', async () => {
    const till = await startTillWith(protocol)
    till.terminal.play('other_amount')
    const { reference } = await charge(till.kit, [till.bill])
    await expectOpen(till, reference)
    await till.restart()
    await settled(till.kit, reference)
    await expectOpen(till, reference)
    await closeByPerson(till, reference)
    // The money is still with the terminal's bank: the record says so, and says who decided.
    expect(provenPaise(till, till.kit, reference)).toBeGreaterThan(0)
    await expectFree(till)
  })

  test('charged, and nobody wants it any more: a terminal that can gives it back, else a person does', async () => {
    const till = await startTillWith(protocol)
    till.terminal.play('line_breaks')
    const { reference } = await charge(till.kit, [till.bill])
    till.terminal.play('well')
    const { client } = till.kit
    expect((await client.card.resolve({ reference })).state).toBe('approved')
    const { state } = await client.card.reverse(decision(reference))
    expect(state).toBe(protocol.afterReversal)
    expect(provenPaise(till, till.kit, reference)).toBe(state === 'reversed' ? 0 : AMOUNT_PAISE)
    if (state !== 'reversed') await closeByPerson(till, reference)
    await expectFree(till)
  })
})

test.each<Protocol>([PINE_LABS, EZETAP])(
  '$name never told its number of a sale: it cannot be asked, and stays open until a person closes it',
  async (protocol) => {
    const till = await startTillWith(protocol)
    till.terminal.play('number_lost')
    const { reference, reason } = await charge(till.kit, [till.bill])
    expect(reason?.code).toBe('card_terminal_result_unknown')
    till.terminal.play('well')
    await till.restart()
    await settled(till.kit, reference)
    await expectOpen(till, reference)
    await closeByPerson(till, reference)
    await expectFree(till)
    expect(provenPaise(till, till.kit, reference)).toBe(AMOUNT_PAISE)
    // Handed over once and never asked: there is nothing to ask by.
    expect(till.terminal.bodies()).toHaveLength(1)
  },
)

test('Nexo: what was answered badly is not free again when the terminal forgets it, also after a restart', async () => {
  const till = await startTillWith(NEXO)
  till.terminal.play('forgets')
  const { reference } = await charge(till.kit, [till.bill])
  await expectOpen(till, reference)
  await till.restart()
  await settled(till.kit, reference)
  await expectOpen(till, reference)
  expect(provenPaise(till, till.kit, reference)).toBe(AMOUNT_PAISE)
})

test('Nexo: nothing of a sale is readable on the line but its header', async () => {
  const till = await startTillWith(NEXO)
  expect((await charge(till.kit, [till.bill])).state).toBe('posted')
  const [body = '', ...more] = till.terminal.bodies()
  expect(more).toEqual([])
  expect(body).toContain('NexoBlob')
  expect(body).not.toMatch(/PaymentRequest|RequestedAmount/)
})

const OTHER_CA = makeCa('CA of somebody else').certificate

test.each<Protocol>([NEXO, PINE_LABS, EZETAP])(
  '$name with a certificate of another CA: nothing is sent, and the bill is free',
  async (protocol) => {
    const till = await startTillWith(protocol, { caText: OTHER_CA })
    const sale = await charge(till.kit, [till.bill])
    expect(sale).toMatchObject({ state: 'cancelled', reason: { code: 'card_terminal_not_set_up' } })
    expect(till.terminal.bodies()).toEqual([])
    await expectFree(till)
  },
)

test.each([
  ['no token', PINE_LABS, { environment: { TAHSIL_PINE_LABS_TOKEN: undefined } }],
  ['an empty app key', EZETAP, { environment: { TAHSIL_EZETAP_APP_KEY: '' } }],
  ['a CA file that is not there', NEXO, { environment: { TAHSIL_CARD_CA: '/nowhere/ca.pem' } }],
  ['a CA file without a certificate', PINE_LABS, { caText: 'no certificate' }],
  ['a version of the key that is no number', NEXO, { environment: { TAHSIL_NEXO_KEY_VERSION: 'two' } }],
] as const)(
  '%s: the till starts without the terminal, says why, and takes cash',
  async (_name, protocol, setUp) => {
    const till = await startTillWith(protocol, setUp)
    const { client } = till.kit
    expect(await codeOf(client.card.start(wishFor([till.bill])))).toBe('card_terminal_absent')
    await expectFree(till)
    const terminal = (await client.devices.list()).devices.find(({ kind }) => kind === 'card_terminal')
    expect(terminal).toMatchObject({ tone: 'red', trouble: { code: 'card_terminal_not_set_up' } })
  },
)
