// Two ends of a serial line that lead to each other, made by socat: one for the driver, one for the test's device.
// Called by the transport-*.test.ts.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { constants, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { onTestFinished } from 'vitest'

export type Line = {
  /** What the driver opens. */
  readonly path: string
  /** What the device writes. */
  readonly say: (bytes: Uint8Array | string) => Promise<void>
  /** What the device received until now. */
  readonly heard: () => Buffer
  /** The device stops taking bytes, or goes on. */
  readonly pause: (isPaused: boolean) => void
  /** Pulls the cable: both device files are gone. */
  readonly unplug: () => Promise<void>
}

export type Pair = {
  readonly path: string
  readonly far: string
  readonly unplug: () => Promise<void>
}

const READY_TRIES_MAX = 400
const SAY_TRIES_MAX = 5_000

/** The bare line; both ends are still to be opened. */
export async function openPair(folder = makeFolder()): Promise<Pair> {
  const [path, far] = [join(folder, 'tty'), join(folder, 'far')]
  const socat = spawn('socat', [`pty,raw,echo=0,link=${path}`, `pty,raw,echo=0,link=${far}`], {
    stdio: 'ignore',
  })
  const ended = once(socat, 'exit')
  const unplug = async (): Promise<void> => {
    socat.kill()
    await ended
  }
  onTestFinished(unplug)
  for (let tries = 0; !(existsSync(path) && existsSync(far)); tries++) {
    if (tries > READY_TRIES_MAX) throw new Error('socat made no line')
    await wait(10)
  }
  return { path, far, unplug }
}

export async function openLine(folder?: string): Promise<Line> {
  const { path, far, unplug: pull } = await openPair(folder)
  const file = await open(far, constants.O_RDWR | constants.O_NONBLOCK | constants.O_NOCTTY)
  const received: Buffer[] = []
  let isPaused = false
  let isOver = false
  let saying: Promise<void> = Promise.resolve()
  const reading = (async () => {
    const buffer = Buffer.alloc(4_096)
    for (;;) {
      if (isOver) return
      const bytesRead = isPaused ? 0 : await readSome(file, buffer)
      if (bytesRead > 0) received.push(Buffer.from(buffer.subarray(0, bytesRead)))
      else await wait(2)
    }
  })()
  const unplug = async (): Promise<void> => {
    if (isOver) return
    isOver = true
    await reading
    await file.close()
    await pull()
  }
  onTestFinished(unplug)
  return {
    path,
    say: async (bytes) => {
      // In order, whoever waits for whom.
      saying = saying.then(async () => await sayAll(file, Buffer.from(bytes), () => isOver))
      await saying
    },
    heard: () => Buffer.concat(received),
    pause: (value) => {
      isPaused = value
    },
    unplug,
  }
}

export function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'line-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** A line whose other end is busy takes nothing for a while (EAGAIN), or a part: what is lost here a driver would wait for. */
async function sayAll(file: FileHandle, bytes: Buffer, isOver: () => boolean): Promise<void> {
  let said = 0
  for (let tries = 0; said < bytes.length && !isOver(); tries++) {
    if (tries > SAY_TRIES_MAX) throw new Error('the line takes nothing')
    try {
      said += (await file.write(bytes, said)).bytesWritten
    } catch (error) {
      if (isOver()) return
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error
      await wait(2)
    }
  }
}

async function readSome(file: FileHandle, buffer: Buffer): Promise<number> {
  return await file.read(buffer, 0, buffer.length, null).then(
    ({ bytesRead }) => bytesRead,
    () => 0,
  )
}
