// The core's process in the desktop shell: one till, reached only through ports that the main process hands over.
// Started by core-process.ts; it ends itself when the till cannot be started or a programming mistake shows.
import type { MessageEvent, MessagePortMain } from 'electron'
import { carryOverPort } from '#host/carry-calls.ts'
import { startHost } from '#host/start-host.ts'
import type { TerminalHost } from '#host/terminal-host.ts'
import { keyringVault, vaultOfMachine, type SecretVault } from '#host/identity/vault.ts'
import type { FromCore, ToCore } from './channels.ts'
import { keyringOverMessages, type CoreKeyring } from './core-keyring.ts'

let host: TerminalHost | null = null
let keyring: CoreKeyring | null = null

process.parentPort.on('message', ({ data, ports }: MessageEvent) => {
  take(data as ToCore, ports).catch((error: unknown) => {
    tell({ type: 'refused', words: error instanceof Error ? error.message : String(error) })
    // The words must get out before the process ends.
    setTimeout(() => process.exit(1), 200)
  })
})

async function take(message: ToCore, ports: readonly MessagePortMain[]): Promise<void> {
  switch (message.type) {
    case 'start':
      host = await startHost(message.settings, vaultsOf(message.keyring))
      return tell({ type: 'ready' })
    case 'keyring':
      return keyring?.take(message)
    case 'port': {
      const [port] = ports
      if (port === undefined || host === null) throw new Error('a port came before the till was started')
      return carryOverPort(host, port)
    }
    case 'stop':
      await host?.close()
      return process.exit(0)
  }
}

/** The keyring first; a passphrase where it is missing or known to everybody. */
function vaultsOf(backend: string | null): { vault: SecretVault; olderVaults: readonly SecretVault[] } {
  const machine = vaultOfMachine(process.env)
  if (backend === null) return { vault: machine, olderVaults: [] }
  keyring = keyringOverMessages(backend, tell)
  const system = keyringVault(keyring.keyring)
  const isMachineBetter = system.isDegraded && !machine.isDegraded
  return isMachineBetter
    ? { vault: machine, olderVaults: [system] }
    : { vault: system, olderVaults: [machine] }
}

function tell(message: FromCore): void {
  process.parentPort.postMessage(message)
}
