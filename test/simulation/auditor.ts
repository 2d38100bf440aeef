// Says what became of the money of a simulated world, from plain facts only: what citizens handed over and what paper they
// got, what the tills' files say, what the integrator says, what DIGIT holds. Shares no code with the product, the sandbox or
// the rest of the simulator. Called by run-seed after everything has settled.

import { auditRecords } from './auditor-records.ts'
import type { RecordEvidence } from './auditor-records.ts'

/** The auditor's own book: written when money changes hands, whatever the program does. */
export type Handed = {
  paymentId: string
  till: string
  consumer: string
  amountPaise: number
  /** The citizen ticked that more than is due may stay as an advance. */
  isAdvanceAgreed: boolean
  /** open: the till died before anybody knew; never at the end. */
  fate: 'open' | 'receipt' | 'returned'
  receiptNumber: string | null
}

export type TillFact = {
  till: string
  paymentId: string
  receiptNumber: string
  amountPaise: number
  state: string | null
  digitReceiptNumber: string | null
  heldPaise: number
}

/** Money that supervisors gave back over the counter: the whole of a payment, or the rest of it. */
export type Given = { paymentId: string; kind: 'payment' | 'remainder'; amountPaise: number }

export type IntegratorFact = {
  paymentId: string
  state: string
  reason: string | null
  amountPaise: number
  digitReceiptNumber: string | null
  /** What DIGIT did not take of it; 0: it took all. */
  restPaise: number
  /** A supervisor has given it back or explained it. */
  isRestSettled: boolean
}

export type DigitPayment = {
  id: string
  reference: string | null
  consumer: string
  billId: string
  receiptNumber: string
  amountPaise: number
  isUndone: boolean
}

/** DIGIT's history of one consumer. `duePaise` of an insert: all tax minus all live money just before. */
export type DigitFact =
  | {
      kind: 'insert'
      atMs: number
      consumer: string
      reference: string | null
      amountPaise: number
      duePaise: number
    }
  | { kind: 'cancel'; atMs: number; consumer: string; reference: string | null; isByUs: boolean }
  | { kind: 'tax' | 'updated' | 'update-refused'; atMs: number; consumer: string }

export type Evidence = RecordEvidence & {
  handed: readonly Handed[]
  given: readonly Given[]
  /** How often the integrator's database was replaced by an older one. */
  restoreCount: number
  tills: readonly TillFact[]
  integrator: readonly IntegratorFact[]
  oddities: readonly string[]
  payments: readonly DigitPayment[]
  facts: readonly DigitFact[]
  /** When the integrator last looked at the consumer's payments before its first try of this payment. */
  firstLookMs: ReadonlyMap<string, number>
}

export type FindingKind =
  | 'lost'
  | 'doubled'
  | 'falsely posted'
  | 'falsely in suspense'
  | 'over-collected'
  | 'stuck'
  | 'balance'
  | 'told wrong'
  | 'records'

export type Finding = { kind: FindingKind; paymentId: string | null; text: string }

const postedStates = ['POSTED', 'CONFIRMED', 'REVERSING']
/** QUARANTINE: a person must decide. */
const finalStates = ['CONFIRMED', 'SUSPENSE', 'REVERSED', 'QUARANTINE']
const heldStates = ['SUSPENSE', 'QUARANTINE']

export function audit(evidence: Evidence): Finding[] {
  const findings: Finding[] = []
  const found = (kind: FindingKind, paymentId: string | null, text: string) =>
    void findings.push({ kind, paymentId, text })
  const inDigit = Map.groupBy(evidence.payments, (payment) => payment.reference ?? '')
  inDigit.delete('')
  const atIntegrator = new Map(evidence.integrator.map((row) => [row.paymentId, row]))
  const atTill = new Map(evidence.tills.map((row) => [`${row.till} ${row.paymentId}`, row]))
  for (const handed of evidence.handed) {
    const own = inDigit.get(handed.paymentId) ?? []
    const row = atIntegrator.get(handed.paymentId)
    const till = atTill.get(`${handed.till} ${handed.paymentId}`)
    if (handed.fate === 'receipt') {
      auditReceipt({ handed, own, row, till, evidence, found })
    } else {
      const places = [own.length > 0 && 'DIGIT', row && 'the integrator', till && 'the till'].filter(Boolean)
      if (handed.fate === 'open') found('stuck', handed.paymentId, 'nobody knows whether it was recorded')
      else if (places.length > 0)
        found('falsely posted', handed.paymentId, `cash was returned, yet it is in ${places.join(', ')}`)
    }
  }
  auditStrangers(evidence, found)
  auditNumbers(evidence, found)
  auditBalance(evidence, found)
  auditOverCollection(evidence, found)
  auditRecords(evidence, found)
  return findings
}

export type Found = (kind: FindingKind, paymentId: string | null, text: string) => void
type One = {
  handed: Handed
  own: readonly DigitPayment[]
  row: IntegratorFact | undefined
  till: TillFact | undefined
  evidence: Evidence
  found: Found
}

function auditReceipt({ handed, own, row, till, evidence, found }: One): void {
  const { paymentId, amountPaise } = handed
  if (till === undefined) found('lost', paymentId, 'a receipt was given and the till has no record')
  else if (till.amountPaise !== amountPaise || till.receiptNumber !== handed.receiptNumber)
    found('told wrong', paymentId, 'the till recorded another amount or number than the citizen holds')
  if (own.length > 1)
    found(
      'doubled',
      paymentId,
      `DIGIT holds it ${own.length} times: ${own.map((each) => each.receiptNumber).join(', ')}`,
    )
  if (row === undefined) {
    found('lost', paymentId, 'a receipt was given and the integrator does not know it')
    return
  }
  auditState({ handed, own, row, evidence, found })
  if (!finalStates.includes(row.state) && !isBlockedByDigit(handed.consumer, evidence))
    found('stuck', paymentId, `still ${row.state} ${row.reason ?? ''}`)
  const restPaise = row.isRestSettled ? 0 : row.restPaise
  const isToldOtherwise =
    till !== undefined &&
    (till.state !== row.state ||
      till.digitReceiptNumber !== row.digitReceiptNumber ||
      till.heldPaise !== restPaise)
  // what waits for DIGIT's people may change at any moment, also in the last one
  if (isToldOtherwise && !isBlockedByDigit(handed.consumer, evidence) && !isDeaf(till, evidence)) {
    const text = `${till.till} shows ${till.state} ${till.digitReceiptNumber} ${till.heldPaise}, it is ${row.state} ${row.digitReceiptNumber} ${restPaise}`
    found('told wrong', paymentId, text)
  }
}

/** Where a payment stands agrees with DIGIT's tables and with what people gave back. */
function auditState({
  handed,
  own,
  row,
  evidence,
  found,
}: Omit<One, 'till'> & { row: IntegratorFact }): void {
  const { paymentId, amountPaise } = handed
  const [first] = own
  const isStillPosted = postedStates.includes(row.state) || row.reason === 'REVERSAL_REFUSED'
  if (isStillPosted) {
    if (first === undefined) found('falsely posted', paymentId, `${row.state}, and DIGIT does not hold it`)
    else if (!own.some((each) => each.receiptNumber === row.digitReceiptNumber))
      found('falsely posted', paymentId, `the DIGIT number ${row.digitReceiptNumber} is of another payment`)
    else if (own.some((each) => each.amountPaise + row.restPaise !== amountPaise))
      found(
        'balance',
        paymentId,
        `DIGIT holds ${first.amountPaise / 100}, the rest is ${row.restPaise / 100}`,
      )
  }
  const given = evidence.given.filter((each) => each.paymentId === paymentId)
  const isGivenBack = given.some((each) => each.kind === 'payment')
  if (row.state === 'REVERSED') {
    if (first === undefined && !isGivenBack)
      found('falsely posted', paymentId, 'REVERSED, and DIGIT never held it')
    if (own.some((each) => !each.isUndone)) found('falsely posted', paymentId, 'REVERSED, and DIGIT holds it')
  } else if (isGivenBack) found('balance', paymentId, `its money was given back, and it is ${row.state}`)
  if (given.some((each) => each.kind === 'remainder') && !row.isRestSettled)
    found('balance', paymentId, 'its rest was given back and is held all the same')
  const isUndoneByUs = evidence.facts.some(
    (fact) => fact.kind === 'cancel' && fact.isByUs && fact.reference === paymentId,
  )
  if (isUndoneByUs && row.state !== 'REVERSED' && evidence.restoreCount === 0)
    found('falsely posted', paymentId, `we had it undone in DIGIT, and it is ${row.state}`)
  if (heldStates.includes(row.state) && row.reason !== 'REVERSAL_REFUSED') {
    if (first !== undefined)
      found('falsely in suspense', paymentId, `held for the citizen (${row.reason}), yet DIGIT holds it`)
    else if (row.state === 'SUSPENSE' && !hasCause(handed, evidence))
      found('falsely in suspense', paymentId, `${row.reason}, though nothing ever happened to this consumer`)
  }
}

/** A device that was withdrawn is told nothing any more. */
function isDeaf(till: TillFact, { journals }: Evidence): boolean {
  return journals.some((journal) => journal.till === till.till && journal.isRevoked)
}

/** Something besides this payment touched what the consumer owes. */
function hasCause({ consumer, paymentId }: Handed, { facts, handed }: Evidence): boolean {
  return (
    handed.some((other) => other.consumer === consumer && other.paymentId !== paymentId) ||
    facts.some(
      (fact) =>
        fact.consumer === consumer &&
        (fact.kind === 'tax' ||
          (fact.kind === 'insert' && fact.reference !== paymentId) ||
          fact.kind === 'cancel'),
    )
  )
}

/** Billing could not take a payment in for good, which only DIGIT's people can mend: waiting is then right. */
function isBlockedByDigit(consumer: string, { facts }: Evidence): boolean {
  return facts.some((fact) => fact.consumer === consumer && fact.kind === 'update-refused')
}

/** Nothing may be at the integrator or in DIGIT under our name that nobody paid. */
function auditStrangers({ handed, integrator, payments, tills, oddities }: Evidence, found: Found): void {
  const known = new Set(handed.map((each) => each.paymentId))
  for (const row of integrator) {
    if (!known.has(row.paymentId))
      found('doubled', row.paymentId, 'the integrator holds a payment nobody made')
  }
  for (const row of tills) {
    if (!known.has(row.paymentId)) found('doubled', row.paymentId, 'a till holds a payment nobody made')
  }
  for (const payment of payments) {
    if (payment.reference !== null && !known.has(payment.reference))
      found('doubled', payment.reference, `DIGIT holds ${payment.receiptNumber} of ours that nobody made`)
  }
  for (const text of oddities) found('told wrong', null, text)
}

/** A number is given once; two lives of one file count on by themselves. */
function auditNumbers({ handed, journals }: Evidence, found: Found): void {
  const copied = new Set(journals.filter(({ isCopied }) => isCopied).map(({ till }) => till))
  const numbers = handed.flatMap(({ receiptNumber, till }) =>
    receiptNumber === null || copied.has(till) ? [] : [receiptNumber],
  )
  if (new Set(numbers).size < numbers.length) found('doubled', null, 'a receipt number was given twice')
}

/** Every rupee that citizens handed over is in DIGIT, was undone there, is held for them, or was given back to them. */
function auditBalance({ handed, integrator, payments, given }: Evidence, found: Found): void {
  const sum = (amounts: readonly number[]) => amounts.reduce((total, amount) => total + amount, 0)
  const taken = sum(handed.filter(({ fate }) => fate === 'receipt').map(({ amountPaise }) => amountPaise))
  const ours = payments.filter((payment) => payment.reference !== null)
  const inDigit = sum(ours.map(({ amountPaise }) => amountPaise))
  const isPosted = new Set(ours.map(({ reference }) => reference))
  const rests = sum(integrator.map(({ restPaise }) => restPaise))
  const held = sum(
    integrator.flatMap((row) =>
      row.state !== 'REVERSED' && !isPosted.has(row.paymentId) ? [row.amountPaise] : [],
    ),
  )
  const back = sum(given.flatMap(({ kind, amountPaise }) => (kind === 'payment' ? [amountPaise] : [])))
  if (taken !== inDigit + rests + held + back) {
    const parts = `in DIGIT ${inDigit / 100}, rests ${rests / 100}, held ${held / 100}, given back ${back / 100}`
    found('balance', null, `taken ${taken / 100}, ${parts}`)
  }
}

/**
 * Of our making: our insert took more than was due, and nothing of another counter, of a module or of a cancellation
 * happened between our look and DIGIT's insert. What another counter does in that gap nobody can prevent.
 */
function auditOverCollection({ facts, firstLookMs, handed }: Evidence, found: Found): void {
  for (const fact of facts) {
    if (fact.kind !== 'insert' || fact.reference === null || fact.amountPaise <= fact.duePaise) continue
    const payment = handed.find(({ paymentId }) => paymentId === fact.reference)
    if (payment?.isAdvanceAgreed === true) continue
    const lookMs = firstLookMs.get(fact.reference) ?? fact.atMs
    const isExcused = facts.some(
      (other) =>
        other.consumer === fact.consumer &&
        other.atMs >= lookMs &&
        other.atMs <= fact.atMs &&
        (other.kind === 'tax' || (other.kind === 'insert' && other.reference === null)),
    )
    if (!isExcused)
      found('over-collected', fact.reference, `${fact.amountPaise / 100} for ${fact.duePaise / 100} due`)
  }
}
