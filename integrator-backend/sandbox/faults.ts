// Faults the sandbox can be told to have: aimed at one operation (or any), for the next n calls or until cleared.
// Set by the admin API, startSandbox and tests; taken by the gateway and by the steps of the services.
import * as z from 'zod'
import { createRandom } from './seed/random.ts'
import type { Random } from './seed/random.ts'

export const operations = [
  'token',
  'logout',
  'mdms',
  'fetch-bill',
  'search-bill',
  'cancel-bill',
  'search-demand',
  'create-payment',
  'validate-payment',
  'search-payment',
  'workflow',
  'localization',
  'pdf',
  'file-url',
  'file',
  'otp',
  'legacy-bill',
  'unknown',
] as const
export type Operation = (typeof operations)[number]

/** Kind by kind, what it does; `where` tells which part of the sandbox takes it. */
export const faultKinds = {
  delay: 'waits delayMs before the request is looked at',
  'slow-commit':
    'create-payment: waits delayMs between its checks and its insert, even when the client has gone',
  'hang-then-500': 'does the work, holds the answer for delayMs, then answers 500 SocketTimeoutException',
  'reset-before': 'closes the connection without doing anything',
  'drop-after-commit': 'does the work, then closes the connection without an answer',
  'html-error':
    'answers an ingress HTML page with the given status (502, 503, 504); work is done only with isWorkDone',
  'half-json': 'does the work and answers the first half of the JSON',
  forbidden: 'access control fails: 403 (401 with the newer gateway)',
  'evict-token': 'the caller token is deleted first: 401 InvalidAccessTokenException',
  'rate-limited': '429 RateLimitExceededException',
  'user-service-down': '500 CustomException from the gateway, nothing forwarded',
  'backend-unreachable': '502 HttpHostConnectException from the gateway, nothing forwarded',
  'not-found': 'the service answers 404, whose body the gateway replaces',
  'mdms-outage': 'create-payment: MDMS cannot be reached (IllegalArgumentException)',
  'billing-outage': 'create-payment: billing cannot be reached (BILLING_SERVICE_ERROR)',
  'idgen-failure': 'create-payment: IDGEN_SERVICE_ERROR after numbers are burnt',
  'apportion-failure': 'create-payment: APPORTIONING_FAILED_CODE',
  'citizen-failure': 'create-payment: the citizen account cannot be made (swallowed)',
  'ifsc-down': 'create-payment with ifscCode: the third party is down (TracerException)',
  'unique-constraint':
    'create-payment: the insert meets another row of the same bill id (PAYMENT_CREATION_FAILED)',
  'kafka-failure': 'create-payment, workflow: COLLECTIONS_KAFKA_PUSH_FAILED, rolled back',
  'commit-failure': 'create-payment: the event is sent but the commit fails',
  'back-update-failure': 'the consumer cannot update billing for the next payments',
  'redeliver-event': 'the next payment event is delivered twice',
  'wrong-amount': 'fetch-bill, search-bill: totals in the answer are altered by amountPaise',
  'other-tenant-bill': 'fetch-bill, search-bill: the answer names a bill of another tenant',
} as const
export type FaultKind = keyof typeof faultKinds

export const faultSchema = z.strictObject({
  kind: z.enum(Object.keys(faultKinds) as [FaultKind, ...FaultKind[]]),
  operation: z.union([z.enum(operations), z.literal('any')]).default('any'),
  /** null = until cleared. */
  count: z.number().int().min(1).max(1_000_000).nullable().default(1),
  /** Lets this many matching calls pass first. */
  skip: z.number().int().min(0).max(1_000_000).default(0),
  delayMs: z.number().int().min(0).max(600_000).default(1000),
  status: z.number().int().min(500).max(599).default(502),
  isWorkDone: z.boolean().default(false),
  amountPaise: z.number().int().default(10_000),
})
export type Fault = z.infer<typeof faultSchema> & { id: number; takenCount: number }
export type FaultInput = z.input<typeof faultSchema>

/** Kinds a storm may bring: those any client has to live with, none that makes answers lie. */
export const stormKinds = [
  'delay',
  'hang-then-500',
  'reset-before',
  'drop-after-commit',
  'html-error',
  'half-json',
  'forbidden',
  'evict-token',
  'user-service-down',
  'backend-unreachable',
  'kafka-failure',
  'unique-constraint',
] as const

/** Random faults from a seed: the same seed and order of calls brings the same faults. */
export const stormSchema = z.strictObject({
  seed: z.string().min(1).max(200),
  /** Share of calls that get a fault, 0 to 1. */
  share: z.number().min(0).max(1),
  kinds: z.array(z.enum(stormKinds)).min(1).optional(),
  delayMs: z.number().int().min(0).max(600_000).default(50),
})
export type StormInput = z.input<typeof stormSchema>

export type Faults = {
  /** Starts a storm; null ends it. */
  setStorm: (storm: StormInput | null) => void
  /** Called once for every request: the storm may set a fault for it, to be cleared when the request is over. */
  draw: (operation: Operation) => Fault | null
  add: (fault: FaultInput) => Fault
  list: () => Fault[]
  clear: (id?: number) => void
  /** The fault of this kind that applies now, used up by one; undefined when none does. */
  take: (kind: FaultKind, operation: string) => Fault | undefined
}

export const faultsMax = 1000

export function createFaults(): Faults {
  let faults: Fault[] = []
  let lastId = 0
  let storm: { random: Random; share: number; kinds: readonly FaultKind[]; delayMs: number } | null = null
  const add = (input: FaultInput) => {
    if (faults.length >= faultsMax) throw new Error(`more than ${faultsMax} faults are set; clear some first`)
    const fault = { ...faultSchema.parse(input), id: ++lastId, takenCount: 0 }
    faults.push(fault)
    return fault
  }
  return {
    setStorm: (input) => {
      if (input === null) {
        storm = null
        return
      }
      const { seed, share, kinds, delayMs } = stormSchema.parse(input)
      storm = { random: createRandom(seed), share, kinds: kinds ?? stormKinds, delayMs }
    },
    draw: (operation) => {
      if (storm === null || !storm.random.isHit(storm.share) || faults.length >= faultsMax) return null
      const kind = storm.random.pick(storm.kinds)
      const status = storm.random.pick([502, 503, 504])
      const isWorkDone = storm.random.isHit(0.5)
      return add({ kind, operation, status, isWorkDone, delayMs: storm.delayMs })
    },
    add,
    list: () => faults.map((fault) => ({ ...fault })),
    clear: (id) => {
      if (id === undefined) storm = null
      faults = id === undefined ? [] : faults.filter((fault) => fault.id !== id)
    },
    take: (kind, operation) => {
      for (const fault of faults) {
        if (fault.kind !== kind) continue
        if (fault.operation !== 'any' && fault.operation !== operation) continue
        if (fault.skip > 0) {
          fault.skip -= 1
          continue
        }
        fault.takenCount += 1
        if (fault.count !== null) fault.count -= 1
        if (fault.count === 0) faults = faults.filter((other) => other !== fault)
        return fault
      }
      return undefined
    },
  }
}
