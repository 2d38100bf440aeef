// Tests one device of the till without touching money. How it went is the newest event of the device. Called by device-handlers.ts.
import { ProblemError } from '#contract/problem.ts'
import { DriverProblem } from '#drivers/problem.ts'
import { defaultProfile, findProfile } from '#drivers/printer/profiles.ts'
import type { Device } from '#rpc/devices.ts'
import type { Till } from '#host/till.ts'
import { troubleOf, type Note } from './device-diary.ts'
import type { OpenedDevice } from './open-device.ts'
import { testSlip } from './test-slip.ts'

export const SCAN_WAIT_MS = 15_000

/** Throws device_not_found, device_not_usable or device_busy. */
export async function testDevice(
  till: Pick<Till, 'devices' | 'fittings' | 'printing' | 'clock'>,
  id: string,
  { scanWaitMs = SCAN_WAIT_MS }: { readonly scanWaitMs?: number } = {},
): Promise<Device> {
  const { devices, fittings } = till
  if (fittings.has(id)) return fittings.test(id)
  const note = await devices.test(id, async (device) => await testNow(till, device, scanWaitMs))
  devices.diary.note(id, note)
  return devices.view(id)
}

async function testNow(
  till: Pick<Till, 'devices' | 'printing' | 'clock'>,
  device: OpenedDevice,
  scanWaitMs: number,
): Promise<Note> {
  switch (device.kind) {
    case 'none':
      throw new ProblemError('device_not_usable', { reason: 'not_in_use' })
    case 'printer': {
      const { printer, seen } = device.watched
      const document = testSlip({
        printerName: till.devices.view(device.slot.id).name,
        columns: (findProfile(printer.describe().profileId) ?? defaultProfile).columns,
        atMs: till.clock.read().wallMs,
      })
      const { result } = await till.printing.printNow(document, printer)
      if (result === 'printed') return passed('printed')
      const tone = result === 'unknown' ? 'amber' : 'red'
      return { tone, what: 'tested', trouble: seen().trouble, decoded: result }
    }
    case 'scanner':
    case 'card_reader': {
      const { state, trouble } = device.watched.seen()
      if (state !== 'ready') return { tone: 'red', what: 'tested', trouble }
      if (await device.watched.nextRead(scanWaitMs)) return passed('read')
      return { tone: 'amber', what: 'tested', trouble: troubleOf(nothingRead(scanWaitMs)) }
    }
    case 'card_terminal': {
      const problem = await device.watched.terminal.check()
      return problem === null
        ? passed('answers')
        : { tone: 'red', what: 'tested', trouble: troubleOf(problem) }
    }
  }
}

function passed(decoded: string): Note {
  return { tone: 'green', what: 'tested', decoded }
}

function nothingRead(waitMs: number): DriverProblem {
  return new DriverProblem(
    'device_no_answer',
    `Nothing was read within ${Math.round(waitMs / 1_000)} seconds. Hold the scanner 10 to 20 cm from a code and pull its trigger, or swipe a card evenly.`,
  )
}
