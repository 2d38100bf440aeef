// What supervisors of a simulated town do about what waits: during the day some looks, postings and reversals, and at the end of it
// everything that a person must decide. Called by the plot and by run-seed.
import type { ExceptionAct } from '#contract/exceptions-api.ts'
import { ZERO_PAISE } from '#contract/money.ts'
import type { Paise } from '#contract/money.ts'
import type { FoundPayment } from '#collection/posting-facts.ts'
import type { Given } from './auditor.ts'
import type { Town } from './plot.ts'
import { decide } from './table-acts.ts'
import type { Asked } from './table-acts.ts'
import type { PaymentRow } from './table-store.ts'

const people = ['supervisor 1', 'supervisor 2', 'supervisor 3']

/** Money is given back at the end of the day only: a restore in between would forget who got it. */
const dayActs: readonly ExceptionAct[] = ['look-again', 'post-to-bill', 'reverse']

export function stageSupervisors(town: Town): void {
  const { world, plot } = town
  for (let time = 0; time < world.weather.acts; time += 1) {
    world.timeline.after(plot.whole(60_000, world.weather.activeMs), () => actOnSome(town))
  }
}

function actOnSome(town: Town): void {
  const { plot, integrator } = town
  if (integrator.life() === null) return
  for (const row of rowsOf(town)) {
    const isWaiting = ['SUSPENSE', 'QUARANTINE', 'UNKNOWN', 'HOLD'].includes(row.state)
    const isPosted = row.state === 'POSTED' || row.state === 'CONFIRMED'
    if (!plot.isHit(isWaiting ? 0.4 : isPosted ? 0.1 : 0)) continue
    act(town, { kind: 'payment', id: row.id, act: isPosted ? 'reverse' : plot.pick(dayActs) })
  }
}

/** The end of the day: what is in quarantine is posted or given back, some of what is held is given back or explained. */
export function clearDesk(town: Town, given: Given[]): void {
  const { plot, integrator } = town
  for (const { id, state, reason } of rowsOf(town)) {
    const isKept = reason === 'REVERSAL_REFUSED'
    // by its id: what is decided about others stays as it was drawn
    const isGivenBack = state === 'QUARANTINE' && id < '6'
    if (state === 'QUARANTINE' && !isGivenBack) act(town, { kind: 'payment', id, act: 'post-to-bill' })
    if (isGivenBack || (state === 'SUSPENSE' && !isKept && plot.isHit(0.4))) {
      const name = isGivenBack ? 'refund' : plot.pick(['refund', 'refund', 'mark'] as const)
      const givenPaise = act(town, { kind: 'payment', id, act: name })
      if (givenPaise > 0) given.push({ paymentId: id, kind: 'payment', amountPaise: givenPaise })
    }
    const rest = integrator.store.at().tables.remainders.get(id)
    if (rest === undefined || rest.isSettled || !plot.isHit(0.5)) continue
    const givenPaise = act(town, { kind: 'remainder', id, act: 'refund' })
    if (givenPaise > 0) given.push({ paymentId: id, kind: 'remainder', amountPaise: givenPaise })
  }
}

function rowsOf({ integrator }: Town): PaymentRow[] {
  return [...integrator.store.at().tables.payments.values()]
}

/** By one person, and by another one where two are needed. Returns what was given back, in paise. */
function act(town: Town, wanted: Omit<Asked, 'operatorId'>): number {
  const { world, plot, integrator } = town
  const asked = { ...wanted, found: town.isRefundUnasked ? [] : foundOf(town, wanted.id) }
  const first = plot.pick(people)
  const second = plot.pick(people)
  let acted = decide(integrator.store.at(), { ...asked, operatorId: first })
  if (acted.result === 'asked') acted = decide(integrator.store.at(), { ...asked, operatorId: second })
  if (acted.result !== 'refused')
    world.log('office', `${asked.act} of ${asked.kind} ${asked.id.slice(0, 8)}: ${acted.result}`)
  integrator.wake()
  return acted.givenPaise
}

/** Ours alone: nothing else that DIGIT holds says whether this money may be given back. */
function foundOf({ digit }: Town, id: string): FoundPayment[] {
  return [...digit.state.payments.all()].flatMap((payment) => {
    const own = payment.additionalDetails as { tahsil?: { paymentId?: string; heldPaise?: Paise } } | null
    if (own?.tahsil?.paymentId !== id) return []
    return payment.details.map((detail) => ({
      digitPaymentId: payment.id,
      tenantId: payment.tenantId,
      businessService: detail.businessService,
      consumerCode: detail.bill.consumerCode,
      billId: detail.billId,
      receiptNumber: detail.receiptNumber,
      receiptAtMs: detail.receiptDate,
      amountPaise: detail.totalPaidPaise as Paise,
      isLive: !['CANCELLED', 'DISHONOURED', 'REJECTED'].includes(payment.instrumentStatus),
      instrumentStatus: payment.instrumentStatus,
      heldPaise: own.tahsil?.heldPaise ?? ZERO_PAISE,
      ownPaymentId: id,
      manualReceiptNumber: detail.manualReceiptNumber,
      changedAtMs: null,
      demandIds: [],
    }))
  })
}
