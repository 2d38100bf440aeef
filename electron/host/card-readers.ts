// The card reader that the options name, for badges of staff and cards of citizens. Called by start-host; scan-desk.ts keeps it
// open.
import { isAbsolute, join } from 'node:path'
import type { CardReader } from '#drivers/card-reader/card-reader.ts'
import { cardReaderAt } from '#drivers/card-reader/open-card-reader.ts'
import type { HostOptions } from './terminal-host.ts'
import type { HostTuning } from './tuning.ts'

/** @throws DriverProblem `device_address_invalid`; a reader that is not plugged in is waited for. */
export function cardReadersFor(
  { cardReader, dataDir }: Pick<HostOptions, 'cardReader' | 'dataDir'>,
  { clock, cardReaders }: Pick<HostTuning, 'clock' | 'cardReaders'>,
): readonly CardReader[] {
  if (cardReaders !== null) return cardReaders
  const address = cardReader?.trim() ?? ''
  if (address === '') return []
  const file = /^virtual:(.+)$/.exec(address)?.[1]
  const where = file === undefined ? address : `virtual:${isAbsolute(file) ? file : join(dataDir, file)}`
  return [cardReaderAt(where, { nowMs: () => clock.read().wallMs })]
}
