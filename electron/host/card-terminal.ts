// The card terminal that a till's settings name. Called by start-host.
import type { CardTerminal } from '#drivers/card-terminal/card-terminal.ts'
import { openVirtualCardTerminal } from '#drivers/virtual/card-terminal.ts'
import type { HostOptions } from './terminal-host.ts'

/** null: no terminal takes cards by itself; the slip is typed. @throws Error in plain words for an address that is not understood */
export async function cardTerminalFor({
  cardTerminal,
}: Pick<HostOptions, 'cardTerminal'>): Promise<CardTerminal | null> {
  const address = cardTerminal?.trim() ?? 'manual'
  if (address === 'manual' || address === '') return null
  const terminal = openVirtualCardTerminal(address)
  if (terminal === null) throw new Error(`The card terminal must be virtual: or manual, not ${address}.`)
  return await Promise.resolve(terminal)
}
