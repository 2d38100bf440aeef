// Goal: the till reads and writes ZVT byte for byte as the protocol's tables say, no bytes from a terminal can make it throw, and no
// card number gets past the reading.
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { holdsCardNumber, maskCardNumbers } from '#drivers/card-terminal/card-number.ts'
import { encodeApdu, takeApdu } from '#drivers/card-terminal/zvt/apdu.ts'
import { BMP_LENGTHS, parseBmps, readBcd, writeBcd } from '#drivers/card-terminal/zvt/bmp.ts'
import { progressOf, resultWords } from '#drivers/card-terminal/zvt/result-codes.ts'
import { crcOf, createFrameReader, encodeFrame } from '#drivers/card-terminal/zvt/serial-frame.ts'
import {
  readPrintBlock,
  readPrintLine,
  readStatusInformation,
  readTerminalState,
} from '#drivers/card-terminal/zvt/status-information.ts'
import { parseTlv, tlvValues } from '#drivers/card-terminal/zvt/tlv.ts'

const bytes = (hex: string) => Uint8Array.from(Buffer.from(hex.replaceAll(' ', ''), 'hex'))
const hex = (data: Uint8Array) => Buffer.from(data).toString('hex')
const anyBytes = fc.uint8Array({ maxLength: 400 })
/** Test number of the card schemes, nobody's. */
const CARD = '4111111111111111'

describe('messages', () => {
  const authorisation = bytes('04 00 00 00 12 50 00 49 09 78 19 40')

  test('an authorisation of 1250.00 euros is the known vector', () => {
    expect(hex(encodeApdu(0x0601, authorisation))).toBe('06010c040000001250004909781940')
  })

  test('lengths from FF on take two more bytes, the low one first', () => {
    expect(hex(encodeApdu(0x06d3, new Uint8Array(254)).subarray(0, 4))).toBe('06d3fe00')
    expect(hex(encodeApdu(0x06d3, new Uint8Array(255)).subarray(0, 5))).toBe('06d3ffff00')
    expect(hex(encodeApdu(0x06d3, new Uint8Array(0x1234)).subarray(0, 5))).toBe('06d3ff3412')
    expect(() => encodeApdu(0x06d3, new Uint8Array(0x10000))).toThrow('65,535')
  })

  test('whatever is written is read back, and never from less than all of it', () => {
    fc.assert(
      fc.property(fc.nat(0xffff), fc.uint8Array({ maxLength: 600 }), fc.nat(), (command, data, at) => {
        const whole = encodeApdu(command, data)
        const taken = takeApdu(Uint8Array.of(...whole, 1, 2, 3))
        expect(taken).toEqual({ kind: 'apdu', apdu: { command, data }, sizeBytes: whole.length })
        expect(takeApdu(whole.subarray(0, at % whole.length))).toEqual({ kind: 'incomplete' })
      }),
    )
  })

  test('no bytes make the reading throw', () => {
    fc.assert(fc.property(anyBytes, (data) => void takeApdu(data)))
  })
})

describe('frames of the serial line', () => {
  test.each([
    [
      '06 01 0C 04 00 00 00 12 50 00 49 09 78 19 40',
      '10 02 06 01 0C 04 00 00 00 12 50 00 49 09 78 19 40 10 03 DD 80',
    ],
    [
      '06 01 0C 04 00 00 00 12 50 00 49 03 56 19 40',
      '10 02 06 01 0C 04 00 00 00 12 50 00 49 03 56 19 40 10 03 64 ED',
    ],
  ])('%s is framed as known', (message, frame) => {
    expect(hex(encodeFrame(bytes(message)))).toBe(hex(bytes(frame)))
    expect(createFrameReader().push(bytes(frame))).toEqual([{ kind: 'frame', message: bytes(message) }])
  })

  test('a DLE inside is doubled, and the CRC is over it once', () => {
    const message = bytes('06 01 01 10')
    const framed = encodeFrame(message)
    expect(hex(framed).startsWith('100206010110101003')).toBe(true)
    expect(crcOf(message)).toBe((framed.at(-2) ?? 0) | ((framed.at(-1) ?? 0) << 8))
  })

  test('any message comes through in pieces of any size, with rubbish before it', () => {
    const rubbish = fc
      .uint8Array({ maxLength: 20 })
      .map((all) => all.filter((byte) => ![0x06, 0x10, 0x15].includes(byte)))
    fc.assert(
      fc.property(anyBytes, rubbish, fc.integer({ min: 1, max: 9 }), (message, before, size) => {
        const line = Uint8Array.of(...before, ...encodeFrame(message))
        const reader = createFrameReader()
        const events = Array.from({ length: Math.ceil(line.length / size) }, (_, at) =>
          reader.push(line.subarray(at * size, (at + 1) * size)),
        ).flat()
        expect(events).toEqual([{ kind: 'frame', message }])
        expect(reader.skippedBytes()).toBe(before.length)
      }),
    )
  })

  test('one wrong bit anywhere never passes as the message', () => {
    const message = bytes('06 01 0C 04 00 00 00 12 50 00 49 03 56 19 40')
    const framed = encodeFrame(message)
    for (let bit = 0; bit < framed.length * 8; bit += 1) {
      const spoiled = framed.slice()
      spoiled[bit >> 3] = (spoiled[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      const frames = createFrameReader()
        .push(spoiled)
        .filter(({ kind }) => kind === 'frame')
      expect(frames, `bit ${bit}`).toEqual([])
    }
  })

  test('after a spoiled frame the next one is read', () => {
    const good = encodeFrame(bytes('80 00 00'))
    const reader = createFrameReader()
    const spoiled = good.slice()
    spoiled[spoiled.length - 1] = (spoiled.at(-1) ?? 0) ^ 0xff
    expect(reader.push(spoiled)).toEqual([{ kind: 'bad_frame', reason: 'crc' }])
    expect(reader.push(bytes('10 02 06 10 41'))).toEqual([{ kind: 'bad_frame', reason: 'stray_dle' }])
    expect(reader.push(Uint8Array.of(...bytes('10 02 06 01'), ...good))).toMatchObject([{ kind: 'frame' }])
    expect(reader.push(bytes('06 15'))).toEqual([{ kind: 'ack' }, { kind: 'nak' }])
  })

  test('a frame without end is given up, and no bytes make the reading throw', () => {
    const reader = createFrameReader()
    reader.push(bytes('10 02'))
    expect(reader.push(new Uint8Array(70_000))).toContainEqual({ kind: 'bad_frame', reason: 'too_long' })
    fc.assert(fc.property(anyBytes, (data) => void createFrameReader().push(data)))
  })
})

describe('fields', () => {
  test('the table knows every field of the protocol, of every kind of length', () => {
    expect(BMP_LENGTHS.size).toBe(75)
    expect(new Set(BMP_LENGTHS.values())).toEqual(new Set([1, 2, 3, 4, 5, 6, 8, 15, 'll', 'lll', 'tlv']))
  })

  test('every field of the table is stepped over to the next one', () => {
    for (const [bmp, kind] of BMP_LENGTHS) {
      const head = kind === 'll' ? 'f1f2' : kind === 'lll' ? 'f0f1f2' : kind === 'tlv' ? '0c' : ''
      const body = '00'.repeat(typeof kind === 'number' ? kind : 12)
      const data = bytes(bmp.toString(16).padStart(2, '0') + head + body + '2766')
      const { fields, fault } = parseBmps(data)
      expect(fault, `field ${bmp.toString(16)}`).toBeNull()
      expect(fields.get(0x27)?.length, `after field ${bmp.toString(16)}`).toBe(1)
    }
  })

  test('an unknown field ends the reading, and that is said', () => {
    const { fields, fault } = parseBmps(bytes('27 00 04 000000125000 B3 01 02 49 0356'))
    expect(fault).toEqual({ reason: 'unknown_bmp', bmp: 0xb3, at: 9 })
    expect([...fields.keys()]).toEqual([0x27, 0x04])
    expect(parseBmps(bytes('8B F1 21 00')).fault?.reason).toBe('bad_length')
    expect(parseBmps(bytes('04 00 00')).fault?.reason).toBe('cut_off')
  })

  test('a card number is cut to its last four digits and its bytes are zeroed, covered or not', () => {
    const clear = bytes('27 00 22 F0 F8 41 11 11 11 11 11 12 34 23 F0 F2 41 11 0B 000101')
    expect(parseBmps(clear)).toMatchObject({ cardLastFour: '1234', fault: null })
    expect(hex(clear)).toBe('270022f0f8' + '00'.repeat(8) + '23f0f200000b000101')
    expect(parseBmps(bytes('22 F0 F8 EE EE EE EE EE EE 43 21')).cardLastFour).toBe('4321')
    expect(parseBmps(bytes('22 F1 F0 EE EE EE EE EE EE EE E7 65 4F')).cardLastFour).toBe('7654')
    expect(parseBmps(bytes('22 F0 F8 EE EE EE EE EE EE EE EE')).cardLastFour).toBeNull()
    const cutOff = bytes('27 00 22 F1 F9 41 11 11 11')
    expect(parseBmps(cutOff).fault?.reason).toBe('cut_off')
    expect(hex(cutOff)).toBe('2700' + '00'.repeat(7))
  })

  test('packed decimals', () => {
    expect(hex(writeBcd('125000', 6))).toBe('000000125000')
    expect(readBcd(bytes('00 12 34'))).toBe('001234')
    expect(readBcd(bytes('0A'))).toBeNull()
    expect(() => writeBcd('1234567', 3)).toThrow('at most 6 digits')
  })

  test('no bytes make the reading throw', () => {
    fc.assert(
      fc.property(anyBytes, (data) => {
        parseBmps(data.slice())
        readStatusInformation(data.slice())
        readPrintLine(data.slice())
        readPrintBlock(data.slice())
        readTerminalState(data)
      }),
    )
  })
})

describe('containers', () => {
  test('tags of one and two bytes, lengths of one to three', () => {
    const { items, fault } = parseTlv(bytes('25 09 07 02 48 69 09 01 00 1F 07 1F 10 82 00 01 AA'))
    expect(fault).toBe('length')
    expect(items.length).toBe(1)
    const good = parseTlv(bytes('25 07 07 02 48 69 09 01 00 1F 10 82 00 01 AA'))
    expect(good.fault).toBeNull()
    expect(tlvValues(good.items, 0x07).map(hex)).toEqual(['4869'])
    expect(tlvValues(good.items, 0x1f10).map(hex)).toEqual(['aa'])
  })

  test('too deep and too many end the reading', () => {
    const deep = Array.from({ length: 20 }).reduce<number[]>((inner) => [0x25, inner.length, ...inner], [])
    expect(parseTlv(Uint8Array.from(deep)).fault).toBe('too_deep')
    expect(parseTlv(new Uint8Array(10_000)).fault).toBe('too_many')
    fc.assert(fc.property(anyBytes, (data) => void parseTlv(data)))
  })
})

describe('words', () => {
  test('every code has words, and the states of the card reader are told apart', () => {
    for (let code = 0; code < 256; code += 1) {
      expect(resultWords(code)).toMatch(/\.$/u)
      expect(progressOf(code).step).toBeTypeOf('string')
    }
    expect(resultWords(0x78)).toBe('The card has expired.')
    expect(progressOf(0x0a).step).toBe('present_card')
    expect(progressOf(0x55)).toEqual({ step: 'remove_card', words: 'Wrong PIN. Take the card out.' })
  })
})

describe('card numbers in print', () => {
  test('are covered but for four digits, however they are spaced; other numbers stay', () => {
    expect(maskCardNumbers('PAN 4111 1111 1111 1111')).toBe('PAN **** **** **** 1111')
    expect(maskCardNumbers(`07 ${CARD}`)).toBe('** ************1111')
    expect(maskCardNumbers('RRN 632811223344 TIME 101530')).toBe('RRN 632811223344 TIME 101530')
    expect(holdsCardNumber('4111-1111-1111-1111')).toBe(true)
    expect(holdsCardNumber('632811223344')).toBe(false)
  })

  test('no print line with a card number lets more than four of its digits through', () => {
    const text = fc.string({ maxLength: 20 }).filter((one) => !/\d/u.test(one))
    fc.assert(
      fc.property(text, text, (before, after) => {
        expect(maskCardNumbers(`${before}${CARD}${after}`)).not.toContain('11111')
      }),
    )
    expect(readPrintLine(Uint8Array.of(0, ...Buffer.from(`CARD ${CARD}`))).lines).toEqual([
      'CARD ************1111',
    ])
  })

  test('the status information of a careless terminal gives away four digits and its bytes are gone', () => {
    const data = bytes(
      '27 00 04 000000125000 22 F0 F8 4111111111111111 0B 000101 87 0041 8B F0 F6 525550415900',
    )
    const status = readStatusInformation(data)
    expect(status).toMatchObject({
      amountPaise: 125_000,
      cardLastFour: '1111',
      scheme: 'RUPAY',
      trace: '000101',
      receipt: '0041',
    })
    expect(data.every((byte) => byte === 0)).toBe(true)
    expect(JSON.stringify(status)).not.toContain('11111')
  })
})
