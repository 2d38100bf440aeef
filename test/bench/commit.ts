// Part `commit`: how long one payment takes from the operator's confirmation to a record that a power cut cannot lose: core's
// take-payment through the real store with its signed journal, against the same without the signature, a bare SQLite transaction and
// the disk alone, on the disk of this checkout.
import { createHash, randomUUID } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { ZERO_PAISE, rupees } from '#contract/money.ts'
import type { DeviceSigner } from '#contract/signed.ts'
import type { ClockReading, CollectionInput } from '#core/records.ts'
import type { Sha256 } from '#core/journal.ts'
import { openShift } from '#core/drawer/shift.ts'
import { takePayment } from '#core/take-payment.ts'
import { deviceSigner, makeDeviceKey } from '#host/identity/device-key.ts'
import { openStore, type Store } from '#store/open-store.ts'
import { openOverwriteFloor, openTwoRowFloor, type Floor } from './disk-floors.ts'
import { atMost, noGoal, type BenchPart, type Figure, type Goal } from './figure.ts'
import { latenciesMs, median, percentile, shuffle } from './rounds.ts'
import { sampleMasters, WIDE_LIMITS } from '#test/unit/core/sample-bill.ts'
import { sampleBill, samplePayment, TENANT } from './sample-bills.ts'

/** p99 needs many samples and still swings: each run counts at least 20,000 of each in all, and the middle of the runs is taken. */
const RUNS = 5
const ROUNDS_PER_RUN = 40
const COMMITS_PER_ROUND = 100
const SMALL_BYTES = 32 * 1024
const PAGE_BYTES = 4096

export const commit: BenchPart = {
  about: 'one payment until it is durable',
  measure: async () => {
    const output = join(import.meta.dirname, '..', '..', 'test-output')
    mkdirSync(output, { recursive: true })
    const folder = mkdtempSync(join(output, 'bench-commit-'))
    const payload = (index: number): string =>
      JSON.stringify(samplePayment({ deviceId: 'device-1', tenantId: TENANT, deviceSeq: index }))
    const till = openTill(join(folder, 'till.db'), deviceSigner(makeDeviceKey()))
    const pages = pagesPerCommit(folder, till)
    const variants = {
      ours: till,
      unsigned: openTill(join(folder, 'unsigned.db'), null),
      twoRows: openTwoRowFloor(folder, payload),
      overwrite: openOverwriteFloor(folder, SMALL_BYTES),
      sameBytes: openOverwriteFloor(folder, pages * PAGE_BYTES),
    }
    try {
      return figuresOf(measureRuns(variants), pages)
    } finally {
      for (const { close } of Object.values(variants)) close()
      rmSync(folder, { recursive: true, force: true })
    }
  },
}

type Name = 'ours' | 'unsigned' | 'twoRows' | 'overwrite' | 'sameBytes'
type Run = Readonly<Record<Name, { readonly p50: number; readonly p99: number }>>

function measureRuns(variants: Readonly<Record<Name, Floor>>): Run[] {
  const names = Object.keys(variants) as Name[]
  for (const name of names) latenciesMs(COMMITS_PER_ROUND, variants[name].once)
  return Array.from({ length: RUNS }, () => {
    const samples: Record<Name, number[]> = {
      ours: [],
      unsigned: [],
      twoRows: [],
      overwrite: [],
      sameBytes: [],
    }
    for (let round = 0; round < ROUNDS_PER_RUN; round++) {
      for (const name of shuffle(names))
        samples[name].push(...latenciesMs(COMMITS_PER_ROUND, variants[name].once))
    }
    const middle = (name: Name) => ({ p50: median(samples[name]), p99: percentile(samples[name], 0.99) })
    return {
      ours: middle('ours'),
      unsigned: middle('unsigned'),
      twoRows: middle('twoRows'),
      overwrite: middle('overwrite'),
      sameBytes: middle('sameBytes'),
    }
  })
}

function figuresOf(runs: readonly Run[], pages: number): Figure[] {
  const words = {
    unsigned: 'the same commit without the Ed25519 signature of its record',
    twoRows: 'a bare transaction of two rows, WAL, synchronous=FULL',
    overwrite: '32 KiB written over and fdatasync',
    sameBytes: `as much as one commit writes, ${pages} pages of 4 KiB, written over and fdatasync`,
  }
  const figure = (at: 'p50' | 'p99', floor: keyof typeof words, goal: Goal): Figure => ({
    what: `payment commit ${at}`,
    ours: median(runs.map((run) => run.ours[at])),
    floor: median(runs.map((run) => run[floor][at])),
    unit: 'ms',
    ratio: median(runs.map((run) => run.ours[at] / run[floor][at])),
    goal,
    against: words[floor],
  })
  return [
    figure('p50', 'overwrite', atMost(1.6)),
    figure('p99', 'overwrite', atMost(4)),
    figure('p50', 'unsigned', noGoal),
    figure('p99', 'unsigned', noGoal),
    figure('p50', 'sameBytes', noGoal),
    figure('p99', 'sameBytes', noGoal),
    figure('p50', 'twoRows', noGoal),
    figure('p99', 'twoRows', noGoal),
  ]
}

/** Pages that one commit adds to the write-ahead log, read from its index (frame count at byte 16, SQLite's walformat.html). */
function pagesPerCommit(folder: string, till: Floor): number {
  const framesNow = (): number => readFileSync(join(folder, 'till.db-shm')).readUInt32LE(16)
  const counts = latenciesMs(COMMITS_PER_ROUND, till.once).map(() => {
    const before = framesNow()
    till.once()
    return framesNow() - before
  })
  // The log starts anew after a checkpoint: such a step is negative.
  return Math.round(median(counts.filter((count) => count > 0)))
}

const sha256: Sha256 = (parts) => {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest('hex')
}

/** A till with an open shift and as many bills as will be paid; `once` takes the money of the next bill. */
function openTill(file: string, signer: DeviceSigner | null): Floor {
  const bootId = randomUUID()
  const read = (): ClockReading => ({ wallMs: Date.now(), monotonicMs: performance.now(), bootId })
  const store = openStore({ file, nowMs: Date.now(), signer })
  store.saveDevice(
    { deviceId: 'device-1', deviceCode: '0417', incarnation: 'A', tenantId: TENANT },
    { type: 'ENROL', at: read(), dataJson: '{}', amountPaise: ZERO_PAISE },
  )
  const operator = { id: 'op-1', code: '101', name: 'Meera Devi', role: 'cashier' } as const
  openShift({ store, newId: randomUUID }, [], { operator, at: read() })
  store.saveMasters(sampleMasters({ limits: WIDE_LIMITS }))
  const billIds = saveBills(store, COMMITS_PER_ROUND * (RUNS * ROUNDS_PER_RUN + 3))
  return {
    once: () => {
      const input = inputFor(billIds.pop())
      const situation = {
        operatorId: operator.id,
        at: read(),
        isOffline: false,
        hasPrinter: true,
        hasCardTerminal: false,
        hasDiskSpace: true,
        ulbCode: 'NVP',
      }
      if (takePayment({ store, sha256 }, input, situation).payments.length !== 1)
        throw new Error('no payment came back')
    },
    close: () => store.close(),
  }
}

function saveBills(store: Store, count: number): string[] {
  const bills = Array.from({ length: count }, (_, index) => ({
    ...sampleBill(index),
    totalPaise: rupees(1_250),
  }))
  store.saveBills(bills, Date.now())
  return bills.map(({ id }) => id)
}

function inputFor(billId: string | undefined): CollectionInput {
  if (billId === undefined) throw new Error('all bills are paid')
  return {
    collectionId: randomUUID(),
    lines: [{ paymentId: randomUUID(), billId, amountPaise: rupees(1_250) }],
    instrument: { mode: 'CASH', tenderedPaise: rupees(1_500) },
    payer: { paidBy: 'Asha Sharma', mobileNumber: null, isOwner: true },
    consent: { isAdvanceAgreed: false, isPartAgreed: false },
  }
}
