// The whole traffic between main process, preload, page and core, by name. Used by main.ts, preload.ts and core-entry.ts.
import type { ShellSettings } from '#host/shell-settings.ts'

/** Page to main: a port to the core is wanted. */
export const ASK_PORT = 'till:ask-port'
/** Main to page: a port to the core, as the message's only port. */
export const PORT = 'till:port'
/** Main to page: what has become of the core. */
export const CORE_STATE = 'till:core-state'

/** `stopped`: it kept ending; the next wish for a port tries once more. */
export type CoreState = 'running' | 'restarting' | 'stopped'

/** `text` null: the keyring did not do it; why is nobody's business outside the main process. */
export type KeyringAnswer = {
  readonly id: number
  readonly text: string | null
  readonly shouldSealAgain: boolean
}

export type KeyringWish = { readonly id: number; readonly act: 'seal' | 'open'; readonly text: string }

export type ToCore =
  /** `keyring`: name of the system's keyring, null where there is none. */
  | { readonly type: 'start'; readonly settings: ShellSettings; readonly keyring: string | null }
  | ({ readonly type: 'keyring' } & KeyringAnswer)
  /** Comes with one port. */
  | { readonly type: 'port' }
  | { readonly type: 'stop' }

export type FromCore =
  | { readonly type: 'ready' }
  | ({ readonly type: 'keyring' } & KeyringWish)
  /** The till cannot be started, and why, in words. */
  | { readonly type: 'refused'; readonly words: string }
