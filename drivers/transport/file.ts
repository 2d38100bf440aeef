// Bytes appended to a file or written to a printer's device file (/dev/usb/lp0). One way: no answers. Called by
// printer-address.ts. lp.ts is the better way to a real printer.
import type { FileHandle } from 'node:fs/promises'
import { open } from 'node:fs/promises'
import { DriverProblem } from '#drivers/problem.ts'
import type { Transport } from './transport.ts'

export function fileTransport(path: string): Transport {
  const notWritable = (cause: unknown): DriverProblem =>
    new DriverProblem(
      'file_not_writable',
      `Printing to ${path} does not work. Check that the printer is plugged in, or that the file may be written.`,
      { cause },
    )
  return {
    name: path,
    canAnswer: false,
    open: async () => {
      let file: FileHandle
      try {
        file = await open(path, 'a')
      } catch (cause) {
        throw notWritable(cause)
      }
      const { promise: closed, resolve } = Promise.withResolvers<null>()
      let isOpen = true
      return {
        closed,
        onData: () => () => undefined,
        write: async (bytes) => {
          try {
            await file.appendFile(bytes)
          } catch (cause) {
            throw notWritable(cause)
          }
        },
        close: async () => {
          if (!isOpen) return
          isOpen = false
          await file.close()
          resolve(null)
        },
      }
    },
  }
}
