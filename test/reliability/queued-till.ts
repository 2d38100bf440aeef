// A till that has taken money all day without a network: the real record with so many payments in its signed journal, enrolled at a
// running integrator. Called by drain.ts.
import { createHash, randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { paise, ZERO_PAISE } from '#contract/money.ts'
import type { Sha256 } from '#contract/journal-record.ts'
import type { Clock } from '#core/ports.ts'
import { openShift } from '#core/drawer/shift.ts'
import { takePayment } from '#core/take-payment.ts'
import { openStore, type Store } from '#store/open-store.ts'
import { sampleBill } from '#test/bench/sample-bills.ts'
import type { SignedDevice } from '#test/integration/signed-client.ts'
import { sampleMasters, WIDE_LIMITS } from '#test/unit/core/sample-bill.ts'

/** Bills that one citizen pays at once: one write to the disk for all of them. */
const AT_ONCE_MAX = 10
const OPERATOR = { id: 'op-1', code: '101', name: 'Meera Devi', role: 'cashier' } as const

const sha256: Sha256 = (parts) => {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest('hex')
}

export type QueuedTill = { readonly store: Store; readonly paymentIds: readonly string[] }

export const fillTill = (
  folder: string,
  { signed, payments, clock }: { signed: SignedDevice; payments: number; clock: Clock },
): QueuedTill => {
  const { device, signer } = signed
  const store = openStore({ file: join(folder, 'till.sqlite'), nowMs: clock.read().wallMs, signer })
  store.saveDevice(device, { type: 'ENROL', at: clock.read(), dataJson: '{}', amountPaise: ZERO_PAISE })
  const float = [{ denominationPaise: paise(10_000), count: 5 }]
  openShift({ store, newId: () => randomUUID() }, float, { operator: OPERATOR, at: clock.read() })
  store.saveMasters(sampleMasters({ limits: WIDE_LIMITS }))
  const paymentIds: string[] = []
  for (let first = 0; first < payments; first += AT_ONCE_MAX) {
    const count = Math.min(AT_ONCE_MAX, payments - first)
    const bills = Array.from({ length: count }, (_, at) => ({
      ...sampleBill(first + at),
      tenantId: device.tenantId,
    }))
    store.saveBills(bills, clock.read().wallMs)
    const lines = bills.map(({ id, totalPaise }) => ({
      paymentId: randomUUID(),
      billId: id,
      amountPaise: totalPaise,
    }))
    const tenderedPaise = paise(lines.reduce((sum, { amountPaise }) => sum + amountPaise, 0))
    const input = {
      collectionId: randomUUID(),
      lines,
      instrument: { mode: 'CASH' as const, tenderedPaise },
      payer: { paidBy: 'Asha Sharma', mobileNumber: null, isOwner: true },
      consent: { isAdvanceAgreed: false, isPartAgreed: false },
    }
    const situation = {
      operatorId: OPERATOR.id,
      at: clock.read(),
      isOffline: true,
      hasPrinter: true,
      hasCardTerminal: false,
      hasDiskSpace: true,
      ulbCode: 'NVP',
    }
    takePayment({ store, sha256 }, input, situation)
    paymentIds.push(...lines.map(({ paymentId }) => paymentId))
  }
  return { store, paymentIds }
}
