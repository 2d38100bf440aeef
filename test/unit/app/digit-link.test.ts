// Goal: the link to DIGIT logs in once for many, never twice with a refused password, and spares a DIGIT that is away.
import { createServer } from 'node:http'
import type { IncomingMessage, Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { pino } from 'pino'
import { afterEach, describe, expect, it } from 'vitest'
import * as z from 'zod'
import { createBreaker } from '#app/digit/breaker.ts'
import { createDigitClient } from '#app/digit/digit-client.ts'
import { createSender } from '#app/digit/http.ts'

type Reply = { status: number; body: string } | 'drop'
type Asked = { path: string; token: string; msgId: string; ts: number }

const servers: Server[] = []
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    await new Promise<void>((done) => void server.close(() => done()))
  }
})

async function serve(answer: (path: string, body: string) => Reply): Promise<string> {
  const server = createServer((request, response) => {
    void bodyOf(request).then((body) => {
      const reply = answer(request.url ?? '', body)
      if (reply === 'drop') request.socket.destroy()
      else response.writeHead(reply.status, { 'content-type': 'application/json' }).end(reply.body)
    })
  })
  servers.push(server)
  await new Promise<void>((done) => void server.listen(0, '127.0.0.1', done))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of request) text += String(chunk)
  return text
}

const json = (status: number, body: unknown): Reply => ({ status, body: JSON.stringify(body) })
const tokenOf = (name: string) => json(200, { access_token: name, token_type: 'bearer', expires_in: 600 })
const failed = (status: number, code: string) => json(status, { ResponseInfo: null, Errors: [{ code }] })

function client(
  baseUrl: string,
  credentials = () => ({ username: 'u', password: 'p', clientId: 'c', clientSecret: '' }),
) {
  return createDigitClient({
    baseUrl,
    tenantId: 'sr.devgaon',
    userType: 'EMPLOYEE',
    timeoutMs: 300,
    readTimeoutMs: 300,
    credentials,
    log: pino({ level: 'silent' }),
  })
}

const wanted = { path: '/thing', query: { a: '1' }, answer: z.object({ value: z.number() }) }

function scripted(replies: { token?: Reply[]; thing?: Reply[] }) {
  const asked: Asked[] = []
  let logins = 0
  const answer = (path: string, body: string): Reply => {
    if (path.startsWith('/user/oauth/token')) {
      logins += 1
      return replies.token?.shift() ?? tokenOf(`token-${logins}`)
    }
    const { RequestInfo } = JSON.parse(body) as {
      RequestInfo: { authToken: string; msgId: string; ts: number }
    }
    asked.push({ path, token: RequestInfo.authToken, msgId: RequestInfo.msgId, ts: RequestInfo.ts })
    return replies.thing?.shift() ?? json(200, { value: 1 })
  }
  return { answer, asked, logins: () => logins }
}

describe('a call', () => {
  it('carries token, time and locale, and one login serves many at once', async () => {
    const script = scripted({})
    const digit = client(await serve(script.answer))
    const answers = await Promise.all(Array.from({ length: 5 }, () => digit.call(wanted)))
    expect(answers.every((answer) => answer.kind === 'ok' && answer.value.value === 1)).toBe(true)
    expect(script.logins()).toBe(1)
    expect(script.asked[0]).toMatchObject({ path: '/thing?a=1', token: 'token-1' })
    expect(script.asked[0]?.msgId).toBe(`${script.asked[0]?.ts}|en_IN`)
    digit.close()
  })

  it('logs in again once on 401, and stops there when the role is what is missing', async () => {
    const evicted = scripted({ thing: [failed(401, 'InvalidAccessTokenException')] })
    const first = client(await serve(evicted.answer))
    expect((await first.call(wanted)).kind).toBe('ok')
    expect(evicted.asked.map((each) => each.token)).toEqual(['token-1', 'token-2'])
    first.close()

    const same = [tokenOf('same'), tokenOf('same')]
    const denied = scripted({ token: same, thing: [failed(401, 'CustomException')] })
    const second = client(await serve(denied.answer))
    expect((await second.call(wanted)).kind).toBe('denied')
    expect(denied.asked).toHaveLength(1)
    second.close()
  })

  it('repeats a lost read once and never a lost payment', async () => {
    const script = scripted({ thing: ['drop', json(200, { value: 2 }), 'drop'] })
    const digit = client(await serve(script.answer))
    expect(await digit.call(wanted)).toMatchObject({ kind: 'ok' })
    expect((await digit.call({ ...wanted, isMoney: true })).kind).toBe('unknown')
    expect(script.asked).toHaveLength(3)
    digit.close()
  })

  it.each<[string, Reply, string]>([
    ['half JSON', { status: 200, body: '{"value":' }, 'bad-answer'],
    ['another shape', json(200, { value: 'x' }), 'bad-answer'],
    ['HTML', { status: 502, body: '<html>' }, 'unknown'],
    ['a redirect', { status: 302, body: '' }, 'unknown'],
    ['too much', { status: 200, body: `{"value":1,"x":"${'x'.repeat(9_000_000)}"}` }, 'unknown'],
  ])('%s is never believed', async (_name, reply, expected) => {
    const script = scripted({ thing: [reply] })
    const digit = client(await serve(script.answer))
    expect((await digit.call({ ...wanted, isMoney: true })).kind).toBe(expected)
    digit.close()
  })
})

describe('a refused login', () => {
  const refused = json(400, { error: 'invalid_request', error_description: 'Invalid login credentials' })

  it('is not tried again with the same password, and at once with another', async () => {
    let password = 'wrong'
    const script = scripted({ token: [refused] })
    const digit = client(await serve(script.answer), () => ({
      username: 'u',
      password,
      clientId: 'c',
      clientSecret: '',
    }))
    for (let tries = 0; tries < 5; tries += 1) expect((await digit.call(wanted)).kind).toBe('denied')
    expect(script.logins()).toBe(1)
    expect(digit.loginState()).toBe('refused')
    password = 'right'
    expect((await digit.call(wanted)).kind).toBe('ok')
    digit.close()
  })

  it('a DIGIT that is away is not a refusal: the next call asks again', async () => {
    const script = scripted({ token: [{ status: 503, body: '<html>' }] })
    const digit = client(await serve(script.answer))
    expect((await digit.call(wanted)).kind).toBe('not-sent')
    expect((await digit.call(wanted)).kind).toBe('ok')
    digit.close()
  })
})

describe('a DIGIT that is away', () => {
  it('is "surely not sent" when nothing listens, and unknown when it hangs', async () => {
    const closed = createSender({ baseUrl: 'http://127.0.0.1:1', timeoutMs: 200, readTimeoutMs: 200 })
    const exchange = { path: '/x', body: '{}', headers: {}, isMoney: true }
    expect(await closed.send(exchange)).toEqual({ kind: 'not-sent', why: 'ECONNREFUSED' })
    closed.close()
    const server = createServer(() => undefined)
    servers.push(server)
    await new Promise<void>((done) => void server.listen(0, '127.0.0.1', done))
    const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const hanging = createSender({ baseUrl, timeoutMs: 100, readTimeoutMs: 100 })
    expect(await hanging.send(exchange)).toMatchObject({ kind: 'unknown' })
    hanging.close()
  })

  it('is asked by one caller at a time until it answers', () => {
    let nowMs = 0
    const breaker = createBreaker(() => nowMs)
    for (let failure = 0; failure < 8; failure += 1) {
      expect(breaker.enter()).toBeNull()
      breaker.leave(true)
    }
    expect(breaker.enter()?.kind).toBe('not-sent')
    nowMs += 501
    expect(breaker.enter()).toBeNull()
    expect(breaker.enter()?.kind).toBe('not-sent')
    breaker.leave(false)
    expect([breaker.enter(), breaker.enter()]).toEqual([null, null])
  })
})
