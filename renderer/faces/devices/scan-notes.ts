// Joins what the window heard of a scan with what the scanner itself told of it. Pure; called by live-scan.tsx.
import type { ScanNote } from '#rpc/devices.ts'

export type SeenScan = {
  /** Counts up while the screen is open. */
  readonly number: number
  readonly kind: ScanNote['kind']
  /** null: a code that could not be read, or a card that may not be. */
  readonly text: string | null
  readonly source: 'keyboard' | ScanNote['source']
  /** Such as `QR Code`; null where the scanner does not say. */
  readonly symbology: string | null
  readonly atMs: number
}

type ToldScan = Pick<ScanNote, 'kind' | 'value' | 'source' | 'symbology'>

export const SEEN_MAX = 3
/** Both words about one scan come within this time. */
const TOGETHER_MS = 3_000

/** A scan that the window heard of, whatever scanner it came from. Newest first. */
export function hearText(seen: readonly SeenScan[], text: string, atMs: number): readonly SeenScan[] {
  const [latest] = seen
  const isToldAlready =
    latest !== undefined &&
    latest.source !== 'keyboard' &&
    isSame(latest.text, text) &&
    atMs - latest.atMs < TOGETHER_MS
  if (isToldAlready) return seen
  return add(seen, { kind: 'scan', text, source: 'keyboard', symbology: null, atMs })
}

/** What a scanner that is no keyboard told. Newest first. */
export function hearNote(
  seen: readonly SeenScan[],
  { kind, value, source, symbology }: ToldScan,
  atMs: number,
): readonly SeenScan[] {
  const told = { kind, text: value, source, symbology, atMs }
  const [latest] = seen
  const isHeardAlready =
    latest !== undefined &&
    latest.source === 'keyboard' &&
    value !== null &&
    isSame(latest.text, value) &&
    atMs - latest.atMs < TOGETHER_MS
  if (!isHeardAlready) return add(seen, told)
  return [{ ...told, number: latest.number }, ...seen.slice(1)]
}

function add(seen: readonly SeenScan[], scan: Omit<SeenScan, 'number'>): readonly SeenScan[] {
  const number = (seen[0]?.number ?? 0) + 1
  return [{ number, ...scan }, ...seen].slice(0, SEEN_MAX)
}

/** The window hears a scan without the spaces around it. */
function isSame(one: string | null, other: string): boolean {
  return one?.trim() === other.trim()
}
