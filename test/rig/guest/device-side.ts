// The device's end of a gadget: a virtual printer behind /dev/g_printer0, or plain bytes behind /dev/ttyGS0. The files do not block,
// so that a cable that is out holds no thread. Called by the scenes.
import { constants } from 'node:fs'
import { open, type FileHandle } from 'node:fs/promises'
import { setTimeout as wait } from 'node:timers/promises'

const POLL_MS = 5
const READ_BYTES = 8_192

export type DeviceSide = {
  readonly receivedBytes: () => number
  /** False: the device takes nothing, as a printer whose buffer is full. */
  readonly setTaking: (isTaking: boolean) => void
  readonly close: () => Promise<void>
}

type Device = {
  readonly receive: (bytes: Uint8Array) => void
  readonly onAnswer: (listener: (bytes: Uint8Array) => void) => () => void
}

export const serveDevice = async (path: string, device: Device): Promise<DeviceSide> => {
  const file = await open(path, constants.O_RDWR | constants.O_NONBLOCK | constants.O_NOCTTY)
  const now = { isOpen: true, isTaking: true }
  let receivedBytes = 0
  const answers: Uint8Array[] = []
  const stop = device.onAnswer((bytes) => answers.push(Uint8Array.from(bytes)))
  const run = async (): Promise<void> => {
    const buffer = Buffer.alloc(READ_BYTES)
    while (now.isOpen) {
      const count = now.isTaking ? await readSome(file, buffer) : 0
      receivedBytes += count
      if (count > 0) device.receive(Buffer.from(buffer.subarray(0, count)))
      const [answer] = answers
      if (answer !== undefined && (await writeWhole(file, answer))) answers.shift()
      if (count === 0) await wait(POLL_MS)
    }
  }
  const running = run()
  return {
    receivedBytes: () => receivedBytes,
    setTaking: (isTaking) => {
      now.isTaking = isTaking
    },
    close: async () => {
      now.isOpen = false
      await running
      stop()
      await file.close()
    },
  }
}

/** 0: nothing there now, or nobody at the other end. */
const readSome = async (file: FileHandle, buffer: Buffer): Promise<number> => {
  try {
    return (await file.read(buffer, 0, buffer.length, null)).bytesRead
  } catch {
    return 0
  }
}

const writeWhole = async (file: FileHandle, bytes: Uint8Array): Promise<boolean> => {
  try {
    return (await file.write(bytes)).bytesWritten === bytes.length
  } catch {
    return false
  }
}
