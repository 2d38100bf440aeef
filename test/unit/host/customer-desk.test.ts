// Goal: the customer display gets each change at once and nothing of an earlier payer, and the pole display says the same in two lines.
import { pino } from 'pino'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { rupees, ZERO_PAISE } from '#contract/money.ts'
import { poleFamilies } from '#drivers/display/pole-commands.ts'
import { poleDisplayOver } from '#drivers/display/pole-display.ts'
import { memoryTransport } from '#drivers/transport/memory.ts'
import { createVirtualPole } from '#drivers/virtual/pole-display.ts'
import { startCustomerDesk } from '#host/counter/customer-desk.ts'
import { poleLines } from '#host/counter/pole-lines.ts'
import type { CustomerView } from '#rpc/customer.ts'
import { startFakeIntegrator, type FakeIntegrator } from './fake-integrator.ts'
import { problemOfCall, signInAndOpen, startKit, type HostKit } from './host-kit.ts'

const PAID = '0b1e4b2c-6b1d-4f9a-9d0b-8f1f6f0a0002'
const line = { service: 'Property tax', codeEnd: '0001', amountPaise: rupees(2_100) }
const bills: CustomerView = { at: 'bills', lines: [line], totalPaise: rupees(2_100) }
const paying = (by: 'cash' | 'card' | 'paper', step: 'asked' | 'terminal' | 'notKnown'): CustomerView => ({
  at: 'paying',
  by,
  step,
  lines: [line],
  totalPaise: rupees(2_100),
})
const done: CustomerView = {
  at: 'done',
  by: 'cash',
  totalPaise: rupees(2_100),
  tenderedPaise: rupees(2_200),
  changePaise: rupees(100),
  receiptNumbers: ['R-1', 'R-2'],
  paymentIds: [PAID, '0b1e4b2c-6b1d-4f9a-9d0b-8f1f6f0a0009'],
}

test.each<[string, CustomerView, string, string]>([
  ['idle', { at: 'idle' }, '      Devgaon       ', '      NAMASTE       '],
  ['a bill', bills, 'Property ta Rs 2,100', 'TOTAL       Rs 2,100'],
  [
    'a bill in Hindi',
    { ...bills, lines: [{ ...line, service: 'संपत्ति कर' }] },
    'BILL        Rs 2,100',
    'TOTAL       Rs 2,100',
  ],
  ['cash', paying('cash', 'asked'), 'TOTAL       Rs 2,100', '        CASH        '],
  ['card', paying('card', 'terminal'), 'TOTAL       Rs 2,100', ' SEE CARD TERMINAL  '],
  ['not known', paying('cash', 'notKnown'), 'TOTAL       Rs 2,100', '    PLEASE WAIT     '],
  ['change', done, 'CHANGE        Rs 100', '     THANK YOU      '],
  [
    'paid by card',
    { ...done, by: 'card', tenderedPaise: null, changePaise: ZERO_PAISE },
    'PAID        Rs 2,100',
    '     THANK YOU      ',
  ],
])('on a pole display: %s', (_name, view, upper, lower) => {
  expect(poleLines(view, { municipalityName: 'Devgaon', cardStep: null })).toEqual({ upper, lower })
})

test.each([
  ['present_card', '    PRESENT CARD    '],
  ['wrong_pin', 'WRONG PIN, TRY AGAIN'],
  ['remove_card', '    REMOVE CARD     '],
] as const)('on a pole display, as the card terminal goes on: %s', (cardStep, lower) => {
  const facts = { municipalityName: 'Devgaon', cardStep }
  expect(poleLines(paying('card', 'terminal'), facts).lower).toBe(lower)
  // Only while the terminal leads.
  expect(poleLines(paying('cash', 'asked'), facts).lower.trim()).toBe('CASH')
})

test('a name that no pole display can write gives way to a word', () => {
  expect(poleLines({ at: 'idle' }, { municipalityName: 'देवगाँव', cardStep: null }).upper.trim()).toBe(
    'WELCOME',
  )
})

test('screen and pole display follow each change', async () => {
  const device = createVirtualPole('cd5220')
  const pole = poleDisplayOver(memoryTransport(device, 'pole', 'display'), {
    family: poleFamilies.cd5220,
    nowMs: () => 0,
  })
  const logger = pino({ level: 'silent' })
  const desk = startCustomerDesk({
    municipalityName: () => 'Devgaon',
    language: 'hi',
    receiptCode: (paymentId) => (paymentId === PAID ? { number: 'R-1', code: 'tahsil:r1:R-1' } : null),
    pole,
    logger,
    nowMs: () => 0,
    waitMs: 5_000,
  })
  const first = await desk.view(null)
  expect(first).toMatchObject({ view: { at: 'idle' }, municipalityName: 'Devgaon', language: 'hi' })
  const next = desk.view(first.number)
  desk.show(bills)
  expect(await next).toMatchObject({ number: first.number + 1, view: bills })
  // The same again is no change.
  desk.show({ ...bills })
  expect((await desk.view(null)).number).toBe(first.number + 1)
  desk.show(paying('card', 'terminal'))
  const asked = await desk.view(null)
  const stepping = desk.view(asked.number)
  desk.cardStep('enter_pin')
  expect(await stepping).toMatchObject({ cardStep: 'enter_pin' })
  await vi.waitFor(() => expect(device.lines()[1]).toBe('     ENTER PIN      '))
  desk.cardStep(null)
  expect(await desk.view(null)).toMatchObject({ number: asked.number + 2, cardStep: null })
  desk.show(done)
  await vi.waitFor(() => expect(device.lines()[0]).toBe('CHANGE        Rs 100'))
  // The code of what this till knows; nobody sees it once the next customer is there.
  expect(await desk.view(null)).toMatchObject({ receiptCodes: [{ number: 'R-1', code: 'tahsil:r1:R-1' }] })
  desk.show({ at: 'idle' })
  expect(await desk.view(null)).toMatchObject({ receiptCodes: [] })
  await desk.stop()
  expect(device.lines().join('').trim()).toBe('')
  expect(device.unknown()).toEqual([])
})

test('who waits is answered after a while without a change, and more than a few are not kept', async () => {
  const logger = pino({ level: 'silent' })
  const desk = startCustomerDesk({
    municipalityName: () => '',
    language: 'pa',
    receiptCode: () => null,
    pole: null,
    logger,
    nowMs: () => 0,
    waitMs: 20,
  })
  const { number } = await desk.view(null)
  const all = await Promise.all(Array.from({ length: 20 }, async () => await desk.view(number)))
  expect(all.every((each) => each.number === number)).toBe(true)
  await desk.stop()
})

let fake: FakeIntegrator
let kit: HostKit
beforeEach(async () => {
  fake = await startFakeIntegrator()
  kit = await startKit(fake, { options: { poleDisplay: 'pole:escpos:virtual:', receiptLanguage: 'en+pa' } })
})
afterEach(async () => {
  await kit.close()
  await fake.close()
})

test('only who is signed in may say what the payer sees; locking the till clears it', async () => {
  const { client } = kit
  expect((await problemOfCall(client.customer.show(bills))).code).toBe('not_signed_in')
  await signInAndOpen(client)
  await client.customer.show(bills)
  const shown = await client.customer.view({ after: null })
  expect(shown).toMatchObject({ view: bills, language: 'pa' })
  await client.session.signOut()
  expect((await client.customer.view({ after: shown.number })).view).toEqual({ at: 'idle' })
})

test('a pole display whose address is not understood is told when the till starts', async () => {
  await expect(kit.restart({ options: { poleDisplay: 'pole:other:COM1' } })).rejects.toThrow(
    'A pole display must be',
  )
  await kit.restart()
})
