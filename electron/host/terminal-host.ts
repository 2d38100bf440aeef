// What a shell holds of a running terminal: the procedures to carry and a way to end it.
import type { DrawerOpenLevel } from '#drivers/drawer/open-state.ts'
import type { Procedures, TerminalClient } from '#rpc/procedures.ts'
import type { Router } from '@orpc/server'
import type { ReceiptLanguage } from './paper/receipt-words.ts'

/** What a shell knows of a call: nothing about money. */
export type CallContext = { readonly shell: 'browser' | 'desktop' | 'test' }

export type HostOptions = {
  /** Folder of the SQLite file, logs and virtual prints; made when absent. */
  readonly dataDir: string
  readonly integratorUrl: string
  /** PEM file of the CA that alone is believed; absent or null: the ones of this machine. */
  readonly integratorCa?: string | null
  /** Plain http to another machine, for a trial on a closed network. */
  readonly isHttpAllowed?: boolean
  /** Trades for the device identity on the first start; ignored when already enrolled. */
  readonly enrolmentCode: string | null
  /** Label of this till at the integrator. */
  readonly deviceName: string
  /** An address (printer-address.ts) or `none`. A second one behind a comma is the spare that takes what the first cannot begin. */
  readonly printer: string
  /** `virtual:`, `manual` or what drivers/card-terminal knows; absent: manual, the slip is typed. */
  readonly cardTerminal?: string | null
  /** Addresses as in drivers/scanner/open-scanner.ts; scanners that type as a keyboard need none. */
  readonly scanners?: readonly string[]
  /** One character that scanners typing as a keyboard are programmed to type before each code; absent: `~`, empty: none. */
  readonly scanPrefix?: string
  /** How links printed by this municipality name a bill, as in drivers/scanner/payload/link-rule.ts. */
  readonly scanLinkRules?: readonly string[]
  /** Address as in drivers/card-reader/open-card-reader.ts: badges of staff, cards of citizens; null: none. */
  readonly cardReader?: string | null
  /** Folder for the second copy of the journal, best on another medium; absent: beside the record. */
  readonly journalCopy?: string | null
  /** Characters per line of the paper: 32 (58 mm) or 42/48 (80 mm). */
  readonly paperColumns: 32 | 42 | 48
  /** What receipts are printed in; absent: English. Slips for the staff stay English. */
  readonly receiptLanguage?: ReceiptLanguage
  /** Level of the drawer's switch while it is open; absent: unknown, nobody asks it. */
  readonly drawerOpenLevel?: DrawerOpenLevel
  /** Address as in drivers/display/open-display.ts; absent or null: none. */
  readonly poleDisplay?: string | null
  /** A page for the payer is asked for: the device check then tells when it is away. */
  readonly isCustomerDisplayWanted?: boolean
  /** A machine that nobody attends (kiosk); absent: people work at it. */
  readonly isUnattended?: boolean
  readonly logLevel: 'silent' | 'error' | 'warn' | 'info' | 'debug'
}

export type TerminalHost = {
  /** Served by the shell through oRPC's handlers with a `CallContext`. */
  readonly router: Router<Procedures, CallContext>
  /** The same procedures called in process (demo, tests). */
  readonly client: TerminalClient
  /** Ends loops and closes the store; queued money stays on disk. */
  close(): Promise<void>
}
