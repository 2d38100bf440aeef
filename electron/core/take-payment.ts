// Takes the money of one collection: 1 to 20 bills, one payer, one instrument, one commit. The plan is made inside the store's
// transaction from facts read there, so nothing can change between looking and writing. A repeat of the same call gives the
// first answer; the same ids with other content are refused. Called by the host's payment procedures.
import { isWholeRupees, subtractPaise, ZERO_PAISE, type Paise } from '#contract/money.ts'
import type { PaymentMode } from '#contract/bill.ts'
import type { Instrument, Payment } from '#contract/payment.ts'
import { ProblemError, problemOf, type Problem } from '#contract/problem.ts'
import { businessDateAt, financialYear } from './time/business-date.ts'
import { openSaleProblem, saleFor, typedSlipProblem, usedDraft } from './cards/card-payment.ts'
import { instrumentOfSale, type CardSale } from './cards/card-sale.ts'
import { clockJump, judgeClock, requireClock, type ClockVerdict } from './time/clock-guard.ts'
import { contentHashOf } from './content-hash.ts'
import { evidenceOf } from './evidence.ts'
import type { JournalDraft, Sha256 } from './journal.ts'
import { LINES_MAX, PAYMENT_BYTES_MAX } from './limits.ts'
import { contactAgeMs } from './time/last-contact.ts'
import { cashProblem } from './money-limits.ts'
import {
  amountProblem,
  billProblem,
  instrumentProblem,
  modeProblem,
  payerProblem,
  totalOf,
} from './payment-rules.ts'
import type { CollectionKey, PaymentStore } from './ports.ts'
import { receiptNumber } from './receipts/receipt-number.ts'
import type {
  ClockReading,
  CollectionInput,
  CollectionLine,
  CollectionView,
  DeviceIdentity,
  KnownBill,
  ShiftRecord,
  TenderedInstrument,
} from './records.ts'
import type { CollectionFacts, CollectionPlan, PaymentPlan, TakeSituation } from './plans.ts'

/** The financial year in which the next receipt of this till is numbered: of the shift's date, not of the clock. */
export function seriesYear(facts: Pick<CollectionFacts, 'shift' | 'clock'>, at: ClockReading): string | null {
  if (facts.shift === null) return null
  return financialYear(businessDateAt(facts.shift.businessDate, judgeClock(at, facts.clock).earliestMs))
}

type TakePorts = { readonly store: PaymentStore; readonly sha256: Sha256 }

/** Throws ProblemError for whatever forbids the payment; then nothing was recorded, except on store_unknown. */
export function takePayment(
  ports: TakePorts,
  input: CollectionInput,
  situation: TakeSituation,
): CollectionView {
  requireDistinct(input)
  const contentHash = contentHashOf(input, ports.sha256)
  const view = ports.store.commitCollection(keyOf(input, situation), (facts) =>
    planCollection(facts, { input, situation, contentHash }),
  )
  if (view.collectionId !== input.collectionId) throw new Error('the store answered another collection')
  if (view.payments.length !== input.lines.length)
    throw new Error('a recorded collection has all its payments')
  return view
}

/** What would stop this payment, without recording anything; null when it may be taken. */
export function checkPayment(
  ports: TakePorts,
  input: CollectionInput,
  situation: TakeSituation,
): Problem | null {
  try {
    requireDistinct(input)
    const contentHash = contentHashOf(input, ports.sha256)
    planCollection(ports.store.collectionFacts(keyOf(input, situation)), { input, situation, contentHash })
    return null
  } catch (error) {
    if (error instanceof ProblemError) return problemOf(error)
    throw error
  }
}

export function keyOf(input: CollectionInput, { at }: TakeSituation): CollectionKey {
  return {
    collectionId: input.collectionId,
    paymentIds: input.lines.map(({ paymentId }) => paymentId),
    billIds: input.lines.map(({ billId }) => billId),
    at,
  }
}

type Asked = {
  readonly input: CollectionInput
  readonly situation: TakeSituation
  readonly contentHash: string
}

/** null: already recorded with this very content. */
export function planCollection(facts: CollectionFacts, asked: Asked): CollectionPlan | null {
  const { input, contentHash } = asked
  if (facts.recorded !== null) {
    if (facts.recorded.contentHash === contentHash) return null
    throw new ProblemError('payment_conflict', { collectionId: input.collectionId })
  }
  if (facts.knownPaymentIds.length > 0) {
    throw new ProblemError('payment_conflict', { paymentId: facts.knownPaymentIds[0] ?? null })
  }
  const checked = checkCollection(facts, asked)
  const usedSale = saleFor(asked, { facts, totalPaise: checked.totalPaise, nowMs: checked.clock.nowMs })
  return writePlan({ ...asked, ...checked, facts, usedSale })
}

export type CheckedCollection = {
  readonly device: DeviceIdentity
  readonly shift: ShiftRecord
  readonly clock: ClockVerdict
  readonly totalPaise: Paise
  readonly lines: readonly CheckedLine[]
}

/** Everything that must be true before money is asked for, whatever the instrument. Throws ProblemError. */
export function checkCollection(
  facts: CollectionFacts,
  { input, situation }: Pick<Asked, 'input' | 'situation'>,
): CheckedCollection {
  requireDistinct(input)
  const { device, shift } = facts
  if (device === null) throw new ProblemError('device_not_enrolled')
  if (shift === null || shift.operatorId !== situation.operatorId) throw new ProblemError('shift_not_open')
  if (!situation.hasDiskSpace) throw new ProblemError('store_full')
  const clock = requireClock(situation.at, facts.clock)
  const { nowMs } = clock
  const lines = input.lines.map((line) => checkedLine(line, { facts, device, nowMs, input }))
  const totalPaise = totalOf(lines.map(({ line }) => line.amountPaise))
  const problem =
    openSaleProblem(input, facts) ??
    typedSlipProblem(input, situation) ??
    instrumentProblem(input.instrument, { totalPaise, nowMs }) ??
    payerProblem(input.payer) ??
    limitProblem({ input, situation }, { facts, totalPaise })
  if (problem !== null) throw problem
  return { device, shift, clock, totalPaise, lines }
}

/** The office's limits stop cash and nothing else. */
function limitProblem(
  { input, situation }: Pick<Asked, 'input' | 'situation'>,
  { facts, totalPaise }: { facts: CollectionFacts; totalPaise: Paise },
): ProblemError | null {
  if (input.instrument.mode !== 'CASH') return null
  const { contact, clock } = facts
  const isAway = situation.isOffline && contact !== null
  const offlineMs = isAway ? contactAgeMs(contact, situation.at, clock) : 0
  return cashProblem({ ...facts, offlineMs }, { totalPaise, count: input.lines.length })
}

function requireDistinct({ lines }: CollectionInput): void {
  if (lines.length === 0) throw new ProblemError('input_invalid', { field: 'lines' })
  if (lines.length > LINES_MAX) throw new ProblemError('collection_too_large', { linesMax: LINES_MAX })
  const isTwice = (values: readonly string[]) => new Set(values).size !== values.length
  if (isTwice(lines.map(({ paymentId }) => paymentId)) || isTwice(lines.map(({ billId }) => billId))) {
    throw new ProblemError('input_invalid', { field: 'lines' })
  }
}

type CheckedLine = { readonly line: CollectionLine; readonly known: KnownBill }

function checkedLine(
  line: CollectionLine,
  at: { facts: CollectionFacts; device: DeviceIdentity; nowMs: number; input: CollectionInput },
): CheckedLine {
  const known = at.facts.bills.find(({ bill }) => bill.id === line.billId)
  if (known === undefined) throw new ProblemError('bill_not_found', { billId: line.billId })
  const problem =
    billProblem(known, { tenantId: at.device.tenantId, nowMs: at.nowMs }) ??
    amountProblem(known.bill, line.amountPaise) ??
    modeProblem(known.bill, modeOf(at.input.instrument))
  if (problem === null) return { line, known }
  throw new ProblemError(problem.code, { ...problem.data, billId: line.billId })
}

function modeOf({ mode }: CollectionInput['instrument']): PaymentMode {
  return mode === 'CARD_SALE' ? 'CARD' : mode
}

type Writing = Asked &
  CheckedCollection & { readonly facts: CollectionFacts; readonly usedSale: CardSale | null }

function writePlan(writing: Writing): CollectionPlan {
  const { input, situation, facts, totalPaise, contentHash } = writing
  const { usedSale } = writing
  const instrument = recordedInstrument(input.instrument, totalPaise, usedSale)
  const fy = seriesYear(facts, situation.at)
  if (fy === null) throw new Error('money is taken in a shift')
  const collectedAtMs = collectedAt(writing)
  const payments = writing.lines.map((checked, index) =>
    planPayment(writing, checked, { index, instrument, fy, collectedAtMs }),
  )
  const isCash = instrument.mode === 'CASH'
  const journal = payments.map(({ payment, body }): JournalDraft => ({
    type: 'PAY',
    at: situation.at,
    dataJson: body,
    amountPaise: payment.amountPaise,
    // What was confirmed, so that the same call is recognised also after the tables were made anew.
    note: { contentHash },
  }))
  if (usedSale !== null) journal.push(usedDraft(usedSale, situation))
  if (facts.nextReceiptSeq === 1) journal.unshift(seriesDraft(situation, fy))
  const jumpMs = clockJump(situation.at, facts.clock)
  if (jumpMs !== 0) journal.unshift(jumpDraft(situation, jumpMs))
  return {
    collection: {
      id: input.collectionId,
      contentHash,
      shiftId: writing.shift.id,
      operatorId: situation.operatorId,
      totalPaise,
      tenderedPaise: isCash ? instrument.tenderedPaise : null,
      changePaise: isCash ? instrument.changePaise : ZERO_PAISE,
      isOffline: situation.isOffline,
      collectedAtMs,
    },
    payments,
    financialYear: fy,
    journal,
    cashPaise: isCash ? totalPaise : ZERO_PAISE,
    printState: situation.hasPrinter ? 'queued' : 'absent',
    usedSale,
  }
}

/** Where the time is not known, the money came at least after its bills were read, which the integrator's clock tells. */
function collectedAt({ clock, lines }: Writing): number {
  if (clock.isTrusted) return clock.nowMs
  return Math.max(clock.nowMs, ...lines.map(({ known }) => known.bill.fetchedAtMs))
}

type Position = {
  readonly index: number
  readonly instrument: Instrument
  readonly fy: string
  readonly collectedAtMs: number
}

function planPayment(
  { device, shift, facts, input, situation, clock }: Writing,
  { line, known }: CheckedLine,
  { index, instrument, fy, collectedAtMs }: Position,
): PaymentPlan {
  if (!isWholeRupees(line.amountPaise)) throw new Error('an amount that passed the rules is whole')
  if (line.amountPaise <= 0) throw new Error('an amount that passed the rules is positive')
  const receiptSeq = facts.nextReceiptSeq + index
  const payment: Payment = {
    id: line.paymentId,
    collectionId: input.collectionId,
    tenantId: device.tenantId,
    deviceId: device.deviceId,
    deviceSeq: facts.nextDeviceSeq + index,
    shiftId: shift.id,
    operatorId: situation.operatorId,
    bill: known.bill,
    amountPaise: line.amountPaise,
    mode: instrument.mode,
    instrument,
    payer: input.payer,
    collectedAtMs,
    receiptNumber: receiptNumber({ ulbCode: situation.ulbCode, device, financialYear: fy }, receiptSeq),
    isOffline: situation.isOffline,
    evidence: evidenceOf(known, clock, input.consent),
  }
  const body = JSON.stringify(payment)
  // Measured as it travels, where quotes are escaped.
  if (new TextEncoder().encode(JSON.stringify(body)).length > PAYMENT_BYTES_MAX) {
    throw new ProblemError('input_invalid', { field: 'bill', bytesMax: PAYMENT_BYTES_MAX })
  }
  return { payment, body, receiptSeq }
}

/** Change is computed here and nowhere else: tendered = total + change. What a card terminal said comes from its sale alone. */
function recordedInstrument(
  instrument: TenderedInstrument,
  totalPaise: Paise,
  usedSale: CardSale | null,
): Instrument {
  if (instrument.mode === 'CARD_SALE') {
    if (usedSale === null) throw new Error('a card payment uses up its sale')
    return instrumentOfSale(usedSale)
  }
  if (instrument.mode !== 'CASH') return instrument
  const changePaise = subtractPaise(instrument.tenderedPaise, totalPaise)
  if (changePaise < 0) throw new Error('a tender that passed the rules covers the total')
  return { mode: 'CASH', tenderedPaise: instrument.tenderedPaise, changePaise }
}

function seriesDraft({ at }: TakeSituation, fy: string): JournalDraft {
  return { type: 'SERIES', at, dataJson: JSON.stringify({ financialYear: fy }), amountPaise: ZERO_PAISE }
}

function jumpDraft({ at }: TakeSituation, jumpMs: number): JournalDraft {
  return { type: 'CLOCK_JUMP', at, dataJson: JSON.stringify({ jumpMs }), amountPaise: ZERO_PAISE }
}
