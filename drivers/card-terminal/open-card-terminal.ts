// From a card terminal's address in the settings to something that takes cards. The only file of this folder the host needs, together
// with card-terminal.ts and, for what the cashier types, manual-edc.ts. Addresses:
//   manual                                   a terminal that stands alone; the cashier types its slip
//   zvt:tcp://HOST:PORT                      ZVT over the network (port 20007 when left out)
//   zvt:serial:/dev/ttyUSB0                  ZVT over a serial line (9600 8N2)
//   nexo:https://HOST:8443/nexo?poi=V400m-123456789&sale=LDH-CTR-07[&rule=adyen-live|adyen-test|host-name][&currency=INR]
//   pine-labs:https://HOST[:PORT]?merchant=…&store=…&client=…[&modes=1][&unit=paise|rupees]
//   ezetap:https://HOST?user=…&device=…[&unit=rupees|paise]
//   virtual:[SCRIPT]                         charges nobody
//   none                                     no card payments here
// Secrets never stand in an address: they come beside it.
import { DriverProblem } from '#drivers/problem.ts'
import { networkTransport } from '#drivers/transport/network.ts'
import { serialTransport } from '#drivers/transport/serial.ts'
import { openVirtualCardTerminal } from '#drivers/virtual/card-terminal.ts'
import type { CardTerminal } from './card-terminal.ts'
import { CLOUD_TIMES, type CloudTimes } from './cloud-sale.ts'
import { openEzetap } from './ezetap.ts'
import { openManualEdc } from './manual-edc.ts'
import { NEXO_TIMES, type NexoTimes } from './nexo/nexo-session.ts'
import { openNexoTerminal } from './nexo/nexo-terminal.ts'
import type { NexoKey } from './nexo/secure-envelope.ts'
import { openPineLabs } from './pine-labs.ts'
import { openZvtTerminal } from './zvt/zvt-terminal.ts'

export type CardTerminalSecrets = {
  /** Six digits. */
  readonly zvtPassword?: string
  /** Adyen's shared key; left out: the nexo terminal relies on TLS alone. */
  readonly nexoKey?: NexoKey
  readonly pineLabsSecurityToken?: string
  readonly ezetapAppKey?: string
  /** PEM of the CA that alone is believed for https. */
  readonly ca?: string
}

/** How long is waited for a terminal, for tests in which nobody has to find a card first. */
export type CardTerminalTimes = { readonly nexo?: NexoTimes; readonly cloud?: CloudTimes }

/** Set up beside the address. */
type Beside = { readonly secrets: CardTerminalSecrets; readonly times: CardTerminalTimes }

const ZVT_PORT = 20_007
const ADDRESS_CHARS_MAX = 500

/** null: "none". @throws DriverProblem `device_address_invalid` or `card_terminal_not_set_up`, without the address in its words */
export function openCardTerminal(
  address: string,
  secrets: CardTerminalSecrets = {},
  times: CardTerminalTimes = {},
): CardTerminal | null {
  const trimmed = address.trim()
  if (trimmed === 'none') return null
  if (trimmed === 'manual') return openManualEdc()
  const [, scheme = '', target = ''] = /^([a-z-]+):(.*)$/s.exec(trimmed.slice(0, ADDRESS_CHARS_MAX + 1)) ?? []
  const open = OPENERS.get(scheme)
  if (open === undefined || trimmed.length > ADDRESS_CHARS_MAX) throw invalid(FORMS)
  return open(target, { secrets, times })
}

const FORMS =
  'write manual, none, virtual:, zvt:tcp://HOST:PORT, zvt:serial:PATH, nexo:https://…, pine-labs:https://… or ezetap:https://…'

const OPENERS = new Map<string, (target: string, beside: Beside) => CardTerminal>([
  ['zvt', openZvt],
  ['nexo', openNexo],
  ['pine-labs', openPineLabsAt],
  ['ezetap', openEzetapAt],
  ['virtual', openVirtual],
])

function openVirtual(target: string): CardTerminal {
  const terminal = openVirtualCardTerminal(`virtual:${target}`)
  if (terminal === null) throw invalid('write virtual: or virtual: with the name of one of its scripts')
  return terminal
}

function openZvt(target: string, { secrets: { zvtPassword } }: Beside): CardTerminal {
  const more = zvtPassword === undefined ? {} : { password: zvtPassword }
  if (zvtPassword !== undefined && !/^\d{6}$/.test(zvtPassword)) {
    throw notSetUp('The password of a ZVT terminal has six digits. Correct it in the settings.')
  }
  const path = /^serial:(\S+)$/.exec(target)?.[1]
  if (path !== undefined) {
    const transport = serialTransport({ path, baudRate: 9_600, stopBits: 2, noun: 'card terminal' })
    return openZvtTerminal({ transport, framing: 'serial', ...more })
  }
  // [::1]:20007, 192.0.2.7, terminal.local:20007
  const parts = /^tcp:\/\/(\[[0-9a-f:.]+\]|[\w.-]+)(?::(\d{1,5}))?\/?$/i.exec(target)
  const port = Number(parts?.[2] ?? ZVT_PORT)
  if (parts === null || port < 1 || port > 65_535) {
    throw invalid('write zvt:tcp://HOST:PORT or zvt:serial:PATH')
  }
  const host = (parts[1] ?? '').replaceAll(/^\[|\]$/g, '')
  const transport = networkTransport({ host, port, noun: 'card terminal' })
  return openZvtTerminal({ transport, framing: 'tcp', ...more })
}

function openNexo(target: string, { secrets: { nexoKey, ca }, times }: Beside): CardTerminal {
  const { url, settings } = webAddress(target, ['poi', 'sale', 'rule', 'currency'])
  const certificateRule = oneOf(settings, 'rule', CERTIFICATE_RULES, nexoKey === undefined ? 2 : 0)
  const currency = settings.get('currency') ?? 'INR'
  if (!/^[A-Z]{3}$/.test(currency)) throw invalid('a currency has three capital letters, such as INR')
  const parties = { poiId: needed(settings, 'poi'), saleId: needed(settings, 'sale'), currency }
  if (nexoKey !== undefined && (nexoKey.passphrase === '' || nexoKey.keyIdentifier === '')) {
    throw notSetUp('The shared key of the nexo terminal is not complete. Give its phrase, name and version.')
  }
  return openNexoTerminal({
    url,
    parties,
    key: nexoKey ?? null,
    ca: ca ?? null,
    certificateRule,
    times: times.nexo ?? NEXO_TIMES,
  })
}

const CERTIFICATE_RULES = ['adyen-live', 'adyen-test', 'host-name'] as const

function openPineLabsAt(target: string, { secrets, times }: Beside): CardTerminal {
  const { url, settings } = webAddress(target, ['merchant', 'store', 'client', 'modes', 'unit'])
  const paymentModes = settings.get('modes') ?? '1'
  if (!/^\d{1,3}(\|\d{1,3}){0,9}$/.test(paymentModes)) throw invalid('modes are numbers joined by |')
  return openPineLabs({
    url,
    merchantId: needed(settings, 'merchant'),
    storeId: needed(settings, 'store'),
    clientId: needed(settings, 'client'),
    securityToken: secretOf(secrets.pineLabsSecurityToken, 'security token of Pine Labs'),
    amountUnit: oneOf(settings, 'unit', ['paise', 'rupees'] as const, 0),
    paymentModes,
    ca: secrets.ca ?? null,
    times: times.cloud ?? CLOUD_TIMES,
  })
}

function openEzetapAt(target: string, { secrets, times }: Beside): CardTerminal {
  const { url, settings } = webAddress(target, ['user', 'device', 'unit'])
  return openEzetap({
    url,
    appKey: secretOf(secrets.ezetapAppKey, 'app key of Ezetap'),
    username: needed(settings, 'user'),
    device: needed(settings, 'device'),
    amountUnit: oneOf(settings, 'unit', ['rupees', 'paise'] as const, 0),
    ca: secrets.ca ?? null,
    times: times.cloud ?? CLOUD_TIMES,
  })
}

/** The address without its settings, and the settings; only known ones, because an unknown one may be a secret or a slip of the pen. */
function webAddress(target: string, known: readonly string[]): { url: URL; settings: URLSearchParams } {
  const url = URL.canParse(target) ? new URL(target) : null
  if (url === null || !/^https?:$/.test(url.protocol))
    throw invalid('an address on the web begins with https://')
  if (url.username !== '' || url.password !== '' || url.hash !== '') throw invalid(SECRETS_ELSEWHERE)
  const settings = new URLSearchParams(url.search)
  const names = [...settings.keys()]
  if (names.some((name) => !known.includes(name)) || new Set(names).size !== names.length) {
    throw invalid(`after ? it takes ${known.join(', ')}, each once; ${SECRETS_ELSEWHERE}`)
  }
  url.search = ''
  return { url, settings }
}

const SECRETS_ELSEWHERE = 'passwords, tokens and keys have a place of their own in the settings'

function needed(settings: URLSearchParams, name: string): string {
  const value = settings.get(name)?.trim() ?? ''
  if (!/^[\w .|,-]{1,64}$/.test(value))
    throw invalid(`it needs ${name}=… of letters, digits, dots and dashes`)
  return value
}

function oneOf<T extends string>(
  settings: URLSearchParams,
  name: string,
  [...allowed]: readonly T[],
  standard: number,
): T {
  const value = settings.get(name) ?? allowed[standard]
  const found = allowed.find((each) => each === value)
  if (found === undefined) throw invalid(`${name} is one of ${allowed.join(', ')}`)
  return found
}

function secretOf(secret: string | undefined, name: string): string {
  if (secret !== undefined && secret !== '') return secret
  throw notSetUp(`The ${name} is missing. Give it in the settings of the card terminal.`)
}

function invalid(advice: string): DriverProblem {
  return new DriverProblem(
    'device_address_invalid',
    `The address of the card terminal is not understood: ${advice}.`,
  )
}

function notSetUp(words: string): DriverProblem {
  return new DriverProblem('card_terminal_not_set_up', words)
}
