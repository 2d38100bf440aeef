// Goal: the faulty line of the reliability tests really does each kind of harm, to the request it was told to harm and to
// no other, and it is known for each kind whether the server carried the request out.
import { Agent, createServer, request, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { startFaultProxy, type FaultProxy } from '#test/reliability/fault-proxy.ts'

const ANSWER = 'x'.repeat(2000)

let executed: string[]
let server: Server
let proxy: FaultProxy
let agent: Agent

beforeEach(async () => {
  executed = []
  server = createServer((incoming, answer) => {
    incoming.resume().on('end', () => {
      executed.push(`${incoming.method} ${incoming.url}`)
      answer.setHeader('content-type', 'text/plain').end(ANSWER)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  proxy = await startFaultProxy({ port: (server.address() as AddressInfo).port })
  agent = new Agent({ keepAlive: true, maxSockets: 1 })
})

afterEach(async () => {
  agent.destroy()
  await proxy.close()
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
})

/** The whole answer, or the system's code of what went wrong. */
const call = (path: string, { body = '', timeoutMs = 5000 } = {}): Promise<string> =>
  new Promise((resolve) => {
    const outgoing = request(
      { port: proxy.port, path, method: 'POST', agent, timeout: timeoutMs },
      (answer) => {
        let text = ''
        answer.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
        answer.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
        answer.on('end', () => resolve(text))
      },
    )
    outgoing.on('timeout', () => outgoing.destroy(Object.assign(new Error('late'), { code: 'TIMEOUT' })))
    outgoing.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
    outgoing.end(body)
  })

test('without a fault requests on one kept connection pass and are counted one by one', async () => {
  expect(await call('/a', { body: 'y'.repeat(300_000) })).toBe(ANSWER)
  expect(await call('/b')).toBe(ANSWER)
  expect(executed).toEqual(['POST /a', 'POST /b'])
  expect(proxy.seen).toEqual([
    { line: 'POST /a HTTP/1.1', fault: 'none' },
    { line: 'POST /b HTTP/1.1', fault: 'none' },
  ])
})

test('refuse: the port is closed until accept', async () => {
  await proxy.refuse()
  expect(await call('/a')).toBe('ECONNREFUSED')
  await proxy.accept()
  expect(await call('/b')).toBe(ANSWER)
  expect(executed).toEqual(['POST /b'])
})

test('reset-before: the caller sees a reset and the server saw nothing', async () => {
  proxy.add({ kind: 'reset-before' })
  expect(await call('/a')).toBe('ECONNRESET')
  expect(executed).toEqual([])
  expect(await call('/b')).toBe(ANSWER)
})

test('reset-after: the caller sees a reset although the server did the work', async () => {
  proxy.add({ kind: 'reset-after', match: /\/pay/ })
  expect(await call('/look')).toBe(ANSWER)
  expect(await call('/pay')).toBe('ECONNRESET')
  expect(executed).toEqual(['POST /look', 'POST /pay'])
})

test('black-hole: nobody answers and the server saw nothing', async () => {
  proxy.add({ kind: 'black-hole' })
  expect(await call('/a', { timeoutMs: 150 })).toBe('TIMEOUT')
  expect(executed).toEqual([])
  expect(await call('/b')).toBe(ANSWER)
})

test('truncate: the answer stops in the middle although the server did the work', async () => {
  proxy.add({ kind: 'truncate', answerBytes: 500 })
  expect(await call('/a')).toBe('ECONNRESET')
  expect(executed).toEqual(['POST /a'])
})

test('delay: the request arrives later, in full', async () => {
  proxy.add({ kind: 'delay', delayMs: 200 })
  const startedMs = performance.now()
  expect(await call('/slow', { body: 'y'.repeat(300_000) })).toBe(ANSWER)
  expect(performance.now() - startedMs).toBeGreaterThan(190)
  expect(executed).toEqual(['POST /slow'])
})

test('throttle: bytes crawl at the given speed', async () => {
  proxy.add({ kind: 'throttle', bytesPerSecond: 20_000 })
  const startedMs = performance.now()
  expect(await call('/a', { body: 'y'.repeat(4000) })).toBe(ANSWER)
  // 4 kB up and 2 kB down at 20 kB/s cannot take less
  expect(performance.now() - startedMs).toBeGreaterThan(200)
})

test('skip, count and match choose which requests are harmed', async () => {
  proxy.add({ kind: 'reset-before', match: /\/pay/, skip: 1, count: 2 })
  const outcomes: string[] = []
  for (const path of ['/pay', '/look', '/pay', '/pay', '/pay']) outcomes.push((await call(path)).slice(0, 10))
  expect(outcomes).toEqual(['xxxxxxxxxx', 'xxxxxxxxxx', 'ECONNRESET', 'ECONNRESET', 'xxxxxxxxxx'])
  proxy.add({ kind: 'reset-before', count: null })
  expect(await call('/a')).toBe('ECONNRESET')
  expect(await call('/b')).toBe('ECONNRESET')
  proxy.clear()
  expect(await call('/c')).toBe(ANSWER)
})
