// Goal: no card number, person or secret reaches a log of either program, whatever shape the call has: generated cards and
// invented people are pushed through fields, nested fields, lists, names of fields, words, errors with causes, child loggers
// and values for placeholders, and none of them is found in what was written.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createLog } from '#app/log.ts'
import { maskCardNumbers, maskText, redactFields } from '#contract/log-safety.ts'
import { createLogger } from '#host/log.ts'
import type { Logger } from 'pino'

const cardRuns = 10_000

const luhnDigit = (digits: string): string => {
  for (let last = 0; last <= 9; last += 1) {
    const all = `${digits}${last}`
    const sum = all
      .split('')
      .toReversed()
      .reduce((total, digit, at) => {
        const weighed = Number(digit) * (at % 2 === 1 ? 2 : 1)
        return total + (weighed > 9 ? weighed - 9 : weighed)
      }, 0)
    if (sum % 10 === 0) return String(last)
  }
  throw new Error('some digit always fits')
}
const card = fc
  .tuple(
    fc.constantFrom('4', '51', '2221', '34', '36', '6011', '6521', '508', '817'),
    fc.integer({ min: 13, max: 19 }),
    fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 19, maxLength: 19 }),
  )
  .map(([start, length, rest]) => {
    const digits = `${start}${rest.join('')}`.slice(0, length - 1)
    return `${digits}${luhnDigit(digits)}`
  })
const written = fc
  .tuple(card, fc.constantFrom('', ' ', '-'))
  .map(([digits, gap]) => digits.match(/.{1,4}/g)?.join(gap) ?? digits)

const secrets = {
  person: 'Asha Wakale',
  mobile: '9876512345',
  mobileWithCode: '+91 98765 12346',
  address: '14 Mango Lane',
  email: 'asha@wakale.example',
  pin: '482915',
  aadhaar: '2345 6789 0123',
  enrolmentCode: 'K7QM2XPA94',
  token: 'tz0Qm9v3Lr8sKd2WnX5yHb7cJf4gTa1eUi6oRp',
  jwt: 'eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJl',
  key: '-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIEr\n-----END PRIVATE KEY-----',
  account: 'postgres://tahsil:hunter2222@127.0.0.1/x',
}

class DriverError extends Error {
  readonly code = '23505'
  readonly detail = `Key (name)=(${secrets.person})`
}

const errorOf = (secret: string): Error =>
  new DriverError(`${secret}\n    at ${secret} (/x/${secret}.ts:1:1)`, {
    cause: new TypeError(secret, { cause: Object.assign(new Error(secret), { [secret]: secret }) }),
  })

/** Every way a caller may hand something over, wrong ones too. `words` are what a caller wrote himself. */
const shapes = (log: Logger, secret: string): void => {
  const loose = log as unknown as Record<string, (...given: unknown[]) => void>
  const named = Object.fromEntries(
    ['name', 'payer', 'mobile', 'pin', 'body', 'token', 'address', 'err', 'error', 'msg', 'data', 'id'].map(
      (name) => [name, secret],
    ),
  )
  for (const level of ['info', 'warn', 'error', 'fatal']) {
    loose[level]?.(named, 'a line')
    loose[level]?.({ deep: { deeper: { list: [secret, { secret }], ...named } } }, 'a line')
    loose[level]?.(
      { [secret]: 1, error: errorOf(secret), err: errorOf(secret), cause: errorOf(secret) },
      'a line',
    )
    loose[level]?.(errorOf(secret), 'a line')
    loose[level]?.(errorOf(secret))
    loose[level]?.('a line of %s and %j', secret, { secret })
    loose[level]?.({ count: 1 }, 'a line of %s and %d', secret, Number(secret.replaceAll(/\D/g, '')))
    loose[level]?.({ pin: Number(secret.replaceAll(/\D/g, '')), map: new Map([[secret, secret]]) }, 'a line')
    loose[level]?.({
      buffer: Buffer.from(secret),
      date: secret,
      code: secret,
      problem: secret,
      at: errorOf(secret),
    })
    log.child({ payer: secret, name: secret, deep: { secret } }).info('a line of a child')
    const child = log.child({})
    child.setBindings({ payer: secret })
    child.child({ name: secret }).info('a line of a child’s child')
  }
}

const linesOf = (make: (destination: { write: (line: string) => void }) => Logger) => {
  const lines: string[] = []
  return { log: make({ write: (line) => void lines.push(line) }), text: () => lines.join('') }
}
const programs = [
  { name: 'integrator', make: (to: { write: (line: string) => void }) => createLog('debug', to) },
  { name: 'till', make: (to: { write: (line: string) => void }) => createLogger('debug', to) },
]

/** All 13 to 19 digits in a row. */
const windowsOf = (run: string): string[] =>
  Array.from({ length: 7 }, (_none, at) => 13 + at).flatMap((length) =>
    Array.from({ length: Math.max(0, run.length - length + 1) }, (_none, from) =>
      run.slice(from, from + length),
    ),
  )

describe.each(programs)('the log of the $name', ({ make }) => {
  it(`shows none of ${cardRuns} cards in any shape of a call`, () => {
    const { log, text } = linesOf(make)
    const cards = fc.sample(written, { numRuns: cardRuns, seed: 20_261 })
    for (const [at, each] of cards.entries()) {
      log.warn(
        { why: `refused for ${each}`, path: each, note: each, count: Number(each.replaceAll(/\D/g, '')) },
        'a line',
      )
      log.warn(`a line with ${each}, and x${each}y`)
      if (at % 50 === 0) shapes(log, each)
    }
    const all = text()
    expect(all.split('\n').length).toBeGreaterThan(cardRuns * 2)
    const runs = all.replaceAll(/(?<=\d)[ -](?=\d)/g, '').match(/\d{13,}/g) ?? []
    const seen = new Set(runs.flatMap(windowsOf))
    expect(cards.filter((each) => seen.has(each.replaceAll(/\D/g, '')))).toEqual([])
  })

  it('shows no person and no secret', () => {
    const { log, text } = linesOf(make)
    for (const secret of Object.values(secrets)) shapes(log, secret)
    const { person, address, pin, enrolmentCode, ...known } = secrets
    // what has a shape of its own is masked even in words and in fields of ours
    for (const secret of Object.values(known)) {
      log.info({ why: `it said ${secret}`, reason: secret, end: secret }, `a line with ${secret}`)
    }
    log.info({ why: `pin: ${pin}, password=${pin}`, code: enrolmentCode, problem: pin }, 'a line')
    const all = text()
    for (const part of [
      'Asha',
      'Wakale',
      'Mango',
      '98765',
      'wakale',
      'hunter',
      'MC4CAQ',
      'eyJ',
      pin,
      enrolmentCode,
    ]) {
      expect(all.includes(part), part).toBe(false)
    }
    for (const secret of [person, address, secrets.token, secrets.aadhaar]) expect(all).not.toContain(secret)
  })

  it('still says what a person who repairs it needs', () => {
    const { log, text } = linesOf(make)
    const paymentId = '12345678-1234-4234-8234-123456789012'
    log.error(
      { paymentId, state: 'UNKNOWN', waitMs: 1_700_000_000_000, count: 3, error: errorOf('x') },
      'posting run failed',
    )
    const line = JSON.parse(text()) as Record<string, unknown>
    expect(line).toMatchObject({
      paymentId,
      state: 'UNKNOWN',
      waitMs: 1_700_000_000_000,
      count: 3,
      msg: 'posting run failed',
      error: { at: expect.arrayContaining([expect.stringContaining('log-safety.test.ts')]) as unknown },
    })
    expect(String(line['time'])).toMatch(/^\d{4}-\d\d-\d\dT/)
  })
})

it('a number that is no card stays, and a card keeps its last four digits', () => {
  expect(maskCardNumbers('4111 1111 1111 1111')).toBe('************1111')
  expect(maskCardNumbers('1000000000000')).toBe('1000000000000')
  expect(maskCardNumbers('1234')).toBe('1234')
  expect(maskText('receipt DVG/K3A/26-27/000001-K')).toBe('receipt DVG/K3A/26-27/000001-K')
})

it('never throws, whatever it is given', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.anything({ withDate: true, withMap: true })), (fields) => {
      JSON.stringify(redactFields(fields), (_key, value: unknown) => (typeof value === 'bigint' ? '' : value))
    }),
    { numRuns: 500 },
  )
})

it('words of log lines are written out, so that nobody’s name can slip into them', () => {
  const root = join(import.meta.dirname, '..', '..', '..')
  const loose = ['integrator-backend/app', 'electron/host', 'electron/browser', 'electron/desktop'].flatMap(
    (folder) =>
      readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
        .filter((name) => name.endsWith('.ts'))
        .flatMap((name) => {
          const text = readFileSync(join(root, folder, name), 'utf8')
          return [
            ...text.matchAll(/^ +(?:\w+\.)*(?:log|logger)\.(?:debug|info|warn|error|fatal)\(([^;]*?)\)\n/gms),
          ]
            .filter(([, given = '']) => given.includes('`') || /['"]\s*\+/.test(given))
            .map(([call]) => `${folder}/${name}: ${call}`)
        }),
  )
  expect(loose).toEqual([])
})
