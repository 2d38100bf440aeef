// Goal: whatever is changed about a drawer after the fact is found: in the journal by the verifier, in the tables at the next start, and
// the tables keep their own promises.
import { randomUUID } from 'node:crypto'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { rupees } from '#contract/money.ts'
import type { DrawerRecord } from '#core/drawer/drawer-records.ts'
import { EXIT_CODES } from '#launch/journal-verify.ts'
import { drawerFaults } from '#store/journal/check-drawers.ts'
import { rebuildDerived } from '#store/journal/rebuild.ts'
import { drawerOf } from './drawer-kit.ts'
import { codeOf, liftLimits, makeTill, takeOne, type TillKit } from './till-kit.ts'

let till: TillKit
let drawer: ReturnType<typeof drawerOf>
beforeEach(() => {
  till = makeTill()
  drawer = drawerOf(till)
  liftLimits(till.store)
})
afterEach(() => till.close())

describe('looked over', () => {
  const lively = (): void => {
    takeOne(till)
    drawer.handIn(100)
    takeOne(till)
    drawer.close(drawer.count(drawer.inHand()).id)
    drawer.openNext()
    takeOne(till)
    drawer.handIn(50)
    drawer.count(drawer.inHand())
  }

  test('a sound journal has no faults', () => {
    lively()
    expect(drawerFaults(drawer.entries())).toEqual([])
  })

  test.each<[string, string, (data: never) => object]>([
    [
      'CASH_OUT',
      'does not leave',
      (data: { amountPaise: number }) => ({ amountPaise: data.amountPaise + 100 }),
    ],
    ['CASH_OUT', 'not the next hand-in', () => ({ number: 7 })],
    ['CASH_OUT', 'was not in the drawer', () => ({ amountPaise: rupees(90_000) })],
    ['CASH_COUNT', 'expects another sum', () => ({ expectedPaise: 1 })],
    ['CASH_COUNT', 'another difference', () => ({ differencePaise: 100 })],
    ['CLOSE_SHIFT', 'expects another sum', () => ({ expectedPaise: 1 })],
    ['CLOSE_SHIFT', 'collected another sum', () => ({ collectedPaise: 1 })],
    ['CLOSE_SHIFT', 'other receipts', () => ({ lastReceiptNumber: 'X/1' })],
    ['CLOSE_SHIFT', 'what was counted', () => ({ countedPaise: 1 })],
    ['CLOSE_SHIFT', 'another record before it', () => ({ headHash: '0'.repeat(64) })],
    ['CLOSE_SHIFT', 'another shift', () => ({ number: 9 })],
  ])('%s that lies is found: %s', (type, words, change) => {
    lively()
    const made = drawer.entries()
    const at = made.findIndex((entry) => entry.type === type)
    const entry = made[at]!
    const start = entry.body.indexOf('"data":') + 7
    const data = JSON.parse(entry.body.slice(start, -1)) as DrawerRecord
    const body = `${entry.body.slice(0, start)}${JSON.stringify({ ...data, ...change(data as never) })}}`
    made[at] = { ...entry, body }
    const [fault] = drawerFaults(made)
    expect(fault).toMatchObject({ seq: entry.seq })
    expect(fault?.reason).toContain(words)
    expect(EXIT_CODES.shift).toBe(18)
  })

  test('tables that were turned against the journal are found at the next start and by the verifier', () => {
    lively()
    till.store.close()
    const raw = new Database(till.file)
    raw.exec("DROP TRIGGER cash_stays; DELETE FROM cash_movements WHERE kind = 'HAND_IN'")
    raw.close()
    expect(codeOf(() => till.open())).toBe('store_corrupt')
    expect(drawer.verify()).toMatchObject({ exitCode: EXIT_CODES.derived })
    const again = new Database(till.file)
    rebuildDerived(again)
    again.close()
    till.store = till.open({ check: 'full' })
  })

  test('the tables keep their own promises', () => {
    lively()
    const raw = new Database(till.file)
    const run = (sql: string) => () => raw.exec(sql)
    expect(run('UPDATE shifts SET is_open = 0 WHERE is_open = 1')).toThrow(/own record/)
    expect(run('UPDATE shifts SET is_open = 1 WHERE is_open = 0')).toThrow(/never changed/)
    expect(run('UPDATE shifts SET cash_in_hand_paise = -100 WHERE is_open = 1')).toThrow(/less than nothing/)
    const row = (id: string, paiseOut: number) =>
      `INSERT INTO cash_movements SELECT '${id}', id, NULL, 'HAND_IN', ${paiseOut}, 1 FROM shifts WHERE is_open = 1`
    expect(run(row(randomUUID(), 100))).toThrow(/own record/)
    expect(run(row(randomUUID(), 150))).toThrow(/own record|CHECK/)
    expect(run(row(randomUUID(), 0))).toThrow(/own record|CHECK/)
    expect(run("UPDATE cash_movements SET amount_paise = 1 WHERE kind = 'HAND_IN'")).toThrow(/never changed/)
    expect(run("DELETE FROM cash_movements WHERE kind = 'HAND_IN'")).toThrow(/never deleted/)
    raw.close()
  })

  test('drawers are read by their own index, however long the journal', () => {
    const raw = new Database(till.file, { readonly: true })
    const plan = raw
      .prepare(
        "EXPLAIN QUERY PLAN SELECT body FROM journal WHERE type IN ('OPEN_SHIFT', 'CASH_OUT', 'CASH_COUNT', 'CLOSE_SHIFT') ORDER BY seq DESC LIMIT 9",
      )
      .all() as { detail: string }[]
    raw.close()
    expect(plan.map(({ detail }) => detail).join()).toContain('journal_of_drawers')
  })
})
