// A scanner made of a text file: every line written to it is scanned. For demonstrations and trials without hardware:
// `echo PT-107-000871 >> scans.txt`. Called by open-scanner.ts.
import { appendFile, open, type FileHandle } from 'node:fs/promises'
import { DriverProblem } from '#drivers/problem.ts'
import { memoryTransport } from '#drivers/transport/memory.ts'
import type { Transport } from '#drivers/transport/transport.ts'

const POLL_MS = 100
const PIECE_BYTES_MAX = 4_096

/** Lines that stand in the file before it is opened are not scanned. */
export function scannerFile(path: string): Transport {
  return {
    name: path,
    canAnswer: false,
    open: async () => {
      const file = await openFile(path)
      let offset = (await file.stat()).size
      const buffer = Buffer.alloc(PIECE_BYTES_MAX)
      const listeners = new Set<(bytes: Uint8Array) => void>()
      const readOn = async (): Promise<void> => {
        const { size } = await file.stat()
        if (size < offset) offset = size
        const { bytesRead } = await file.read(buffer, 0, buffer.length, offset)
        offset += bytesRead
        if (bytesRead > 0)
          for (const listener of listeners) listener(Uint8Array.from(buffer.subarray(0, bytesRead)))
      }
      let isReading = false
      const timer = setInterval(() => {
        if (isReading) return
        isReading = true
        // A file that cannot be read just now is tried again.
        readOn()
          .catch(() => undefined)
          .finally(() => (isReading = false))
      }, POLL_MS)
      timer.unref()
      const memory = memoryTransport(
        {
          receive: () => undefined,
          onAnswer: (listener) => {
            listeners.add(listener)
            return () => listeners.delete(listener)
          },
          onClose: () => {
            clearInterval(timer)
            void file.close().catch(() => undefined)
          },
        },
        path,
      )
      return await memory.open()
    },
  }
}

async function openFile(path: string): Promise<FileHandle> {
  try {
    await appendFile(path, '')
    return await open(path, 'r')
  } catch (cause) {
    throw new DriverProblem(
      'device_unreachable',
      `The file ${path} of the virtual scanner cannot be opened. Check that its folder is there.`,
      { cause },
    )
  }
}
