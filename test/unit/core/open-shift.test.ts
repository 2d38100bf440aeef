// Goal: a shift begins with the float that was counted, on a till that may open one, and with nothing taken.
import { describe, expect, test } from 'vitest'
import { paise, rupees, ZERO_PAISE } from '#contract/money.ts'
import type { ClockState, ShiftRecord } from '#core/records.ts'
import { openShift } from '#core/drawer/shift.ts'
import { at, CASHIER, clock, problem, shift } from './drawer-facts.ts'
import { NOW_MS } from './sample-bill.ts'
import type { ShiftPlan } from '#core/plans.ts'

type Opening = { isEnrolled?: boolean; isOpen?: boolean; clockState?: ClockState }
function opened(
  floats: Parameters<typeof openShift>[1],
  { isEnrolled = true, isOpen = false, clockState = clock }: Opening = {},
) {
  const plans: ShiftPlan[] = []
  const store = {
    device: () => (isEnrolled ? ({} as never) : null),
    clockState: () => clockState,
    commitShift: (plan: (facts: { openShift: ShiftRecord | null; nextNumber: number }) => ShiftPlan) => {
      plans.push(plan({ openShift: isOpen ? shift : null, nextNumber: 5 }))
      return plans[0]!.shift
    },
  }
  const ports = { store, newId: () => 'shift-5' } as unknown as Parameters<typeof openShift>[0]
  return { shift: openShift(ports, floats, { operator: CASHIER, at }), plans }
}

describe('opening', () => {
  test.each([
    [3_00, 1],
    [100_00, -1],
    [100_00, 0.5],
  ])('with notes that are none is refused: %d paise, %d times', (denominationPaise, count) => {
    const invalid = problem('input_invalid', { field: 'denominations', denominationPaise })
    expect(() => opened([{ denominationPaise: paise(denominationPaise), count }])).toThrow(invalid)
  })

  test('begins with the float that was counted and nothing else', () => {
    const float = [
      { denominationPaise: rupees(100), count: 4 },
      { denominationPaise: rupees(10), count: 10 },
      { denominationPaise: rupees(5), count: 0 },
    ]
    const fresh: ShiftRecord = {
      ...shift,
      id: 'shift-5',
      number: 5,
      openedAtMs: NOW_MS,
      cashInHandPaise: rupees(500),
      collectedPaise: ZERO_PAISE,
      receiptCount: 0,
    }
    const { id, number, operatorId, operatorName, openedAtMs, businessDate, floatPaise } = fresh
    const data = { shiftId: id, number, operatorId, operatorName, openedAtMs, businessDate, floatPaise }
    const journal = { type: 'OPEN_SHIFT', at, dataJson: JSON.stringify(data), amountPaise: 0 }
    expect(opened(float)).toEqual({ shift: fresh, plans: [{ shift: fresh, journal }] })
  })

  test('is refused on a till without a name, over an open shift and by a clock that is behind', () => {
    expect(() => opened([], { isEnrolled: false })).toThrow(problem('device_not_enrolled'))
    expect(() => opened([], { isOpen: true })).toThrow(problem('shift_already_open', { shiftNumber: 4 }))
    const behind = { ...clock, floorWallMs: NOW_MS + 86_400_000 }
    expect(() => opened([], { clockState: behind })).toThrow(
      expect.objectContaining({ code: 'clock_set_back' }),
    )
  })
})
