// Goal: the printer class of the npm package `escpos` prints through our links, and its sound calls come out right on a
// machine that reads bytes by the vendors' tables; its calls that send wrong bytes are written down byte for byte, so
// that nobody takes them for receipts.
import { createRequire } from 'node:module'
import { expect, onTestFinished, test } from 'vitest'
import { type EscposAdapter, escposAdapter } from '#drivers/printer/escpos-adapter.ts'
import { DriverProblem } from '#drivers/problem.ts'
import { lpTransport } from '#drivers/transport/lp.ts'
import { memoryTransport } from '#drivers/transport/memory.ts'
import { networkTransport } from '#drivers/transport/network.ts'
import { serialTransport } from '#drivers/transport/serial.ts'
import type { Transport } from '#drivers/transport/transport.ts'
import { startVirtualPrinter } from '#drivers/virtual/printer-server.ts'
import { createVirtualPrinter, type VirtualPrinter } from '#drivers/virtual/printer.ts'
import { slipToText } from '#drivers/virtual/slip-text.ts'
import { openPair } from './pty-pair.ts'

type Escpos = {
  text: (content: string, encoding?: string) => Escpos
  align: (side: string) => Escpos
  style: (style: string) => Escpos
  feed: (lines?: number) => Escpos
  cut: (isPartial?: boolean) => Escpos
  raster: (image: object) => Escpos
  size: (width: number, height: number) => Escpos
  cashdraw: (pin?: number) => Escpos
  barcode: (code: string, type: string, options?: object) => Escpos
  qrcode: (code: string) => Escpos
  flush: (callback?: (problem: Error | null) => void) => Escpos
  close: (callback?: (problem: Error | null) => void) => Escpos
}
const load = createRequire(import.meta.url)
const EscposPrinter = load('escpos/printer') as new (adapter: object, options?: object) => Escpos
const EscposImage = load('escpos/image') as new (pixels: object) => object

const settled = async (start: (callback: (problem: Error | null) => void) => unknown) =>
  await new Promise<Error | null>((resolve) => {
    start(resolve)
  })

const printed = async (adapter: EscposAdapter, write: (printer: Escpos) => Escpos) => {
  const printer = new EscposPrinter(adapter, { encoding: 'cp437' })
  const opened = await settled((callback) => adapter.open(callback))
  if (opened !== null) return opened
  write(printer)
  return await settled((callback) => printer.close(callback))
}

/** Prints in this process; what the machine made of it, and the bytes. */
const onPaper = async (write: (printer: Escpos) => Escpos) => {
  const printer = createVirtualPrinter({ columns: 48 })
  const bytes: number[] = []
  const receive = (piece: Uint8Array): void => {
    bytes.push(...piece)
    printer.receive(piece)
  }
  const problem = await printed(escposAdapter(memoryTransport({ ...printer, receive }, 'memory')), write)
  expect(problem).toBeNull()
  printer.tearOff()
  return {
    printer,
    hex: Buffer.from(bytes).toString('hex'),
    items: printer.slips().flatMap(({ items }) => items),
  }
}

const lineTexts = (printer: VirtualPrinter): string =>
  printer
    .slips()
    .map((slip) => slipToText(slip, 48))
    .join('')

const hello = (printer: Escpos): Escpos =>
  printer.align('ct').style('b').text('Water tax').style('normal').align('lt').text('Rs. 1,250.00').cut()

const links: Record<string, () => Promise<{ transport: Transport; printer: VirtualPrinter }>> = {
  memory: async () => {
    const printer = createVirtualPrinter({ columns: 48 })
    return { printer, transport: memoryTransport(printer, 'memory') }
  },
  TCP: async () => {
    const server = await startVirtualPrinter({ port: 0 })
    onTestFinished(server.close)
    return { printer: server.printer, transport: networkTransport({ host: '127.0.0.1', port: server.port }) }
  },
  'a serial line': async () => {
    const pair = await openPair()
    const printer = createVirtualPrinter({ columns: 48 })
    const far = await lpTransport(pair.far).open()
    far.onData((bytes) => printer.receive(bytes))
    printer.onAnswer((bytes) => void far.write(bytes).catch(() => undefined))
    onTestFinished(far.close)
    return { printer, transport: serialTransport({ path: pair.path, noun: 'printer', baudRate: 115_200 }) }
  },
}

test.each(Object.entries(links))('over %s the package prints, and hears the printer', async (_, connect) => {
  const { transport, printer } = await connect()
  const adapter = escposAdapter(transport)
  const heard: number[] = []
  expect(await settled((callback) => expect(adapter.open(callback)).toBe(adapter))).toBeNull()
  expect(adapter.read((bytes) => heard.push(...bytes))).toBe(adapter)
  hello(new EscposPrinter(adapter)).flush()
  adapter.write(Uint8Array.of(0x10, 0x04, 1))
  await expect.poll(() => heard, { timeout: 20_000 }).toEqual([0x12])
  expect(await settled((callback) => adapter.close(callback))).toBeNull()
  await expect.poll(() => printer.slips().length, { timeout: 20_000 }).toBe(1)
  expect(lineTexts(printer)).toContain(`${' '.repeat(19)}Water tax\nRs. 1,250.00\n`)
})

test('text, align, style, feed, cut and raster mean on paper what they say', async () => {
  const image = new EscposImage({
    shape: [16, 2, 4],
    data: Array.from({ length: 16 * 2 }, (_, at) =>
      at % 16 < 3 ? [0, 0, 0, 255] : [255, 255, 255, 255],
    ).flat(),
  })
  const { printer, items } = await onPaper((each) =>
    each.align('rt').style('bu').text('é right').style('normal').align('lt').feed(2).raster(image).cut(true),
  )
  expect(items[0]).toMatchObject({ kind: 'line', align: 'right' })
  // High bytes are Chinese to a printer made for China: the package has no call that says otherwise.
  expect(lineTexts(printer)).toContain('〓right')
  expect(items[0]).toMatchObject({
    glyphs: expect.arrayContaining([expect.objectContaining({ isBold: true })]),
  })
  expect(items.slice(1, 3)).toEqual([
    expect.objectContaining({ kind: 'line', glyphs: [] }),
    expect.objectContaining({ kind: 'line', glyphs: [] }),
  ])
  expect(items[3]).toMatchObject({
    kind: 'raster',
    widthBytes: 2,
    rows: 2,
    bits: Buffer.of(0xe0, 0, 0xe0, 0),
  })
  expect(printer.slips()).toEqual([expect.objectContaining({ cut: 'partial' })])
  // Italics off, sent with every style, is in no Epson table; printers pass over it.
  expect(new Set(printer.unknownCommands())).toEqual(new Set(['1b35']))
})

test('what is written later does not change what waits for a slow link', async () => {
  const { promise: room, resolve: takesMore } = Promise.withResolvers<void>()
  const taken: string[] = []
  const slow: Transport = {
    name: 'slow',
    canAnswer: false,
    open: async () => ({
      closed: new Promise(() => undefined),
      onData: () => () => undefined,
      close: async () => undefined,
      write: async (bytes) => {
        await room
        taken.push(Buffer.from(bytes).toString('latin1'))
      },
    }),
  }
  const adapter = escposAdapter(slow)
  const printer = new EscposPrinter(adapter).text('first').flush().text('other').flush()
  adapter.open()
  printer.text('third')
  // Written before the link was open: told, and told again at the end, because the package does not listen.
  takesMore()
  expect(await settled((callback) => printer.close(callback))).toMatchObject({ code: 'printer_disconnected' })
  expect(taken).toEqual(['third\n'])
  await settled((callback) => adapter.open(callback))
  printer.text('first').flush().text('other')
  expect(await settled((callback) => printer.close(callback))).toBeNull()
  expect(taken.slice(1)).toEqual(['first\n', 'other\n'])
})

test('a printer that is not there, and a line cut in the middle, come back as problems and never as exceptions', async () => {
  const server = await startVirtualPrinter({ port: 0 })
  const transport = networkTransport({ host: '127.0.0.1', port: server.port })
  const adapter = escposAdapter(transport)
  expect(await settled((callback) => adapter.open(callback))).toBeNull()
  await server.close()
  const printer = new EscposPrinter(adapter)
  await expect
    .poll(async () => await settled((callback) => printer.text('x').flush(callback)), { timeout: 20_000 })
    .toMatchObject({ code: 'printer_disconnected' })
  expect(await settled((callback) => printer.close(callback))).toBeInstanceOf(DriverProblem)
  expect(await printed(escposAdapter(transport), hello)).toMatchObject({ code: 'printer_unreachable' })
  adapter.open().write('x').close()
})

test('wrong: cashdraw sends no pulse times, so the printer takes them out of the text', async () => {
  const { hex, printer } = await onPaper((each) => each.cashdraw(2).text('ABCD'))
  expect(hex).toBe('1b7000414243440a')
  expect(lineTexts(printer)).toBe('CD\n')
})

test('wrong: a CODE128 of fewer than 16 characters has no length byte, so the rest of the slip is swallowed', async () => {
  const { hex, items } = await onPaper((each) => each.barcode('PT-107', 'CODE128').text('Total').cut())
  // 50 is the "P" of the payload where the length should be: 80 bytes of slip become bars.
  expect(hex).toContain('1d6b4950542d31303700')
  expect(items).toEqual([])
})

test('wrong: a long CODE128 has its length, but names no code set', async () => {
  const { hex, printer } = await onPaper((each) => each.barcode('PT-107-0000000001', 'CODE128').cut())
  expect(hex).toContain(`1d6b4911${Buffer.from('PT-107-0000000001').toString('hex')}00`)
  expect(printer.unknownCommands()).toEqual(['1d6b49115054'])
})

test('wrong: barcode heights from 128 are two bytes, and width 6 is the word "undefined"', async () => {
  expect(
    (await onPaper((each) => each.barcode('PT-107-0000000001', 'CODE128', { height: 162 }))).hex,
  ).toContain('1d68c2a2')
  const { printer } = await onPaper((each) => each.barcode('123456789012', 'EAN13', { width: 6 }).text(''))
  expect(lineTexts(printer)).toContain('undefined')
})

test('wrong: qrcode is ESC Z of a few printers, and counts characters where bytes follow', async () => {
  const { hex, printer } = await onPaper((each) => each.qrcode('कखग').text('Total'))
  expect(hex).toBe('1d5a021b5a034c060300e0a495e0a496e0a497546f74616c0a')
  expect(printer.unknownCommands()).toEqual(expect.arrayContaining(['1b5a']))
})

test('wrong: size takes off the bold of the style before it', async () => {
  const { items } = await onPaper((each) => each.style('b').size(2, 2).text('TOTAL'))
  expect(items[0]).toMatchObject({
    glyphs: expect.arrayContaining([expect.objectContaining({ isBold: false, wide: 2, high: 2 })]),
  })
})
