// How much money a till may hold and how long it may be on its own: set by the office per device, signed with the masters,
// enforced by the terminal before cash is taken. A limit stops cash only; every other way of paying goes on.
// Used by the masters, the terminal's rules (core/money-limits.ts) and the command `set-limits`.
import * as z from 'zod'
import { AMOUNT_PAISE_MAX, paise, paiseSchema } from './money.ts'

const HOUR_MS = 3_600_000
/** A whole year: as good as none. */
const OFFLINE_MS_MAX = 8_760 * HOUR_MS

const amountSchema = paiseSchema.refine((value) => value >= 100 && value <= AMOUNT_PAISE_MAX)

export const limitsSchema = z.strictObject({
  /** Cash of one collection: one payer, one instrument, 1 to 20 bills. */
  receiptPaise: amountSchema,
  /** Collected in one shift, in every way of paying. */
  shiftPaise: amountSchema,
  /** Cash in the drawer or bag: float and takings. */
  cashInHandPaise: amountSchema,
  /** Money that the integrator has not acknowledged, in every way of paying. */
  unsentPaise: amountSchema,
  /** Payments that the integrator has not acknowledged. */
  unsentCount: z.int().min(1).max(1_000_000),
  /** Time since the integrator last answered, while it does not answer. */
  offlineMs: z.int().min(60_000).max(OFFLINE_MS_MAX),
  /** From this share of a limit on the till asks for cash to be handed in, or for the network. */
  warnAtPercent: z.int().min(1).max(100),
})
export type Limits = z.infer<typeof limitsSchema>

/**
 * Where the office has set nothing: what a busy counter takes in a day, and three days without a network, the same time for
 * which an operator may sign in offline. Also taken by a till whose masters are older than limits.
 */
export const DEFAULT_LIMITS: Limits = {
  receiptPaise: paise(2_00_000_00),
  shiftPaise: paise(25_00_000_00),
  cashInHandPaise: paise(5_00_000_00),
  unsentPaise: paise(5_00_000_00),
  unsentCount: 500,
  offlineMs: 72 * HOUR_MS,
  warnAtPercent: 80,
}

/** The limits that are judged, in the order in which they are told. */
export const LIMIT_NAMES = ['receipt', 'shift', 'cashInHand', 'unsent', 'unsentCount', 'offline'] as const
export const limitNameSchema = z.enum(LIMIT_NAMES)
export type LimitName = z.infer<typeof limitNameSchema>

/**
 * One limit against its value now. Both in the unit of the limit: paise, payments, or ms for `offline`.
 * warn: the share of warnAtPercent is reached. stop: no cash is taken.
 */
export const limitStandingSchema = z.strictObject({
  limit: limitNameSchema,
  level: z.enum(['ok', 'warn', 'stop']),
  value: z.int().min(0),
  max: z.int().min(1),
})
export type LimitStanding = z.infer<typeof limitStandingSchema>
