// The keyring as the core's process sees it: each wish goes to the main process as a message and comes back with its number. Used by
// core-entry.ts; the other end is core-process.ts.
import type { Keyring, Opened } from '#host/identity/vault.ts'
import { KEYRING_WAIT_MS } from './keyring.ts'
import type { FromCore, KeyringAnswer } from './channels.ts'

/** Wishes that may wait at once; a till has a handful of secrets. */
const WAITING_MAX = 64

type Waiting = (answer: KeyringAnswer) => void

export type CoreKeyring = {
  readonly keyring: Keyring
  /** An answer of the main process came. */
  readonly take: (answer: KeyringAnswer) => void
}

export function keyringOverMessages(backend: string, tell: (message: FromCore) => void): CoreKeyring {
  const waiting = new Map<number, Waiting>()
  let lastId = 0

  const ask = async (wish: { act: 'seal' | 'open'; text: string }): Promise<Opened> => {
    if (waiting.size >= WAITING_MAX) throw new Error('too many wishes wait for the keyring')
    const id = (lastId += 1)
    const answer = await new Promise<KeyringAnswer>((resolve) => {
      const late = setTimeout(() => {
        waiting.delete(id)
        resolve({ id, text: null, shouldSealAgain: false })
      }, KEYRING_WAIT_MS)
      waiting.set(id, (given) => {
        clearTimeout(late)
        resolve(given)
      })
      tell({ type: 'keyring', id, ...wish })
    })
    if (answer.text === null) throw new Error('the keyring did not do it')
    return { text: answer.text, shouldSealAgain: answer.shouldSealAgain }
  }
  return {
    keyring: {
      backend,
      seal: async (text) => (await ask({ act: 'seal', text })).text,
      open: async (blob) => await ask({ act: 'open', text: blob }),
    },
    take: (answer) => {
      const waiter = waiting.get(answer.id)
      waiting.delete(answer.id)
      waiter?.(answer)
    },
  }
}
