// What `npm start` and `npm run demo` take on their command lines. Called by start.ts and demo.ts.
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { DEFAULT_PORT } from '#browser/options.ts'
import { SETTINGS } from '#host/shell-settings.ts'
import { RECEIPT_LANGUAGES, type ReceiptLanguage } from '#host/paper/receipt-words.ts'
import { LaunchError } from './launch-error.ts'

const NODE_MAJOR_MIN = 24
const ROOT = join(import.meta.dirname, '..', '..')

export const START_USAGE = `Usage: npm start -- [--data DIR] [--port N] [--printer tcp://HOST:PORT] [--scanner WHERE]... [--card-reader WHERE] [--card-terminal WHERE] [--receipt-language L] [--drawer-open-level L] [--pole-display WHERE] [--customer-display ON] [--scan-prefix SIGN] [--scan-link-rule R] [--fresh] [--no-open] [--json]
  --data DIR      folder of everything on this machine (TAHSIL_DATA_DIR), ./data when not given
  --port N        port of the till on 127.0.0.1, ${DEFAULT_PORT} when not given, 0 for any free one
  --printer WHERE a network printer; without it slips go into a folder
  --scanner WHERE hid:VID:PID[:SERIAL], serial:/dev/ttyACM0?baud=9600 or virtual:FILE; may be given several times;
                  a virtual one when not given; scanners that type as a keyboard need none
  --card-reader WHERE  badges of staff: hid:VID:PID[:SERIAL], pcsc:[NAME] or virtual:[FILE]; a virtual one when not given
  --card-terminal WHERE  what takes the cards; a virtual one that charges nobody when not given, manual: slips are typed
  --receipt-language L  en, hi, pa, en+hi or en+pa (TAHSIL_RECEIPT_LANGUAGE), en when not given
  --drawer-open-level L  level of the cash drawer's switch while it is open: high, low or unknown; high of the virtual printer,
                  else unknown, when not given
  --pole-display WHERE   pole:escpos:serial:PATH, pole:cd5220:serial:PATH or none; a virtual one when not given
  --customer-display ON  a window for the payer: on, off, X,Y of the second screen's corner, or link: only its address is
                  printed; link when not given
  --scan-prefix SIGN     what scanners that type as a keyboard type before each code, or none
  --scan-link-rule R     how printed links name a bill, such as https://pay\\.example/b/(\\w+), with blanks between several
  --fresh         move the old data aside and begin anew
  --no-open       open no window, print the address
  --json          one JSON line when ready, words on stderr`

export const DEMO_USAGE = `Usage: npm run demo -- [--printer tcp://HOST:PORT] [--data DIR] [--json]
  --printer WHERE also print the receipt on this network printer
  --receipt-language L  en, hi, pa, en+hi or en+pa, en when not given
  --data DIR      keep everything here; a new temporary folder when not given
  --json          one JSON line at the end, words on stderr`

export type StartArguments = {
  readonly dataDir: string
  readonly port: number
  readonly printer: string | null
  readonly scanners: readonly string[]
  readonly cardReader: string | null
  readonly receiptLanguage: ReceiptLanguage
  readonly cardTerminal: string
  /** Words for the till itself, which says what is wrong with them. */
  readonly passed: readonly string[]
  readonly isFresh: boolean
  readonly isOpening: boolean
  readonly isJson: boolean
}

/** Throws LaunchError; null: help was asked for. */
export function readStartArguments(words: readonly string[], env: NodeJS.ProcessEnv): StartArguments | null {
  const values = parse(words, START_USAGE)
  if (values.help === true) return null
  const port = Number(values.port ?? DEFAULT_PORT)
  if (!/^\d{1,5}$/.test(values.port ?? '0') || port > 65_535)
    throw new LaunchError(`--port must be a whole number from 0 to 65535, not ${values.port}.`)
  return {
    dataDir: resolve(values.data ?? env['TAHSIL_DATA_DIR'] ?? join(ROOT, 'data')),
    port,
    printer: readPrinter(values.printer),
    // Played by the panel of virtual devices; a scanner that types as a keyboard works beside it.
    scanners: values.scanner ?? ['virtual:scans.txt'],
    cardReader: values['card-reader'] ?? 'virtual:cards.txt',
    receiptLanguage: readLanguage(values['receipt-language'] ?? env['TAHSIL_RECEIPT_LANGUAGE']),
    cardTerminal: values['card-terminal'] ?? 'virtual:',
    passed: passedWords(values, env),
    isFresh: values.fresh === true,
    isOpening: values['no-open'] !== true,
    isJson: values.json === true,
  }
}

/** What the till reads itself; of the demonstration what is not given is virtual. */
const PASSED = [
  'drawer-open-level',
  'pole-display',
  'customer-display',
  'scan-prefix',
  'scan-link-rule',
] as const
type Passed = (typeof PASSED)[number]

function passedWords(
  values: Readonly<Partial<Record<Passed | 'printer', string>>>,
  env: NodeJS.ProcessEnv,
): readonly string[] {
  const standard: Readonly<Partial<Record<Passed, string>>> = {
    // Only of the virtual printer it is known how its drawer is wired.
    ...(values.printer === undefined ? { 'drawer-open-level': 'high' } : {}),
    'pole-display': 'pole:escpos:virtual:',
    'customer-display': 'link',
  }
  return PASSED.flatMap((name) => {
    // What the environment says reaches the till by itself.
    const value = values[name] ?? (env[SETTINGS[name].env] ? undefined : standard[name])
    return value === undefined ? [] : [`--${name}=${value}`]
  })
}

export type DemoArguments = {
  /** null: a new temporary folder. */
  readonly dataDir: string | null
  readonly printer: string | null
  readonly receiptLanguage: ReceiptLanguage
  readonly isJson: boolean
}

const NOT_IN_DEMO = [
  'port',
  'card-terminal',
  'fresh',
  'no-open',
  'scanner',
  'card-reader',
  ...PASSED,
] as const

/** Throws LaunchError; null: help was asked for. */
export function readDemoArguments(words: readonly string[]): DemoArguments | null {
  const values = parse(words, DEMO_USAGE)
  if (values.help === true) return null
  const stranger = NOT_IN_DEMO.find((name) => values[name] !== undefined)
  if (stranger !== undefined) throw new LaunchError(`The demo does not know --${stranger}.\n${DEMO_USAGE}`)
  return {
    dataDir: values.data === undefined ? null : resolve(values.data),
    printer: readPrinter(values.printer),
    receiptLanguage: readLanguage(values['receipt-language']),
    isJson: values.json === true,
  }
}

/** Throws LaunchError when this Node is too old to run Tahsil. */
export function requireNode(version: string): void {
  if (Number.parseInt(version, 10) >= NODE_MAJOR_MIN) return
  throw new LaunchError(
    `Tahsil needs Node ${NODE_MAJOR_MIN} or newer, and this is ${version}. Install the packages with \`npm ci\` and start with \`npm start\`: they bring their own Node.`,
  )
}

function parse(words: readonly string[], usage: string) {
  try {
    return parseArgs({
      args: [...words],
      options: {
        data: { type: 'string' },
        port: { type: 'string' },
        printer: { type: 'string' },
        scanner: { type: 'string', multiple: true },
        'card-reader': { type: 'string' },
        'receipt-language': { type: 'string' },
        'card-terminal': { type: 'string' },
        'drawer-open-level': { type: 'string' },
        'pole-display': { type: 'string' },
        'customer-display': { type: 'string' },
        'scan-prefix': { type: 'string' },
        'scan-link-rule': { type: 'string' },
        fresh: { type: 'boolean' },
        'no-open': { type: 'boolean' },
        json: { type: 'boolean' },
        help: { type: 'boolean' },
      },
    }).values
  } catch (error) {
    throw new LaunchError(`${(error as Error).message}\n${usage}`, { cause: error })
  }
}

function readPrinter(text: string | undefined): string | null {
  if (text === undefined) return null
  if (/^tcp:\/\/[^/\s]+:\d{1,5}$/.test(text)) return text
  throw new LaunchError(`--printer must be an address such as tcp://192.0.2.10:9100, not ${text}.`)
}

function readLanguage(text: string | undefined): ReceiptLanguage {
  const found = RECEIPT_LANGUAGES.find((each) => each === (text === undefined || text === '' ? 'en' : text))
  if (found !== undefined) return found
  throw new LaunchError(`--receipt-language must be one of ${RECEIPT_LANGUAGES.join(', ')}, not ${text}.`)
}
