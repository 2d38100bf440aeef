// A pole display that stays on the line all day: shows the latest two lines, now or as soon as it is plugged in again. Nobody waits for
// it and nothing depends on it. Made and called by the host with lines that are laid out already.
import type { DriverProblem } from '#drivers/problem.ts'
import { keepConnected, type KeepLimits } from '#drivers/transport/reconnect.ts'
import type { Connection, Transport } from '#drivers/transport/transport.ts'
import { rowBytes, startBytes, type PoleBrightness, type PoleFamily, type PoleRows } from './pole-commands.ts'
import { POLE_COLUMNS, requireShowable } from './pole-text.ts'

export type PoleLines = {
  /** Up to twenty characters stand still, up to POLE_TEXT_MAX walk through. */
  readonly upper: string
  readonly lower: string
}

export type PoleState = {
  readonly isUp: boolean
  /** Why it is not; null while nobody knows yet. */
  readonly problem: DriverProblem | null
}

export type PoleDisplay = {
  readonly name: string
  readonly familyLabel: string
  /**
   * Only the latest counts. What the display or its line does never reaches the caller.
   * @throws DriverProblem `document_invalid` for characters that no display has
   */
  readonly show: (lines: PoleLines) => void
  readonly clear: () => void
  readonly setBrightness: (level: PoleBrightness) => void
  readonly state: () => PoleState
  /** Leaves the display dark: what the last payer paid is nobody else's business. */
  readonly close: () => Promise<void>
}

export type PoleOptions = {
  readonly family: PoleFamily
  readonly brightness?: PoleBrightness
  readonly random?: () => number
  readonly nowMs: () => number
  readonly onState?: (state: PoleState) => void
  readonly limits?: KeepLimits
  /** Between two steps of a text that is too long for its line. */
  readonly stepMs?: number
}

const STEP_MS = 400
/** Blanks between the end of a walking text and its next beginning. */
const GAP = ' '.repeat(4)
const BLANK = ' '.repeat(POLE_COLUMNS)
const NOTHING: PoleLines = { upper: '', lower: '' }

export function poleDisplayOver(transport: Transport, options: PoleOptions): PoleDisplay {
  const { family, stepMs = STEP_MS } = options
  let brightness = options.brightness ?? 4
  let lines = NOTHING
  let step = 0
  let walking: NodeJS.Timeout | undefined
  let state: PoleState = { isUp: false, problem: null }
  let isWriting = false
  /** What must still go out; a newer one takes its place, so that a slow line never lags behind. */
  let wanted: Uint8Array | null = null

  const write = async (connection: Connection): Promise<void> => {
    if (isWriting) return
    isWriting = true
    try {
      while (wanted !== null) {
        const bytes = wanted
        wanted = null
        await connection.write(bytes)
      }
    } catch {
      // The line is gone: everything is written anew when it is back.
      await connection.close()
    } finally {
      isWriting = false
    }
  }
  const send = (bytes: Uint8Array): void => {
    const connection = kept.current()
    if (connection === null) return
    wanted = bytes
    void write(connection)
  }
  const draw = (): Uint8Array => rowBytes(family, [windowOf(lines.upper, step), windowOf(lines.lower, step)])
  const all = (): Uint8Array => Buffer.concat([startBytes(family, brightness), draw()])
  const walk = (): void => {
    clearInterval(walking)
    step = 0
    if (!isLong(lines.upper) && !isLong(lines.lower)) return
    walking = setInterval(() => {
      step += 1
      send(draw())
    }, stepMs)
    walking.unref()
  }
  const kept = keepConnected({
    open: async () => await transport.open(),
    onConnection: (connection) => {
      wanted = all()
      void write(connection)
    },
    onEvent: ({ kind, problem }) => {
      state = { isUp: kind === 'up', problem }
      options.onState?.(state)
    },
    random: options.random ?? Math.random,
    nowMs: options.nowMs,
    ...(options.limits === undefined ? {} : { limits: options.limits }),
  })
  const show = (next: PoleLines): void => {
    requireShowable(next.upper)
    requireShowable(next.lower)
    lines = next
    walk()
    // From the beginning each time: a display that was switched off and on again says nothing of it.
    send(all())
  }
  return {
    name: transport.name,
    familyLabel: family.label,
    show,
    clear: () => show(NOTHING),
    setBrightness: (level) => {
      brightness = level
      send(all())
    },
    state: () => state,
    close: async () => {
      clearInterval(walking)
      const connection = kept.current()
      wanted = null
      await connection?.write(Uint8Array.from(family.clear)).catch(() => undefined)
      await kept.stop()
    },
  }
}

function isLong(text: string): boolean {
  return text.length > POLE_COLUMNS
}

/** The twenty characters that show at this step. */
function windowOf(text: string, step: number): PoleRows[number] {
  if (!isLong(text)) return text.padEnd(POLE_COLUMNS)
  const belt = text + GAP
  const start = step % belt.length
  return (belt + belt + BLANK).slice(start, start + POLE_COLUMNS)
}
