// What supervisors decide, as app's exceptions folder carries it out: the rules of who may do what are the real ones, the
// transaction is on the tables. Called by the plot.
import { decideRefund } from '#collection/decide-refund.ts'
import { allowedActs, needsTwo, reversalActionOf } from '#collection/exception-acts.ts'
import type { Change } from '#collection/post-payment.ts'
import { defaultPolicy } from '#collection/posting-facts.ts'
import type { FoundPayment } from '#collection/posting-facts.ts'
import type { ExceptionAct } from '#contract/exceptions-api.ts'
import { load, move } from './table-payments.ts'
import type { At, PaymentRow } from './table-store.ts'

export type Asked = {
  kind: 'payment' | 'remainder'
  id: string
  act: ExceptionAct
  operatorId: string
  /** What DIGIT shows of this consumer's payments, asked before money is given back. */
  found?: readonly FoundPayment[]
}
/** What happened, and how much money left the hand with it. */
export type Acted = { result: 'done' | 'asked' | 'refused'; givenPaise: number }

const refused: Acted = { result: 'refused', givenPaise: 0 }
const askedLifeMs = 24 * 3_600_000

export function decide(at: At, asked: Asked): Acted {
  const row = at.tables.payments.get(asked.id)
  const rest = at.tables.remainders.get(asked.id)
  if (row === undefined) return refused
  if (asked.kind === 'remainder' ? rest === undefined || rest.isSettled : row.isExplained) return refused
  const subject = { kind: asked.kind, state: row.state, reason: row.reason }
  if (!allowedActs(subject).includes(asked.act)) return refused
  if (asked.act === 'refund' && asked.kind === 'payment' && !mayGiveBack(at, asked)) return refused
  const key = `${asked.kind} ${asked.id}`
  const keep = (stage: 'asked' | 'done') => {
    const { act, operatorId } = asked
    at.tables.decisions.push({ subject: key, act, stage, operatorId, atMs: at.nowMs })
  }
  if (needsTwo(asked.act)) {
    const last = at.tables.decisions.findLast((each) => each.subject === key)
    const isAgreed = last?.stage === 'asked' && last.act === asked.act && last.atMs > at.nowMs - askedLifeMs
    if (!isAgreed) {
      keep('asked')
      tell(at, row, `${asked.act} asked for`)
      return { result: 'asked', givenPaise: 0 }
    }
    if (last.operatorId === asked.operatorId) return refused
  }
  keep('done')
  if (asked.kind === 'remainder' && rest !== undefined) {
    at.tables.remainders.set(asked.id, { ...rest, isSettled: true })
    tell(at, row, `the rest: ${asked.act}`)
    return { result: 'done', givenPaise: rest.amountPaise }
  }
  must(move(at, row, changeOf(asked, row)))
  const moved = at.tables.payments.get(row.id)
  if (asked.act === 'mark' && moved !== undefined)
    at.tables.payments.set(row.id, { ...moved, isExplained: true })
  return { result: 'done', givenPaise: asked.act === 'refund' ? row.amountPaise : 0 }
}

/** As app asks before either word counts: what DIGIT holds is put right here, and nothing is given back. */
function mayGiveBack(at: At, { id, found }: Asked): boolean {
  const record = load(at, id)
  if (record === null || found === undefined) throw new TypeError('DIGIT is asked before a refund')
  const { fenceMs } = defaultPolicy
  const restoredAtMs = record.holdUntilMs === null ? null : record.holdUntilMs - fenceMs
  const decision = decideRefund(record, { kind: 'ok', value: found }, { fenceMs, restoredAtMs })
  if (decision.do === 'settle') {
    const { state, reason = null, note, patch = {} } = decision.step
    must(move(at, { ...record, id }, { state, reason, note, patch, runInMs: 0, attempt: null }))
  }
  return decision.do === 'give'
}

function changeOf({ act }: Asked, { state, reason, mode }: PaymentRow): Change {
  const blank = { reason: null, note: `${act} by a supervisor`, patch: {}, runInMs: 0, attempt: null }
  const opened = { lastRefusal: null, probeReason: null }
  switch (act) {
    case 'look-again':
      if (state === 'POISON') return { ...blank, state: 'RECEIVED' }
      if (state === 'SUSPENSE' || state === 'QUARANTINE') return { ...blank, state: 'READY', patch: opened }
      return { ...blank, state, reason }
    case 'post-to-bill':
      return {
        ...blank,
        state: state === 'QUARANTINE' ? 'RECEIVED' : 'RESOLVE',
        patch: { ...opened, isDecided: true },
      }
    case 'refund':
      return { ...blank, state: 'REVERSED', runInMs: null }
    case 'mark':
      return { ...blank, state, reason, runInMs: null }
    case 'reverse': {
      const action = reversalActionOf(mode)
      const reversal = { action, why: 'a mistake at the counter', refusal: null, deniedCount: 0 }
      return { ...blank, state: 'REVERSING', patch: { reversal } }
    }
  }
}

/** A step of the trail that changes nothing else. */
function tell(at: At, row: PaymentRow, note: string): void {
  const { state, reason } = row
  must(move(at, row, { state, reason, note, patch: {}, runInMs: null, attempt: null }))
}

function must(isMoved: boolean): void {
  if (!isMoved) throw new RangeError('a locked payment has moved')
}
