// Goal: a screen cannot tell the shells apart: the same calls give the same answers and the same problems over HTTP and over
// a message port.
import { MessageChannel } from 'node:worker_threads'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startBrowserShell, type BrowserShell } from '#browser/start-browser-shell.ts'
import { CALL_BYTES_MAX, carryOverPort } from '#host/carry-calls.ts'
import type { TerminalHost } from '#host/terminal-host.ts'
import { clientOverHttp, clientOverPort } from '#rpc/client.ts'
import type { TerminalClient } from '#rpc/procedures.ts'
import { CASHIER, RIGHT_PIN, smallTill } from '#test/unit/browser/small-till.ts'

type Answer = { readonly output: unknown } | { readonly error: object }
type Call = readonly [name: string, run: (client: TerminalClient) => Promise<unknown>]
/** By path, for names and inputs the types would forbid. */
type Loose = Record<string, Record<string, (input?: unknown) => Promise<unknown>>>
const loosely = (client: TerminalClient): Loose => client as unknown as Loose

const CALLS: readonly Call[] = [
  ['an answer', (client) => client.operators.list()],
  ['signing in', (client) => client.session.signIn({ operatorCode: '1001', pin: RIGHT_PIN })],
  ['a problem with values', (client) => client.session.signIn({ operatorCode: '1001', pin: '111111' })],
  ['a fault inside', (client) => client.session.signIn({ operatorCode: '1001', pin: '000000' })],
  ['not signed in', (client) => client.shift.open({ denominations: [] })],
  ['a PIN of letters', (client) => client.session.signIn({ operatorCode: '1001', pin: 'secret' })],
  [
    'a field too many',
    (client) => loosely(client).session!.signIn!({ operatorCode: '1', pin: RIGHT_PIN, x: 1 }),
  ],
  ['no input at all', (client) => loosely(client).session!.signIn!()],
  ['input of another kind', (client) => loosely(client).session!.signIn!([1n, new Date(0), null])],
  ['an unknown name', (client) => loosely(client).payment!.steal!({})],
  ['an unknown room', (client) => loosely(client)['constructor']!['prototype']!({})],
  ['a name with odd characters', (client) => loosely(client)['a/../b']!['%2e%2e']!({})],
  ['a call too large', (client) => loosely(client).session!.signIn!({ pin: 'x'.repeat(CALL_BYTES_MAX) })],
]

const folder = mkdtempSync(join(tmpdir(), 'tahsil-parity-'))
const { port1: screenSide, port2: coreSide } = new MessageChannel()
let shell: BrowserShell
let byHttp: TerminalClient
let byPort: TerminalClient

beforeAll(async () => {
  const host = smallTill() as unknown as TerminalHost
  writeFileSync(join(folder, 'index.html'), '<!doctype html>')
  shell = await startBrowserShell({
    host,
    port: 0,
    face: 'counter',
    screensDir: folder,
    dataDir: folder,
    onFault: () => undefined,
  })
  const launched = await fetch(shell.mintLaunchUrl(), { redirect: 'manual' })
  const cookie = launched.headers.getSetCookie()[0]?.split(';')[0] ?? ''
  byHttp = clientOverHttp({ origin: shell.origin, headers: { cookie, origin: shell.origin } })

  carryOverPort(host, {
    on: (event: string, listener: (message: { data: unknown }) => void) =>
      coreSide.on(event, (data: unknown) => listener({ data })),
    postMessage: (message) => coreSide.postMessage(message),
    start: () => coreSide.start(),
  })
  byPort = clientOverPort({
    ask: () => undefined,
    onLost: () => undefined,
    onPort: (use) => use(screenSide),
  })
})
afterAll(async () => {
  screenSide.close()
  await shell.close()
  rmSync(folder, { recursive: true })
})

async function answerOf(call: Promise<unknown>): Promise<Answer> {
  try {
    return { output: await call }
  } catch (error) {
    const { name, message, code, status, data, defined } = error as Record<string, unknown>
    return { error: { name, message, code, status, data, defined } }
  }
}

it.each(CALLS)('gives the same for %s', async (_name, run) => {
  const [overHttp, overPort] = await Promise.all([answerOf(run(byHttp)), answerOf(run(byPort))])
  expect(overHttp).toEqual(overPort)
})

it('gives what the procedure said, and a code for everything else', async () => {
  const codes = await Promise.all(
    CALLS.map(async ([name, run]) => {
      const answer = await answerOf(run(byPort))
      return [name, 'output' in answer ? answer.output : (answer.error as { code: unknown }).code]
    }),
  )
  expect(Object.fromEntries(codes)).toEqual({
    'an answer': [CASHIER],
    'signing in': CASHIER,
    'a problem with values': 'wrong_pin',
    'a fault inside': 'internal',
    'not signed in': 'not_signed_in',
    'a PIN of letters': 'input_invalid',
    'a field too many': 'input_invalid',
    'no input at all': 'input_invalid',
    'input of another kind': 'input_invalid',
    'an unknown name': 'input_invalid',
    'an unknown room': 'input_invalid',
    'a name with odd characters': 'input_invalid',
    'a call too large': 'input_invalid',
  })
})

it('survives what is no call at all', async () => {
  for (const junk of [
    '',
    'x',
    '{}',
    '[]',
    'null',
    '{"i":1}',
    '{"i":"1"}',
    '{"i":"1","p":{"u":7}}',
    '{"i":"1","p":{"u":"/operators/list","h":{"content-disposition":7}}}',
    '{"i":"1","p":{"u":"/session/signIn","b":{"json":{},"meta":[[9,"a"],[6,"b"]],"maps":[["x"]]}}}',
    '{"i":"1","t":3,"p":null}',
    '{"i":"1","t":4}',
    42,
    null,
    new Uint8Array([1, 255, 2]),
  ])
    screenSide.postMessage(junk)
  expect(await byPort.operators.list()).toEqual([CASHIER])
})
