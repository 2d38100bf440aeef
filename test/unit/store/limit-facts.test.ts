// Goal: a till that was at work before limits came keeps its open shift with the date it was opened on in India, and what it knew of its clock.
import Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import { firstTables } from '#store/migrations/0001-first-tables.ts'
import { limitFacts } from '#store/migrations/0004-limits.ts'

test('an open shift gets its date, the floor of the clock stays, and both are kept from then on', () => {
  const raw = new Database(':memory:')
  raw.exec(firstTables.sql)
  const openedAtMs = Date.parse('2026-11-23T00:10:00+05:30')
  raw
    .prepare("INSERT INTO shifts VALUES ('s', 1, 'op-1', 'Meena Kulkarni', ?, 50000, 50000, 0, 0, 1)")
    .run(openedAtMs)
  raw.prepare("INSERT INTO meta VALUES ('clockFloorMs', ?)").run(String(openedAtMs))
  raw.exec(limitFacts.sql)
  expect(raw.prepare('SELECT business_date FROM shifts').pluck().get()).toBe('2026-11-23')
  const kept = raw.prepare("SELECT value FROM meta WHERE key = 'clock'").pluck().get() as string
  expect(JSON.parse(kept)).toEqual({
    floorWallMs: openedAtMs,
    certainMs: null,
    acceptedDriftMs: null,
    lastReading: null,
  })
  expect(raw.prepare("SELECT 1 FROM meta WHERE key = 'clockFloorMs'").get()).toBeUndefined()
  expect(() => raw.exec("UPDATE shifts SET business_date = '2026-11-24'")).toThrow(/never changed/)
  expect(() => raw.exec("INSERT INTO shifts VALUES ('t', 2, 'o', 'n', 0, 0, 0, 0, 0, 0, '')")).toThrow(/date/)
  raw.close()
})
