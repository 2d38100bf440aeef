// What a supervisor may do about a payment, a remainder or an unreadable record in its state, and what is done by one person or
// by two. Pure; called by app's exceptions, which check it again in the transaction of the act.
import type { ExceptionAct } from '#contract/exceptions-api.ts'
import type { PostingState, SuspenseReason } from '#contract/payment.ts'
import type { ReversalAction } from './posting-facts.ts'

export type Subject = {
  kind: 'payment' | 'remainder' | 'record'
  state: PostingState
  reason: SuspenseReason | null
}

/** Money leaves the municipality's hand: nobody does that alone. */
export function needsTwo(act: ExceptionAct): boolean {
  return act === 'refund' || act === 'reverse'
}

export function allowedActs({ kind, state, reason }: Subject): ExceptionAct[] {
  if (kind === 'record') return ['mark']
  if (kind === 'remainder') return ['refund', 'mark']
  switch (state) {
    case 'SUSPENSE':
      // DIGIT holds it: what may be done is about undoing it there
      return reason === 'REVERSAL_REFUSED'
        ? ['look-again', 'reverse', 'mark']
        : ['look-again', 'post-to-bill', 'refund', 'mark']
    case 'QUARANTINE':
      // it was never posted; a look alone would post what nobody vouches for
      return reason === 'REVOKED_DEVICE' || reason === 'SEQUENCE_FORK'
        ? ['post-to-bill', 'refund', 'mark']
        : ['look-again', 'mark']
    case 'POISON':
      return ['look-again', 'refund', 'mark']
    case 'UNKNOWN':
    case 'HOLD':
    case 'REVERSING':
      return ['look-again']
    case 'POSTED':
    case 'CONFIRMED':
      return ['reverse']
    default:
      return []
  }
}

/** A cheque comes back from the bank; everything else was a mistake at the counter. */
export function reversalActionOf(mode: string): ReversalAction {
  return mode === 'CHEQUE' || mode === 'DD' ? 'DISHONOUR' : 'CANCEL'
}
