// Gives the pulse that opens the drawer at a printer, over the printer's own line. Called by open-printer.ts; who may ask for it is decided
// by the host: a committed cash event or a reasoned no-sale, never a slip.
import type { DriverProblem } from '#drivers/problem.ts'
import { problemOf, type PrintLine } from '#drivers/printer/print-job.ts'
import { askStatus } from '#drivers/printer/status.ts'
import { immediatePulseBytes, pulseBytes, starPulseBytes, USUAL_PULSE } from './pulse-bytes.ts'

const STAR_PULSE = { onMs: 200, offMs: 500 }

/**
 * Change must be given whether or not there is paper: a printer in trouble gets the pulse it carries out at once, every other one the
 * pulse that all printers know. null: the pulse is on its way; only the drawer's switch could say more.
 */
export async function kickOver(
  { connection, reader, transport, times }: PrintLine,
  { isStar }: { readonly isStar: boolean },
): Promise<DriverProblem | null> {
  try {
    // Star takes its pulse also while it does not print, and is never asked in ESC/POS.
    if (isStar) {
      await connection.write(starPulseBytes(STAR_PULSE))
      return null
    }
    const status = transport.canAnswer ? await askStatus(reader, times.answerTimeoutMs) : null
    const isStopped = status !== null && status.problem !== null
    await connection.write(isStopped ? immediatePulseBytes(USUAL_PULSE) : pulseBytes(USUAL_PULSE))
    return null
  } catch (error) {
    return problemOf(error)
  }
}
