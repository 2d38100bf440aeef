// Goal: bytes of a serial line become whole codes whatever ends them, over a real terminal line too, and no bytes throw.
import { spawn } from 'node:child_process'
import { appendFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { scannerAt } from '#drivers/scanner/open-scanner.ts'
import type { ScanEvent } from '#drivers/scanner/scan.ts'
import { createSerialSplitter, serialScanner } from '#drivers/scanner/serial.ts'
import { virtualScanner, type SerialSuffix } from '#drivers/virtual/scanner.ts'

const nowMs = () => 1_780_000_000_000

const valueOf = (event: ScanEvent) => (event.kind === 'scan' ? event.scan.value : event.reason)

const split = (bytes: Uint8Array, prefix = ''): string[] => {
  const found: string[] = []
  const splitter = createSerialSplitter({ nowMs, prefix, listener: (event) => found.push(valueOf(event)) })
  splitter.take(bytes)
  splitter.stop()
  return found
}

test.each<SerialSuffix>(['CR', 'LF', 'CRLF', 'CRCRLF', 'none'])('codes that end with %s', async (suffix) => {
  const device = virtualScanner({ suffix, isAimSent: true, prefix: '~' })
  const events: ScanEvent[] = []
  const scanner = serialScanner(device.transport, { nowMs, prefix: '~', silenceMs: 100 })
  const opened = await scanner.open((event) => events.push(event))
  device.scan('WS/107/2025-26/000871', { isSplit: true })
  await expect.poll(() => events.map(valueOf)).toEqual(['WS/107/2025-26/000871'])
  expect(events[0]).toMatchObject({ scan: { aim: ']Q1', symbology: 'qr', source: 'serial' } })
  await opened.close()
  expect(await opened.closed).toBeNull()
})

test('separators and inner spaces stay, other scripts are read, garbage is told', () => {
  expect(split(Buffer.from(' 8020PT 1\u001d10A \r'))).toEqual([' 8020PT 1\u001d10A '])
  expect(split(Buffer.from('जल-1\r'))).toEqual(['जल-1'])
  expect(split(Buffer.from([0xe9, 0x31, 0x0d]))).toEqual(['é1'])
  expect(split(Buffer.from([0, 0xff, 0x90, 0x0d]))).toEqual(['garbage'])
  expect(split(Buffer.from(']C0\r'))).toEqual(['empty'])
  expect(split(Buffer.from('PT-1\r'), '~')).toEqual(['PT-1'])
  expect(split(Buffer.from('A\rB\nC\r\n\r\rD\r'))).toEqual(['A', 'B', 'C', 'D'])
})

test('a line without end is dropped with a reason, and the next code is read', () => {
  expect(split(Buffer.from(`${'x'.repeat(10_000)}\rPT-1\r`))).toEqual(['too_long', 'PT-1'])
})

test('no bytes throw, and every code stays below its limit', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 500 }), (bytes) => {
      for (const value of split(bytes)) expect(value.length).toBeLessThanOrEqual(4_096)
    }),
    { numRuns: 500 },
  )
})

test('addresses', () => {
  expect(scannerAt('hid:0c2e:0B61', { nowMs }).name).toBe('0c2e:0b61')
  expect(scannerAt('hid:0c2e:0b61:SN-1', { nowMs }).name).toBe('0c2e:0b61')
  expect(scannerAt('serial:/dev/ttyACM0?baud=115200&prefix=~&silence=150', { nowMs }).name).toBe(
    '/dev/ttyACM0',
  )
  for (const address of [
    '',
    'none',
    'hid:1:2',
    'serial:',
    'virtual:',
    'serial:/dev/x?speed=1',
    'serial:/dev/x?baud=fast',
    'serial:/dev/x?silence=10',
    'serial:/dev/x?silence=soon',
  ])
    expect(() => scannerAt(address, { nowMs }), address).toThrow(
      expect.objectContaining({ code: 'device_address_invalid' }),
    )
})

test('over a real terminal line, and told when the line is gone', { timeout: 60_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'tahsil-scan-'))
  const [ours, theirs] = [join(folder, 'till'), join(folder, 'scanner')]
  const socat = spawn('socat', [`pty,raw,echo=0,link=${ours}`, `pty,raw,echo=0,link=${theirs}`])
  try {
    await expect.poll(() => [ours, theirs].every((path) => existsSync(path)), { timeout: 20_000 }).toBe(true)
    const far = await open(theirs, 'r+')
    const events: ScanEvent[] = []
    const opened = await scannerAt(`serial:${ours}`, { nowMs }).open((event) => events.push(event))
    await far.write(']C0PT-107-000871\r\r\nupi://pay?pa=a@b')
    await expect
      .poll(() => events.map(valueOf), { timeout: 20_000 })
      .toEqual(['PT-107-000871', 'upi://pay?pa=a@b'])
    await far.close()
    socat.kill()
    expect(await opened.closed).toMatchObject({ code: 'device_gone' })
  } finally {
    socat.kill()
    rmSync(folder, { recursive: true, force: true })
  }
})

test('a file as scanner: each new line is a scan, old ones are not', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'tahsil-scan-'))
  const file = join(folder, 'scans.txt')
  appendFileSync(file, 'OLD-1\n')
  const events: ScanEvent[] = []
  const opened = await scannerAt(`virtual:${file}`, { nowMs }).open((event) => events.push(event))
  appendFileSync(file, 'PT-1\nPT-2\n')
  await expect.poll(() => events.map(valueOf), { timeout: 10_000 }).toEqual(['PT-1', 'PT-2'])
  await opened.close()
  rmSync(folder, { recursive: true, force: true })
  const lost = scannerAt(`virtual:${join(folder, 'gone', 'x')}`, { nowMs }).open(() => undefined)
  await expect(lost).rejects.toMatchObject({ code: 'device_unreachable' })
})
