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

export type ToCore =
  | { readonly type: 'start'; readonly settings: ShellSettings }
  /** Comes with one port. */
  | { readonly type: 'port' }
  | { readonly type: 'stop' }

export type FromCore =
  | { readonly type: 'ready' }
  /** The till cannot be started, and why, in words. */
  | { readonly type: 'refused'; readonly words: string }
