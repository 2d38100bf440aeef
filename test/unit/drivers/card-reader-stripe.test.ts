// Goal: whatever form a stripe reader speaks, the card of an employee gives its number, a bank card gives nothing but its last
// four digits, and no byte of any swipe is left in a report.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { CardEvent } from '#drivers/card-reader/card-reader.ts'
import { cardReaderAt } from '#drivers/card-reader/open-card-reader.ts'
import { stripeLayoutOf } from '#drivers/card-reader/stripe-layout.ts'
import { stripeReader } from '#drivers/card-reader/stripe-reader.ts'
import { keepConnected, type KeptEvent } from '#drivers/transport/reconnect.ts'
import {
  tracksIn,
  virtualStripeReader,
  type StripeForm,
  type SwipeFaults,
  type Tracks,
} from '#drivers/virtual/card-reader.ts'

const AT = 1_780_000_000_000
const ADDRESS = { vendorId: 0x0801, productId: 2, serialNumber: null }
const FORMS: readonly StripeForm[] = ['sure-swipe', 'usage-page-8e', 'text']

async function swiped(form: StripeForm, tracks: Tracks, faults: SwipeFaults = {}): Promise<CardEvent[]> {
  const device = virtualStripeReader(form)
  const events: CardEvent[] = []
  const reader = stripeReader(ADDRESS, { nowMs: () => AT, open: device.open, silenceMs: 1 })
  const open = await reader.open((event) => void events.push(event))
  device.swipe(tracks, faults)
  await expect.poll(() => events.length, { interval: 1 }).toBeGreaterThan(0)
  await open.close()
  expect(device.sent.length).toBeGreaterThan(0)
  for (const report of device.sent) expect(report.every((byte) => byte === 0)).toBe(true)
  return events
}

/** Published test numbers of the schemes, and one of 12 and one of 19 digits made right. */
const NUMBERS = [
  '4111111111111111',
  '5555555555554444',
  '378282246310005',
  '30569309025904',
  '4222222222222',
  '6011000990139424009',
  '500000000009',
]
const name = 'WAKALE/ASHA'
const bankTracks = (pan: string): readonly (readonly [string, Tracks])[] => [
  ['both tracks', { 1: `%B${pan}^${name}^2912101123456789?`, 2: `;${pan}=29121011234567890?` }],
  ['track 1', { 1: `%B${pan}^${name}^2912101?` }],
  ['track 2', { 2: `;${pan}=2912101?` }],
  ['track 3', { 3: `;01${pan}=724724000000000000030300000000?` }],
  ['a number alone', { 2: `;${pan}?` }],
  ['spaced', { 1: `%${pan.match(/.{1,4}/g)?.join(' ')}?` }],
  ['behind another number', { 2: `;12 ${pan}?` }],
  ['before another number', { 1: `%${pan}/07?` }],
  ['dashed', { 1: `%C${pan.match(/.{1,4}/g)?.join('-')}^X^?` }],
]

describe.each(FORMS)('a reader that speaks %s', (form) => {
  test('tells the first field of an employee’s or a citizen’s card, and nothing behind it', async () => {
    expect(await swiped(form, { 2: ';101?' })).toEqual([{ kind: 'id-card', value: '101', track: 2, at: AT }])
    expect(await swiped(form, { 1: '%EMP-204^ASHA WAKALE^PUNE?' })).toEqual([
      { kind: 'id-card', value: 'EMP-204', track: 1, at: AT },
    ])
    const both = { 1: '%ASHA WAKALE^?', 2: ';7701=2912?' }
    expect(await swiped(form, both)).toEqual([{ kind: 'id-card', value: '7701', track: 2, at: AT }])
  })

  test.each(NUMBERS)('refuses bank card %s on every track and in every shape', async (pan) => {
    for (const [shape, tracks] of bankTracks(pan)) {
      const events = await swiped(form, tracks)
      expect(events, shape).toEqual([{ kind: 'bank_card_refused', lastFour: pan.slice(-4), at: AT }])
    }
  })

  test('refuses a part of a bank card', async () => {
    for (const cutAfterBytes of [10, 13, 17]) {
      const tracks = { 1: `%B4111111111111111^${name}^2912101?` }
      const [event] = await swiped(form, tracks, { cutAfterBytes, errorTracks: [1] })
      expect(event).toMatchObject({ kind: 'bank_card_refused' })
    }
  })

  test('an empty stripe says so', async () => {
    const [event] = await swiped(form, { 1: '%?', 2: ';?' })
    expect(event).toEqual({ kind: 'unreadable', reason: 'no_data', at: AT })
  })
})

describe('faults', () => {
  test('a track that was not read whole gives no value, and no card of somebody else', async () => {
    const events = await swiped('sure-swipe', { 2: ';10' }, { errorTracks: [2] })
    expect(events).toEqual([{ kind: 'unreadable', reason: 'decode_error', at: AT }])
    // One good track is enough for a card that is no bank's.
    const [event] = await swiped('sure-swipe', { 1: '%E', 2: ';101?' }, { errorTracks: [1] })
    expect(event).toMatchObject({ kind: 'id-card', value: '101' })
  })

  test('a part of a number with its date is a bank card, whichever half came', async () => {
    for (const part of [
      '111111111=2912101?',
      '41111111^X^2912',
      ';411111111=2912',
      '5454=111111111111=2912',
    ]) {
      const [event] = await swiped('sure-swipe', { 2: part }, { errorTracks: [2] })
      expect(event, part).toEqual({ kind: 'bank_card_refused', lastFour: null, at: AT })
    }
  })

  test('a covered number of an encrypting reader is a bank card, too', async () => {
    const tracks = { 1: '%B4111********1111^WAKALE^2912000?', 2: ';4111********1111=2912?' }
    expect(await swiped('sure-swipe', tracks)).toMatchObject([
      { kind: 'bank_card_refused', lastFour: '1111' },
    ])
  })

  test('lengths that cannot be, a report id too many, and a flood of text', async () => {
    for (const form of ['sure-swipe', 'usage-page-8e'] as const) {
      const bank = await swiped(form, { 2: ';4111111111111111=2912?' }, { isLengthWrong: true })
      expect(bank).toMatchObject([{ kind: 'bank_card_refused' }])
      const staff = await swiped(form, { 2: ';101?' }, { isLengthWrong: true })
      expect(staff).toEqual([{ kind: 'unreadable', reason: 'malformed', at: AT }])
    }
    expect(await swiped('sure-swipe', { 2: ';101?' }, { isIdBefore: true })).toMatchObject([{ value: '101' }])
    const long = await swiped('text', { 1: `%${'A'.repeat(600)}?` })
    expect(long).toEqual([{ kind: 'unreadable', reason: 'too_long', at: AT }])
  })

  test('no report of any bytes makes it throw or leaves a byte', async () => {
    const device = virtualStripeReader()
    const listeners: ((report: Uint8Array) => void)[] = []
    const events: CardEvent[] = []
    const open = async () => ({
      ...(await device.open()),
      on: (event: string, listener: (value: never) => void) =>
        event === 'data' && listeners.push(listener as (report: Uint8Array) => void),
    })
    const reader = stripeReader(ADDRESS, { nowMs: () => AT, open, silenceMs: 1 })
    const opened = await reader.open((event) => void events.push(event))
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 70 }),
      fc.uint8Array({ minLength: 337, maxLength: 337 }),
      fc.uint8Array({ minLength: 1_000, maxLength: 1_100 }),
    )
    fc.assert(
      fc.property(bytes, (report) => {
        for (const listener of listeners) listener(report)
        return report.every((byte) => byte === 0)
      }),
      { numRuns: 300 },
    )
    await opened.close()
    expect(listeners).toHaveLength(1)
  })

  test('any Luhn-right number of 12 to 19 digits is refused, and none of its digits but four is told', async () => {
    const digits = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 11, maxLength: 18 })
    const device = virtualStripeReader()
    const events: CardEvent[] = []
    const reader = stripeReader(ADDRESS, { nowMs: () => AT, open: device.open })
    const opened = await reader.open((event) => void events.push(event))
    fc.assert(
      fc.property(digits, (first) => {
        const pan = withCheckDigit(first.join(''))
        events.length = 0
        device.swipe({ 2: `;${pan}=0001?` })
        return events[0]?.kind === 'bank_card_refused' && events[0].lastFour === pan.slice(-4)
      }),
    )
    await opened.close()
  })
})

/** Written here once more, so that the driver's own is not trusted to check itself. */
function withCheckDigit(digits: string): string {
  const sum = digits
    .split('')
    .toReversed()
    .map((digit, at) => (at % 2 === 0 ? [0, 2, 4, 6, 8, 1, 3, 5, 7, 9][Number(digit)] : Number(digit)))
    .reduce<number>((total, digit) => total + (digit ?? 0), 0)
  return `${digits}${(10 - (sum % 10)) % 10}`
}

test('a descriptor that is none, cut short or without whole bytes gives no layout', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => void stripeLayoutOf(bytes)))
  expect(stripeLayoutOf(Uint8Array.of())).toBeNull()
  const oneBit = [0x05, 0x8e, 0x09, 0x14, 0x75, 1, 0x95, 1, 0x81, 2, 0x09, 0x21, 0x75, 8, 0x95, 9, 0x81, 2]
  expect(stripeLayoutOf(Uint8Array.from(oneBit))).toBeNull()
  expect(stripeLayoutOf(Uint8Array.from(oneBit.slice(10)))).toBeNull()
  const two = [0x05, 0x8e, 0x09, 0x22, 0x75, 8, 0x95, 40, 0x81, 2]
  expect(stripeLayoutOf(Uint8Array.from(two))).toEqual({
    reportId: null,
    reportBytes: 40,
    tracks: [null, { length: null, data: { byteAt: 0, byteCount: 40 } }, null],
  })
})

test('an unplugged reader says so, and is kept connected', async () => {
  const device = virtualStripeReader()
  const told: KeptEvent[] = []
  const cards: CardEvent[] = []
  const reader = stripeReader(ADDRESS, { nowMs: () => AT, open: device.open })
  let opens = 0
  const kept = keepConnected({
    open: async () => {
      opens += 1
      return await reader.open((event) => void cards.push(event))
    },
    onConnection: () => undefined,
    onEvent: (event) => void told.push(event),
    random: () => 0,
    nowMs: () => AT,
    limits: { firstDelayMs: 1, delayMaxMs: 1, stableMs: 1 },
  })
  await expect.poll(() => told.length).toBe(1)
  device.unplug()
  await expect
    .poll(() => told.map(({ kind, problem }) => problem?.code ?? kind))
    .toEqual(['up', 'device_gone', 'up'])
  device.swipe({ 2: ';101?' })
  expect(cards).toHaveLength(1)
  await kept.stop()
  expect(opens).toBe(2)
})

test('a reader that cannot be opened says what to do', async () => {
  const failing = (words: string) =>
    stripeReader(ADDRESS, {
      nowMs: () => AT,
      open: async () => {
        throw new Error(words)
      },
    }).open(() => undefined)
  await expect(failing('not plugged in')).rejects.toMatchObject({ code: 'device_unreachable' })
  await expect(failing('cannot open: Permission denied')).rejects.toMatchObject({ code: 'device_permission' })
})

test('addresses', () => {
  const at = (address: string) => cardReaderAt(address, { nowMs: () => AT }).name
  expect(at('hid:0801:0002')).toBe('0801:0002')
  expect(at('pcsc:')).toBe('PC/SC')
  expect(at('pcsc:ACR122')).toBe('PC/SC ACR122')
  expect(at('virtual:')).toBe('virtual:')
  for (const wrong of ['', 'hid:801:2', 'usb:1', 'serial:/dev/ttyS0', `virtual:${'x'.repeat(600)}`]) {
    expect(() => at(wrong)).toThrow(/card reader must be/)
  }
  expect(tracksIn('101')).toEqual({ 2: ';101?' })
  expect(tracksIn('%A?;1?+2?')).toEqual({ 1: '%A?', 2: ';1?', 3: '+2?' })
})
