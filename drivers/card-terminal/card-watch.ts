// Whoever watches a sale may fail (a screen, a full disk); the outcome of a payment must not be lost with it. Called by the drivers that
// charge cards over HTTP.
import type { CardTerminal } from './card-terminal.ts'

export type CardWatch = Parameters<CardTerminal['start']>[1]

export function sturdyWatch(watch: CardWatch): CardWatch {
  return {
    onProgress: (progress) => {
      try {
        watch.onProgress(progress)
      } catch {}
    },
    onHandedOver: (terminalReference) => {
      try {
        watch.onHandedOver(terminalReference)
      } catch {}
    },
  }
}
