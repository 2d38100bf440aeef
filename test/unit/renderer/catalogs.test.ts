// Goal: every problem, state, mode and key has words in every language, every message can be formatted with the same
// values in both, and plurals name zero.
import { isLiteralElement } from '@formatjs/icu-messageformat-parser'
import { IntlMessageFormat } from 'intl-messageformat'
import { expect, test } from 'vitest'
import { PAYMENT_MODES } from '#contract/bill.ts'
import { POSTING_STATES, SUSPENSE_REASONS } from '#contract/payment.ts'
import { PROBLEM_CODES } from '#contract/problem.ts'
import { ROLES } from '#contract/api.ts'
import { KEY_HELP, SUGGESTION_KEYS } from '#renderer/parts/key-map.ts'
import { isTextKey, LANGUAGES, loadCatalog, type Catalog } from '#renderer/text/catalog.ts'

const catalogs = await Promise.all(
  LANGUAGES.map(async ({ code }) => ({ code, catalog: await loadCatalog(code) })),
)
const english = catalogs[0]!.catalog

type Parsed = ReturnType<IntlMessageFormat['getAst']>

/** Every value that a message takes, also inside its plurals. */
const valuesOf = (message: string): string[] => {
  const names = new Set<string>()
  const walk = (parts: Parsed): void => {
    for (const part of parts) {
      if (!isLiteralElement(part) && 'value' in part) names.add(part.value)
      if ('options' in part) for (const option of Object.values(part.options)) walk(option.value)
    }
  }
  walk(new IntlMessageFormat(message, 'en').getAst())
  return [...names].toSorted()
}

test('both languages have the same keys', () => {
  for (const { catalog } of catalogs)
    expect(Object.keys(catalog).toSorted()).toEqual(Object.keys(english).toSorted())
})

test('every problem has words and what to do, in every language', () => {
  const keys = PROBLEM_CODES.flatMap((code) => [`problem.${code}`, `advice.${code}`])
  for (const { code, catalog } of catalogs) {
    const words = catalog as Readonly<Record<string, string | undefined>>
    const missing = keys.filter((key) => (words[key] ?? '').trim() === '')
    expect(missing, code).toEqual([])
  }
  const stray = Object.keys(english).filter((key) => /^(problem|advice)\./.test(key) && !keys.includes(key))
  expect(stray).toEqual([])
})

test('every state, reason, mode, role and key has words', () => {
  const keys = [
    ...POSTING_STATES.map((state) => `state.${state}`),
    ...SUSPENSE_REASONS.map((reason) => `reason.${reason}`),
    ...PAYMENT_MODES.map((mode) => `mode.${mode}`),
    ...ROLES.map((role) => `role.${role}`),
    ...KEY_HELP.map(({ text }) => text),
  ]
  expect(keys.filter((key) => !isTextKey(key))).toEqual([])
})

test('every message is valid and takes the same values in both languages', () => {
  for (const key of Object.keys(english).filter(isTextKey)) {
    const wanted = valuesOf(english[key])
    for (const { code, catalog } of catalogs) {
      expect(valuesOf(catalog[key]), `${code} ${key}`).toEqual(wanted)
      const values = Object.fromEntries(wanted.map((name) => [name, 3]))
      const words = new IntlMessageFormat(catalog[key], `${code}-IN`).format(values)
      expect(String(words).trim(), `${code} ${key}`).not.toBe('')
    }
  }
})

test('every plural names zero, one and other: languages disagree about what zero is', () => {
  const check = ({ catalog }: { catalog: Catalog }) =>
    Object.entries(catalog).filter(
      ([, message]) => message.includes(', plural,') && !/=0 \{.*one \{.*other \{/s.test(message),
    )
  expect(catalogs.flatMap(check)).toEqual([])
})

test('Hindi is Hindi: no message is left in English', () => {
  const hindi = catalogs.find(({ code }) => code === 'hi')!.catalog
  const latinOnly = Object.entries(hindi).filter(([, message]) => !/[\u0900-\u097f]/.test(message))
  expect(latinOnly.map(([key]) => key).toSorted()).toEqual(
    ['form.ifsc', 'form.rrn', 'mode.OFFLINE_NEFT', 'mode.OFFLINE_RTGS', 'signIn.pin'].toSorted(),
  )
})

test('digits in words are Latin in every language', () => {
  for (const { catalog } of catalogs) {
    expect(Object.values(catalog).filter((message) => /[०-९]/.test(message))).toEqual([])
  }
  expect(
    new IntlMessageFormat('{n, plural, =0 {} one {#} other {#}}', 'hi-IN').format({ n: 12_34_567 }),
  ).toBe('12,34,567')
})

test('the key help names each key once', () => {
  const chords = KEY_HELP.flatMap((each) => each.chords)
  expect(new Set(chords).size).toBe(chords.length)
  expect(chords).toEqual(expect.arrayContaining([...SUGGESTION_KEYS]))
})

test('there are twelve month names in every language', () => {
  for (const { catalog } of catalogs) expect(catalog.months.split(' ')).toHaveLength(12)
})
