// What supervisors ask about exceptions, answered for the municipality of the calling device alone. Called by the router.
import type { ExceptionActInput } from '#contract/exceptions-api.ts'
import { actOnException } from '#app/exceptions/act-on-exception.ts'
import type { ActParts } from '#app/exceptions/act-on-exception.ts'
import { listExceptions } from '#app/exceptions/list-exceptions.ts'
import type { Limits } from './limits.ts'

type Device = { tenantId: string; deviceId: string; slotId: string }

export function exceptionHandlers(parts: ActParts, limits: Limits) {
  return {
    list: ({ tenantId }: Device, page: { after: number; limit: number }) =>
      listExceptions(parts.pool, parts, { tenantId, ...page }),
    // a PIN is given with every act: guessing is as slow as at sign-in
    act: ({ tenantId, deviceId, slotId }: Device, input: ExceptionActInput) =>
      limits.signIn(slotId, () => actOnException(parts, { tenantId, deviceId }, input)),
  }
}
