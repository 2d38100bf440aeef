// Goal: whatever a printer or its line does to a slip, the terminal's word about it is true, no slip is printed as an original twice, and
// long slips come out whole over slow lines and small buffers. Over TCP and over a serial line of the kernel.
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { openPrinter, openPrinterOver, type Printer } from '#drivers/printer/open-printer.ts'
import type { PrintTimes } from '#drivers/printer/print-job.ts'
import type { PrinterProfile } from '#drivers/printer/profiles.ts'
import { serialTransport } from '#drivers/transport/serial.ts'
import { createVirtualPrinter, type VirtualFaults, type VirtualPrinter } from '#drivers/virtual/printer.ts'
import { startVirtualPrinter, type LineFaults } from '#drivers/virtual/printer-server.ts'
import { slipToText } from '#drivers/virtual/slip-text.ts'
import { openLine } from './pty-pair.ts'
import { englishReceipt } from './sample-receipts.ts'
import { documentOf, profileOf } from './virtual-slip.ts'

const times: PrintTimes = {
  answerTimeoutMs: 250,
  fenceTimeoutMs: 500,
  flowTimeoutMs: 10_000,
  pollMs: 150,
  lateListenMs: 20_000,
}
const patient = { timeout: 15_000, interval: 5 }
const long = documentOf(
  ...Array.from(
    { length: 300 },
    (_, line) => ({ kind: 'text', text: `line ${line} of a long slip` }) as const,
  ),
  ...Array.from(
    { length: 150 },
    (_, line) => ({ kind: 'row', label: `head ${line}`, value: '1,00,000.00' }) as const,
  ),
  { kind: 'cut' },
)

type Rig = {
  readonly device: VirtualPrinter
  readonly printer: Printer
  readonly texts: () => string[]
  readonly setLine: (faults: LineFaults) => void
}

const overTcp = async (faults: VirtualFaults, profile: string): Promise<Rig> => {
  const server = await startVirtualPrinter({ port: 0, faults })
  onTestFinished(server.close)
  const printer = openPrinter(`${server.url}?profile=${profile}`, times)
  onTestFinished(printer.close)
  return { ...rigOf(server.printer, printer), setLine: server.setLineFaults }
}

const overSerial = async (faults: VirtualFaults, profile: string): Promise<Rig> => {
  const line = await openLine()
  const device = createVirtualPrinter({ columns: 48, faults })
  device.onAnswer((bytes) => void line.say(bytes))
  let heard = 0
  const timer = setInterval(() => {
    const bytes = line.heard().subarray(heard)
    heard += bytes.length
    if (bytes.length > 0) device.receive(bytes)
  }, 2)
  onTestFinished(() => clearInterval(timer))
  const printer = overTransport(line.path, profileOf(profile))
  onTestFinished(printer.close)
  return { ...rigOf(device, printer), setLine: () => undefined }
}

/** A pseudo-terminal is as fast as the machine; what is on its way when XOFF is said must stay as little as on a real line. */
const PACE = { pieceBytesMax: 512, pauseMs: 1 }

function overTransport(path: string, profile: PrinterProfile): Printer {
  const transport = serialTransport({ path, baudRate: 115_200, noun: 'printer', ...PACE })
  return openPrinterOver(transport, { kind: 'serial', profile, times })
}

function rigOf(device: VirtualPrinter, printer: Printer): Omit<Rig, 'setLine'> {
  return { device, printer, texts: () => device.slips().map((slip) => slipToText(slip, 48)) }
}

const kinds = [
  ['TCP, process ID', overTcp, 'epson-tm'],
  ['TCP, fence', overTcp, 'generic-80'],
  ['serial, process ID', overSerial, 'epson-tm'],
  ['serial, fence', overSerial, 'generic-80'],
] as const

describe.each(kinds)('%s', (_, connect, profile) => {
  test('a sound printer: printed, by its own word', async () => {
    const { printer, texts, device } = await connect({}, profile)
    const steps: string[] = []
    const result = await printer.print(englishReceipt, { jobId: '0A01', onSent: () => steps.push('sent') })
    expect(result).toMatchObject({ result: 'printed', problem: null })
    expect(steps).toEqual(['sent'])
    expect(texts()).toHaveLength(1)
    expect(device.unknownCommands()).toEqual([])
  })

  test('answers in single bytes behind noise are understood', async () => {
    const { printer, texts } = await connect(
      { answersInSingleBytes: true, noise: [0xff, 0x81, 0xa5] },
      profile,
    )
    expect(await printer.print(englishReceipt)).toMatchObject({ result: 'printed' })
    expect(texts()).toHaveLength(1)
  })

  test('paper out mid-slip: interrupted, the rest never comes, the next slip says VOID and is whole', async () => {
    const { printer, texts, device } = await connect({ paperLinesLeft: 8 }, profile)
    expect(await printer.print(englishReceipt, { jobId: '0001' })).toMatchObject({
      result: 'interrupted',
      problem: { code: 'printer_paper_out' },
    })
    device.recover()
    expect([...(await printer.latePrints())]).toEqual([])
    expect(await printer.print(englishReceipt, { jobId: '0002' })).toMatchObject({ result: 'printed' })
    expect(texts()).toHaveLength(2)
    expect(texts()[0]).toContain('INCOMPLETE - VOID')
    expect(texts().join('').split('10,500.00')).toHaveLength(texts()[1]!.split('10,500.00').length)
  })

  test('a printer that finishes by itself after new paper says so late: no VOID, and nobody needs a second slip', async () => {
    // Without automatic status the trouble is known only when asked for, so the question at the end of the slip is always out before.
    const { printer, texts, device } = await connect(
      { paperLinesLeft: 8, ignoresClear: true, hasNoAutomaticStatus: true },
      profile,
    )
    expect(await printer.print(englishReceipt, { jobId: '0003' })).toMatchObject({ result: 'interrupted' })
    device.recover()
    await vi.waitFor(async () => expect([...(await printer.latePrints())]).toEqual(['0003']), patient)
    expect(await printer.print(englishReceipt, { jobId: '0004' })).toMatchObject({ result: 'printed' })
    expect(texts()).toHaveLength(2)
    expect(texts().join('')).not.toContain('VOID')
  })

  test('cutter jammed at the end: interrupted, named, and cleared by its own command', async () => {
    const { printer, device } = await connect({ jamsAtCut: true }, profile)
    expect(await printer.print(englishReceipt)).toMatchObject({
      result: 'interrupted',
      problem: { code: 'printer_error' },
    })
    await vi.waitFor(() => expect(device.faults().isCutterJammed).toBe(false), patient)
  })

  test('near the end of the roll: printed, and told', async () => {
    const { printer } = await connect({ isPaperNearEnd: true }, profile)
    expect(await printer.print(englishReceipt)).toMatchObject({ result: 'printed', isPaperNearEnd: true })
  })

  test('silence: unknown, never printed and never void', async () => {
    const { printer, texts } = await connect({ isSilent: true }, profile)
    expect(await printer.print(englishReceipt)).toMatchObject({ result: 'unknown' })
    await vi.waitFor(() => expect(texts()).toHaveLength(1), patient)
  })
})

test('a process ID that comes after the time is out turns "unknown" into printed', async () => {
  const { printer, texts, device } = await overTcp({ holdsProcessIds: true }, 'epson-tm')
  expect(await printer.print(englishReceipt, { jobId: 'LATE' })).toMatchObject({ result: 'unknown' })
  expect((await printer.status()).state).toBe('ready')
  expect([...(await printer.latePrints())]).toEqual([])
  device.setFault('holdsProcessIds', false)
  await vi.waitFor(async () => expect([...(await printer.latePrints())]).toEqual(['LATE']), patient)
  expect(await printer.print(englishReceipt, { jobId: 'NEXT' })).toMatchObject({ result: 'printed' })
  expect(texts()).toHaveLength(2)
})

test('a printer without process IDs under a profile with them is never called printed', async () => {
  const { printer } = await overTcp({ hasNoProcessId: true }, 'epson-tm')
  expect(await printer.print(englishReceipt)).toMatchObject({ result: 'unknown' })
})

test.each([3, 40, 200, 700])('the line drops after %d bytes: never printed', async (resetAfterBytes) => {
  const { printer, setLine, texts } = await overTcp({}, 'generic-80')
  setLine({ resetAfterBytes })
  const outcome = await printer.print(englishReceipt)
  expect(outcome.result).not.toBe('printed')
  expect(texts().join('')).not.toContain('- - - -\n\n')
})

test('a slip that broke off in an earlier life of the program is made void before the next one', async () => {
  const { printer, texts } = await overTcp({}, 'generic-80')
  expect(await printer.print(englishReceipt, { isAfterVoid: true })).toMatchObject({ result: 'printed' })
  expect(texts()[0]).toContain('INCOMPLETE - VOID')
  expect(texts()).toHaveLength(2)
})

describe('long slips over small buffers', () => {
  const small = { bytes: 4_096, bytesPerTick: 1_024, tickMs: 1 }

  test('450 lines over a slow line into 4 KiB come out whole', async () => {
    const { printer, texts, device, setLine } = await overTcp({ receiveBuffer: small }, 'epson-tm')
    setLine({ pace: { bytes: 960, everyMs: 1 } })
    expect(await printer.print(long)).toMatchObject({ result: 'printed' })
    expect(wholeSlips(texts())).toBe(1)
    expect(device.lostBytes()).toBe(0)
  })

  test('a serial printer that says XOFF gets nothing until XON, and loses nothing', async () => {
    const { printer, texts, device } = await overSerial(
      { receiveBuffer: { bytes: 49_152, bytesPerTick: 512, tickMs: 24, hasFlowControl: true } },
      'generic-80',
    )
    const said: number[] = []
    device.onAnswer((bytes) => said.push(...bytes))
    expect(await printer.print(long, { copies: 4 })).toMatchObject({ result: 'printed' })
    expect(said).toContain(0x13)
    expect(device.lostBytes()).toBe(0)
    expect(wholeSlips(texts())).toBe(4)
  })
})

function wholeSlips(texts: readonly string[]): number {
  return texts.filter((text) => {
    const lines = text.split('\n')
    return (
      Array.from({ length: 300 }, (_, line) => lines.includes(`line ${line} of a long slip`)).every(
        Boolean,
      ) &&
      Array.from({ length: 150 }, (_, line) =>
        new RegExp(`^head ${line} +1,00,000\\.00$`, 'm').test(text),
      ).every(Boolean)
    )
  }).length
}
