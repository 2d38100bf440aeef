// Goal: the drivers work with what a real kernel makes of devices: a scanner, printers and a serial line over USB, and cables that come
// out while they are used. One virtual machine is started for all; each test reads what one scene saw in it.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runRig, rigObstacle, type Finding } from './machine.ts'

const obstacle = rigObstacle()
let findings: Finding[] = []

/** What the scene saw; its own error fails the test. */
const seenIn = (scene: string): Record<string, unknown> => {
  const finding = findings.find((each) => each.scene === scene)
  expect(finding, `the scene "${scene}" was played`).toBeDefined()
  expect(finding?.error ?? null).toBeNull()
  return finding?.seen ?? {}
}

const SCAN_OF_UPI = {
  kind: 'scan',
  scan: {
    value: 'upi://pay?pa=devgaon@rig&pn=Devgaon%20MC&am=1250.00&cu=INR&tr=RIG0001&tn=Water-bill',
    aim: ']Q1',
    symbology: 'qr',
    source: 'hid-pos',
  },
}

describe.runIf(obstacle === null)('devices of a real kernel', () => {
  beforeAll(async () => {
    findings = await runRig()
  })
  afterAll(() => {
    for (const { scene, seen } of findings) console.log(`${scene}: ${JSON.stringify(seen)}`)
  })

  test('everything plugged in is found, and found again under the same name', () => {
    const { before, without, after, problems } = seenIn('found under names that stay')
    expect(problems).toEqual([])
    expect(before).toEqual(
      expect.arrayContaining([
        { identity: 'hid:0c2e:0b61:RIG-SCAN-1/0', kind: 'scanner' },
        { identity: 'hid:0801:0002:RIG-STRIPE-1/0', kind: 'card reader' },
        { identity: 'usb:04b8:0202:RIG-PRINT-1', kind: 'printer' },
        { identity: 'lp:04b8:0202:RIG-PRINT-1/0', kind: 'printer' },
        { identity: 'serial:0525:a4a7:RIG-SERIAL-1/0', kind: 'serial' },
      ]),
    )
    expect(JSON.stringify(without)).not.toContain('RIG-SCAN-1')
    expect(after).toEqual(before)
  })

  test('a long code in two reports is one scan', () => {
    expect(seenIn('a scan of two reports')).toMatchObject({ events: [SCAN_OF_UPI] })
  })

  test('a scanner that is pulled out says so, and scans again when it is back', () => {
    const seen = seenIn('a scanner pulled out and put back')
    expect(seen).toMatchObject({ closedWith: 'device_gone', events: [SCAN_OF_UPI] })
  })

  test('a staff card is read, a bank card is forgotten but for four digits, and a reader that is gone says so', () => {
    const seen = seenIn('cards through a stripe reader')
    expect(seen).toMatchObject({
      events: [
        { kind: 'id-card', value: '000123', track: 2 },
        { kind: 'bank_card_refused', lastFour: '1111' },
      ],
      closedWith: 'device_gone',
    })
    expect(JSON.stringify(seen)).not.toContain('411111')
  })

  test('a scanner that may not be opened names the rule that lets it', () => {
    const { told } = seenIn('a scanner whose file is forbidden')
    expect(told).toContain('"device_permission"')
    expect(told).toContain('70-tahsil.rules')
  })

  for (const way of ['printer file', 'USB']) {
    test(`${way}: every byte of a long slip arrives, and the printer's word is heard`, () => {
      const seen = seenIn(`${way}: a long slip is whole and the printer says so`)
      expect(seen).toMatchObject({ status: 'ready', result: 'printed', lines: ['450'] })
    })

    test(`${way}: a cable pulled out while printing breaks the slip, never the next one`, () => {
      const seen = seenIn(`${way}: the cable is pulled while printing and put back`)
      expect(seen).toMatchObject({ broken: { result: 'interrupted' }, away: { state: 'unreachable' } })
      expect(seen['after']).toEqual({ result: 'printed', code: null })
      const [broken, whole] = seen['lines'] as string[]
      expect(Number(broken)).toBeLessThan(450)
      expect(whole).toBe('10')
    })
  }

  test('paper that ends is known at once, by its cause', () => {
    const seen = seenIn('printer file: paper ends in the middle')
    expect(seen).toMatchObject({ result: 'interrupted', code: 'printer_paper_out' })
  })

  test('two programs on one printer: the second is told', () => {
    expect(seenIn('two programs on one printer file')).toMatchObject({ second: 'device_in_use' })
  })

  test('a serial line carries every byte both ways', () => {
    expect(seenIn('serial: every byte both ways')).toMatchObject({ isSame: true })
  })

  test('a serial scanner that is pulled out says so, and scans again when it is back', () => {
    const seen = seenIn('serial: a scanner pulled out and put back')
    expect(seen).toMatchObject({
      closedWith: 'device_gone',
      events: [
        { kind: 'scan', scan: { value: 'WS/DVG/2026-27/000123', aim: ']C0' } },
        { kind: 'scan', scan: { value: 'PT-DVG-900001', aim: ']C0' } },
      ],
    })
  })
})
