// A till without a screen for tests: the real store on disk in a fresh folder, a clock the test moves, and money that can be taken.
import { createPrivateKey, randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Bill } from '#contract/bill.ts'
import { paise, rupees, ZERO_PAISE } from '#contract/money.ts'
import type { JournalDraft, JournalType } from '#core/journal.ts'
import type { CollectionInput, CollectionView, OperatorTile } from '#core/records.ts'
import { openShift } from '#core/drawer/shift.ts'
import { takePayment } from '#core/take-payment.ts'
import { deviceSigner } from '#host/identity/device-key.ts'
import { sha256 } from '#store/journal/check-file.ts'
import { openStore, type Store, type StoreOptions } from '#store/open-store.ts'
import { NOW_MS, sampleBill, sampleMasters, TENANT, WIDE_LIMITS } from '#test/unit/core/sample-bill.ts'
import type { TakeSituation } from '#core/plans.ts'

export const DEVICE = { deviceId: 'device-1', deviceCode: '0417', incarnation: 'A', tenantId: TENANT }
/** The same key in every process of a test: PKCS#8 of a seed that nobody else would use. */
const SEED = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), Buffer.alloc(32, 7)])
const KEY = createPrivateKey({ key: SEED, format: 'der', type: 'pkcs8' })
export const SIGNER = deviceSigner(KEY.export({ format: 'pem', type: 'pkcs8' }).toString())
export const CASHIER: OperatorTile = { id: 'op-1', code: '101', name: 'Meena Kulkarni', role: 'cashier' }

export type TestClock = ReturnType<typeof testClock>

/** Both clocks stand still until they are moved. */
export function testClock(wallMs = NOW_MS) {
  const now = { wallMs, monotonicMs: 10_000, bootId: 'boot-1' }
  return {
    now,
    read: () => ({ ...now }),
    pass: (ms: number) => {
      now.wallMs += ms
      now.monotonicMs += ms
    },
    setWall: (ms: number) => {
      now.wallMs = ms
    },
    reboot: () => {
      now.bootId = randomUUID()
      now.monotonicMs = 0
    },
  }
}

export function makeFolder(): { folder: string; remove: () => void } {
  const folder = mkdtempSync(join(tmpdir(), 'tahsil-test-'))
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) }
}

export type TillKit = ReturnType<typeof makeTill>

export function makeTill(options: Partial<StoreOptions> & { isShiftOpen?: boolean } = {}) {
  const { folder, remove } = makeFolder()
  const { isShiftOpen = true, ...changes } = options
  const file = join(folder, 'tahsil.db')
  const clock = testClock()
  const open = (more: Partial<StoreOptions> = {}): Store =>
    openStore({ file, nowMs: clock.now.wallMs, signer: SIGNER, ...changes, ...more })
  const till = {
    folder,
    file,
    clock,
    store: open(),
    /** Closes and opens the record again, as a new start does. */
    reopen: (more: Partial<StoreOptions> = {}) => {
      till.store.close()
      till.store = open(more)
    },
    draft: (type: JournalType): JournalDraft => ({
      type,
      at: clock.read(),
      dataJson: '{}',
      amountPaise: ZERO_PAISE,
    }),
    open,
    close: () => {
      till.store.close()
      remove()
    },
  }
  till.store.saveDevice(DEVICE, till.draft('ENROL'))
  if (isShiftOpen) {
    openShift({ store: till.store, newId: randomUUID }, [{ denominationPaise: rupees(100), count: 5 }], {
      operator: CASHIER,
      at: clock.read(),
    })
  }
  return till
}

/** For tests that take more than an office would let stand. */
export function liftLimits(store: Store): void {
  store.saveMasters(sampleMasters({ limits: WIDE_LIMITS }))
}

export function keepBill(store: Store, changes: Parameters<typeof sampleBill>[0] = {}): Bill {
  const bill = sampleBill({ id: randomUUID(), consumerCode: `WS/${randomUUID().slice(0, 8)}`, ...changes })
  store.saveBills([bill], NOW_MS)
  return bill
}

export function cashFor(bills: readonly Bill[], changes: Partial<CollectionInput> = {}): CollectionInput {
  const total = bills.reduce((sum, bill) => sum + bill.totalPaise, 0)
  return {
    collectionId: randomUUID(),
    lines: bills.map((bill) => ({ paymentId: randomUUID(), billId: bill.id, amountPaise: bill.totalPaise })),
    instrument: { mode: 'CASH', tenderedPaise: paise(total) },
    payer: { paidBy: 'Asha Rao', mobileNumber: '9876512345', isOwner: true },
    consent: { isAdvanceAgreed: false, isPartAgreed: false },
    ...changes,
  }
}

export function situation(
  till: Pick<TillKit, 'clock' | 'store'>,
  changes: Partial<TakeSituation> = {},
): TakeSituation {
  return {
    operatorId: CASHIER.id,
    at: till.clock.read(),
    isOffline: false,
    hasPrinter: true,
    hasCardTerminal: false,
    hasDiskSpace: true,
    ulbCode: 'TST',
    ...changes,
  }
}

export function take(
  till: Pick<TillKit, 'clock' | 'store'>,
  input: CollectionInput,
  changes: Partial<TakeSituation> = {},
): CollectionView {
  return takePayment({ store: till.store, sha256 }, input, situation(till, changes))
}

/** One more payment of a fresh bill. */
export function takeOne(till: Pick<TillKit, 'clock' | 'store'>): { bill: Bill; view: CollectionView } {
  const bill = keepBill(till.store)
  return { bill, view: take(till, cashFor([bill])) }
}

/** The problem code that a piece of work ends with; 'none' when it does not fail. */
export function codeOf(work: () => unknown): string {
  try {
    work()
    return 'none'
  } catch (error) {
    if (error instanceof Error && 'code' in error && typeof error.code === 'string') return error.code
    throw error
  }
}
