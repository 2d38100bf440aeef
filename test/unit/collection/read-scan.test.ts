// Goal: a scan names what it names and nothing else; no text makes the reader slow, wrong or loud.
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { crc16, readBharatQr } from '#collection/bharat-qr.ts'
import { defaultScanRules, readScan } from '#collection/read-scan.ts'
import type { ScanRule } from '#collection/read-scan.ts'
import { candidateServices } from '#collection/service-candidates.ts'

const serviceCodes = ['PT', 'WS', 'SW', 'TL', 'MISC.HALL_RENT', 'OM.Road_cutting/restoration_fees']
const read = (text: string, rules: readonly ScanRule[] = defaultScanRules) =>
  readScan(text, { rules, serviceCodes })
const consumer = (
  consumerCode: string,
  businessService: string | null = null,
  tenantId: string | null = null,
) => ({
  kind: 'consumer',
  consumerCode,
  businessService,
  tenantId,
})
const field = (tag: string, value: string) => `${tag}${String(value.length).padStart(2, '0')}${value}`
const sealed = (body: string) => `${body}6304${crc16(`${body}6304`)}`

describe('codes', () => {
  it.each([
    ['PT-107-000871', consumer('PT-107-000871')],
    ['  WS/107/2025-26/000871 ', consumer('WS/107/2025-26/000871')],
    ['ws:WS/107/1', consumer('WS/107/1', 'WS')],
    ['MISC.HALL_RENT|HR-1', consumer('HR-1', 'MISC.HALL_RENT')],
    ['OM.Road_cutting/restoration_fees:RC-1', consumer('RC-1', 'OM.Road_cutting/restoration_fees')],
    ['XX:12', consumer('XX:12')],
  ])('%s', (text, expected) => {
    expect(read(text)).toEqual(expected)
  })

  it.each([
    '',
    '   ',
    'hello',
    'a,1',
    'x'.repeat(129) + '1',
    'PT-1\u0000',
    'PT\n1',
    '<b>1',
    '"1"',
    'ftp://x/1',
    'x'.repeat(3000),
  ])('refuses %j', (text) => {
    expect(read(text).kind).toBe('not-understood')
  })
})

describe('links', () => {
  it.each([
    [
      'https://c.example/digit-ui/citizen/payment/my-bills/WS/WS+107+1?tenantId=sr.x',
      consumer('WS/107/1', 'WS', 'sr.x'),
    ],
    ['https://c.example/digit-ui/citizen/payment/my-bills/PT/PT-107-1', consumer('PT-107-1', 'PT')],
    [
      'https://c.example/open-view?consumerCode=WS%2F107%2F1&businessService=ws&tenantId=sr.x',
      consumer('WS/107/1', 'WS', 'sr.x'),
    ],
    ['https://c.example/x?consumerCode=PT-1&businessService=NOPE', consumer('PT-1')],
    ['HTTP://C.EXAMPLE/x?propertyId=PT-1', consumer('PT-1')],
  ])('%s', (text, expected) => {
    expect(read(text)).toEqual(expected)
  })

  it('refuses links that name no bill, and broken ones', () => {
    for (const text of [
      'https://c.example/',
      'https://c.example/x?consumerCode=',
      'https://',
      'https://%',
      'https://c.example/%E0%A4%A',
    ]) {
      expect(read(text).kind, text).toBe('not-understood')
    }
  })

  it('a municipality’s own rule is for its own host', () => {
    const own: ScanRule = {
      hosts: ['devgaon.example'],
      path: /^\/b\/(?<code>[^/]+)$/,
      codeParams: [],
      serviceParams: [],
      tenantParams: [],
      businessService: 'PT',
    }
    expect(read('https://www.devgaon.example/b/77-1', [own])).toEqual(consumer('77-1', 'PT'))
    expect(read('https://evil-devgaon.example/b/77-1', [own]).kind).toBe('not-understood')
  })
})

describe('payment codes', () => {
  it('UPI: the merchant’s reference', () => {
    expect(read('upi://pay?pa=a@b&am=1&tr=PT-107-1')).toEqual(consumer('PT-107-1'))
    expect(read('upi://pay?pa=a@b').kind).toBe('not-understood')
  })

  it('Bharat QR: bill number, else reference, only with the right CRC', () => {
    const head = field('00', '01') + field('01', '12')
    const qr = sealed(head + field('62', field('01', 'WS/1/2') + field('05', 'REF1')))
    expect(read(qr)).toEqual(consumer('WS/1/2'))
    expect(readBharatQr(sealed(head + field('62', field('01', '***') + field('05', 'REF1'))))).toEqual({
      billNumber: null,
      reference: 'REF1',
    })
    const broken = qr.slice(0, -1) + (qr.endsWith('0') ? '1' : '0')
    expect(read(broken).kind).toBe('not-understood')
    expect(read(qr.slice(0, -3)).kind).toBe('not-understood')
    expect(crc16('123456789')).toBe('29B1')
  })
})

describe('our receipts', () => {
  const id = '0b6f3e0a-2b58-4c0e-9a53-0d3d8d3f6f10'
  it('by QR and by number', () => {
    expect(read(`tahsil:r1:DVG/0001A/26-27/000001-K:100000:${id.toUpperCase()}:0123456789`)).toEqual({
      kind: 'receipt',
      receiptNumber: 'DVG/0001A/26-27/000001-K',
      paymentId: id,
    })
    expect(read('DVG/0001A/26-27/000001-K')).toMatchObject({ kind: 'receipt', paymentId: null })
    for (const text of [
      'tahsil:r1:X',
      `tahsil:r2:X:1:${id}:0123456789`,
      `tahsil:r1:X:1:${'-'.repeat(36)}:0123456789`,
    ]) {
      expect(read(text).kind, text).toBe('not-understood')
    }
  })
})

describe('any text', () => {
  it('is read without an error, and a code is never longer or stranger than DIGIT takes', () => {
    const text = fc.oneof(
      fc.string({ maxLength: 300, unit: 'binary' }),
      fc.string({ maxLength: 80 }).map((tail) => `https://c.example/${tail}`),
      fc.string({ maxLength: 80 }).map((tail) => `000201${tail}`),
      fc.string({ maxLength: 80 }).map((tail) => `upi://pay?${tail}`),
      fc.string({ maxLength: 80 }).map((tail) => `tahsil:r1:${tail}`),
    )
    fc.assert(
      fc.property(text, (each) => {
        const finding = read(each)
        const code = finding.kind === 'consumer' ? finding.consumerCode : 'x1'
        expect(code.length).toBeLessThanOrEqual(128)
        expect(code).not.toContain(',')
        expect(code.trim()).not.toBe('')
      }),
      { numRuns: 2_000 },
    )
  })
})

describe('services of a bare code', () => {
  const known = { serviceCodes, patterns: [] }
  it('are guessed by prefix, asked first, and never the only ones', () => {
    expect(candidateServices('PT-1', known)).toEqual({ likely: ['PT'], rest: serviceCodes.slice(1) })
    expect(candidateServices('ws/1', known).likely).toEqual(['WS'])
    expect(candidateServices('PTX1', known).likely).toEqual([])
    expect(candidateServices('771', known)).toEqual({ likely: [], rest: serviceCodes })
  })

  it('a municipality’s pattern wins over the prefix', () => {
    const patterns = [
      { businessService: 'TL', pattern: /^PT-9/ },
      { businessService: 'NOPE', pattern: /./ },
    ]
    expect(candidateServices('PT-91', { serviceCodes, patterns }).likely).toEqual(['TL'])
    expect(candidateServices('PT-11', { serviceCodes, patterns }).likely).toEqual(['PT'])
  })
})
