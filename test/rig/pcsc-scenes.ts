// Plays badges at the real smart card service of this system: pcscd with Debian's virtual reader, and a card of our own at its other
// end. Started by pcsc.test.ts where /run is its own; says what it saw as one line of JSON.
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect, createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { CardEvent } from '#drivers/card-reader/card-reader.ts'
import { pcscReader } from '#drivers/card-reader/pcsc.ts'
import { DriverProblem } from '#drivers/problem.ts'

const DRIVER = '/usr/lib/pcsc/drivers/serial/libifdvpcd.so'
const WAITS_MAX = 300
const WAIT_MS = 50
const ATR = Buffer.from('3B8F8001804F0CA000000306030001000000006A', 'hex')

export type Seen = {
  readonly withoutService: string
  readonly events: readonly CardEvent[]
  readonly asked: readonly string[]
  readonly afterServiceEnded: string
}

if (import.meta.main) console.log(`SEEN ${JSON.stringify(await play())}`)

async function play(): Promise<Seen> {
  const folder = mkdtempSync(join(tmpdir(), 'tahsil-pcsc-'))
  const port = await freePort()
  const hex = `0x${port.toString(16).toUpperCase()}`
  const reader = [
    'FRIENDLYNAME "Virtual PCD"',
    `DEVICENAME /dev/null:${hex}`,
    `LIBPATH ${DRIVER}`,
    `CHANNELID ${hex}`,
  ]
  writeFileSync(join(folder, 'vpcd'), `${reader.join('\n')}\n`)
  const badges = pcscReader({ nowMs: () => 0 })
  const withoutService = await problemOf(badges.open(() => undefined))
  const service = spawn('/usr/sbin/pcscd', ['--foreground', '--config', folder], { stdio: 'ignore' })
  // An open reader alone keeps no program running.
  const alive = setInterval(() => undefined, 1_000)
  try {
    const events: CardEvent[] = []
    const asked: string[] = []
    const open = await opened(() => badges.open((event) => void events.push(event)))
    for (const [at, uid] of ['04A1B2C3D4E5F6', 'DEADBEEF', '08112233', ''].entries()) {
      const leave = await opened(async () => await holdCard(port, uid, asked))
      await until(() => events.length > at)
      leave()
      await pause(400)
    }
    await open.close()
    const again = await opened(() => badges.open(() => undefined))
    service.kill()
    const problem = await again.closed
    return {
      withoutService,
      events,
      asked,
      afterServiceEnded: problem?.code ?? 'none',
    }
  } finally {
    clearInterval(alive)
    service.kill()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** The other end of vpcd: two bytes of length, then a command; one byte alone is power on, off, reset or a question for the ATR. */
async function holdCard(port: number, uid: string, asked: string[]): Promise<() => void> {
  const socket = connect(port, '127.0.0.1')
  const send = (bytes: Buffer): void => {
    const length = Buffer.alloc(2)
    length.writeUInt16BE(bytes.length)
    socket.write(Buffer.concat([length, bytes]))
  }
  let rest = Buffer.alloc(0)
  socket.on('data', (bytes) => {
    rest = Buffer.concat([rest, bytes])
    while (rest.length >= 2 && rest.length >= 2 + rest.readUInt16BE(0)) {
      const command = rest.subarray(2, 2 + rest.readUInt16BE(0))
      rest = rest.subarray(2 + command.length)
      if (command.length === 1) {
        if (command[0] === 4) send(ATR)
        continue
      }
      asked.push(command.toString('hex'))
      send(Buffer.from(uid === '' ? '6A81' : `${uid}9000`, 'hex'))
    }
  })
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve)
    socket.once('error', reject)
  })
  socket.on('error', () => undefined)
  return () => socket.destroy()
}

/** pcscd and its reader take a moment to listen. */
async function opened<T>(open: () => Promise<T>): Promise<T> {
  for (let waits = 0; ; waits += 1) {
    try {
      return await open()
    } catch (error) {
      if (waits >= WAITS_MAX) throw error
      await pause(WAIT_MS)
    }
  }
}

async function until(isThere: () => boolean): Promise<void> {
  for (let waits = 0; waits < WAITS_MAX && !isThere(); waits += 1) await pause(WAIT_MS)
}

async function problemOf(call: Promise<unknown>): Promise<string> {
  try {
    await call
    return 'none'
  } catch (error) {
    return error instanceof DriverProblem ? `${error.code}: ${error.message}` : String(error)
  }
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => {
    server.close(resolve)
  })
  return port
}
