// Goal: a scan of the till's own scanner reaches the screen that asks, once, and an unplugged scanner comes back by itself.
import { expect, test } from 'vitest'
import pino from 'pino'
import { hidScanner } from '#drivers/scanner/hid-scanner.ts'
import { virtualScanner } from '#drivers/virtual/scanner.ts'
import { startScanDesk } from '#host/scans/scan-desk.ts'

const NOW = 1_780_000_000_000
const address = { vendorId: 0x05e0, productId: 1, serialNumber: null }

test('scans are told once each, in order; a waiting call is answered when one comes', async () => {
  const device = virtualScanner()
  const nowMs = () => NOW
  const scanner = hidScanner(address, { nowMs, open: device.openHid })
  const desk = startScanDesk({ scanners: [scanner], logger: pino({ level: 'silent' }), nowMs, againMs: 5 })
  await expect.poll(async () => (await desk.scans(null)).scanners[0]?.isOpen).toBe(true)
  const waiting = desk.scans(0)
  device.scan('PT-1', { isDouble: true })
  expect(await waiting).toMatchObject({ lastNumber: 1, scans: [{ number: 1, value: 'PT-1', atMs: NOW }] })
  device.scan('PT-2')
  expect((await desk.scans(1)).scans.map(({ value }) => value)).toEqual(['PT-2'])
  expect((await desk.scans(null)).scans).toEqual([])
  device.unplug()
  await expect
    .poll(async () => {
      device.scan('PT-3')
      return (await desk.scans(null)).lastNumber
    })
    .toBe(3)
  const last = desk.scans(3)
  await desk.stop()
  expect((await last).scans).toEqual([])
})

test('a till without own scanners says so at once', async () => {
  const desk = startScanDesk({ scanners: [], logger: pino({ level: 'silent' }), nowMs: () => NOW })
  expect(await desk.scans(0)).toEqual({ lastNumber: 0, scans: [], scanners: [] })
  await desk.stop()
})
