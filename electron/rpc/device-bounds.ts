// Bounds and lists of the calls about devices that the screens need as values too: here without the schemas, which weigh more than
// a screen. Used by devices.ts and the renderer.

export const SCAN_CHARS_MAX = 4_096
export const DEVICE_NAME_CHARS_MAX = 60
export const VIRTUAL_TEXT_CHARS_MAX = 2_048

/** What the next sales on the virtual card terminal come to; drivers/virtual/card-terminal.ts. */
export const VIRTUAL_SCRIPTS = [
  'approve',
  'decline',
  'wrong-pin',
  'answer-lost',
  'silent',
  'lost-before',
  'offline',
  'late',
  'other-amount',
  'slow',
] as const

export const DEVICE_STATES = [
  'ready',
  'busy',
  'paper_low',
  'not_ready',
  'unreachable',
  'unknown',
  'off',
  /** A drawer. no_switch: nobody has said how its switch is wired, or it has none. */
  'open',
  'closed',
  'no_switch',
  /** A customer display without a window. */
  'not_open',
] as const
