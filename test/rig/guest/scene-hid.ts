// A scanner and a stripe reader as HID devices: reports written to the device side come out of the drivers as events, also after the
// cable was pulled; a forbidden file says what to do. Played by main.ts.
import { spawnSync } from 'node:child_process'
import { chmodSync, readdirSync, writeFileSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import type { CardEvent } from '#drivers/card-reader/card-reader.ts'
import { cardReaderAt } from '#drivers/card-reader/open-card-reader.ts'
import { scannerAt } from '#drivers/scanner/open-scanner.ts'
import type { ScanEvent } from '#drivers/scanner/scan.ts'
import { plugScanner, plugStripeReader, unplug } from './gadgets.ts'
import type { Scene } from './main.ts'

const PLUG_MS = 1_500
const ADDRESS = 'hid:0c2e:0b61:RIG-SCAN-1'
/** 83 characters: two reports. */
const UPI = 'upi://pay?pa=devgaon@rig&pn=Devgaon%20MC&am=1250.00&cu=INR&tr=RIG0001&tn=Water-bill'
const NOBODY = 65_534

const listenTo = async (): Promise<{
  events: ScanEvent[]
  closed: Promise<unknown>
  close: () => Promise<void>
}> => {
  const events: ScanEvent[] = []
  const open = await scannerAt(ADDRESS, { nowMs: Date.now }).open((event) => events.push(event))
  return { events, closed: open.closed, close: open.close }
}

/** One report of 64 bytes: id, length, AIM identifier, 56 bytes of data, symbology letter, reserved, "more follows". */
const report = (data: string, hasMore: boolean): Buffer => {
  const bytes = Buffer.alloc(64)
  bytes[0] = 2
  bytes[1] = data.length
  bytes.write(']Q1', 2, 'latin1')
  bytes.write(data, 5, 'latin1')
  bytes.write('s', 61, 'latin1')
  bytes[63] = hasMore ? 1 : 0
  return bytes
}

const scanTwoReports = async (): Promise<void> => {
  writeFileSync('/dev/hidg0', report(UPI.slice(0, 56), true))
  writeFileSync('/dev/hidg0', report(UPI.slice(56), false))
  await wait(500)
}

const scanning: Scene = {
  name: 'a scan of two reports',
  play: async () => {
    const scanner = await listenTo()
    await scanTwoReports()
    await scanner.close()
    return { events: scanner.events, expected: UPI }
  },
}

const replugging: Scene = {
  name: 'a scanner pulled out and put back',
  play: async () => {
    const first = await listenTo()
    unplug('scanner')
    const problem = await first.closed
    plugScanner()
    await wait(PLUG_MS)
    const second = await listenTo()
    await scanTwoReports()
    await second.close()
    return { closedWith: codeOf(problem), events: second.events }
  },
}

/** One report of 337 bytes: three states, three lengths, encode type, three fields of 110 bytes. */
const stripe = (...tracks: readonly string[]): Buffer => {
  const bytes = Buffer.alloc(337)
  for (const [at, track] of tracks.entries()) {
    bytes[3 + at] = track.length
    bytes.write(track, [7, 117, 227][at] ?? 0, 'latin1')
  }
  return bytes
}

const swiping: Scene = {
  name: 'cards through a stripe reader',
  play: async () => {
    const events: CardEvent[] = []
    const reader = await cardReaderAt('hid:0801:0002:RIG-STRIPE-1', { nowMs: Date.now }).open((event) =>
      events.push(event),
    )
    writeFileSync('/dev/hidg1', stripe('%STAFF000123^RIG?', ';000123?'))
    await wait(500)
    // A number that card makers give for tests.
    writeFileSync('/dev/hidg1', stripe('%B4111111111111111^DOE/J^2912101?', ';4111111111111111=2912101?'))
    await wait(500)
    unplug('stripe-reader')
    const problem = await reader.closed
    plugStripeReader()
    return { events, closedWith: codeOf(problem) }
  },
}

const forbidden: Scene = {
  name: 'a scanner whose file is forbidden',
  play: async () => {
    for (const name of readdirSync('/dev').filter((each) => each.startsWith('hidraw')))
      chmodSync(`/dev/${name}`, 0o600)
    const script = `const { scannerAt } = await import('#drivers/scanner/open-scanner.ts')
      try { await scannerAt('${ADDRESS}', { nowMs: Date.now }).open(() => {}); console.log('{}') }
      catch (error) { console.log(JSON.stringify({ code: error.code, message: error.message })) }
      process.exit(0)`
    const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', script], {
      uid: NOBODY,
      encoding: 'utf8',
      env: { HOME: '/tmp' },
    })
    return { told: stdout.trim(), stderr: stderr.slice(-500) }
  },
}

const codeOf = (problem: unknown): string | null =>
  problem instanceof Error && 'code' in problem ? String(problem.code) : null

export const hidScenes: readonly Scene[] = [scanning, replugging, swiping, forbidden]
