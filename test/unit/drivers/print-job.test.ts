// Goal: the terminal knows whether a slip was printed, and says so truthfully whatever the printer or its line does: printed
// only if the printer said so, void if it broke off, unknown if nobody can tell.
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { openPrinter } from '#drivers/printer/open-printer.ts'
import type { PrintTimes } from '#drivers/printer/print-job.ts'
import { DriverProblem } from '#drivers/problem.ts'
import type { VirtualFaults } from '#drivers/virtual/printer.ts'
import { startVirtualPrinter } from '#drivers/virtual/printer-server.ts'
import { slipToText } from '#drivers/virtual/slip-text.ts'
import { englishReceipt, hindiReceipt } from './sample-receipts.ts'
import { documentOf } from './virtual-slip.ts'

const times: PrintTimes = {
  answerTimeoutMs: 250,
  fenceTimeoutMs: 1_000,
  flowTimeoutMs: 1_000,
  pollMs: 150,
  lateListenMs: 5_000,
}
const slip = documentOf({ kind: 'text', text: 'Slip A' }, { kind: 'text', text: 'end of A' }, { kind: 'cut' })

const connectTo = async (faults: VirtualFaults = {}) => {
  const server = await startVirtualPrinter({ port: 0, faults })
  onTestFinished(server.close)
  const texts = () => server.printer.slips().map((one) => slipToText(one, 48))
  return { server, printer: openPrinter(server.url, times), texts }
}

const makeFolder = () => {
  const folder = mkdtempSync(join(tmpdir(), 'printer-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return folder
}

describe('over the network', () => {
  test('a slip is printed when the printer says so', async () => {
    const { printer, texts, server } = await connectTo()
    expect(await printer.print(hindiReceipt)).toEqual({
      result: 'printed',
      problem: null,
      isPaperNearEnd: false,
    })
    expect(await printer.print(englishReceipt)).toMatchObject({ result: 'printed' })
    expect(texts()).toHaveLength(2)
    expect(texts()[1]).toContain('10,500.00')
    expect(server.printer.pulses()).toBe(1)
    expect(server.printer.unknownCommands()).toEqual([])
  })

  test('copies are one job and all of them come out', async () => {
    const { printer, texts } = await connectTo()
    expect(await printer.print(slip, { copies: 3 })).toMatchObject({ result: 'printed' })
    expect(texts()).toHaveLength(3)
    await expect(printer.print(slip, { copies: 0 })).rejects.toThrow('Copies must be 1 to 10')
  })

  test('jobs and status wait for each other: a printer takes one connection at a time', async () => {
    const { printer, texts } = await connectTo()
    const outcomes = await Promise.all([printer.print(slip), printer.status(), printer.print(slip)])
    expect(outcomes).toMatchObject([{ result: 'printed' }, { state: 'ready' }, { result: 'printed' }])
    expect(texts()).toHaveLength(2)
  })

  test.each([
    ['cover open', { isCoverOpen: true }, 'printer_cover_open'],
    ['no paper', { paperLinesLeft: 0 }, 'printer_paper_out'],
    ['offline', { isOffline: true }, 'printer_offline'],
    ['jammed cutter', { isCutterJammed: true }, 'printer_error'],
  ] as const)('%s: nothing is sent', async (_, faults, code) => {
    const { printer, texts, server } = await connectTo(faults)
    expect(await printer.print(slip)).toMatchObject({ result: 'not-sent', problem: { code } })
    expect(await printer.status()).toMatchObject({ state: 'attention', problem: { code } })
    server.printer.recover()
    expect(texts()).toEqual([])
    expect(await printer.print(slip)).toMatchObject({ result: 'printed' })
    expect(texts().join('')).not.toContain('VOID')
  })

  test('paper running low is told, and prints', async () => {
    const { printer } = await connectTo({ isPaperNearEnd: true })
    expect(await printer.print(slip)).toEqual({ result: 'printed', problem: null, isPaperNearEnd: true })
  })

  test.each([
    ['reports by itself', {}],
    ['answers only when asked', { hasNoAutomaticStatus: true }],
  ] as const)(
    'paper ends mid-slip on a printer that %s: interrupted, and no second original',
    async (_, kind) => {
      const { printer, texts, server } = await connectTo({ paperLinesLeft: 8, ...kind })
      expect(await printer.print(englishReceipt)).toMatchObject({
        result: 'interrupted',
        problem: { code: 'printer_paper_out' },
      })
      server.printer.recover()
      expect(await printer.print(englishReceipt)).toMatchObject({ result: 'printed' })
      const [broken = '', whole = ''] = texts()
      expect(broken).toContain('PRINT ABOVE IS INCOMPLETE - VOID')
      expect(broken).not.toContain('10,500.00')
      expect(whole).toContain('10,500.00')
      expect(texts()).toHaveLength(2)
    },
  )

  test('cover opened mid-slip: interrupted', async () => {
    const { printer, server } = await connectTo({ paperLinesLeft: 3, isSilent: false })
    const outcome = printer.print(englishReceipt)
    expect(await outcome).toMatchObject({ result: 'interrupted' })
    server.printer.setFaults({ isCoverOpen: true })
    expect(await printer.status()).toMatchObject({ problem: { code: 'printer_cover_open' } })
  })

  test('a printer that never answers prints, and the outcome is unknown', async () => {
    const { printer, texts } = await connectTo({ isSilent: true })
    expect(await printer.print(slip)).toMatchObject({
      result: 'unknown',
      problem: { code: 'printer_no_answer' },
    })
    expect(texts()[0]).toContain('end of A')
    expect(await printer.status()).toMatchObject({ state: 'silent' })
  })

  test('a printer that hangs after the preflight: unknown, in bounded time', async () => {
    const { printer, server } = await connectTo()
    server.setLineFaults({ hangAfterBytes: 20 })
    expect(await printer.print(slip)).toMatchObject({
      result: 'unknown',
      problem: { code: 'printer_no_answer' },
    })
  })

  test('a connection reset mid-slip is never called printed', async () => {
    const { printer, server, texts } = await connectTo()
    server.setLineFaults({ resetAfterBytes: 400 })
    const outcome = await printer.print(hindiReceipt)
    expect(['interrupted', 'unknown']).toContain(outcome.result)
    expect(outcome.problem?.code).toBe('printer_disconnected')
    expect(texts().join('')).not.toContain('- - -')
  })

  test('a reset during the preflight sends nothing', async () => {
    const { printer, server } = await connectTo()
    server.setLineFaults({ resetAfterBytes: 3 })
    expect((await printer.print(slip)).result).not.toBe('printed')
  })

  test('nobody listening: not sent, with words about what to check', async () => {
    const { server, printer } = await connectTo()
    await server.close()
    const outcome = await printer.print(slip)
    expect(outcome).toMatchObject({ result: 'not-sent', problem: { code: 'printer_unreachable' } })
    expect(outcome.problem?.message).toContain('switched on')
    expect(await printer.status()).toMatchObject({ state: 'unreachable' })
  })

  test('a link that accepts and says nothing at all ends as unknown and is closed', async () => {
    const received: Buffer[] = []
    const server = createServer((socket) => socket.on('data', (bytes) => received.push(bytes)))
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve)
    })
    onTestFinished(() => void server.close())
    const address = server.address()
    if (address === null || typeof address === 'string') throw new Error('no port')
    const printer = openPrinter(`tcp://127.0.0.1:${address.port}`, times)
    expect(await printer.print(slip)).toMatchObject({ result: 'unknown' })
    expect(Buffer.concat(received).toString('latin1')).toContain('end of A')
  })
})

describe('printer addresses', () => {
  test('virtual: slips appear in the folder, also from a printer without cutter', async () => {
    const folder = makeFolder()
    const printer = openPrinter(`virtual:${folder}?profile=generic-58`, times)
    expect(printer.describe()).toMatchObject({ kind: 'virtual', name: folder, profileId: 'generic-58' })
    expect(await printer.status()).toMatchObject({ state: 'ready' })
    expect(await printer.print(englishReceipt)).toMatchObject({ result: 'printed' })
    expect(await printer.print(slip)).toMatchObject({ result: 'printed' })
    expect(readdirSync(folder)).toHaveLength(4)
    expect(readFileSync(join(folder, 'slip-0002.txt'), 'utf8')).toContain('end of A')
  })

  test('file: bytes are written and nobody claims they were printed', async () => {
    const path = join(makeFolder(), 'lp0')
    const printer = openPrinter(`file:${path}`, times)
    expect(await printer.print(slip)).toMatchObject({
      result: 'unknown',
      problem: { code: 'printer_no_answer' },
    })
    expect(readFileSync(path, 'latin1').startsWith('\u001b@Slip A\nend of A\n')).toBe(true)
    expect(await openPrinter('file:/nowhere/at/all/lp0').print(slip)).toMatchObject({
      result: 'not-sent',
      problem: { code: 'file_not_writable' },
    })
  })

  test('none: says so', async () => {
    const printer = openPrinter('none')
    expect(await printer.print(slip)).toMatchObject({ result: 'not-sent', problem: { code: 'printer_none' } })
    expect(await printer.status()).toMatchObject({ state: 'none' })
  })

  test.each(['', 'http://printer', 'tcp://', 'tcp://host:99999', 'tcp://a/b', 'tcp://h?profile=nope'])(
    '"%s" is refused with advice',
    (url) => {
      expect(() => openPrinter(url)).toThrow(DriverProblem)
      expect(() => openPrinter(url)).toThrow(/is not understood: /)
    },
  )

  test('port 9100 is the default', () => {
    expect(openPrinter('tcp://192.0.2.7').describe().name).toBe('192.0.2.7:9100')
  })
})
