// The core's process in the desktop shell: one till, reached only through ports that the main process hands over.
// Started by core-process.ts; it ends itself when the till cannot be started or a programming mistake shows.
import type { MessageEvent, MessagePortMain } from 'electron'
import { carryOverPort } from '#host/carry-calls.ts'
import { startHost } from '#host/start-host.ts'
import type { TerminalHost } from '#host/terminal-host.ts'
import type { FromCore, ToCore } from './channels.ts'

let host: TerminalHost | null = null

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
      host = await startHost(message.settings)
      return tell({ type: 'ready' })
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

function tell(message: FromCore): void {
  process.parentPort.postMessage(message)
}
