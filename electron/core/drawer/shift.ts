// Opens a shift: the operator counts the float note by note, and from then on the till knows what must be in the drawer.
// Called by the host's shift procedure.
import { addPaise, paise, type Paise } from '#contract/money.ts'
import { ProblemError } from '#contract/problem.ts'
import { DENOMINATIONS_PAISE } from '#contract/tender.ts'
import { businessDateIst } from '#core/time/business-date.ts'
import { requireClock } from '#core/time/clock-guard.ts'
import type { ClockStore, IdentityStore, ShiftStore } from '#core/ports.ts'
import type { ClockReading, OperatorTile, ShiftRecord } from '#core/records.ts'

export type FloatCount = { readonly denominationPaise: Paise; readonly count: number }

type ShiftPorts = { readonly store: ShiftStore & ClockStore & IdentityStore; readonly newId: () => string }

/** Throws shift_already_open, clock_set_back, clock_far_off, device_not_enrolled, input_invalid (unknown note). */
export function openShift(
  { store, newId }: ShiftPorts,
  denominations: readonly FloatCount[],
  { operator, at }: { operator: OperatorTile; at: ClockReading },
): ShiftRecord {
  if (store.device() === null) throw new ProblemError('device_not_enrolled')
  const { nowMs } = requireClock(at, store.clockState())
  const floatPaise = floatOf(denominations)
  return store.commitShift(({ openShift: open, nextNumber }) => {
    if (open !== null) throw new ProblemError('shift_already_open', { shiftNumber: open.number })
    const shift: ShiftRecord = {
      id: newId(),
      number: nextNumber,
      operatorId: operator.id,
      operatorName: operator.name,
      openedAtMs: nowMs,
      businessDate: businessDateIst(nowMs),
      floatPaise,
      cashInHandPaise: floatPaise,
      collectedPaise: paise(0),
      receiptCount: 0,
    }
    const dataJson = JSON.stringify({
      shiftId: shift.id,
      number: nextNumber,
      operatorId: operator.id,
      operatorName: operator.name,
      openedAtMs: nowMs,
      businessDate: shift.businessDate,
      floatPaise,
    })
    return { shift, journal: { type: 'OPEN_SHIFT', at, dataJson, amountPaise: paise(0) } }
  })
}

/** Sum of the counted notes and coins. */
function floatOf(denominations: readonly FloatCount[]): Paise {
  for (const { denominationPaise, count } of denominations) {
    const isKnown = DENOMINATIONS_PAISE.includes(denominationPaise)
    if (!isKnown || !Number.isSafeInteger(count) || count < 0) {
      throw new ProblemError('input_invalid', { field: 'denominations', denominationPaise })
    }
  }
  return addPaise(...denominations.map(({ denominationPaise, count }) => paise(denominationPaise * count)))
}
