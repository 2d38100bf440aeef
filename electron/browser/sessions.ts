// Who may use the browser shell: a launch token that works once for two minutes, traded for a cookie. Called by http-server.ts.
// Sessions are kept (as hashes) beside the till's data, so that an open window goes on after the shell was restarted.
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

export const LAUNCH_TOKEN_LIFE_MS = 2 * 60_000
export const SESSION_LIFE_MS = 30 * 24 * 60 * 60_000
/** Newest wins: a till has one or two windows. */
export const SESSIONS_MAX = 8
export const LAUNCH_TOKENS_MAX = 8

type Kept = { readonly hash: string; readonly untilMs: number }

export type Sessions = {
  /** A new launch token; earlier ones stay valid until used or too old. */
  mintToken(): string
  /** The cookie value for a token, or null: unknown, used or too old. The token is dead afterwards. */
  trade(token: string): string | null
  isOpen(cookie: string): boolean
}

export type SessionsOptions = {
  /** Where sessions are kept; null: only in memory. */
  readonly file: string | null
  readonly nowMs: () => number
}

export function openSessions({ file, nowMs }: SessionsOptions): Sessions {
  let tokens: readonly Kept[] = []
  let sessions = file === null ? [] : readKept(file)

  return {
    mintToken: () => {
      const token = randomBytes(32).toString('base64url')
      const kept = { hash: hashOf(token), untilMs: nowMs() + LAUNCH_TOKEN_LIFE_MS }
      tokens = [...tokens, kept].slice(-LAUNCH_TOKENS_MAX)
      return token
    },
    trade: (token) => {
      const found = findKept(tokens, token)
      if (found === undefined) return null
      tokens = tokens.filter((each) => each !== found)
      if (found.untilMs < nowMs()) return null
      const cookie = randomBytes(32).toString('base64url')
      const kept = { hash: hashOf(cookie), untilMs: nowMs() + SESSION_LIFE_MS }
      sessions = [...sessions.filter((each) => each.untilMs >= nowMs()), kept].slice(-SESSIONS_MAX)
      if (file !== null) writeKept(file, sessions)
      return cookie
    },
    isOpen: (cookie) => (findKept(sessions, cookie)?.untilMs ?? 0) >= nowMs(),
  }
}

function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex')
}

function findKept(list: readonly Kept[], secret: string): Kept | undefined {
  const hash = Buffer.from(hashOf(secret))
  return list.find((each) => timingSafeEqual(Buffer.from(each.hash), hash))
}

/** A file that cannot be read only means that open windows must be opened again. */
function readKept(file: string): readonly Kept[] {
  if (!existsSync(file)) return []
  try {
    const kept = JSON.parse(readFileSync(file, 'utf8')) as unknown
    return Array.isArray(kept) ? kept.filter(isKept).slice(-SESSIONS_MAX) : []
  } catch {
    return []
  }
}

function isKept(value: unknown): value is Kept {
  const { hash, untilMs } = (value ?? {}) as Partial<Kept>
  return typeof hash === 'string' && /^[0-9a-f]{64}$/.test(hash) && typeof untilMs === 'number'
}

function writeKept(file: string, sessions: readonly Kept[]): void {
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(`${file}.new`, JSON.stringify(sessions), { mode: 0o600 })
  renameSync(`${file}.new`, file)
}
