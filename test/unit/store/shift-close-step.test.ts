// Goal: a till that was at work before cash could be handed in keeps every movement of cash and its open shift, and what was promised of
// both holds from then on; a shift of that time is counted and closed like any other.
import Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import { rupees } from '#contract/money.ts'
import { MIGRATIONS } from '#store/migrate.ts'
import { drawerOf } from './drawer-kit.ts'
import { makeTill, takeOne } from './till-kit.ts'

test('cash movements and the open shift of an older till come through the step as they were', () => {
  const raw = new Database(':memory:')
  const [older, step] = [MIGRATIONS.slice(0, 5), MIGRATIONS[5]!]
  for (const { sql } of older) raw.exec(sql)
  raw.pragma('foreign_keys = ON')
  raw.exec(`INSERT INTO shifts VALUES ('s', 1, 'op-1', 'Meena Kulkarni', 1, 50000, 50000, 0, 0, 1, '2026-11-23');
    INSERT INTO cash_movements VALUES ('s', 's', NULL, 'FLOAT', 50000, 1);
    INSERT INTO collections VALUES ('c', 'h', 's', 'op-1', 10000, 10000, 0, 0, 2, 1);
    INSERT INTO cash_movements VALUES ('c', 's', 'c', 'COLLECTION', 10000, 2);`)
  const rows = () => raw.prepare('SELECT * FROM cash_movements ORDER BY id').all()
  const before = rows()
  raw.exec(step.sql)
  expect(rows()).toEqual(before)
  expect(raw.prepare('SELECT is_open FROM shifts').pluck().get()).toBe(1)
  expect(raw.pragma('foreign_key_check')).toEqual([])
  const again = "INSERT INTO cash_movements VALUES ('x', 's', NULL, 'FLOAT', 1, 1)"
  expect(() => raw.exec(again)).toThrow(/CHECK/)
  expect(() => raw.exec('DELETE FROM cash_movements')).toThrow(/never deleted/)
  raw.close()
})

test('a shift that was open all the while is counted and closed', () => {
  const till = makeTill()
  takeOne(till)
  till.reopen({ check: 'full' })
  const drawer = drawerOf(till)
  const z = drawer.close(drawer.count(drawer.inHand()).id)
  expect(z).toMatchObject({ number: 1, floatPaise: rupees(500), receiptCount: 1, differencePaise: 0 })
  till.reopen({ check: 'full' })
  expect(till.store.openShift()).toBeNull()
  till.close()
})
