// Who may call what: every operation but enrolment is asked for its signature before what was said is looked at. Handlers take the
// implementer and the guards from here; called by router.ts and the *-handlers files.
import { implement } from '@orpc/server'
import { api } from '#contract/api.ts'
import { ProblemError } from '#contract/problem.ts'
import type { Caller } from '#app/people/devices.ts'
import type { ReceivedRequest, RequestCheck } from '#app/people/request-check.ts'

/** What the HTTP side knows of a call before anything is looked up. */
export type CallContext = {
  request: ReceivedRequest
  address: string
  /** Set once the signature was found right. */
  caller: { current: Caller | null }
}

// who is speaking is settled before what was said is looked at
export const contract = implement(api).$context<CallContext>().$config({ initialInputValidationIndex: 100 })

export type Guards = ReturnType<typeof createGuards>

/** The tenant and the device come from the signature, never from the body. */
export function createGuards(checkRequest: RequestCheck) {
  const guard = (refuse: (caller: Caller) => void) =>
    contract.middleware(async ({ context, next }) => {
      const caller = await checkRequest(context.request)
      refuse(caller)
      context.caller.current = caller
      return await next({ context: { device: caller } })
    })
  return {
    /** An approved device that was not withdrawn: the rule. */
    known: guard((caller) => {
      refuseRevoked(caller)
      refuseWaiting(caller)
    }),
    /** An approved device, also after it was withdrawn: it may hand over what it recorded (look at `isRevoked`). */
    approvedOnce: guard(refuseWaiting),
    /** A device that was enrolled, also before it is approved. */
    enrolled: guard(refuseRevoked),
  }
}

function refuseRevoked({ isRevoked }: Caller): void {
  if (isRevoked) throw new ProblemError('device_revoked')
}

function refuseWaiting({ approval }: Caller): void {
  if (approval !== 'approved') throw new ProblemError('device_not_approved')
}
