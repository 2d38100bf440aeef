// Goal: no request is one path for the guard and another one behind it.
import { expect, test } from 'vitest'
import { refusalOf } from '#browser/request-guard.ts'

const place = { host: '127.0.0.1:7070', origin: 'http://127.0.0.1:7070' }
const statusOf = (target: string) =>
  refusalOf({ method: 'GET', target, headers: { host: place.host } }, place)?.status ?? 200

test.each(['/rpc/..', '/rpc/.', '/rpc/../screens', '/rpc/%2e%2E/x', '/a/%2e/b', '/rpc\\x', '/..'])(
  '%s is refused',
  (target) => {
    expect(statusOf(target)).toBe(400)
  },
)

test.each(['/', '/index.html', '/assets/a..b.js', '/launch?token=../x', '/.well-known'])(
  '%s is let through',
  (target) => {
    expect(statusOf(target)).toBe(200)
  },
)
