// The handlers of the contract: who is speaking, then one call into the part that knows. Called by http-server.
import type { Pool } from 'pg'
import type { Bill } from '#contract/bill.ts'
import type { BillSearch, Masters } from '#contract/api.ts'
import { ProblemError } from '#contract/problem.ts'
import { problemOfFailure } from '#app/bills/digit-problem.ts'
import type { MastersSource } from '#app/digit/masters.ts'
import type { PaymentCalls } from '#app/digit/payment-calls.ts'
import type { ExceptionsParts } from '#app/exceptions/list-exceptions.ts'
import type { ChangeWaiters } from '#app/payments/change-waiters.ts'
import { awaitChanges, readStatus } from '#app/payments/read-payments.ts'
import { readLimits } from '#app/people/device-limits.ts'
import type { Enrolment } from '#app/people/enrolment.ts'
import type { createOperators } from '#app/people/operators.ts'
import type { RequestCheck } from '#app/people/request-check.ts'
import type { RootSecret } from '#app/people/root-secret.ts'
import type { Records } from '#app/records/append.ts'
import type { ServerKey } from '#app/server-key.ts'
import { contract, createGuards } from './caller.ts'
import { deviceHandlers } from './device-handlers.ts'
import { deviceSecretsHandlers } from './device-secrets-handlers.ts'
import { exceptionHandlers } from './exceptions-handlers.ts'
import type { Limits } from './limits.ts'
import { packHandlers } from './packs-handlers.ts'
import { recordsHandlers } from './records-handlers.ts'

export type ApiParts = {
  pool: Pool
  checkRequest: RequestCheck
  serverKey: ServerKey
  enrolment: Enrolment
  root: RootSecret
  operators: ReturnType<typeof createOperators>
  masters: MastersSource
  searchBills: (tenantId: string, search: BillSearch) => Promise<Bill[]>
  /** DIGIT is asked before money is given back. */
  searchPayments: PaymentCalls['search']
  records: Records
  waiters: ChangeWaiters
  limits: Limits
  helpLine: string | null
  rescueKey: string
  /** When what is unknown or lags is shown to supervisors. */
  exceptionsShown: ExceptionsParts
  isDemo: boolean
  nowMs: () => number
}

export function createRouter(parts: ApiParts) {
  const { pool, operators, limits } = parts
  const guards = createGuards(parts.checkRequest)
  const { known } = guards

  const packs = packHandlers(pool)
  const exceptions = exceptionHandlers(
    { pool, operators, searchPayments: parts.searchPayments, ...parts.exceptionsShown },
    limits,
  )

  return contract.router({
    devices: { ...deviceHandlers(parts, guards), ...deviceSecretsHandlers(parts, guards) },
    operators: {
      signIn: contract.operators.signIn
        .use(known)
        .handler(({ input, context: { device } }) =>
          limits.signIn(device.slotId, () =>
            operators.signIn({ ...input, tenantId: device.tenantId, deviceId: device.deviceId }),
          ),
        ),
    },
    masters: {
      get: contract.masters.get
        .use(known)
        .handler(async ({ context: { device } }) =>
          parts.serverKey.sign('masters', JSON.stringify(await mastersFor(parts, device))),
        ),
    },
    bills: {
      search: contract.bills.search.use(known).handler(async ({ input, context: { device } }) => ({
        bills: await limits.billSearch(device.slotId, () => parts.searchBills(device.tenantId, input)),
      })),
    },
    packs: {
      routes: contract.packs.routes
        .use(known)
        .handler(({ context: { device } }) => packs.routes(device.tenantId)),
      manifest: contract.packs.manifest
        .use(known)
        .handler(({ input, context: { device } }) => packs.manifest(device.tenantId, input)),
      chunk: contract.packs.chunk
        .use(known)
        .handler(({ input, context: { device } }) => packs.chunk(device.tenantId, input)),
    },
    exceptions: {
      list: contract.exceptions.list
        .use(known)
        .handler(({ input, context: { device } }) => exceptions.list(device, input)),
      act: contract.exceptions.act
        .use(known)
        .handler(({ input, context: { device } }) => exceptions.act(device, input)),
    },
    records: recordsHandlers(parts, guards),
    payments: {
      get: contract.payments.get.use(known).handler(async ({ input, context: { device } }) => {
        const status = await readStatus(pool, device.slotId, input.id)
        if (status === null) throw new ProblemError('payment_not_found')
        return status
      }),
      changes: contract.payments.changes
        .use(known)
        .handler(({ input, context: { device } }) => awaitChanges(parts, device.slotId, input)),
    },
  })
}

async function mastersFor(parts: ApiParts, device: { tenantId: string; slotId: string }): Promise<Masters> {
  const masters = await parts.masters.get(device.tenantId)
  if (masters.kind !== 'ok') throw problemOfFailure(masters)
  const [state = ''] = device.tenantId.split('.')
  return {
    tenants: masters.value.tenants.filter(({ id }) => id === device.tenantId || id === state),
    services: masters.value.services,
    operators: await parts.operators.list(device.tenantId),
    helpLine: parts.helpLine ?? contactOf(masters.value.tenants, device.tenantId),
    isDemo: parts.isDemo,
    serverTimeMs: parts.nowMs(),
    limits: await readLimits(parts.pool, device),
    rescueKey: parts.rescueKey,
  }
}

function contactOf(
  tenants: readonly { id: string; contactNumber: string | null }[],
  id: string,
): string | null {
  return tenants.find((tenant) => tenant.id === id)?.contactNumber ?? null
}
