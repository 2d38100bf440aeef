// Which key does what at the counter, by the place of the key (KeyboardEvent.code), so that a clerk who types Hindi
// still has the same shortcuts. Shown by the key help (F1) and used by window-keys.ts.
import type { TextKey } from '#renderer/text/catalog.ts'

/** From a chord such as `F2`, `Alt+KeyR`, `KeyQ` or `Enter` to what it does. */
export type KeyBindings = Readonly<Record<string, () => void>>

type KeyLike = {
  readonly code: string
  readonly altKey: boolean
  readonly ctrlKey: boolean
  readonly metaKey: boolean
}

/** The chord of a key press; null when it is not one that a screen may bind (Ctrl and Meta belong to the system). */
export function chordOf({ code, altKey, ctrlKey, metaKey }: KeyLike): string | null {
  if (ctrlKey || metaKey || code === '') return null
  const name = code === 'NumpadEnter' ? 'Enter' : code
  return altKey ? `Alt+${name}` : name
}

/** Keys that a scanner types too: they wait until it is clear that no scan follows. */
export function isScannable(chord: string): boolean {
  return !/^(F\d+|Alt\+.+|Escape|Delete|Backspace|Arrow\w+)$/.test(chord)
}

/** Keys that every screen may have, whatever has the focus. */
export function isFreeChord(chord: string): boolean {
  return /^(F\d+|Alt\+.+|Escape)$/.test(chord)
}

/** Keys of the five suggestions of the tender screen, first to last. */
export const SUGGESTION_KEYS = ['KeyQ', 'KeyW', 'KeyE', 'KeyR', 'KeyT'] as const

/** What stands on a key cap: `KeyQ` → Q, `Alt+KeyR` → Alt+R. */
export function capOf(chord: string): string {
  return chord.replace('Key', '').replace('Delete', 'Del').replace('Escape', 'Esc')
}

/** The key help: chords and the words of what they do, in reading order. */
export const KEY_HELP: readonly { readonly chords: readonly string[]; readonly text: TextKey }[] = [
  { chords: ['F1'], text: 'keys.help' },
  { chords: ['F2'], text: 'keys.find' },
  { chords: ['F3'], text: 'keys.payer' },
  { chords: ['F4'], text: 'keys.park' },
  { chords: ['F6'], text: 'keys.cash' },
  { chords: ['F8'], text: 'keys.card' },
  { chords: ['F9'], text: 'keys.paper' },
  { chords: [...SUGGESTION_KEYS], text: 'keys.suggestions' },
  { chords: ['Enter'], text: 'keys.primary' },
  { chords: ['Escape'], text: 'keys.back' },
  { chords: ['Delete'], text: 'keys.remove' },
  { chords: ['Alt+KeyR'], text: 'keys.reprint' },
  { chords: ['Alt+KeyC'], text: 'keys.copy' },
  { chords: ['Alt+KeyB'], text: 'keys.receipts' },
  { chords: ['Alt+KeyQ'], text: 'keys.queue' },
  { chords: ['Alt+KeyS'], text: 'keys.exceptions' },
  { chords: ['Alt+KeyE'], text: 'keys.shift' },
  { chords: ['Alt+KeyD'], text: 'keys.drawer' },
  { chords: ['Alt+KeyL'], text: 'keys.lock' },
]
