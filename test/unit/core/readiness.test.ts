// Goal: the readiness card names whatever keeps a collector from working, as bad as it is, and nothing else.
import { describe, expect, test } from 'vitest'
import { ProblemError, problemOf } from '#contract/problem.ts'
import type { ClockVerdict } from '#core/time/clock-guard.ts'
import { judgeReadiness, READINESS_TOPICS, type ReadinessFacts } from '#core/readiness.ts'
import { NOW_MS } from './sample-bill.ts'

const HOUR_MS = 3_600_000
const clock: ClockVerdict = {
  nowMs: NOW_MS,
  earliestMs: NOW_MS,
  isTrusted: true,
  driftMs: 1_000,
  isSetBack: false,
  isFarOff: false,
}
const pack = {
  inUse: { billCount: 400, preparedAtMs: NOW_MS - HOUR_MS, standing: 'fresh' as const },
  loading: null,
  problem: null,
}
const good: ReadinessFacts = {
  deviceProblem: null,
  contactAgeMs: 60_000,
  isOnline: true,
  packs: [pack],
  unsent: { count: 0, sumPaise: 0, attentionCount: 0 },
  limits: [{ limit: 'unsent', level: 'ok', value: 10, max: 100 }],
  printer: 'ready',
  clock,
  freeBytes: 50_000_000_000,
  freeBytesMin: 200_000_000,
  secrets: { isDegraded: false, problem: null },
}
const problem = (code: ConstructorParameters<typeof ProblemError>[0]) => problemOf(new ProblemError(code))

test('a till that is ready is green in every line', () => {
  const lines = judgeReadiness(good)
  expect(lines.map(({ topic }) => topic)).toEqual([...READINESS_TOPICS])
  expect(lines.filter(({ tone }) => tone !== 'green')).toEqual([])
})

describe('one thing at a time', () => {
  test.each<[string, Partial<ReadinessFacts>, string]>([
    ['device', { deviceProblem: problem('device_not_approved') }, 'red waiting'],
    ['device', { deviceProblem: problem('device_revoked') }, 'red revoked'],
    ['device', { deviceProblem: problem('device_not_enrolled') }, 'red unknown'],
    ['signIn', { contactAgeMs: null }, 'red never'],
    ['signIn', { contactAgeMs: 73 * HOUR_MS }, 'red over'],
    ['signIn', { contactAgeMs: 65 * HOUR_MS }, 'amber soon'],
    ['network', { isOnline: false }, 'amber offline'],
    ['packs', { packs: [] }, 'amber none'],
    ['packs', { packs: [{ ...pack, inUse: { ...pack.inUse, standing: 'aging' } }] }, 'amber aging'],
    ['packs', { packs: [pack, { ...pack, inUse: { ...pack.inUse, standing: 'too_old' } }] }, 'red tooOld'],
    ['packs', { packs: [{ ...pack, inUse: null }] }, 'amber missing'],
    [
      'packs',
      { packs: [{ ...pack, inUse: null, loading: { loadedBills: 50, billCount: 200 } }] },
      'amber fetching',
    ],
    ['packs', { packs: [{ ...pack, problem: problem('pack_not_trusted') }] }, 'red notTrusted'],
    ['unsent', { unsent: { count: 3, sumPaise: 900, attentionCount: 0 } }, 'amber waiting'],
    ['unsent', { unsent: { count: 3, sumPaise: 900, attentionCount: 1 } }, 'amber attention'],
    ['limits', { limits: [{ limit: 'cashInHand', level: 'warn', value: 85, max: 100 }] }, 'amber warn'],
    ['limits', { limits: [{ limit: 'offline', level: 'stop', value: 100, max: 100 }] }, 'red stop'],
    ['printer', { printer: 'unreachable' }, 'amber unreachable'],
    ['clock', { clock: { ...clock, isTrusted: false, driftMs: null } }, 'amber unproven'],
    ['clock', { clock: { ...clock, driftMs: 400_000 } }, 'amber off'],
    ['clock', { clock: { ...clock, isSetBack: true } }, 'red wrong'],
    ['space', { freeBytes: 300_000_000 }, 'amber little'],
    ['space', { freeBytes: 100_000_000 }, 'red full'],
    ['secrets', { secrets: { isDegraded: true, problem: null } }, 'amber plain'],
    ['secrets', { secrets: { isDegraded: false, problem: problem('internal') } }, 'red unreadable'],
  ])('%s with %o', (topic, change, expected) => {
    const wrong = judgeReadiness({ ...good, ...change }).filter(({ tone }) => tone !== 'green')
    expect(wrong.map((line) => `${line.topic} ${line.tone} ${line.state}`)).toEqual([`${topic} ${expected}`])
  })
})

test('the figures are those of all routes together, and the oldest pack counts', () => {
  const older = { ...pack, inUse: { ...pack.inUse, billCount: 100, preparedAtMs: NOW_MS - 5 * HOUR_MS } }
  const line = judgeReadiness({ ...good, packs: [pack, older] }).find(({ topic }) => topic === 'packs')
  expect(line?.data).toEqual({ routeCount: 2, billCount: 500, preparedAtMs: NOW_MS - 5 * HOUR_MS })
})
