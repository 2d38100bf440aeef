// What was scanned or typed, as a person may see it: short, without card numbers, and with signs that no screen shows spelled out.
// Called by find-bar.tsx and, for all of it, by the device check.
import { withoutCardNumbers } from '#contract/card-numbers.ts'

export const SHOWN_CHARS_MAX = 80

export function shownScan(raw: string, charsMax = SHOWN_CHARS_MAX): string {
  const text = withoutCardNumbers(raw).replaceAll(
    // Control and format characters, lone surrogates: they hide or reorder what stands beside them.
    /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`,
  )
  const characters = Array.from(text)
  return characters.length <= charsMax ? text : `${characters.slice(0, charsMax - 1).join('')}…`
}
