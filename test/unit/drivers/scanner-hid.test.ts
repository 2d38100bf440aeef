// Goal: HID-POS reports become whole codes whatever the model does with them, and no bytes make the reader throw.
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { readAim } from '#drivers/scanner/aim.ts'
import { createRepeatCheck } from '#drivers/scanner/deduplicate.ts'
import { createHidAssembler, readHidReport } from '#drivers/scanner/hid-pos.ts'
import { hidScanner } from '#drivers/scanner/hid-scanner.ts'
import type { Scan, ScanEvent } from '#drivers/scanner/scan.ts'
import { hidReports, virtualScanner, type ScannerFaults } from '#drivers/virtual/scanner.ts'

const NOW = 1_780_000_000_000
const UPI = 'upi://pay?pa=devgaon@examplebank&pn=Devgaon%20Nagar&am=1250.00&cu=INR&tr=PT-107-0871'
/** Two reports of a scanner in HID-POS mode (0C2E:0B61) for a code of 83 characters: 56 + 27. */
const RECORDED = [
  '02385d51317570693a2f2f7061793f70613d64657667616f6e40657862616e6b26706e3d44657667616f6e26616d3d313235302e30302663753d494e52730001',
  '021b5d51312674723d50542d3130372d30303038373126746e3d5461783236780000000000000000000000000000000000000000000000000000000000730000',
].map((hex) => Uint8Array.from(Buffer.from(hex, 'hex')))

const collect = (reports: readonly Uint8Array[]): ScanEvent[] => {
  const events: ScanEvent[] = []
  const assembler = createHidAssembler({ listener: (event) => events.push(event), nowMs: () => NOW })
  for (const report of reports) assembler.take(report)
  assembler.stop()
  return events
}
const values = (events: readonly ScanEvent[]) =>
  events.map((event) => (event.kind === 'scan' ? event.scan.value : event.reason))

test('a recorded UPI code of two reports is one scan', () => {
  expect(RECORDED.map(({ length }) => length)).toEqual([64, 64])
  const [event] = collect(RECORDED)
  expect(event).toEqual({
    kind: 'scan',
    scan: {
      value: 'upi://pay?pa=devgaon@exbank&pn=Devgaon&am=1250.00&cu=INR&tr=PT-107-000871&tn=Tax26x',
      aim: ']Q1',
      symbology: 'qr',
      source: 'hid-pos',
      at: NOW,
    },
  })
})

test.each([{}, { isAimShifted: true }, { isIdStripped: true }, { isAimShifted: true, isIdStripped: true }])(
  'a long code is read the same from a model with %j',
  (faults: ScannerFaults) => {
    expect(UPI.length).toBeGreaterThan(56)
    expect(values(collect(hidReports(UPI, faults)))).toEqual([UPI])
  },
)

test('any text of any length comes out as scanned', () => {
  fc.assert(
    fc.property(
      fc.string({ minLength: 1, maxLength: 300, unit: 'grapheme' }),
      fc.boolean(),
      (text, isAimShifted) => {
        fc.pre(!/[\p{Cc}]/u.test(text))
        expect(values(collect(hidReports(text, { isAimShifted })))).toEqual([text])
      },
    ),
    { numRuns: 300 },
  )
})

test('a lost second report is told, and the next scan is whole', async () => {
  const events: ScanEvent[] = []
  const assembler = createHidAssembler({
    listener: (event) => events.push(event),
    nowMs: () => NOW,
    restWithinMs: 5,
  })
  const [first] = hidReports(UPI)
  assembler.take(first as Uint8Array)
  await expect.poll(() => values(events)).toEqual(['part_lost'])
  for (const report of hidReports('PT-1')) assembler.take(report)
  expect(values(events)).toEqual(['part_lost', 'PT-1'])
})

test('a code of another kind after half a code is not joined to it', () => {
  const [first] = hidReports(UPI)
  expect(values(collect([first as Uint8Array, ...hidReports('PT-1', { aim: ']C0' })]))).toEqual([
    'part_lost',
    'PT-1',
  ])
})

test('reports that contradict themselves, endless codes and other reports', () => {
  const bad = hidReports('PT-1')[0] as Uint8Array
  bad[1] = 57
  expect(readHidReport(bad)).toEqual({ kind: 'malformed' })
  expect(readHidReport(Uint8Array.of(2, 1))).toEqual({ kind: 'malformed' })
  expect(readHidReport(new Uint8Array(64))).toEqual({ kind: 'other' })
  expect(values(collect(hidReports('x'.repeat(5_000))))).toEqual(['too_long'])
  expect(values(collect(hidReports('PT\u0000')))).toEqual(['garbage'])
  expect(collect(hidReports(''))).toEqual([])
})

test('no bytes throw, and what is held stays bounded', () => {
  const report = fc.oneof(
    fc.uint8Array({ maxLength: 80 }),
    fc.uint8Array({ minLength: 64, maxLength: 64 }).map((bytes) => Uint8Array.of(2, ...bytes.slice(1))),
  )
  fc.assert(
    fc.property(fc.array(report, { maxLength: 20 }), (reports) => {
      for (const value of values(collect(reports))) expect(value.length).toBeLessThanOrEqual(20 * 56)
    }),
    { numRuns: 500 },
  )
})

test('a Honeywell is woken once; unplugged is a problem, closed is none; a missing one is said', async () => {
  const device = virtualScanner()
  const events: ScanEvent[] = []
  const address = { vendorId: 0x0c2e, productId: 0x0b61, serialNumber: null }
  const scanner = hidScanner(address, { nowMs: () => NOW, open: device.openHid })
  const open = await scanner.open((event) => events.push(event))
  expect(device.featureReports).toEqual([[254, 1]])
  device.scan(UPI)
  device.scan(UPI, { isRestLost: true, garbage: Uint8Array.of(9, 9, 9) })
  expect(values(events)).toEqual([UPI])
  device.unplug()
  expect(await open.closed).toMatchObject({ code: 'device_gone' })
  const again = await scanner.open((event) => events.push(event))
  await again.close()
  expect(await again.closed).toBeNull()
  const absent = hidScanner(address, { nowMs: () => NOW, open: () => Promise.reject(new Error('no')) })
  await expect(absent.open(() => undefined)).rejects.toMatchObject({ code: 'device_unreachable' })
  const other = virtualScanner()
  await hidScanner({ ...address, vendorId: 0x05e0 }, { nowMs: () => NOW, open: other.openHid }).open(
    () => undefined,
  )
  expect(other.featureReports).toEqual([])
})

test('AIM identifiers are known ones only; the rest belongs to the code', () => {
  expect(readAim(']C0PT-1')).toEqual({ aim: ']C0', symbology: 'code128', value: 'PT-1' })
  expect(readAim(']C1PT-1').symbology).toBe('gs1-128')
  expect(readAim(']Q3x').symbology).toBe('gs1-qr')
  expect(readAim(']d2x').symbology).toBe('gs1-datamatrix')
  for (const [aim, symbology] of [
    [']A0', 'code39'],
    [']E0', 'ean'],
    [']E4', 'ean'],
    [']I1', 'itf'],
    [']L2', 'pdf417'],
    [']Q1', 'qr'],
    [']z0', 'aztec'],
    [']X0', 'other'],
  ] as const)
    expect(readAim(`${aim}1`)).toEqual({ aim, symbology, value: '1' })
  expect(readAim(']k0PT-1')).toEqual({ aim: null, symbology: null, value: ']k0PT-1' })
  expect(readAim('PT-1').value).toBe('PT-1')
})

test('an equal scan of the same family within a second counts once, from any device', () => {
  const isRepeat = createRepeatCheck()
  const scan = (value: string, at: number, source: Scan['source'] = 'serial'): Scan => ({
    value,
    aim: null,
    symbology: null,
    source,
    at,
  })
  const told = [
    scan('A', 0),
    scan('A', 900),
    scan('A', 1_800, 'hid-pos'),
    scan('A', 1_900, 'wedge'),
    scan('B', 1_900),
    scan('A', 2_900),
    scan('A', 100),
  ].map(isRepeat)
  expect(told).toEqual([false, true, true, false, false, false, false])
  for (let count = 0; count < 100; count += 1) expect(isRepeat(scan(`C${count}`, 5_000))).toBe(false)
})
