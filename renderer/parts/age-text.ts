// How long something has waited, in words: `1 h 10 m`. Used by the offline strip and the queue.
import { ageOf } from './ist.ts'
import type { Text } from '#renderer/text/catalog.ts'

export function ageText(text: Text, fromMs: number, nowMs: number): string {
  const age = ageOf(fromMs, nowMs)
  if (age.days > 0) return text('age.days', { days: age.days, hours: age.hours })
  if (age.hours > 0) return text('age.hours', { hours: age.hours, minutes: age.minutes })
  return text('age.minutes', { minutes: age.minutes })
}
