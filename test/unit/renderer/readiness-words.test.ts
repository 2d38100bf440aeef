// Goal: every line the core can give has words of its own in every language, and whatever is not green says what to do.
import { IntlMessageFormat } from 'intl-messageformat'
import { describe, expect, test } from 'vitest'
import { paise } from '#contract/money.ts'
import { batteryLine, readinessWords } from '#renderer/faces/counter/readiness-words.ts'
import type { Text } from '#renderer/text/catalog.ts'
import { en } from '#renderer/text/en.ts'
import { hi } from '#renderer/text/hi.ts'
import { READINESS_TOPICS } from '#core/readiness.ts'
import { readinessLineSchema, type ReadinessLine } from '#rpc/readiness.ts'

const NOW_MS = 1_795_409_100_000
const HOUR_MS = 3_600_000
/** Every state of every topic, with the figures that come with it. */
const states: Readonly<Record<ReadinessLine['topic'], Readonly<Record<string, ReadinessLine['tone']>>>> = {
  device: { approved: 'green', waiting: 'red', revoked: 'red', unknown: 'red' },
  signIn: { valid: 'green', soon: 'amber', over: 'red', never: 'red' },
  network: { online: 'green', offline: 'amber' },
  packs: {
    fresh: 'green',
    none: 'amber',
    aging: 'amber',
    fetching: 'amber',
    missing: 'amber',
    tooOld: 'red',
    notTrusted: 'red',
  },
  unsent: { none: 'green', waiting: 'amber', attention: 'amber' },
  limits: { ok: 'green', warn: 'amber', stop: 'red' },
  printer: { ready: 'green', not_ready: 'amber', unreachable: 'amber', unknown: 'amber', absent: 'amber' },
  clock: { right: 'green', off: 'amber', unproven: 'amber', wrong: 'red' },
  space: { enough: 'green', little: 'amber', full: 'red' },
  secrets: { guarded: 'green', plain: 'amber', unreadable: 'red' },
}
const data = {
  leftMs: 5 * HOUR_MS,
  preparedAtMs: NOW_MS - 2 * HOUR_MS,
  driftMs: -7 * 60_000,
  sumPaise: paise(124_700),
  freeMebibytes: 3_000,
  count: 3,
  billCount: 340,
  routeCount: 2,
  percent: 85,
  limit: 'cashInHand',
}
const textIn =
  (catalog: Readonly<Record<string, string>>, locale: string): Text =>
  (key, values) =>
    new IntlMessageFormat(catalog[key] ?? '', locale).format(values) as string

describe.each([
  ['en-IN', en],
  ['hi-IN', hi],
] as const)('%s', (locale, catalog) => {
  const text = textIn(catalog, locale)
  const all = Object.entries(states).flatMap(([topic, of]) =>
    Object.entries(of).map(([state, tone]) => ({ topic, state, tone })),
  )
  test.each(all)('$topic $state', ({ topic, state, tone }) => {
    const line = readinessLineSchema.parse({ topic, state, tone, data })
    const words = readinessWords(line, text, NOW_MS)
    expect(words.what).not.toBe(text('ready.notKnown'))
    expect(words.what).not.toContain('{')
    expect(words.act === null).toBe(tone === 'green')
  })

  test('the figures are in the words', () => {
    const line = (topic: ReadinessLine['topic'], state: string): string =>
      readinessWords({ topic, state, tone: 'amber', data }, text, NOW_MS).what
    expect(line('packs', 'fresh')).toContain('340')
    expect(line('packs', 'fresh')).toContain('2')
    expect(line('unsent', 'waiting')).toContain('₹1,247')
    expect(line('space', 'enough')).toContain('2.9 GB')
    expect(line('limits', 'warn')).toContain('85')
  })
})

test('no topic is left without words', () => {
  expect(Object.keys(states)).toEqual([...READINESS_TOPICS])
  expect(readinessLineSchema.shape.topic.options).toEqual([...READINESS_TOPICS])
})

test.each([
  [{ percent: 80, isCharging: false }, 'green', 'full'],
  [{ percent: 25, isCharging: false }, 'amber', 'low'],
  [{ percent: 8, isCharging: false }, 'red', 'low'],
  [{ percent: 8, isCharging: true }, 'green', 'charging'],
])('battery %o is %s', (battery, tone, state) => {
  expect(batteryLine(battery)).toMatchObject({ tone, state })
})
