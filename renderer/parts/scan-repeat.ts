// Scanners that type read a code twice when it stays in sight. Equal text within a second is the same reading; the till's own
// scanners have this rule in their driver. Called by window-keys.ts.

const REPEAT_WITHIN_MS = 1_000

/** true: it was typed a moment ago, drop it. Each repeat begins the second anew, so a code left lying in sight counts once. */
export function createRepeatCheck(): (text: string, timeMs: number) => boolean {
  let last: { readonly text: string; readonly timeMs: number } | null = null
  return (text, timeMs) => {
    const isRepeat = last?.text === text && timeMs - last.timeMs < REPEAT_WITHIN_MS
    last = { text, timeMs }
    return isRepeat
  }
}
