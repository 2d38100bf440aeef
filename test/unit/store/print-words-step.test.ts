// Goal: prints recorded before the printer's own words were kept come through the step truthfully: what may be on paper is never printed as
// the same slip again, and the record itself refuses to.
import Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import { MIGRATIONS } from '#store/migrate.ts'

const older = MIGRATIONS.filter(({ number }) => number < 8)
const step = MIGRATIONS.find(({ number }) => number === 8)

function olderTill() {
  const raw = new Database(':memory:')
  for (const { sql } of older) raw.exec(sql)
  const insert = raw.prepare(
    `INSERT INTO print_jobs (id, payment_id, copy_number, state, attempts, problem, requested_by, queued_at_ms, at_ms)
     VALUES (?, 'p', ?, ?, 1, ?, '101', 5, 6)`,
  )
  const states = ['queued', 'printing', 'printed', 'failed', 'failed', 'unknown', 'absent', 'failed']
  const problems = [null, null, null, '{"data":{"hasPaper":true}}', '{"data":{}}', '{"data":{}}', null, null]
  raw.pragma('foreign_keys = OFF')
  states.forEach((state, at) => insert.run(at + 1, at, state, problems[at]))
  return raw
}

test('every print of an older till keeps its number, its copy and what is known of it', () => {
  const raw = olderTill()
  const kept =
    'SELECT id, payment_id, copy_number, attempts, problem, requested_by, queued_at_ms, at_ms FROM print_jobs'
  const before = raw.prepare(kept).all()
  raw.exec(step?.sql ?? '')
  expect(raw.prepare(kept).all()).toEqual(before)
  expect(raw.prepare('SELECT state FROM print_jobs ORDER BY id').pluck().all()).toEqual([
    'queued',
    'sending',
    'printed',
    'interrupted',
    'failed',
    'unknown',
    'absent',
    'failed',
  ])
  expect(
    raw.prepare('SELECT count(*) FROM print_jobs WHERE process_id IS NULL AND printer IS NULL').pluck().get(),
  ).toBe(8)
  raw.close()
})

test('the record refuses a second try of what may be on paper, and bytes without a name', () => {
  const raw = olderTill()
  raw.exec(step?.sql ?? '')
  for (const id of [3, 4, 6])
    for (const state of ['queued', 'sending', 'absent', 'failed'])
      expect(() => raw.exec(`UPDATE print_jobs SET state = '${state}' WHERE id = ${id}`)).toThrow(
        /may be on paper/,
      )
  raw.exec("UPDATE print_jobs SET state = 'printed' WHERE id IN (4, 6)")
  expect(() => raw.exec("UPDATE print_jobs SET state = 'sending' WHERE id = 1")).toThrow(/named/)
  raw.exec("UPDATE print_jobs SET state = 'sending', process_id = '0001', printer = 'paper' WHERE id = 1")
  expect(() => raw.exec('DELETE FROM print_jobs')).toThrow(/never deleted/)
  raw.close()
})
