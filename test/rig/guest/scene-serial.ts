// A serial device on a USB cable: bytes both ways, a scanner's lines, a cable pulled out. Played by main.ts.
import { execFileSync } from 'node:child_process'
import { setTimeout as wait } from 'node:timers/promises'
import { scannerAt } from '#drivers/scanner/open-scanner.ts'
import type { ScanEvent } from '#drivers/scanner/scan.ts'
import { serialTransport } from '#drivers/transport/serial.ts'
import { serveDevice } from './device-side.ts'
import { plugSerial, unplug } from './gadgets.ts'
import type { Scene } from './main.ts'

const PATH = '/dev/ttyACM0'
const PLUG_MS = 1_500
/** The device's end is a terminal too; a scanner does not edit lines. */
const makeRaw = (): void => {
  execFileSync('/bin/stty', ['-F', '/dev/ttyGS0', 'raw', '-echo'])
}

const BYTES = Uint8Array.from({ length: 4_096 }, (_, at) => at % 256)

const echo = () => {
  let said: (bytes: Uint8Array) => void = () => undefined
  return {
    receive: (bytes: Uint8Array): void => said(bytes),
    onAnswer: (listener: (bytes: Uint8Array) => void) => {
      said = listener
      return () => undefined
    },
    say: (text: string): void => said(Buffer.from(text, 'latin1')),
  }
}

const bothWays: Scene = {
  name: 'serial: every byte both ways',
  play: async () => {
    makeRaw()
    const side = await serveDevice('/dev/ttyGS0', echo())
    const connection = await serialTransport({ path: PATH, baudRate: 115_200 }).open()
    const received: number[] = []
    connection.onData((bytes) => received.push(...bytes))
    await connection.write(BYTES)
    for (let tries = 0; tries < 200 && received.length < BYTES.length; tries += 1) await wait(50)
    await connection.close()
    await side.close()
    return { isSame: Buffer.from(BYTES).equals(Buffer.from(received)), count: received.length }
  },
}

const scanning: Scene = {
  name: 'serial: a scanner pulled out and put back',
  play: async () => {
    const device = echo()
    const side = await serveDevice('/dev/ttyGS0', device)
    const events: ScanEvent[] = []
    const open = () => scannerAt(`serial:${PATH}`, { nowMs: Date.now }).open((event) => events.push(event))
    const first = await open()
    device.say(']C0WS/DVG/2026-27/000123\r')
    await wait(700)
    unplug('serial')
    const problem = await first.closed
    await side.close()
    plugSerial()
    await wait(PLUG_MS)
    const sideAgain = await serveDevice('/dev/ttyGS0', device)
    const second = await open()
    device.say(']C0PT-DVG-900001\r\n')
    await wait(700)
    await second.close()
    await sideAgain.close()
    return { events, closedWith: problem?.code ?? null }
  },
}

export const serialScenes: readonly Scene[] = [bothWays, scanning]
