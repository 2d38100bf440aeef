// Goal: a launch token lives two minutes and works once; a cookie outlives a restart of the shell, and is never on disk.
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import {
  LAUNCH_TOKEN_LIFE_MS,
  LAUNCH_TOKENS_MAX,
  openSessions,
  SESSION_LIFE_MS,
  SESSIONS_MAX,
  type Sessions,
} from '#browser/sessions.ts'

let folder: string
let file: string
let nowMs: number
const open = (): Sessions => openSessions({ file, nowMs: () => nowMs })

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tahsil-sessions-'))
  file = join(folder, 'sessions.json')
  nowMs = 1_760_000_000_000
})
afterEach(() => rmSync(folder, { recursive: true }))

it('trades a token once', () => {
  const sessions = open()
  const token = sessions.mintToken()
  const cookie = sessions.trade(token)
  expect(cookie).toMatch(/^[\w-]{43}$/)
  expect(sessions.isOpen(cookie ?? '')).toBe(true)
  expect(sessions.trade(token)).toBeNull()
})

it('lets a token die after two minutes', () => {
  const sessions = open()
  const [atTheEdge, tooLate] = [sessions.mintToken(), sessions.mintToken()]
  nowMs += LAUNCH_TOKEN_LIFE_MS
  expect(sessions.trade(atTheEdge)).not.toBeNull()
  nowMs += 1
  expect(sessions.trade(tooLate)).toBeNull()
  nowMs -= 1
  expect(sessions.trade(tooLate), 'a refused token stays dead').toBeNull()
})

it('keeps few tokens and few sessions', () => {
  const sessions = open()
  const first = sessions.mintToken()
  for (let i = 0; i < LAUNCH_TOKENS_MAX; i += 1) sessions.mintToken()
  expect(sessions.trade(first)).toBeNull()
  const cookies = Array.from({ length: SESSIONS_MAX + 1 }, () => sessions.trade(sessions.mintToken()) ?? '')
  expect(cookies.map((cookie) => sessions.isOpen(cookie))).toEqual([
    false,
    ...Array.from({ length: SESSIONS_MAX }, () => true),
  ])
})

it('knows its cookies after a restart, without having written them down', () => {
  const cookie = open().trade(open().mintToken())
  expect(cookie, 'a token belongs to the process that made it').toBeNull()
  const before = open()
  const kept = before.trade(before.mintToken()) ?? ''
  expect(readFileSync(file, 'utf8')).not.toContain(kept)
  // Windows has no such bits: the folder of the person protects the file there.
  const onlyMine = process.platform === 'win32' ? 0 : 0o077
  expect(statSync(file).mode & onlyMine).toBe(0)
  expect(open().isOpen(kept)).toBe(true)
  nowMs += SESSION_LIFE_MS + 1
  expect(open().isOpen(kept)).toBe(false)
})

it.each(['', 'not json', '{}', '[{"hash":"short","untilMs":1}]', '[null]'])(
  'begins anew when its file is damaged: %s',
  (text) => {
    writeFileSync(file, text)
    const sessions = open()
    expect(sessions.isOpen('anything')).toBe(false)
    expect(sessions.trade(sessions.mintToken())).not.toBeNull()
  },
)
