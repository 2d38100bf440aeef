// What may go wrong with a link, in words a person can act on. Called by every transport, so that the same trouble is told
// the same way whatever carries the bytes. Printers keep the codes their queue knows; all other devices have device_*.
import type { DriverProblemCode } from '#drivers/problem.ts'
import { DriverProblem } from '#drivers/problem.ts'

/** The udev rules that come with the terminal; the installer for Linux puts them in place. */
export const UDEV_RULES_FILE = '70-tahsil.rules'

export type LinkTrouble =
  | 'absent' // nothing of this name is plugged in or answers
  | 'refused' // a network device said no
  | 'unknown-host'
  | 'permission'
  | 'in-use' // another program has it
  | 'gone' // went away while it was in use
  | 'stalled' // takes no more data
  | 'unsupported'
  | 'closed' // written to after close()

export type LinkKind = 'network' | 'serial' | 'bluetooth' | 'usb' | 'lp' | 'memory'

/** What a link calls itself in messages. */
export type LinkTerms = {
  readonly name: string
  readonly kind: LinkKind
  /** "printer", "card terminal", "scanner": the word of the sentence. */
  readonly noun: string
}

export function linkProblem(trouble: LinkTrouble, terms: LinkTerms, cause?: unknown): DriverProblem {
  const code = terms.noun === 'printer' ? PRINTER_CODES[trouble] : DEVICE_CODES[trouble]
  return new DriverProblem(code, `The ${terms.noun} at ${terms.name} ${WORDS[trouble](terms)}`, { cause })
}

const DEVICE_CODES: Record<LinkTrouble, DriverProblemCode> = {
  absent: 'device_unreachable',
  refused: 'device_unreachable',
  'unknown-host': 'device_unreachable',
  permission: 'device_permission',
  'in-use': 'device_in_use',
  gone: 'device_gone',
  stalled: 'device_no_answer',
  unsupported: 'device_unsupported',
  closed: 'device_gone',
}

const PRINTER_CODES: Record<LinkTrouble, DriverProblemCode> = {
  ...DEVICE_CODES,
  absent: 'printer_unreachable',
  refused: 'printer_unreachable',
  'unknown-host': 'printer_unreachable',
  gone: 'printer_disconnected',
  stalled: 'printer_no_answer',
  closed: 'printer_disconnected',
}

const WORDS: Record<LinkTrouble, (terms: LinkTerms) => string> = {
  absent: ({ kind }) => ABSENT[kind],
  refused: () =>
    'refuses the connection. Check that it is switched on, ready and not busy with another till.',
  'unknown-host': () => 'is not known under this name. Check its address in the settings.',
  permission: ({ kind }) => `may not be opened by this user. ${allowance(kind)}`,
  'in-use': () =>
    'is in use by another program. Close that program, or whatever else is set to the same device, and try again.',
  gone: ({ kind, noun }) =>
    kind === 'network'
      ? `closed the connection. Check its cable and power${slipAdvice(noun)}.`
      : `went away while it was in use. Check its cable and power${slipAdvice(noun)}.`,
  stalled: ({ noun }) =>
    noun === 'printer'
      ? 'takes no more data. Check paper and cover, then look at the slip.'
      : 'takes no more data. Check that it is ready, and the flow control in the settings.',
  unsupported: ({ kind }) =>
    kind === 'usb'
      ? 'has no interface that can be used. Check that it is the right device; on Windows it needs the WinUSB driver, or set it up as a COM port or over the network.'
      : 'does not accept these settings. Check speed and flow control in the settings.',
  closed: () => 'is no longer connected.',
}

const ABSENT: Record<LinkKind, string> = {
  network: 'cannot be reached. Check that it is switched on and that its network cable is plugged in.',
  serial: 'is not there. Check that it is plugged in and switched on, and which port is set.',
  bluetooth: 'is not there. Check that it is switched on, near and paired with this computer.',
  usb: 'is not plugged in. Check its cable and that it is switched on.',
  lp: 'is not there. Check that it is plugged in and switched on.',
  memory: 'is not there.',
}

function slipAdvice(noun: string): string {
  return noun === 'printer' ? ', then look at the slip' : ''
}

/** Who opens these device files on Debian and its children, and what lets a till do the same. */
function allowance(kind: LinkKind): string {
  if (kind === 'network' || kind === 'memory') return 'Ask whoever runs this computer.'
  if (process.platform === 'win32') return 'Ask whoever runs this computer to allow it.'
  const rules = `Copy ${UDEV_RULES_FILE} to /etc/udev/rules.d and plug the device in again`
  const group = kind === 'serial' || kind === 'bluetooth' ? 'dialout' : 'lp'
  return `${rules}, or add the user to the group ${group} and sign in again.`
}
