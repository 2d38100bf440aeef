// Writes payments into the terminal's real store under the disk recorder and says in the file `marks` what it acknowledged.
// `node till-writer.ts FOLDER PAYMENTS [FULL|NORMAL|OFF|BOAST]`; the last is a control: any but FULL must lose money in a power
// cut, and BOAST, which says "recorded" before it is, must do so when calls fail.
// Started by cut-power.ts (images) and disk-faults.ts (failing calls).
import { randomUUID } from 'node:crypto'
import { openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { paise } from '#contract/money.ts'
import type { Bill } from '#contract/bill.ts'
import { ProblemError } from '#contract/problem.ts'
import { processIdOf } from '#core/receipts/print-queue.ts'
import { openShift } from '#core/drawer/shift.ts'
import { takePayment } from '#core/take-payment.ts'
import { writeDevice } from '#host/identity/device-file.ts'
import { deviceSigner, makeDeviceKey } from '#host/identity/device-key.ts'
import { sha256 } from '#store/journal/check-file.ts'
import { openStore, type Store } from '#store/open-store.ts'
import type { Acknowledged } from '#test/reliability/auditor.ts'

/** Payments between a close and the next open of the store. */
const REOPEN_EVERY = 30
const TENANT = 'sr.devgaon'
const OPERATOR = { id: 'op-1', code: 'C01', name: 'Asha Rao', role: 'cashier' as const }

const [folder = '', count = '0', synchronous = 'FULL'] = process.argv.slice(2)
const file = join(folder, 'till.sqlite')
const marks = openSync(join(folder, 'marks'), 'a')
const bootId = randomUUID()
const signer = deviceSigner(makeDeviceKey())
const now = () => ({ wallMs: Date.now(), monotonicMs: performance.now(), bootId })
const say = (text: string): void => {
  writeSync(marks, `${text}\n`)
}

type Exec = (this: Database.Database, text: string) => Database.Database

/** The store insists on FULL when it opens; a control changes that behind its back, at its first transaction. */
const weaken = (mode: string): void => {
  const exec: Exec = Reflect.get(Database.prototype, 'exec')
  const weak = new WeakSet<Database.Database>()
  Database.prototype.exec = function weakened(this: Database.Database, text: string) {
    if (!weak.has(this) && text.startsWith('BEGIN IMMEDIATE')) {
      weak.add(this)
      this.pragma(`synchronous = ${mode}`)
    }
    return exec.call(this, text)
  }
}

const billOf = (at: number): Bill => ({
  id: randomUUID(),
  billNumber: `BILL-${at}`,
  tenantId: TENANT,
  businessService: 'PT',
  consumerCode: `PT-DVG-${String(at).padStart(6, '0')}`,
  status: 'ACTIVE',
  totalPaise: paise((100 + at) * 100),
  billDateMs: Date.now(),
  expiresAtMs: Date.now() + 86_400_000,
  payerName: 'Sunita Nair',
  mobileNumber: null,
  address: null,
  periods: [
    {
      demandId: randomUUID(),
      fromMs: 0,
      toMs: Date.now(),
      amountPaise: paise((100 + at) * 100),
      expiresAtMs: Date.now() + 86_400_000,
      heads: [{ taxHeadCode: 'PT_TAX', amountPaise: paise((100 + at) * 100), order: 1 }],
    },
  ],
  rules: {
    isPartPaymentAllowed: true,
    isAdvanceAllowed: false,
    minimumPaise: paise(0),
    modesNotAllowed: [],
    isOpen: true,
  },
  fetchedAtMs: Date.now(),
})

const acknowledge = (told: Acknowledged): void => say(`ack ${JSON.stringify(told)}`)

const take = (store: Store, at: number, paymentId: string): void => {
  const bill = billOf(at)
  store.saveBills([bill], Date.now())
  const input = {
    collectionId: randomUUID(),
    lines: [{ paymentId, billId: bill.id, amountPaise: bill.totalPaise }],
    instrument: { mode: 'CASH' as const, tenderedPaise: bill.totalPaise },
    payer: { paidBy: 'Asha Rao', mobileNumber: null, isOwner: true },
    consent: { isAdvanceAgreed: false, isPartAgreed: false },
  }
  const situation = {
    operatorId: OPERATOR.id,
    at: now(),
    isOffline: false,
    hasPrinter: true,
    hasCardTerminal: false,
    hasDiskSpace: true,
    ulbCode: 'DVG',
  }
  if (synchronous === 'BOAST') acknowledge({ paymentId, receiptNumber: '?', amountPaise: bill.totalPaise })
  const { payments } = takePayment({ store, sha256 }, input, situation)
  const [row] = payments
  if (row === undefined) throw new Error('a collection has its payment')
  acknowledge({ paymentId, receiptNumber: row.receiptNumber, amountPaise: row.amountPaise })
}

/** A refusal is told as it is; the till goes on with the next payment. */
const tryTo = (what: string, work: () => void): void => {
  try {
    work()
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error
    say(`refused ${error.code} ${what}`)
  }
}

const finishPrints = (store: Store): void => {
  const job = store.nextPrintJob()
  if (job === null) return
  store.beginPrintJob(job.id, { processId: processIdOf(job), printer: 'paper', atMs: Date.now() })
  store.endPrintJob(job.id, { state: 'printed', problem: null, atMs: Date.now() })
}

const open = (): Store => openStore({ file, nowMs: Date.now(), signer })

const trade = (): void => {
  let store = open()
  const device = { deviceId: 'device-1', deviceCode: '0001', incarnation: 'A', tenantId: TENANT }
  // In the order of the host's enrolment: who it is to the integrator first, then the record.
  const key = 'x'.repeat(43)
  const integrator = { serverKey: key, serverNonce: key }
  const { publicKey } = signer
  writeDevice(folder, { version: 2, device, publicKey, ...integrator, approval: 'approved' })
  store.saveDevice(device, { type: 'ENROL', at: now(), dataJson: '{}', amountPaise: paise(0) })
  const float = [{ denominationPaise: paise(10_000), count: 5 }]
  openShift({ store, newId: () => randomUUID() }, float, { operator: OPERATOR, at: now() })
  say('arm')
  for (let at = 1; at <= Number(count); at += 1) {
    const paymentId = randomUUID()
    tryTo(paymentId, () => take(store, at, paymentId))
    tryTo('print', () => finishPrints(store))
    if (at % REOPEN_EVERY === 0) {
      store.close()
      store = open()
    }
  }
  store.close()
}

if (synchronous === 'NORMAL' || synchronous === 'OFF') weaken(synchronous)
try {
  trade()
  say('done')
} catch (error) {
  // A till that cannot open its record stops; whatever it said before still holds.
  say(`stopped ${error instanceof Error ? error.message : String(error)}`)
}
