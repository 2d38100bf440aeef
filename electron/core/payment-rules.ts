// DIGIT's rules for a payment, applied on the till before money is accepted: what DIGIT would refuse later must be refused
// now, while the money is still the payer's. Rules come from collection-services PaymentValidator and MDMS (digit-contract §5,
// §7). Every function answers the first thing that is wrong as a coded problem, or null. Used by find-bill and take-payment.
import { AMOUNT_PAISE_MAX, addPaise, isWholeRupees, paise, type Paise } from '#contract/money.ts'
import { hasCardNumber } from '#contract/card-numbers.ts'
import type { Bill, PaymentMode } from '#contract/bill.ts'
import type { Payer } from '#contract/payment.ts'
import { ProblemError } from '#contract/problem.ts'
import { CHEQUE_DAYS_MAX, INSTRUMENT_NUMBER_MIN, PAYER_NAME_MAX } from './limits.ts'
import { packProblem } from './bills/packs.ts'
import { isPayerNameForDigit } from './payer-name.ts'
import type { EarlierPayment, KnownBill, TenderedInstrument } from './records.ts'

const DAY_MS = 86_400_000
const MOBILE = /^[6-9]\d{9}$/

type At = { readonly tenantId: string; readonly nowMs: number }

/** Why this bill cannot be paid now, whatever the amount. */
export function billProblem(known: KnownBill, { tenantId, nowMs }: At): ProblemError | null {
  const { bill, newerBill } = known
  if (bill.tenantId !== tenantId) {
    return new ProblemError('bill_other_tenant', { billTenantId: bill.tenantId })
  }
  if (!bill.rules.isOpen) return new ProblemError('service_closed', { businessService: bill.businessService })
  // A cancelled payment uses its bill id up for ever (UNIQUE(billId) counts cancelled ones too): only a new bill can be paid.
  if (known.earlier.some(({ billId, state }) => billId === bill.id && state === 'REVERSED')) {
    return new ProblemError('bill_changed', { duePaise: null, billId: null })
  }
  const paid = paidBefore(known)
  if (paid !== null) return new ProblemError('bill_already_paid', { receiptNumber: paid.receiptNumber })
  if (bill.status === 'PAID') return new ProblemError('bill_already_paid', { receiptNumber: null })
  if (newerBill !== null) {
    return new ProblemError('bill_changed', { duePaise: newerBill.totalPaise, billId: newerBill.id })
  }
  if (bill.status === 'CANCELLED' || bill.status === 'PAYMENT_CANCELLED') {
    return new ProblemError('bill_changed', { duePaise: null, billId: null })
  }
  const packFault = known.pack ? packProblem(known.pack, nowMs) : null
  if (packFault !== null) return packFault
  if (bill.expiresAtMs <= nowMs) return new ProblemError('bill_expired', { expiredAtMs: bill.expiresAtMs })
  if (!isWholeRupees(bill.totalPaise)) {
    return new ProblemError('bill_fractional', { duePaise: bill.totalPaise })
  }
  if (bill.totalPaise <= 0) return new ProblemError('nothing_due', { duePaise: bill.totalPaise })
  return null
}

/**
 * The payment on this till that already covers this bill. DIGIT takes one payment per bill id, ever (UNIQUE(billId)); and while
 * an earlier payment of the same debt is not in DIGIT yet, every newer snapshot still asks for money that is already here.
 */
function paidBefore({ bill, earlier }: KnownBill): EarlierPayment | null {
  return (
    earlier.find((payment) => {
      if (payment.billId === bill.id) return true
      if (payment.isRefused) return false
      if (payment.state === null || isOnItsWay(payment.state)) return true
      return payment.postedAtMs !== null && bill.fetchedAtMs < payment.postedAtMs
    }) ?? null
  )
}

function isOnItsWay(state: NonNullable<EarlierPayment['state']>): boolean {
  return ['RECEIVED', 'VERIFIED', 'HOLD', 'READY', 'POSTING', 'UNKNOWN', 'RESOLVE'].includes(state)
}

/** Whether this amount may be paid on this bill. The bill itself is known to be payable. */
export function amountProblem(bill: Bill, amountPaise: Paise): ProblemError | null {
  const { rules, totalPaise: duePaise } = bill
  if (amountPaise <= 0) return new ProblemError('amount_not_positive', { duePaise })
  if (!isWholeRupees(amountPaise)) return new ProblemError('amount_not_whole', { amountPaise })
  if (amountPaise > AMOUNT_PAISE_MAX) return new ProblemError('amount_above_due', { duePaise })
  if (amountPaise > duePaise) {
    return rules.isAdvanceAllowed ? null : new ProblemError('amount_above_due', { duePaise })
  }
  if (amountPaise === duePaise) return null
  if (!rules.isPartPaymentAllowed) return new ProblemError('part_payment_not_allowed', { duePaise })
  // A bill below the minimum may still be paid in full, so the least is never more than the due.
  const minimumPaise = paise(Math.min(rules.minimumPaise, duePaise))
  if (amountPaise < minimumPaise) return new ProblemError('amount_below_minimum', { minimumPaise, duePaise })
  return null
}

export function modeProblem(bill: Bill, mode: PaymentMode): ProblemError | null {
  if (!bill.rules.modesNotAllowed.includes(mode)) return null
  return new ProblemError('mode_not_allowed', { mode, businessService: bill.businessService })
}

/** Whether the instrument can pay the total of the whole collection. */
export function instrumentProblem(
  instrument: TenderedInstrument,
  { totalPaise, nowMs }: { totalPaise: Paise; nowMs: number },
): ProblemError | null {
  if (typedTexts(instrument).some(hasCardNumber)) return new ProblemError('card_number_refused')
  switch (instrument.mode) {
    case 'CASH':
      return tenderProblem(instrument.tenderedPaise, totalPaise)
    case 'CHEQUE':
    case 'DD':
      return numberProblem(instrument.number) ?? chequeDateProblem(instrument.dateMs, nowMs)
    case 'POSTAL_ORDER':
      return instrument.number.trim() === ''
        ? new ProblemError('instrument_invalid', { field: 'number' })
        : futureProblem(instrument.dateMs, nowMs)
    case 'OFFLINE_NEFT':
    case 'OFFLINE_RTGS':
      return instrument.utr.trim() === ''
        ? new ProblemError('instrument_invalid', { field: 'utr' })
        : futureProblem(instrument.dateMs, nowMs)
    case 'CARD':
      return cardProblem(instrument)
    case 'CARD_SALE':
      return null
  }
}

/** A bank transfer's number: bank, kind, day and count; its digits pass a card's check by chance. */
const UTR = /^[A-Za-z]{4}[A-Za-z0-9]\d+$/

/** What a person typed about the instrument. */
function typedTexts(instrument: TenderedInstrument): string[] {
  return Object.values(instrument).filter(
    (value): value is string => typeof value === 'string' && !UTR.test(value),
  )
}

function tenderProblem(tenderedPaise: Paise, totalPaise: Paise): ProblemError | null {
  if (!isWholeRupees(tenderedPaise))
    return new ProblemError('amount_not_whole', { amountPaise: tenderedPaise })
  if (tenderedPaise < totalPaise) return new ProblemError('tender_too_small', { totalPaise, tenderedPaise })
  return null
}

function numberProblem(number: string): ProblemError | null {
  const significant = number.replace(/[^0-9A-Za-z]/g, '')
  if (significant.length >= INSTRUMENT_NUMBER_MIN) return null
  return new ProblemError('instrument_invalid', { field: 'number', minimumLength: INSTRUMENT_NUMBER_MIN })
}

function chequeDateProblem(dateMs: number, nowMs: number): ProblemError | null {
  const future = futureProblem(dateMs, nowMs)
  if (future !== null) return future
  const days = Math.floor((nowMs - dateMs) / DAY_MS)
  if (days <= CHEQUE_DAYS_MAX) return null
  return new ProblemError('cheque_too_old', { dateMs, days, daysMax: CHEQUE_DAYS_MAX })
}

function futureProblem(dateMs: number, nowMs: number): ProblemError | null {
  return dateMs > nowMs ? new ProblemError('instrument_in_future', { dateMs, nowMs }) : null
}

function cardProblem(card: Extract<TenderedInstrument, { mode: 'CARD' }>): ProblemError | null {
  if (card.lastFour === null || !/^\d{4}$/.test(card.lastFour))
    return new ProblemError('instrument_invalid', { field: 'lastFour' })
  if (!/^[A-Za-z0-9]{6,32}$/.test(card.rrn)) return new ProblemError('instrument_invalid', { field: 'rrn' })
  if (card.approvalCode === null || !/^[A-Za-z0-9]{4,12}$/.test(card.approvalCode)) {
    return new ProblemError('instrument_invalid', { field: 'approvalCode' })
  }
  return null
}

/** DIGIT refuses the whole payment for a name or mobile number that it does not like. */
export function payerProblem(payer: Payer): ProblemError | null {
  if (payer.paidBy.length > PAYER_NAME_MAX || !isPayerNameForDigit(payer.paidBy)) {
    return new ProblemError('payer_name_invalid')
  }
  if (payer.mobileNumber !== null && !MOBILE.test(payer.mobileNumber))
    return new ProblemError('mobile_invalid')
  return null
}

/** Sum of the lines, or a problem when it is beyond what can be recorded. */
export function totalOf(amounts: readonly Paise[]): Paise {
  const totalPaise = addPaise(...amounts)
  if (totalPaise > AMOUNT_PAISE_MAX) throw new ProblemError('collection_too_large', { totalPaise })
  return totalPaise
}
