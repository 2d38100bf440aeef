// Goal: on 127.0.0.1 only the window that came with a one-time token can speak to the till; everything else gets words.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startHttpServer, type RunningHttpServer } from '#browser/http-server.ts'
import { loadScreens } from '#host/built-screens.ts'
import { openSessions, type Sessions } from '#browser/sessions.ts'
import { CALL_BYTES_MAX, carryOverHttp } from '#host/carry-calls.ts'
import { clientOverHttp, TerminalAwayError } from '#rpc/client.ts'
import { sendRaw, type Raw, type RawAnswer } from './raw-request.ts'
import { CASHIER, RIGHT_PIN, smallTill } from './small-till.ts'

const folder = mkdtempSync(join(tmpdir(), 'tahsil-screens-'))
const till = smallTill()
const faults: unknown[] = []
let server: RunningHttpServer
let sessions: Sessions
let customers: Sessions
let port: number
let cookie: string

beforeAll(async () => {
  mkdirSync(join(folder, 'assets'))
  writeFileSync(join(folder, 'index.html'), '<!doctype html><title>till</title>')
  writeFileSync(join(folder, 'assets', 'main-1a2b.js'), 'export {}')
  mkdirSync(join(folder, 'customer'))
  writeFileSync(join(folder, 'customer', 'index.html'), '<!doctype html><title>payer</title>')
  writeFileSync(join(folder, '..', 'tahsil-secret.txt'), 'never served')
  sessions = openSessions({ file: null, nowMs: () => Date.now() })
  customers = openSessions({ file: null, nowMs: () => Date.now() })
  server = await startHttpServer({
    port: 0,
    screens: loadScreens(folder),
    sessions,
    customers,
    carry: carryOverHttp(till),
    firstPage: '/#/counter',
    customerPage: '/customer/index.html',
    onFault: (error) => faults.push(error),
  })
  port = Number(new URL(server.origin).port)
})
beforeEach(async () => {
  const answer = await ask({ target: `/launch?token=${sessions.mintToken()}` })
  cookie = String(answer.headers['set-cookie']).split(';')[0] ?? ''
})
afterAll(async () => {
  await server.close()
  rmSync(folder, { recursive: true })
  rmSync(join(folder, '..', 'tahsil-secret.txt'), { force: true })
})

function ask(raw: Omit<Raw, 'port'>): Promise<RawAnswer> {
  return sendRaw({ port, ...raw, headers: { host: `127.0.0.1:${port}`, ...raw.headers } })
}

/** A call as the till's own page sends it, with some headers changed; '' leaves one out. */
function call(
  changed: Record<string, string> = {},
  body = JSON.stringify({ json: undefined }),
): Promise<RawAnswer> {
  const headers = {
    cookie,
    origin: server.origin,
    'sec-fetch-site': 'same-origin',
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(body)),
    ...changed,
  }
  const sent = Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== ''))
  return ask({ target: '/rpc/operators/list', method: 'POST', headers: sent, body })
}

describe('a window of the payer', () => {
  it('sees its own page and asks what stands on it, and nothing else of the till', async () => {
    const launched = await ask({ target: `/launch?token=${customers.mintToken()}&to=customer` })
    expect(launched.headers['location']).toBe('/customer/index.html')
    const own = String(launched.headers['set-cookie']).split(';')[0] ?? ''
    expect(own).toContain('tahsil_customer_')
    const page = async (target: string) => (await ask({ target, headers: { cookie: own } })).status
    expect(await page('/customer/index.html')).toBe(200)
    expect(await page('/assets/main-1a2b.js')).toBe(200)
    expect(await page('/')).toBe(401)
    expect(await page('/index.html')).toBe(401)
    expect((await call({ cookie: own })).status).toBe(401)
  })

  it('is opened by no token of the other kind', async () => {
    expect((await ask({ target: `/launch?token=${customers.mintToken()}` })).status).toBe(401)
    expect((await ask({ target: `/launch?token=${sessions.mintToken()}&to=customer` })).status).toBe(401)
  })

  it('is none of the till with its cookie under the other name', async () => {
    const launched = await ask({ target: `/launch?token=${customers.mintToken()}&to=customer` })
    const value = String(launched.headers['set-cookie']).split(';')[0]?.split('=')[1] ?? ''
    expect((await ask({ target: '/', headers: { cookie: `tahsil_${port}=${value}` } })).status).toBe(401)
  })
})

describe('launch token', () => {
  it('is traded once for a cookie no script can read', async () => {
    const target = `/launch?token=${sessions.mintToken()}`
    const first = await ask({ target, headers: { 'sec-fetch-site': 'none' } })
    expect(first.status).toBe(303)
    expect(first.headers['location']).toBe('/#/counter')
    expect(String(first.headers['set-cookie'])).toMatch(
      /^tahsil_\d+=[\w-]{43}; HttpOnly; SameSite=Strict; Path=\/$/,
    )
    const second = await ask({ target, headers: { 'sec-fetch-site': 'none' } })
    expect(second.status).toBe(401)
    expect(second.headers['set-cookie']).toBeUndefined()
    expect(second.text).toContain('works once')
  })

  it('is not used up by a browser that only looks ahead', async () => {
    const target = `/launch?token=${sessions.mintToken()}`
    expect((await ask({ target, method: 'HEAD' })).status).toBe(401)
    expect((await ask({ target, headers: { 'sec-purpose': 'prefetch' } })).status).toBe(401)
    expect((await ask({ target })).status).toBe(303)
  })

  it('is refused when it is made up or missing', async () => {
    expect((await ask({ target: '/launch?token=AAAA' })).status).toBe(401)
    expect((await ask({ target: '/launch' })).status).toBe(401)
  })
})

describe('pages', () => {
  it('are served with the strict policy', async () => {
    const page = await ask({ target: '/', headers: { cookie } })
    expect(page.status).toBe(200)
    expect(page.text).toContain('<title>till</title>')
    expect(page.headers['content-security-policy']).toBe(
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    )
    expect(page.headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'x-frame-options': 'DENY',
      'cache-control': 'no-store',
    })
    const script = await ask({ target: '/assets/main-1a2b.js', headers: { cookie } })
    expect(script.headers['content-type']).toContain('text/javascript')
    expect(script.headers['cache-control']).toContain('immutable')
  })

  it('tell a person without the cookie what to do, and give away nothing else', async () => {
    for (const target of ['/', '/index.html', '/assets/main-1a2b.js', '/nothing']) {
      const answer = await ask({ target })
      expect(answer.status, target).toBe(401)
      expect(answer.text).toContain('start Tahsil again')
      expect(answer.text).not.toContain('<title>till</title>')
    }
    expect((await ask({ target: '/', headers: { cookie: `${cookie}x` } })).status).toBe(401)
  })

  it.each([
    '/../tahsil-secret.txt',
    '/%2e%2e/tahsil-secret.txt',
    '/..%2ftahsil-secret.txt',
    '/assets/..%5c..%5ctahsil-secret.txt',
    '/assets/../../tahsil-secret.txt',
    '//etc/passwd',
    '/%00',
    'http://127.0.0.1/etc/passwd',
  ])('never climb out of their folder: %s', async (target) => {
    const answer = await ask({ target, headers: { cookie } })
    expect([400, 404]).toContain(answer.status)
    expect(answer.text).not.toContain('never served')
  })

  it('take GET and HEAD only', async () => {
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS', 'TRACE']) {
      expect((await ask({ target: '/', method, headers: { cookie } })).status, method).toBe(405)
    }
    const head = await ask({ target: '/', method: 'HEAD', headers: { cookie } })
    expect([head.status, head.text]).toEqual([200, ''])
  })

  it('are refused to a page of a stranger', async () => {
    const answer = await ask({ target: '/', headers: { cookie, 'sec-fetch-site': 'cross-site' } })
    expect(answer.status).toBe(403)
  })
})

describe('a wrong Host', () => {
  it.each(['evil.example', 'localhost', '127.0.0.1', '127.0.0.1:1', '[::1]', '0.0.0.0'])(
    'is refused: %s',
    async (host) => {
      const target = `/launch?token=${sessions.mintToken()}`
      expect((await ask({ target, headers: { host } })).status).toBe(421)
      expect((await call({ host })).status).toBe(421)
    },
  )
})

describe('calls', () => {
  it('are answered for the till’s own page', async () => {
    const answer = await call()
    expect(answer.status).toBe(200)
    expect(JSON.parse(answer.text)).toEqual({ json: [CASHIER] })
  })

  it.each([
    ['no Origin', { origin: '' }, 403],
    ['Origin of a stranger', { origin: 'http://evil.example' }, 403],
    ['Origin null', { origin: 'null' }, 403],
    ['Origin of another port', { origin: 'http://127.0.0.1:1' }, 403],
    ['Origin by https', { origin: 'https://127.0.0.1' }, 403],
    ['Referer of a stranger', { referer: 'http://evil.example/page' }, 403],
    ['Sec-Fetch-Site cross-site', { 'sec-fetch-site': 'cross-site' }, 403],
    ['Sec-Fetch-Site same-site', { 'sec-fetch-site': 'same-site' }, 403],
    ['Sec-Fetch-Site none', { 'sec-fetch-site': 'none' }, 403],
    ['a form type', { 'content-type': 'text/plain' }, 415],
    ['no type', { 'content-type': '' }, 415],
    ['a packed body', { 'content-encoding': 'gzip' }, 415],
    ['no cookie', { cookie: '' }, 401],
    ['no length', { 'content-length': '', 'transfer-encoding': 'chunked' }, 411],
  ])('are refused with %s', async (_name, changed, status) => {
    const answer = await call(changed)
    expect(answer.status).toBe(status)
    expect(JSON.parse(answer.text)).toMatchObject({ json: { code: 'input_invalid' } })
  })

  it('are refused when too large, before they are read', async () => {
    const before = till.calls.signIn
    const answer = await call({}, JSON.stringify({ json: 'x'.repeat(CALL_BYTES_MAX) }))
    expect(answer.status).toBe(413)
    expect(till.calls.signIn).toBe(before)
  })

  it.each(['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS'])('are refused by %s', async (method) => {
    const target = '/rpc/operators/list?data=%7B%7D'
    const answer = await ask({ target, method, headers: { cookie, origin: server.origin } })
    expect(answer.status).toBe(405)
  })

  it('never name what failed inside', async () => {
    const client = clientOverHttp({ origin: server.origin, headers: { cookie, origin: server.origin } })
    const failed = client.session.signIn({ operatorCode: '1001', pin: '000000' })
    await expect(failed).rejects.toMatchObject({ code: 'internal', data: {} })
    await expect(failed).rejects.not.toThrow(/a fault inside/)
  })
})

describe('the client', () => {
  it('signs in through the whole way', async () => {
    const client = clientOverHttp({ origin: server.origin, headers: { cookie, origin: server.origin } })
    expect(await client.session.signIn({ operatorCode: '1001', pin: RIGHT_PIN })).toEqual(CASHIER)
  })

  it('says that the till is away when its page is not known, and tells the page', async () => {
    let shut = 0
    const client = clientOverHttp({
      origin: server.origin,
      headers: { origin: server.origin },
      onShut: () => (shut += 1),
    })
    await expect(client.operators.list()).rejects.toBeInstanceOf(TerminalAwayError)
    expect(shut).toBe(1)
  })

  it('says that the till is away when nothing listens', async () => {
    const client = clientOverHttp({ origin: 'http://127.0.0.1:9', headers: { origin: 'x' } })
    await expect(client.operators.list()).rejects.toBeInstanceOf(TerminalAwayError)
  })
})

it('had no fault while all of this was asked', () => {
  expect(faults).toEqual([])
})
