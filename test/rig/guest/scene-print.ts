// Printing through the kernel's printer file and through USB itself, with a virtual printer at the other end of the cable: whole
// slips and the printer's own word, paper that ends, a cable pulled out while printing, and two programs on one printer. Played by main.ts.
import { readdirSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import type { PrintDocument } from '#drivers/printer/document.ts'
import { openPrinter, type Printer } from '#drivers/printer/open-printer.ts'
import { PRINT_TIMES } from '#drivers/printer/print-job.ts'
import { lpTransport } from '#drivers/transport/lp.ts'
import { createVirtualPrinter, type VirtualPrinter } from '#drivers/virtual/printer.ts'
import { slipToText } from '#drivers/virtual/slip-text.ts'
import { serveDevice, type DeviceSide } from './device-side.ts'
import { plugPrinter, unplug } from './gadgets.ts'
import type { Scene } from './main.ts'

const PLUG_MS = 1_500
const LINES = 450
const TIMES = { ...PRINT_TIMES, answerTimeoutMs: 2_000, fenceTimeoutMs: 15_000, lateListenMs: 100 }

const lines = (count: number): PrintDocument => ({
  title: 'Rig',
  lang: 'en',
  blocks: [
    ...Array.from({ length: count }, (_, at) => ({
      kind: 'text' as const,
      text: `line ${at + 1} of a long slip ${'.'.repeat(20)}`,
    })),
    { kind: 'cut' as const },
  ],
})

const lpPath = (): string => {
  const name = readdirSync('/dev/usb').find((each) => each.startsWith('lp'))
  if (name === undefined) throw new Error('there is no printer file')
  return `/dev/usb/${name}`
}

type Both = { readonly printer: Printer; readonly device: VirtualPrinter; readonly side: DeviceSide }

const withPrinter = async (address: string, use: (both: Both) => Promise<Record<string, unknown>>) => {
  const device = createVirtualPrinter({ columns: 48 })
  const side = await serveDevice('/dev/g_printer0', device)
  const printer = openPrinter(address, { ...TIMES })
  try {
    return await use({ printer, device, side })
  } finally {
    await printer.close()
    await side.close()
  }
}

const told = ({ result, problem }: Awaited<ReturnType<Printer['print']>>) => ({
  result,
  code: problem?.code ?? null,
})
const linesOn = (device: VirtualPrinter): string[] =>
  device.slips().map((slip) => String(slipToText(slip, 48).match(/line \d+/g)?.length ?? 0))

const whole = (name: string, addressOf: () => string): Scene => ({
  name: `${name}: a long slip is whole and the printer says so`,
  play: async () =>
    await withPrinter(addressOf(), async ({ printer, device, side }) => {
      const status = await printer.status()
      const outcome = await printer.print(lines(LINES))
      return { status: status.state, ...told(outcome), lines: linesOn(device), bytes: side.receivedBytes() }
    }),
})

const paperOut = (name: string, addressOf: () => string): Scene => ({
  name: `${name}: paper ends in the middle`,
  play: async () =>
    await withPrinter(addressOf(), async ({ printer, device }) => {
      device.setFaults({ paperLinesLeft: 20 })
      return told(await printer.print(lines(LINES)))
    }),
})

const pulled = (name: string, addressOf: () => string): Scene => ({
  name: `${name}: the cable is pulled while printing and put back`,
  play: async () =>
    await withPrinter(addressOf(), async ({ printer, device, side }) => {
      const printing = printer.print(lines(LINES))
      while (side.receivedBytes() < 4_000) await wait(2)
      side.setTaking(false)
      unplug('printer')
      const broken = told(await printing)
      await wait(PLUG_MS)
      const away = await printer.status()
      plugPrinter()
      side.setTaking(true)
      await wait(PLUG_MS)
      device.tearOff()
      // The kernel may have given the printer another number: the address names the device, not its file.
      const again = openPrinter(addressOf(), TIMES)
      const after = told(await again.print(lines(10)))
      await again.close()
      return {
        broken,
        away: { state: away.state, code: away.problem?.code ?? null },
        after,
        lines: linesOn(device),
      }
    }),
})

const shared: Scene = {
  name: 'two programs on one printer file',
  play: async () => {
    const first = await lpTransport(lpPath()).open()
    const second = await lpTransport(lpPath())
      .open()
      .then(
        async (connection) => {
          await connection.close()
          return null
        },
        (error: unknown) => (error instanceof Error && 'code' in error ? String(error.code) : String(error)),
      )
    await first.close()
    return { second }
  },
}

const USB = 'usb:04b8:0202:RIG-PRINT-1'
const DEVICE = 'device:lp:04b8:0202:RIG-PRINT-1/0'

export const printScenes: readonly Scene[] = [
  whole('printer file', () => `lp:${lpPath()}`),
  paperOut('printer file', () => DEVICE),
  pulled('printer file', () => DEVICE),
  shared,
  whole('USB', () => USB),
  pulled('USB', () => USB),
]
