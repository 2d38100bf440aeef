// A link to a device that lives in this process: the virtual printer, and doubles in tests. Called by
// printer-address.ts.
import { linkProblem } from './link-problem.ts'
import type { Transport } from './transport.ts'

/** What is at the other end. */
export type MemoryDevice = {
  readonly receive: (bytes: Uint8Array) => void
  readonly onAnswer: (listener: (bytes: Uint8Array) => void) => () => void
  /** The connection was closed. */
  readonly onClose?: () => void
}

/** Answers arrive in a later turn of the event loop, as they do on a real line. */
export function memoryTransport(device: MemoryDevice, name: string, noun = 'printer'): Transport {
  return {
    name,
    canAnswer: true,
    open: async () => {
      const listeners = new Set<(bytes: Uint8Array) => void>()
      let isOpen = true
      const { promise: closed, resolve } = Promise.withResolvers<null>()
      const stopAnswers = device.onAnswer((bytes) => {
        setImmediate(() => {
          for (const listener of listeners) listener(bytes)
        })
      })
      return {
        closed,
        onData: (listener) => {
          listeners.add(listener)
          return () => listeners.delete(listener)
        },
        write: async (bytes) => {
          if (!isOpen) throw linkProblem('closed', { name, kind: 'memory', noun })
          device.receive(bytes)
        },
        close: async () => {
          if (!isOpen) return
          isOpen = false
          stopAnswers()
          device.onClose?.()
          resolve(null)
        },
      }
    },
  }
}
