// Goal: a whole receipt is printed and confirmed over a serial line and over a printer file, as it is over the network; what
// the printer says about itself comes back the same way.
import { expect, onTestFinished, test } from 'vitest'
import { openPrinter } from '#drivers/printer/open-printer.ts'
import { lpTransport } from '#drivers/transport/lp.ts'
import type { VirtualFaults } from '#drivers/virtual/printer.ts'
import { createVirtualPrinter } from '#drivers/virtual/printer.ts'
import { slipToText } from '#drivers/virtual/slip-text.ts'
import { openPair } from './pty-pair.ts'
import { englishReceipt } from './sample-receipts.ts'

/** The virtual printer at the far end of a line. */
const connect = async (faults: VirtualFaults = {}) => {
  const pair = await openPair()
  const printer = createVirtualPrinter({ columns: 48, faults })
  const far = await lpTransport(pair.far).open()
  far.onData((bytes) => printer.receive(bytes))
  printer.onAnswer((bytes) => void far.write(bytes).catch(() => undefined))
  onTestFinished(far.close)
  return { ...pair, printer, texts: () => printer.slips().map((slip) => slipToText(slip, 48)) }
}

test.each(['serial', 'bluetooth', 'lp'] as const)(
  '%s: printed, because the printer said so',
  async (scheme) => {
    const { path, texts, printer } = await connect()
    const settings = scheme === 'serial' ? '?baud=115200&flow=rtscts&profile=generic-80' : ''
    const till = openPrinter(`${scheme}:${path}${settings}`)
    expect(await till.status()).toMatchObject({ state: 'ready' })
    expect(await till.print(englishReceipt)).toMatchObject({ result: 'printed', problem: null })
    expect(texts()).toHaveLength(1)
    expect(texts()[0]).toContain('10,500.00')
    expect(printer.unknownCommands()).toEqual([])
    expect(till.describe()).toMatchObject({ kind: scheme, name: path })
  },
)

test('out of paper over a serial line: nothing is sent, and the reason is told', async () => {
  const { path, texts } = await connect({ paperLinesLeft: 0 })
  const till = openPrinter(`serial:${path}`)
  expect(await till.print(englishReceipt)).toMatchObject({
    result: 'not-sent',
    problem: { code: 'printer_paper_out' },
  })
  expect(texts()).toEqual([])
})

test('no printer at the port: nothing is sent, in the words of the till', async () => {
  expect(await openPrinter('serial:/dev/tty-none').print(englishReceipt)).toMatchObject({
    result: 'not-sent',
    problem: { code: 'printer_unreachable', message: expect.stringContaining('which port is set') },
  })
})
