// Goal: the demo takes one payment from a scan to DIGIT's number, prints it on a printer of the network, says how long each
// step took, and exits 0; what keeps it from its end is said in words.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { slipToText } from '#drivers/virtual/slip-text.ts'
import { startVirtualPrinter } from '#drivers/virtual/printer-server.ts'
import { launch, newFolder } from './launch-kit.ts'

const folder = newFolder()
afterAll(() => rmSync(folder, { recursive: true, force: true }))

type DemoLine = {
  readonly ready: true
  readonly name: 'demo'
  readonly receiptNumber: string
  readonly digitReceiptNumber: string
  readonly files: readonly string[]
  readonly steps: readonly { readonly state: string; readonly sinceCommitMs: number }[]
  readonly printer: { readonly address: string; readonly state: string }
  readonly dataDir: string
}

it('shows a whole payment on stdout and in files', async () => {
  const demo = launch({ program: 'demo', args: ['--data', join(folder, 'words')] })
  expect(await demo.ended, demo.stderr()).toBe(0)
  const said = demo.stdout()
  expect(said).toContain('RECEIPT')
  expect(said).toMatch(/AMOUNT PAID\s+Rs 2,100/)
  expect(said).toMatch(/\d+ ms {2}RECORDED[^]*RECEIVED[^]*READY[^]*POSTING[^]*POSTED/)
  expect(said).toMatch(/Receipt of DIGIT:\s+\S+/)
})

it('prints on a network printer, says one JSON line, and can go on in the same folder', async () => {
  const data = join(folder, 'printed')
  const printer = await startVirtualPrinter({ port: 0 })
  const runs: DemoLine[] = []
  for (let i = 0; i < 2; i += 1) {
    const demo = launch({ program: 'demo', args: ['--json', '--data', data, '--printer', printer.url] })
    expect(await demo.ended, demo.stderr()).toBe(0)
    const lines = demo.stdout().trim().split('\n')
    expect(lines).toHaveLength(1)
    runs.push(JSON.parse(lines[0] ?? '') as DemoLine)
  }
  const [first, second] = runs
  expect(first).toMatchObject({ ready: true, name: 'demo', dataDir: data })
  expect(first?.printer).toEqual({ address: printer.url, state: 'printed' })
  expect(
    printer.printer
      .slips()
      .map((slip) => slipToText(slip, 48))
      .join('\n'),
  ).toContain(first?.receiptNumber)
  expect(first?.steps[0]).toMatchObject({ state: 'RECORDED', sinceCommitMs: 0 })
  expect(first?.steps.map((step) => step.state)).toContain('POSTED')
  expect(second?.receiptNumber).not.toBe(first?.receiptNumber)
  expect(second?.digitReceiptNumber).not.toBe(first?.digitReceiptNumber)
  const [png, pdf] = first?.files ?? []
  expect(
    readFileSync(png ?? '')
      .subarray(1, 4)
      .toString(),
  ).toBe('PNG')
  expect(
    readFileSync(pdf ?? '')
      .subarray(0, 5)
      .toString(),
  ).toBe('%PDF-')
  await printer.close()
})

it('finishes without the printer it was given, and says so', async () => {
  const demo = launch({
    program: 'demo',
    args: ['--json', '--data', join(folder, 'no-printer'), '--printer', 'tcp://127.0.0.1:9'],
  })
  expect(await demo.ended, demo.stderr()).toBe(0)
  const line = JSON.parse(demo.stdout()) as DemoLine
  expect(line.digitReceiptNumber).not.toBe('')
  expect(line.printer.state).not.toBe('printed')
})

it('says in words why it did not come to its end', async () => {
  const taken = join(folder, 'taken')
  mkdirSync(taken, { mode: 0o755 })
  // A file where the till's folder would be.
  writeFileSync(join(taken, 'terminal'), '')
  const demo = launch({ program: 'demo', args: ['--json', '--data', taken] })
  expect(await demo.ended).toBe(1)
  expect(demo.stderr()).toMatch(/The demo did not come to its end: /)
  expect(demo.stdout()).toBe('')
  expect(existsSync(join(taken, 'receipts'))).toBe(false)
})
