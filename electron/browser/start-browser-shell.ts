// The terminal in plain Node: host, screens and procedures behind one address on 127.0.0.1. Called by main.ts and by tests.
import { join } from 'node:path'
import { CUSTOMER_PAGE, loadScreens } from '#host/built-screens.ts'
import { carryOverHttp } from '#host/carry-calls.ts'
import type { Face } from '#host/shell-settings.ts'
import type { TerminalHost } from '#host/terminal-host.ts'
import { startHttpServer } from './http-server.ts'
import { openSessions } from './sessions.ts'

export type BrowserShellOptions = {
  readonly host: TerminalHost
  /** 0: any free port. */
  readonly port: number
  readonly face: Face
  /** Folder of the built screens. */
  readonly screensDir: string
  /** Where open windows are remembered. */
  readonly dataDir: string
  readonly onFault: (error: unknown) => void
}

export type BrowserShell = {
  /** Such as `http://127.0.0.1:7070`. */
  readonly origin: string
  /** An address that opens the till once, within two minutes. */
  mintLaunchUrl(): string
  /** The same for the second screen. */
  mintCustomerUrl(): string
  /** Ends the server; the host belongs to the caller. */
  close(): Promise<void>
}

/** Throws an Error in words when the screens are not built; rejects with EADDRINUSE when the port is taken. */
export async function startBrowserShell(options: BrowserShellOptions): Promise<BrowserShell> {
  const sessions = openSessions({
    file: join(options.dataDir, 'browser-sessions.json'),
    nowMs: () => Date.now(),
  })
  const customers = openSessions({
    file: join(options.dataDir, 'customer-sessions.json'),
    nowMs: () => Date.now(),
  })
  const server = await startHttpServer({
    port: options.port,
    screens: loadScreens(options.screensDir),
    sessions,
    customers,
    carry: carryOverHttp(options.host),
    firstPage: `/#/${options.face}`,
    customerPage: CUSTOMER_PAGE,
    onFault: options.onFault,
  })
  return {
    origin: server.origin,
    mintLaunchUrl: () => `${server.origin}/launch?token=${sessions.mintToken()}`,
    mintCustomerUrl: () => `${server.origin}/launch?token=${customers.mintToken()}&to=customer`,
    close: () => server.close(),
  }
}
