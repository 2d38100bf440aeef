// A till in a simulated world: the real rules, the real signed record on disk and the real sync rounds, with a cashier who serves
// citizens, a program that may end at any call, and a line that may be cut. Made by run-seed, and by the plot as a copy.
import type { Bill } from '#contract/bill.ts'
import type { Ack } from '#contract/journal-record.ts'
import { paise, ZERO_PAISE } from '#contract/money.ts'
import type { Paise } from '#contract/money.ts'
import { ProblemError } from '#contract/problem.ts'
import { findBills, refreshBill } from '#core/bills/find-bill.ts'
import type { JournalType } from '#core/journal.ts'
import type { CollectionInput, Consent, TenderedInstrument } from '#core/records.ts'
import { takePayment } from '#core/take-payment.ts'
import { sha256 } from '#store/journal/check-file.ts'
import { openStore } from '#store/open-store.ts'
import type { Store } from '#store/open-store.ts'
import type { Handed } from './auditor.ts'
import { TENANT } from './digit.ts'
import type { Integrator } from './integrator.ts'
import type { Mutant } from './mutants.ts'
import type { Random } from './random.ts'
import { signerOf } from './keys.ts'
import { portOf } from './till-line.ts'
import { createSyncing, hasMore } from './till-sync.ts'
import type { Syncing } from './till-sync.ts'
import { CASHIER, copyTillFile, deviceIdOf, makeTillFile } from './till-file.ts'
import { endsHere } from './world.ts'
import type { Life, World } from './world.ts'

export type Consumer = { businessService: string; consumerCode: string }

export type Visit = {
  consumers: readonly Consumer[]
  mode: 'CASH' | 'CHEQUE' | 'CARD'
  /** null: in full. */
  partShare: number | null
  /** Between the bill on the screen and the money on the counter. */
  thinkMs: number
  /** The cashier looks into the till's own cache only. */
  isFromCache: boolean
  /** What the payer ticks. */
  consent: Consent
}

export type Till = {
  name: string
  file: string
  number: number
  deviceId: string
  /** A second life of another till's file. */
  isCopy: boolean
  visit: (visit: Visit) => Promise<void>
  /** Looks bills up ahead, as for a route. */
  lookUp: (consumer: Consumer) => Promise<void>
  crash: (downMs: number) => void
  /** The file as it lies on the disk while the till is down; null: the till runs. */
  copyFile: () => { file: string; remove: () => void } | null
  start: () => void
  /** The cashier begins the day: another record in the journal. */
  signIn: () => void
  setCutOff: (isCutOff: boolean) => void
  /** The integrator's last word; null: none, or the till is down. */
  lastAck: () => Ack | null
  isSettled: () => boolean
  /** Asks for news now. */
  nudge: () => void
  close: () => void
}

export type TillWorld = {
  number: number
  integrator: Integrator
  mutant: Mutant
  plot: Random
  book: Handed[]
  /** Not null: the file of another till, copied. */
  copied: { file: string; remove: () => void } | null
}

/** The program ended inside a call: what called it goes no further. */
class GoneError extends Error {}

type Running = { life: Life; store: Store; raw: Store; syncing: Syncing }
type Doubt = { input: CollectionInput; rows: Handed[] }

export function createTill(world: World, parts: TillWorld): Till {
  const { number, integrator, mutant, plot, book, copied } = parts
  const { timeline } = world
  const deviceId = deviceIdOf(number)
  const name = `till ${number}${copied === null ? '' : ' copy'}`
  const { file, remove } = copied ?? makeTillFile(number)
  const driftMs = plot.isHit(0.3) ? plot.whole(-120_000, 120_000) : 0
  const doubts: Doubt[] = []
  let running: Running | null = null
  let isCutOff = false
  let bootCount = 0
  let bootedMs = timeline.nowMs()

  const read = () => ({
    wallMs: timeline.nowMs() + driftMs,
    monotonicMs: timeline.nowMs() - bootedMs,
    bootId: `${name} ${bootCount}`,
  })
  const crash = (downMs: number) => {
    if (running === null) return
    running.life.isDead = true
    running.raw.close()
    running = null
    world.log(name, `crashes; back in ${Math.round(downMs / 1000)} s`)
    timeline.after(downMs, start)
  }
  const start = () => {
    if (running !== null) return
    bootCount += 1
    bootedMs = timeline.nowMs()
    const life: Life = { name, isDead: false, end: () => crash(world.random.whole(2_000, 240_000)) }
    const raw = openStore({ file, nowMs: read().wallMs, signer: signerOf(number) })
    const store = mutant.store?.(frail(world, life, raw)) ?? frail(world, life, raw)
    const port = portOf(world, { life, integrator, deviceId, isCutOff: () => isCutOff })
    const sending = mutant.sending?.(port, world.random, number) ?? port
    const syncing = createSyncing(world, { life, store, port: sending, read, isGone })
    running = { life, store, raw, syncing }
    world.log(name, 'starts')
    settleDoubts(running)
    if (note(running, 'BOOT')) syncing.start()
  }
  /** A record without money; false when the program ended in it. */
  const note = ({ store }: Running, type: JournalType): boolean => {
    try {
      store.appendEvent({ type, at: read(), dataJson: '{}', amountPaise: ZERO_PAISE })
      return true
    } catch (error) {
      if (!isGone(error)) throw error
      return false
    }
  }
  /** The cashier looks at the boot screen: recorded means a receipt, not recorded means the cash goes back. */
  const settleDoubts = ({ raw }: Running) => {
    for (const { input, rows } of doubts.splice(0)) {
      const recorded = raw.collection(input.collectionId)
      for (const row of rows) {
        const own = recorded?.payments.find(({ paymentId }) => paymentId === row.paymentId)
        give(row, own?.receiptNumber ?? null)
      }
    }
  }
  const give = (row: Handed, receiptNumber: string | null) => {
    row.fate = receiptNumber === null ? 'returned' : 'receipt'
    row.receiptNumber = receiptNumber
    world.log(
      name,
      `${row.paymentId.slice(0, 8)} ${receiptNumber === null ? 'cash goes back' : `receipt ${receiptNumber}`}`,
    )
  }

  const pay = (now: Running, visit: Visit, bills: readonly Bill[]) => {
    const input = inputOf(visit, bills, plot)
    const rows = input.lines.map(({ paymentId, billId, amountPaise }): Handed => {
      const bill = bills.find(({ id }) => id === billId)
      const consumer = `${bill?.businessService} ${bill?.consumerCode}`
      const { isAdvanceAgreed } = input.consent
      return {
        paymentId,
        till: name,
        consumer,
        amountPaise,
        isAdvanceAgreed,
        fate: 'open',
        receiptNumber: null,
      }
    })
    book.push(...rows)
    for (const row of rows)
      world.log(name, `${row.paymentId.slice(0, 8)} ${row.amountPaise / 100} for ${row.consumer}`)
    try {
      // as the host does: no money on a till whose journal is spoken for by another
      const { alarm } = now.store.handover()
      if (alarm !== null) throw new ProblemError('device_not_enrolled', { reason: alarm.code })
      const view = takePayment({ store: now.store, sha256 }, input, {
        operatorId: CASHIER.id,
        at: read(),
        isOffline: isCutOff,
        hasPrinter: true,
        hasCardTerminal: false,
        hasDiskSpace: true,
        ulbCode: 'DVG',
      })
      for (const row of rows) {
        give(row, view.payments.find(({ paymentId }) => paymentId === row.paymentId)?.receiptNumber ?? null)
      }
      now.syncing.nudge()
    } catch (error) {
      if (isGone(error)) {
        doubts.push({ input, rows })
        throw error
      }
      if (!(error instanceof ProblemError)) throw error
      world.log(name, `refused: ${error.code}`)
      for (const row of rows) give(row, null)
    }
  }
  const find = async (now: Running, consumer: Consumer, isFromCache: boolean): Promise<Bill | null> => {
    const { store, life } = now
    const port = portOf(world, { life, integrator, deviceId, isCutOff: () => isCutOff })
    const ports = { store, integrator: port, isOffline: isFromCache, at: read() }
    try {
      const key = { tenantId: TENANT, ...consumer }
      const found = isFromCache
        ? (await findBills(ports, consumer.consumerCode)).find(({ bill }) => isOf(bill, consumer))
        : await refreshBill(ports, key)
      const obstacle = found === undefined ? 'not found' : found.obstacle?.code
      if (obstacle !== undefined) world.log(name, `${consumer.consumerCode}: ${obstacle}`)
      return obstacle === undefined ? (found?.bill ?? null) : null
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error
      const isAway =
        ['integrator_unreachable', 'device_revoked'].includes(error.code) || error.code.startsWith('digit_')
      if (isAway && !isFromCache) return await find(now, consumer, true)
      world.log(name, `${consumer.consumerCode}: ${error.code}`)
      return null
    }
  }
  const guarded = async (act: (now: Running) => Promise<void>) => {
    const now = running
    if (now === null) return
    try {
      await act(now)
    } catch (error) {
      if (!isGone(error)) world.broke(error)
    }
  }
  return {
    name,
    file,
    number,
    deviceId,
    isCopy: copied !== null,
    crash,
    copyFile: () => (running === null ? copyTillFile(file, number) : null),
    start,
    signIn: () => {
      if (running === null || !note(running, 'LOGIN')) return
      running.syncing.nudge()
    },
    lookUp: (consumer) => guarded(async (now) => void (await find(now, consumer, false))),
    visit: (visit) =>
      guarded(async (now) => {
        const bills: Bill[] = []
        for (const consumer of visit.consumers) {
          const bill = await find(now, consumer, visit.isFromCache)
          if (bill !== null) bills.push(bill)
        }
        await timeline.sleep(visit.thinkMs)
        if (bills.length > 0 && !now.life.isDead) pay(now, visit, bills)
      }),
    setCutOff: (next) => {
      isCutOff = next
      world.log(name, next ? 'is cut off' : 'is connected again')
    },
    nudge: () => running?.syncing.nudge(),
    lastAck: () => running?.raw.handover().ack ?? null,
    isSettled: () =>
      running !== null &&
      doubts.length === 0 &&
      (!hasMore(running.raw) || running.raw.handover().alarm !== null),
    close: () => {
      running?.raw.close()
      running = null
      remove()
    },
  }
}

function isGone(error: unknown): boolean {
  return error instanceof GoneError
}

function isOf(bill: Bill, consumer: Consumer): boolean {
  return bill.businessService === consumer.businessService && bill.consumerCode === consumer.consumerCode
}

/** The same store, in a program that may end before or after any of its transactions. */
function frail(world: World, life: Life, raw: Store): Store {
  const { tillCrash } = world.weather
  const wrapped = Object.entries(raw).map(([name, method]) => {
    if (typeof method !== 'function') return [name, method]
    const act = method as (...words: unknown[]) => unknown
    // between the integrator's word and its own commit a crash matters most
    const chance = name === 'applyAck' ? tillCrash * 3 : tillCrash / 2
    const call = (...words: unknown[]) => {
      if (life.isDead || endsHere(world, life, chance)) throw new GoneError()
      const value = act(...words)
      if (endsHere(world, life, chance)) throw new GoneError()
      return value
    }
    return [name, call]
  })
  return Object.fromEntries(wrapped) as Store
}

function inputOf(visit: Visit, bills: readonly Bill[], plot: Random): CollectionInput {
  const lines = bills.map((bill) => ({
    paymentId: plot.uuid(),
    billId: bill.id,
    amountPaise: amountOf(bill, visit.partShare),
  }))
  const totalPaise = lines.reduce((sum, { amountPaise }) => sum + amountPaise, 0)
  return {
    collectionId: plot.uuid(),
    lines,
    instrument: instrumentOf(visit.mode, paise(Math.ceil(totalPaise / 10_000) * 10_000), plot),
    payer: { paidBy: 'Asha Rao', mobileNumber: null, isOwner: true },
    consent: visit.consent,
  }
}

function amountOf(bill: Bill, partShare: number | null): Paise {
  if (partShare === null || !bill.rules.isPartPaymentAllowed) return bill.totalPaise
  const part = Math.round((bill.totalPaise * partShare) / 100) * 100
  return paise(Math.min(bill.totalPaise, Math.max(part, bill.rules.minimumPaise, 100)))
}

function instrumentOf(mode: Visit['mode'], tenderedPaise: Paise, plot: Random): TenderedInstrument {
  const number = String(plot.whole(100_000, 999_999))
  if (mode === 'CASH') return { mode, tenderedPaise }
  if (mode === 'CARD') return { mode, lastFour: number.slice(0, 4), rrn: `R${number}`, approvalCode: number }
  return { mode, number, dateMs: Date.UTC(2026, 6, 10), bank: 'State Bank', ifsc: null }
}
