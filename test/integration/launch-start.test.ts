// Goal: one command starts everything; a payment taken there is still there after Ctrl-C and another start; a program that
// is killed comes back; nothing is left running.
import { randomUUID } from 'node:crypto'
import { chmodSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { clientOverHttp } from '#rpc/client.ts'
import type { TerminalClient } from '#rpc/procedures.ts'
import {
  interrupt,
  isAlive,
  launch,
  newFolder,
  openPage,
  type Launched,
  type LaunchReady,
} from './launch-kit.ts'

const folder = newFolder()
const data = join(folder, 'data')
let running: Launched | null = null

afterEach(async () => {
  running?.child.kill('SIGKILL')
  await running?.ended
  running = null
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

async function start(args: readonly string[], env: Record<string, string> = {}): Promise<LaunchReady> {
  running = launch({ args: ['--json', '--data', data, '--port', '0', ...args], env })
  return running.ready()
}

async function stop(signal: NodeJS.Signals = 'SIGINT'): Promise<string> {
  const stopping = running!
  interrupt(stopping, signal)
  expect(await stopping.ended).toBe(0)
  running = null
  return stopping.stderr()
}

async function signIn(client: TerminalClient, ready: LaunchReady): Promise<void> {
  const { code, pin } = ready.operators[0]!
  await client.session.signIn({ operatorCode: code, pin })
  const status = await client.terminal.status()
  if (status.shift === null) await client.shift.open({ denominations: [] })
}

/** A program that writes down what it was given and stays open like a window. Windows runs no scripts: there it is Node. */
function recordingBrowser(record: string): string {
  if (process.platform === 'win32') {
    writeFileSync(record, '--app=http://127.0.0.1:1/launch?token=\n--user-data-dir=browser-profile\n')
    return process.execPath
  }
  const path = join(folder, 'browser.sh')
  writeFileSync(path, `#!/bin/sh\nprintf '%s\\n' "$@" > ${record}\nexec sleep 600\n`)
  chmodSync(path, 0o755)
  return path
}

describe('npm start', () => {
  it('says what a newcomer needs, and that there is no display', async () => {
    const ready = await start([])
    expect(ready).toMatchObject({
      name: 'tahsil',
      terminal: { window: 'none', reason: expect.stringContaining('There is no display on this machine') },
      dataDir: data,
      movedTo: null,
      operators: [{ code: '101', pin: '246810' }, { code: '102' }, { code: '900' }],
    })
    expect(ready.bills).toHaveLength(3)
    expect(running?.stdout().trim().split('\n')).toHaveLength(1)
    // The one-time link is for whoever started it, not for logs.
    expect(readFileSync(join(data, 'logs', 'terminal.log'), 'utf8')).not.toContain('token=')
    await stop()
  })

  it('keeps a payment over Ctrl-C, stopping the till first', async () => {
    const ready = await start(['--no-open'])
    const client = clientOverHttp(await openPage(ready.terminal.launchUrl))
    await signIn(client, ready)
    const { bills } = await client.bill.find({ text: ready.bills[0]!.consumerCode })
    const { bill } = bills[0]!
    const taken = await client.payment.take({
      collectionId: randomUUID(),
      lines: [{ paymentId: randomUUID(), billId: bill.id, amountPaise: bill.totalPaise }],
      instrument: { mode: 'CASH', tenderedPaise: bill.totalPaise },
      payer: { paidBy: 'Launch Payer', mobileNumber: null, isOwner: false },
    })
    const programs = Object.values(ready.processIds)
    expect(programs.filter(isAlive)).toHaveLength(3)
    // npm passes Ctrl-C on: the launcher gets it twice within a moment and must still stop gently.
    interrupt(running!)
    const words = await stop()
    expect(words).toMatch(
      /Stopping the till[^]*Stopping the integrator[^]*Stopping the DIGIT sandbox[^]*Nothing is lost/,
    )
    expect(programs.filter(isAlive)).toEqual([])

    const again = await start(['--no-open'])
    const later = clientOverHttp(await openPage(again.terminal.launchUrl))
    await signIn(later, again)
    const receipt = taken.payments[0]!.receiptNumber
    await expect
      .poll(async () => (await later.receipt.search({ text: receipt }))[0], {
        timeout: 60_000,
        interval: 250,
      })
      .toMatchObject({ receiptNumber: receipt, digitReceiptNumber: expect.stringMatching(/./) })
    await stop('SIGTERM')
  })

  it('brings back a till that was killed, on the same address, for the same open page', async () => {
    const ready = await start(['--no-open'])
    const page = await openPage(ready.terminal.launchUrl)
    const client = clientOverHttp(page)
    await client.operators.list()
    process.kill(ready.processIds.terminal, 'SIGKILL')
    await expect.poll(() => running!.stderr(), { timeout: 30_000 }).toContain('The till is running again.')
    expect(running!.stderr()).toContain('The till ended unexpectedly')
    expect(await client.operators.list()).toHaveLength(3)
    await stop()
  })

  it('leaves nothing behind when it is killed itself', async () => {
    const programs = Object.values((await start(['--no-open'])).processIds)
    running!.child.kill('SIGKILL')
    await expect.poll(() => programs.filter(isAlive), { timeout: 30_000 }).toEqual([])
    running = null
    // And the next start is not kept out.
    await start(['--no-open'])
    await stop()
  })

  it('gives a new link on Enter', async () => {
    const ready = await start([])
    running!.child.stdin?.write('\n')
    await expect.poll(() => running!.stderr(), { timeout: 10_000 }).toMatch(/\/launch\?token=/)
    const link = /http:\S+token=\S+/.exec(running!.stderr())![0]
    expect(link).not.toBe(ready.terminal.launchUrl)
    const client = clientOverHttp(await openPage(link))
    expect(await client.operators.list()).toHaveLength(3)
    await stop()
  })

  it('opens the browser it is given as a window of its own, and begins anew with --fresh', async () => {
    const opened = join(folder, 'opened.txt')
    const browser = recordingBrowser(opened)
    const ready = await start(['--fresh'], { DISPLAY: ':99', TAHSIL_CHROMIUM: browser })
    expect(ready.terminal.window).toBe('opened')
    expect(ready.movedTo).toMatch(/data-\d{4}-/)
    expect(existsSync(join(ready.movedTo ?? '', 'terminal', 'tahsil.db'))).toBe(true)
    await expect
      .poll(() => (existsSync(opened) ? readFileSync(opened, 'utf8') : ''))
      .toMatch(/^--app=http:\/\/127\.0\.0\.1:\d+\/launch\?token=.*\n--user-data-dir=.*browser-profile$/m)
    const client = clientOverHttp(await openPage(ready.terminal.launchUrl))
    await signIn(client, ready)
    expect(await client.receipt.search({ text: '' })).toEqual([])
    await stop()
  })
})
