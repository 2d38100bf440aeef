// Goal: a badge held or swiped reaches the screen that asks like a scan does, whatever kind of reader it was; a bank card reaches
// nobody, from a reader or from a scanner, and a reader that was unplugged comes back by itself. A number that the office gave to one
// operator reaches the screen as that operator's badge and as nothing else.
import { createHmac } from 'node:crypto'
import pino from 'pino'
import { expect, test } from 'vitest'
import type { CardListener, CardReader } from '#drivers/card-reader/card-reader.ts'
import { stripeReader } from '#drivers/card-reader/stripe-reader.ts'
import { hidScanner } from '#drivers/scanner/hid-scanner.ts'
import { virtualStripeReader } from '#drivers/virtual/card-reader.ts'
import { virtualScanner } from '#drivers/virtual/scanner.ts'
import { badgeHashText, badgeText } from '#contract/badge.ts'
import { createBadgeNames } from '#host/scans/badge-numbers.ts'
import { startScanDesk } from '#host/scans/scan-desk.ts'
import { operatorWith } from './fake-integrator.ts'

const NOW = 1_780_000_000_000
const nowMs = () => NOW
const ids = { vendorId: 0x0801, productId: 2, serialNumber: null }
const BANK = '4111111111111111'

test('badges and cards are told like scans; bank cards only that there was one', async () => {
  const stripe = virtualStripeReader()
  const scanner = virtualScanner()
  const lines: string[] = []
  const listeners: CardListener[] = []
  const chip: CardReader = {
    name: 'PC/SC',
    open: async (listener) => {
      listeners.push(listener)
      const { promise: closed, resolve } = Promise.withResolvers<null>()
      return { closed, close: async () => resolve(null) }
    },
  }
  const desk = startScanDesk({
    scanners: [hidScanner(ids, { nowMs, open: scanner.openHid })],
    readers: [stripeReader(ids, { nowMs, open: stripe.open }), chip],
    logger: pino({ level: 'warn' }, { write: (line: string) => void lines.push(line) }),
    nowMs,
    againMs: 5,
  })
  const told = async (after: number) =>
    (await desk.scans(after)).scans.map(({ kind, value, reason }) => [kind, value, reason])
  await expect
    .poll(async () => (await desk.scans(null)).scanners.map(({ isOpen }) => isOpen))
    .toEqual([true, true, true])

  stripe.swipe({ 2: ';101?' })
  listeners[0]?.({ kind: 'badge', uid: '04A1B2C3D4E5F6', at: NOW })
  stripe.swipe({ 1: `%B${BANK}^WAKALE/A^2912101?`, 2: `;${BANK}=2912101?` })
  stripe.swipe({ 2: ';1' }, { errorTracks: [2] })
  scanner.scan(BANK)
  scanner.scan('4111 1111 1111 1111')
  scanner.scan(`;${BANK}=2912101?`)
  // A merchant's number in a payment code is none of a card that lies here.
  scanner.scan(`upi://pay?pa=town@bank&tr=${BANK}`)
  listeners[0]?.({ kind: 'id-card', value: BANK, track: 2, at: NOW })
  expect(await told(0)).toEqual([
    ['badge', '101', undefined],
    ['badge', '04A1B2C3D4E5F6', undefined],
    ['bank_card', null, 'bank_card'],
    ['badge', null, 'card_unreadable'],
    ['bank_card', null, 'bank_card'],
    ['bank_card', null, 'bank_card'],
    ['bank_card', null, 'bank_card'],
    ['scan', `upi://pay?pa=town@bank&tr=${BANK}`, undefined],
    ['bank_card', null, 'bank_card'],
  ])
  stripe.unplug()
  await expect
    .poll(async () => {
      stripe.swipe({ 2: ';102?' })
      return (await desk.scans(null)).lastNumber
    })
    .toBeGreaterThan(9)
  await desk.stop()
  const all = lines.join('')
  expect(all).toContain('bank_card_refused')
  expect(all).toContain('device_gone')
  expect(all).not.toMatch(/\d{4}[ -]?1111/)
})

test('a number of one operator becomes that badge; of two, of nobody or without the pepper it stays what it is', async () => {
  const UID = '04A1B2C3D4E5F6'
  const STRIPE = '70420017'
  const pepper = Buffer.alloc(32, 7)
  const hash = (number: string) => createHmac('sha256', pepper).update(badgeHashText(number)).digest('hex')
  const meena = operatorWith({ badges: [hash('04:a1:b2:c3:d4:e5:f6'), hash(STRIPE)] })
  const ravi = operatorWith({ id: 'op-2', code: 'town:2', badges: [hash('5555AAAA')] })
  const known = { operators: [meena, ravi], pepper: pepper as Buffer | null }
  let listener: CardListener = () => undefined
  const chip: CardReader = {
    name: 'PC/SC',
    open: async (given) => {
      listener = given
      const { promise: closed, resolve } = Promise.withResolvers<null>()
      return await Promise.resolve({ closed, close: async () => resolve(null) })
    },
  }
  const lines: string[] = []
  const desk = startScanDesk({
    scanners: [],
    readers: [chip],
    badgeNames: createBadgeNames({ operators: () => known.operators, pepper: () => known.pepper }),
    logger: pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) }),
    nowMs,
    againMs: 5,
  })
  await expect.poll(async () => (await desk.scans(null)).scanners[0]?.isOpen).toBe(true)
  let after = 0
  const said = async (number: string, kind: 'badge' | 'id-card' = 'badge') => {
    listener(kind === 'badge' ? { kind, uid: number, at: NOW } : { kind, value: number, track: 2, at: NOW })
    const { scans, lastNumber } = await desk.scans(after)
    after = lastNumber
    return scans.map((note) => [note.kind, note.value])
  }
  expect(await said(UID)).toEqual([['badge', badgeText('101')]])
  expect(await said(STRIPE, 'id-card')).toEqual([['badge', badgeText('101')]])
  expect(await said('5555AAAA')).toEqual([['badge', 'town:2']])
  expect(await said('04A1B2C3D4E5F7')).toEqual([['badge', '04A1B2C3D4E5F7']])
  expect(await said('101', 'id-card')).toEqual([['badge', '101']])

  known.operators = [meena, { ...ravi, badges: [hash(UID)] }]
  expect(await said(UID)).toEqual([['badge', UID]])
  known.operators = [operatorWith(), ravi]
  expect(await said(STRIPE, 'id-card')).toEqual([['badge', STRIPE]])
  known.operators = [meena]
  known.pepper = null
  expect(await said(UID)).toEqual([['badge', UID]])
  await desk.stop()
  expect(lines.join('')).not.toContain(UID)
})
