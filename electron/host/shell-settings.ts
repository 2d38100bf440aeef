// What a shell is told when it starts: command line first, then environment, then `terminal.json` in the data folder, then
// defaults. Called by both shells, so that a till is set up the same way in each.
import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { requireSafeAddress } from './link/integrator-address.ts'
import { RECEIPT_LANGUAGES } from './paper/receipt-words.ts'
import { createScanReader, STANDARD_SCAN_PREFIX } from './scans/scan-codes.ts'
import { DRAWER_LEVELS } from '#drivers/drawer/open-state.ts'
import type { HostOptions } from './terminal-host.ts'

export const FACES = ['counter', 'field', 'kiosk'] as const
export type Face = (typeof FACES)[number]

export const SETTINGS_FILE = 'terminal.json'
const SETTINGS_BYTES_MAX = 64 * 1024

/** Names of the command line, as `--name VALUE`, with where else each may come from. */
export const SETTINGS = {
  data: { env: 'TAHSIL_DATA_DIR', file: null },
  integrator: { env: 'TAHSIL_INTEGRATOR_URL', file: 'integratorUrl' },
  ca: { env: 'TAHSIL_INTEGRATOR_CA', file: 'integratorCa' },
  enrol: { env: 'TAHSIL_ENROLMENT_CODE', file: 'enrolmentCode' },
  name: { env: 'TAHSIL_DEVICE_NAME', file: 'deviceName' },
  'journal-copy': { env: 'TAHSIL_JOURNAL_COPY', file: 'journalCopy' },
  printer: { env: 'TAHSIL_PRINTER', file: 'printer' },
  'card-terminal': { env: 'TAHSIL_CARD_TERMINAL', file: 'cardTerminal' },
  scanner: { env: 'TAHSIL_SCANNER', file: 'scanner' },
  'card-reader': { env: 'TAHSIL_CARD_READER', file: 'cardReader' },
  'scan-prefix': { env: 'TAHSIL_SCAN_PREFIX', file: 'scanPrefix' },
  'scan-link-rule': { env: 'TAHSIL_SCAN_LINK_RULE', file: 'scanLinkRule' },
  'drawer-open-level': { env: 'TAHSIL_DRAWER_OPEN_LEVEL', file: 'drawerOpenLevel' },
  'pole-display': { env: 'TAHSIL_POLE_DISPLAY', file: 'poleDisplay' },
  'customer-display': { env: 'TAHSIL_CUSTOMER_DISPLAY', file: 'customerDisplay' },
  columns: { env: 'TAHSIL_PAPER_COLUMNS', file: 'paperColumns' },
  'receipt-language': { env: 'TAHSIL_RECEIPT_LANGUAGE', file: 'receiptLanguage' },
  face: { env: 'TAHSIL_FACE', file: 'face' },
  log: { env: 'TAHSIL_LOG_LEVEL', file: 'logLevel' },
} as const

type SettingName = keyof typeof SETTINGS
export type SettingValues = Partial<Record<SettingName, string | undefined>>

/** For `parseArgs`. */
export const SETTING_ARGUMENTS = Object.fromEntries(
  Object.keys(SETTINGS).map((name) => [name, { type: 'string' }]),
) as Record<SettingName, { type: 'string' }>

export const SETTINGS_USAGE = `  --integrator URL   the municipality's integrator (TAHSIL_INTEGRATOR_URL)
  --ca FILE          certificate of the CA that alone is believed, PEM (TAHSIL_INTEGRATOR_CA)
  --data DIR         where this till keeps its records (TAHSIL_DATA_DIR)
  --enrol CODE       one-time code for the first start (TAHSIL_ENROLMENT_CODE)
  --name TEXT        what this till is called at the integrator (TAHSIL_DEVICE_NAME)
  --printer WHERE    tcp://HOST:PORT, virtual:FOLDER, file:PATH or none (TAHSIL_PRINTER)
  --card-terminal WHERE  zvt:…, nexo:…, pine-labs:…, ezetap:…, virtual: or manual (TAHSIL_CARD_TERMINAL)
  --scanner WHERE    hid:VID:PID[:SERIAL], serial:PATH[?baud=9600] or virtual:FILE, with commas between;
                     none for a scanner that types as a keyboard (TAHSIL_SCANNER)
  --card-reader WHERE  badges of staff and cards of citizens: hid:VID:PID[:SERIAL], pcsc:[NAME] or virtual:[FILE]
                     (TAHSIL_CARD_READER)
  --scan-prefix SIGN what scanners that type as a keyboard type before each code, or none (TAHSIL_SCAN_PREFIX)
  --scan-link-rule R how printed links name a bill, such as https://pay\\.example/b/(\\w+), with blanks between several
                     (TAHSIL_SCAN_LINK_RULE)
  --drawer-open-level L  level of the cash drawer's switch while it is open: high, low or unknown (TAHSIL_DRAWER_OPEN_LEVEL)
  --pole-display WHERE   pole:escpos:serial:PATH[?baud=9600], pole:cd5220:serial:PATH or none (TAHSIL_POLE_DISPLAY)
  --customer-display ON  a window for the payer: on, off, X,Y of the second screen's corner, or link: its address is told and no
                         window opened (TAHSIL_CUSTOMER_DISPLAY)
  --columns N        characters per line of the paper: 32, 42 or 48 (TAHSIL_PAPER_COLUMNS)
  --receipt-language L  en, hi, pa, en+hi or en+pa (TAHSIL_RECEIPT_LANGUAGE)
  --journal-copy DIR second copy of the journal, best on an SD card (TAHSIL_JOURNAL_COPY)
  --face NAME        counter, field or kiosk (TAHSIL_FACE)
  --log LEVEL        silent, error, warn, info or debug (TAHSIL_LOG_LEVEL)
Each but --data may also stand in ${SETTINGS_FILE} in the data folder.`

/** A setting that cannot be used, in a sentence; the program ends with exit code 2. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError'
}

/**
 * null: none for the payer. `place`: the second screen's upper left corner; null: wherever the system puts it. Without `hasWindow` only its
 * address is told, for whoever opens it by hand.
 */
export type CustomerDisplay = {
  readonly place: { readonly x: number; readonly y: number } | null
  readonly hasWindow: boolean
} | null

export type ShellSettings = HostOptions & { readonly face: Face; readonly customerDisplay: CustomerDisplay }

export type SettingSources = {
  readonly values: SettingValues
  readonly env: NodeJS.ProcessEnv
  readonly defaultDataDir: string
}

/** Throws SettingsError. */
export function readShellSettings({ values, env, defaultDataDir }: SettingSources): ShellSettings {
  const dataDir = resolve(values.data ?? env[SETTINGS.data.env] ?? defaultDataDir)
  const file = readSettingsFile(join(dataDir, SETTINGS_FILE))
  const get = (name: Exclude<SettingName, 'data'>): string | undefined =>
    values[name] ?? (env[SETTINGS[name].env] || undefined) ?? file.get(SETTINGS[name].file)
  const isHttpAllowed = env['TAHSIL_ALLOW_HTTP'] === '1'
  const customerDisplay = readCustomerDisplay(get('customer-display') ?? 'off')
  const face = readOneOf('face', FACES, get('face') ?? 'counter')
  return {
    dataDir,
    integratorUrl: readUrl(get('integrator'), isHttpAllowed),
    integratorCa: get('ca') ?? null,
    isHttpAllowed,
    enrolmentCode: get('enrol') ?? null,
    deviceName: get('name') ?? 'Counter 1',
    journalCopy: get('journal-copy') ?? null,
    printer: get('printer') ?? 'none',
    cardTerminal: get('card-terminal') ?? 'manual',
    scanners: readScanners(get('scanner') ?? ''),
    scanPrefix: readScanPrefix(get('scan-prefix') ?? STANDARD_SCAN_PREFIX),
    scanLinkRules: readLinkRules(get('scan-link-rule') ?? ''),
    cardReader: get('card-reader') ?? null,
    drawerOpenLevel: readOneOf('drawer-open-level', DRAWER_LEVELS, get('drawer-open-level') ?? 'unknown'),
    poleDisplay: readOptional(get('pole-display')),
    customerDisplay,
    isCustomerDisplayWanted: customerDisplay !== null,
    paperColumns: readColumns(get('columns') ?? '48'),
    receiptLanguage: readOneOf('receipt-language', RECEIPT_LANGUAGES, get('receipt-language') ?? 'en'),
    logLevel: readOneOf('log', ['silent', 'error', 'warn', 'info', 'debug'], get('log') ?? 'info'),
    face,
    isUnattended: face === 'kiosk',
  }
}

function readSettingsFile(path: string): ReadonlyMap<string, string> {
  if (!existsSync(path)) return new Map()
  const text = readFileSync(path, 'utf8')
  const known = new Set<string>(Object.values(SETTINGS).flatMap(({ file }) => (file === null ? [] : [file])))
  const entries = Object.entries(parseObject(text, path))
  const stranger = entries.find(([name]) => !known.has(name))
  if (stranger !== undefined)
    throw new SettingsError(`${path} has a setting that is not known: ${stranger[0]}.`)
  return new Map(entries.map(([name, value]) => [name, String(value)]))
}

function parseObject(text: string, path: string): object {
  try {
    const parsed: unknown = text.length > SETTINGS_BYTES_MAX ? null : JSON.parse(text)
    if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) return parsed
  } catch {
    // said below
  }
  throw new SettingsError(
    `${path} cannot be read: it must be a JSON object such as {"integratorUrl": "https://…"}.`,
  )
}

function readUrl(text: string | undefined, isHttpAllowed: boolean): string {
  if (text === undefined)
    throw new SettingsError(`This till does not know its integrator. Give its address with --integrator URL.`)
  const url = URL.canParse(text) ? new URL(text) : null
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:'))
    throw new SettingsError(`The integrator must be an address such as https://pay.example.org, not ${text}.`)
  try {
    requireSafeAddress(text, { isHttpAllowed })
  } catch (error) {
    throw new SettingsError(error instanceof Error ? error.message : '')
  }
  return text
}

/** What each address means is for the driver to say. */
function readScanners(text: string): string[] {
  const addresses = text.split(',').map((each) => each.trim())
  return addresses.filter((each) => each !== '' && each !== 'none')
}

function readScanPrefix(text: string): string {
  if (text === 'none') return ''
  // Letters and digits begin numbers that people type.
  if (/^[!-/:-@[-`{-~]$/.test(text)) return text
  throw new SettingsError(`--scan-prefix must be one sign such as ~, or none, not ${text}.`)
}

function readLinkRules(text: string): string[] {
  const rules = text.split(/\s+/).filter((each) => each !== '')
  try {
    createScanReader(rules)
  } catch (error) {
    throw new SettingsError(
      `--scan-link-rule cannot be used: ${error instanceof Error ? error.message : ''}.`,
    )
  }
  return rules
}

function readOptional(text: string | undefined): string | null {
  return text === undefined || text === 'none' ? null : text
}

function readCustomerDisplay(text: string): CustomerDisplay {
  if (text === 'off') return null
  if (text === 'on') return { place: null, hasWindow: true }
  if (text === 'link') return { place: null, hasWindow: false }
  const [, x, y] = /^(-?\d{1,5}),(-?\d{1,5})$/.exec(text) ?? []
  if (x !== undefined && y !== undefined) return { place: { x: Number(x), y: Number(y) }, hasWindow: true }
  throw new SettingsError(`--customer-display must be on, off, link, or a place such as 1920,0, not ${text}.`)
}

function readColumns(text: string): 32 | 42 | 48 {
  const columns = Number(text)
  if (columns === 32 || columns === 42 || columns === 48) return columns
  throw new SettingsError(`--columns must be 32 (58 mm paper), 42 or 48 (80 mm paper), not ${text}.`)
}

function readOneOf<Word extends string>(name: string, words: readonly Word[], text: string): Word {
  const found = words.find((each) => each === text)
  if (found === undefined)
    throw new SettingsError(`--${name} must be one of ${words.join(', ')}, not ${text}.`)
  return found
}
