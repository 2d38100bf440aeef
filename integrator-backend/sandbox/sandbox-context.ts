// The one value handed to every handler: state, clock, settings, faults, and how to save.
// Made by start-sandbox.ts; read everywhere.
import type { UserRequest } from '#digit-wire/auth.ts'
import type { Clock } from './clock.ts'
import type { Faults } from './faults.ts'
import type { Json } from './state/rows.ts'
import type { Settings } from './settings.ts'
import type { State } from './state/state.ts'

export type Sandbox = {
  state: State
  clock: Clock
  settings: Settings
  faults: Faults
  /** Calls per operation since start or reset. */
  calls: Map<string, number>
  createsInFlight: { count: number }
  url: () => string
  /** Makes the changes so far durable; returns when they are. */
  commit: () => void
  /** Lets billing's consumer look at its queue (at once, or when the next event is due). */
  wakeConsumer: () => void
  /** Rejects when the sandbox closes first, so that a hanging request dies with the process it pretends to be. */
  sleep: (ms: number) => Promise<void>
  isClosed: () => boolean
  warn: (text: string) => void
}

/** One call after the gateway let it through. */
export type Call = {
  sandbox: Sandbox
  operation: string
  path: string
  /** `{module}` of a payments path, decoded. */
  module: string | null
  query: URLSearchParams
  body: Json
  requestInfo: Json | null
  user: UserRequest | null
  headers: Record<string, string | string[] | undefined>
}

export type Answer = {
  status: number
  /** Object for JSON, string for text or HTML, bytes for files. */
  body: unknown
  contentType?: string
  headers?: Record<string, string>
}

export type Handler = (call: Call) => Answer | Promise<Answer>
