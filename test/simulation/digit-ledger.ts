// What the auditor must know of DIGIT's history, written down as it happens: inserts with what was really due just before,
// cancellations, changes of tax. Called by the simulated DIGIT.
import type { DemandRow, PaymentRow } from '#sandbox/state/rows.ts'
import { codeKey } from '#sandbox/state/state.ts'
import type { State } from '#sandbox/state/state.ts'
import { TENANT } from './digit.ts'
import type { DigitParts } from './digit.ts'

/** Writes down every insert with what was really due just before, and every reversal. */
export function watchPayments({ world, state, facts, caller }: DigitParts): void {
  const { put } = state.payments
  state.payments.put = (payment) => {
    const isNew = state.payments.get(payment.id) === undefined
    for (const { bill, totalPaidPaise } of isNew ? payment.details : []) {
      const { consumerCode, businessService } = bill
      facts.push({
        kind: 'insert',
        atMs: world.timeline.nowMs(),
        consumer: `${businessService} ${consumerCode}`,
        reference: referenceOf(payment),
        amountPaise: totalPaidPaise,
        duePaise: trueDue(state, { consumerCode, businessService }),
      })
      world.log(
        'digit',
        `payment of ${totalPaidPaise / 100} on bill ${bill.id.slice(0, 8)} ${ownText(payment)}`,
      )
    }
    if (!isNew && isUndone(payment)) {
      for (const { bill } of payment.details) {
        const consumer = `${bill.businessService} ${bill.consumerCode}`
        facts.push({
          kind: 'cancel',
          atMs: world.timeline.nowMs(),
          consumer,
          reference: referenceOf(payment),
          isByUs: caller.isIntegrator,
        })
      }
    }
    put(payment)
  }
}

function ownText(payment: PaymentRow): string {
  const reference = referenceOf(payment)
  return reference === null ? 'of another counter' : `for ${reference.slice(0, 8)}`
}

function referenceOf({ additionalDetails }: PaymentRow): string | null {
  const details = additionalDetails as { tahsil?: { paymentId?: string } } | null
  return details?.tahsil?.paymentId ?? null
}

function isUndone({ instrumentStatus }: PaymentRow): boolean {
  return instrumentStatus === 'CANCELLED' || instrumentStatus === 'DISHONOURED'
}

/** All tax minus all money that counts, whatever billing has heard of. */
function trueDue(state: State, key: { consumerCode: string; businessService: string }): number {
  const code = codeKey(TENANT, key.consumerCode)
  let due = 0
  for (const demand of state.demands.find('code', code)) {
    if (demand.businessService !== key.businessService) continue
    due += taxOf(demand)
  }
  for (const payment of state.payments.find('code', code)) {
    if (isUndone(payment)) continue
    for (const detail of payment.details) {
      if (detail.bill.consumerCode !== key.consumerCode) continue
      if (detail.businessService === key.businessService) due -= detail.totalPaidPaise
    }
  }
  return due
}

/** An advance stands in the demand like a negative tax, but it is money: it is counted where it was paid. */
function taxOf({ lines }: DemandRow): number {
  const taxes = lines.filter(({ taxHeadCode }) => !taxHeadCode.includes('ADVANCE'))
  return taxes.reduce((sum, line) => sum + line.taxPaise, 0)
}

/** Penalty, interest, rebate and new demands change what is owed; the auditor must know when. */
export function createTaxWatch({ world, state, facts }: DigitParts): () => void {
  const known = new Map<string, number>()
  return () => {
    const now = new Map<string, number>()
    for (const demand of state.demands.all()) {
      const consumer = `${demand.businessService} ${demand.consumerCode}`
      now.set(consumer, (now.get(consumer) ?? 0) + taxOf(demand))
    }
    for (const [consumer, tax] of now) {
      const before = known.get(consumer)
      known.set(consumer, tax)
      if (before === undefined || before === tax) continue
      facts.push({ kind: 'tax', atMs: world.timeline.nowMs(), consumer })
      world.log('digit', `what is owed by ${consumer} changes by ${(tax - before) / 100}`)
    }
  }
}
