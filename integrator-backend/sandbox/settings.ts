// How this DIGIT is deployed: gateway generation, fork, consumer lag, pool size. Changed by the admin API and by startSandbox.
import * as z from 'zod'

export const settingsSchema = z.strictObject({
  /** `zuul` is the older gateway, `core` the newer one: a denied role is 401 and header tokens are ignored for JSON. */
  gateway: z.enum(['zuul', 'core']),
  /** Older billing builds: 400 EG_BS_BILL_NO_DEMANDS_FOUND when nothing is due. */
  isOldBilling: z.boolean(),
  /** UPYOG fork: mode QR_CODE, action REFUND, no IFSC call, HALF_UP totalDue. */
  isUpyog: z.boolean(),
  /** Real milliseconds between a payment and billing's update; null holds the events until they are released. */
  backUpdateDelayMs: z.number().int().min(0).max(86_400_000).nullable(),
  /** Real states grant `payments/_validate` to nobody; true lets any logged-in user call it. */
  isValidateGranted: z.boolean(),
  /** Receipt numbers from `<service>.receipt.id` instead of the common series. */
  isReceiptNumberServiceBased: z.boolean(),
  /** 2.9 schema: one ACTIVE bill per consumer code and tenant, whatever the service. */
  hasUniqueActiveBill: z.boolean(),
  /** Database connections of collection-services; each `_create` holds one for its whole life. */
  createPoolMax: z.number().int().min(1).max(10_000),
  /** Localization calls per minute and origin. */
  localizationPerMinuteMax: z.number().int().min(1).max(1_000_000),
  /** Link life of filestore URLs. */
  fileUrlLifeMs: z.number().int().min(1),
  accessTokenLifeMs: z.number().int().min(1000),
  refreshTokenLifeMs: z.number().int().min(1000),
  accountCoolDownMs: z.number().int().min(0),
})
export type Settings = z.infer<typeof settingsSchema>

export const defaultSettings: Settings = {
  gateway: 'zuul',
  isOldBilling: false,
  isUpyog: false,
  backUpdateDelayMs: 250,
  isValidateGranted: false,
  isReceiptNumberServiceBased: false,
  hasUniqueActiveBill: true,
  createPoolMax: 50,
  localizationPerMinuteMax: 10,
  fileUrlLifeMs: 10 * 60_000,
  accessTokenLifeMs: 10_080 * 60_000,
  refreshTokenLifeMs: 20_160 * 60_000,
  accountCoolDownMs: 60 * 60_000,
}
