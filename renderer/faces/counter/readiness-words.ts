// The words of a readiness line: what it is about, how it stands, and what to do. Figures come formatted. Used by readiness.tsx.
import { formatInr, paise } from '#contract/money.ts'
import { ageText } from '#renderer/parts/age-text.ts'
import type { Tone } from '#renderer/parts/tone.ts'
import { isTextKey, type Text, type TextValues } from '#renderer/text/catalog.ts'
import type { ReadinessLine } from '#rpc/readiness.ts'

export const READINESS_TONES: Readonly<Record<ReadinessLine['tone'], Tone>> = {
  green: 'ok',
  amber: 'warn',
  red: 'error',
}

export type ReadinessWords = { readonly what: string; readonly act: string | null }

/** `act` is null when there is nothing to do. */
export function readinessWords(line: ReadinessLine, text: Text, nowMs: number): ReadinessWords {
  const values = valuesOf(line.data, text, nowMs)
  const what = `ready.${line.topic}.${line.state}`
  const act = `${what}.act`
  return {
    what: isTextKey(what) ? text(what, values) : text('ready.notKnown'),
    act: isTextKey(act) ? text(act, values) : null,
  }
}

const GIGABYTE_MEBIBYTES = 1024

function valuesOf(data: ReadinessLine['data'], text: Text, nowMs: number): TextValues {
  const values: Record<string, string | number> = {}
  for (const [name, value] of Object.entries(data)) {
    if (typeof value === 'string') values[name] = value
    if (typeof value !== 'number') continue
    values[name] = value
    if (name === 'preparedAtMs') values['age'] = ageText(text, Math.min(value, nowMs), nowMs)
    if (name === 'leftMs') values['left'] = ageText(text, 0, value)
    if (name === 'driftMs') values['drift'] = ageText(text, 0, Math.abs(value))
    if (name === 'sumPaise') values['amount'] = formatInr(paise(value))
    if (name === 'freeMebibytes') values['space'] = spaceOf(value)
  }
  return values
}

function spaceOf(mebibytes: number): string {
  if (mebibytes < GIGABYTE_MEBIBYTES) return `${mebibytes} MB`
  return `${(mebibytes / GIGABYTE_MEBIBYTES).toFixed(1)} GB`
}

/** Charge of the machine's battery: below 30 % it will not last a round, below 10 % it ends soon. */
export function batteryLine(battery: { readonly percent: number; readonly isCharging: boolean }) {
  const { percent, isCharging } = battery
  const tone: ReadinessLine['tone'] = isCharging || percent >= 30 ? 'green' : percent >= 10 ? 'amber' : 'red'
  const state = isCharging ? 'charging' : tone === 'green' ? 'full' : 'low'
  return { tone, state, percent } as const
}
