// The pulses that open a cash drawer, as bytes. A drawer hangs at its printer's socket: whoever drives the printer sends them. Sources: Epson
// ESC/POS (ESC p, DLE DC4), Star Line Mode (ESC BEL, BEL). Called by kick.ts.

export type DrawerPulse = {
  /** Wire of the socket that the drawer listens to. */
  readonly pin: 2 | 5
  /** 2 to 510, shorter than `offMs`; 50 to 100 opens any drawer and burns no coil. */
  readonly onMs: number
  readonly offMs: number
}

export const USUAL_PULSE: DrawerPulse = { pin: 2, onMs: 50, offMs: 500 }

/** `ESC p m t1 t2`: in its turn among what is printed; times in steps of 2 ms. */
export function pulseBytes({ pin, onMs, offMs }: DrawerPulse): Uint8Array {
  requirePulse({ pin, onMs, offMs })
  return Uint8Array.of(0x1b, 0x70, pin === 2 ? 0 : 1, Math.round(onMs / 2), Math.round(offMs / 2))
}

/** `DLE DC4 1 m t`: at once, also when the printer prints or waits for paper; steps of 100 ms. */
export function immediatePulseBytes({ pin, onMs }: Pick<DrawerPulse, 'pin' | 'onMs'>): Uint8Array {
  const steps = Math.min(8, Math.max(1, Math.round(onMs / 100)))
  return Uint8Array.of(0x10, 0x14, 1, pin === 2 ? 0 : 1, steps)
}

/** Star: `ESC BEL n1 n2` sets the pulse in steps of 10 ms, `BEL` gives it. Star has one drawer wire of this name. */
export function starPulseBytes({ onMs, offMs }: Pick<DrawerPulse, 'onMs' | 'offMs'>): Uint8Array {
  requirePulse({ pin: 2, onMs, offMs })
  const steps = (ms: number): number => Math.min(127, Math.max(1, Math.round(ms / 10)))
  return Uint8Array.of(0x1b, 0x07, steps(onMs), steps(offMs), 0x07)
}

function requirePulse({ onMs, offMs }: DrawerPulse): void {
  const isLegal = onMs >= 2 && offMs <= 510 && onMs < offMs
  if (!isLegal) throw new Error('a drawer pulse is 2 to 510 ms with on shorter than off')
}
