// Reads the settings of an integrator from the environment and checks them. Called by main.ts and start-integrator.
// Everything wrong is told at once, by the name of the variable, never by its value.
import { existsSync, readFileSync } from 'node:fs'
import * as z from 'zod'
import { tenantIdSchema } from '#contract/bill.ts'
import { defaultSettlement } from '#collection/settle-changed-bill.ts'
import type { SettlementPolicies, SettlementPolicy } from '#collection/settle-changed-bill.ts'
import { StartupError } from './startup-error.ts'

const milliseconds = (standard: number, min: number, max: number) =>
  z.coerce.number().int().min(min).max(max).default(standard)
const flag = z
  .enum(['true', 'false', '1', '0', ''])
  .default('false')
  .transform((text) => text === 'true' || text === '1')

const codePatternSchema = z.strictObject({
  businessService: z.string().min(1).max(256),
  pattern: z.string().min(1).max(256),
})
const scanRuleSchema = z.strictObject({
  hosts: z.array(z.string().max(256)).max(32).default([]),
  path: z.string().max(512).nullable().default(null),
  codeParams: z.array(z.string().max(64)).max(16).default([]),
  serviceParams: z.array(z.string().max(64)).max(16).default([]),
  tenantParams: z.array(z.string().max(64)).max(16).default([]),
  businessService: z.string().max(256).nullable().default(null),
})
/** By business service, `*` for all others; what is not said is as the standard says. */
const settlementSchema = z.record(
  z.string().min(1).max(256),
  z.strictObject({
    higher: z.enum(['part', 'suspense']).optional(),
    isPartConsentNeeded: z.boolean().optional(),
    lower: z.enum(['advance', 'split', 'suspense']).optional(),
    isAdvanceConsentNeeded: z.boolean().optional(),
    otherwise: z.enum(['split', 'suspense']).optional(),
  }),
)
const jsonOf = <T extends z.ZodType>(schema: T, standard = '[]') =>
  z
    .string()
    .default(standard)
    .transform((text, context): unknown => {
      try {
        return JSON.parse(text)
      } catch {
        context.addIssue({ code: 'custom', message: 'is not JSON' })
        return z.NEVER
      }
    })
    .pipe(schema)

const environmentSchema = z.object({
  DIGIT_BASE_URL: z.url({ protocol: /^https?$/ }),
  DIGIT_CLIENT_ID: z.string().min(1).default('egov-user-client'),
  DIGIT_CLIENT_SECRET: z.string().default(''),
  DIGIT_CLIENT_SECRET_FILE: z.string().optional(),
  DIGIT_USERNAME: z.string().min(1),
  DIGIT_PASSWORD: z.string().optional(),
  DIGIT_PASSWORD_FILE: z.string().optional(),
  DIGIT_TENANT: tenantIdSchema,
  DIGIT_USER_TYPE: z.enum(['EMPLOYEE', 'SYSTEM', 'BUSINESS', 'CITIZEN']).default('EMPLOYEE'),
  DATABASE_URL: z.string().optional(),
  TAHSIL_SEED: z.enum(['demo', 'none', '']).default('none'),
  TAHSIL_PIN_PEPPER_FILE: z.string().optional(),
  /** Every node of one database has the same; absent: in the data folder. */
  TAHSIL_SIGNING_KEY_FILE: z.string().optional(),
  /** Tills keep what was acknowledged so long: longer than the oldest backup that may be put back. */
  TAHSIL_RETAIN_DAYS: z.coerce.number().int().min(1).max(3_660).default(90),
  TAHSIL_HELP_LINE: z.string().max(64).optional(),
  TAHSIL_LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
  TAHSIL_DIGIT_TIMEOUT_MS: milliseconds(70_000, 100, 600_000),
  TAHSIL_DIGIT_READ_TIMEOUT_MS: milliseconds(20_000, 100, 600_000),
  TAHSIL_FENCE_MS: milliseconds(600_000, 0, 86_400_000),
  TAHSIL_LAG_LIMIT_MS: milliseconds(1_800_000, 100, 86_400_000),
  TAHSIL_PROBE_DELAY_MS: milliseconds(1_000, 1, 600_000),
  TAHSIL_RETRY_BASE_MS: milliseconds(1_000, 1, 600_000),
  TAHSIL_RETRY_MAX_MS: milliseconds(300_000, 1, 3_600_000),
  TAHSIL_SWEEP_MS: milliseconds(15_000, 50, 3_600_000),
  /** 0 = this node takes payments and leaves the posting to others. */
  TAHSIL_POSTING_CONCURRENCY: z.coerce.number().int().min(0).max(32).default(8),
  TAHSIL_MASTERS_TTL_MS: milliseconds(600_000, 0, 86_400_000),
  /** Bill calls at a time while packs are prepared; 0 = this node prepares none. */
  TAHSIL_PACK_CONCURRENCY: z.coerce.number().int().min(0).max(16).default(2),
  TAHSIL_PACK_PAUSE_MS: milliseconds(100, 0, 60_000),
  TAHSIL_PACK_SLICE: z.coerce.number().int().min(1).max(500).default(250),
  TAHSIL_PACK_WARN_MS: milliseconds(86_400_000, 0, 31_536_000_000),
  TAHSIL_PACK_REFUSE_MS: milliseconds(259_200_000, 0, 31_536_000_000),
  /** India's time. */
  TAHSIL_PACK_REFRESH_AT: z
    .string()
    .regex(/^([01]\d|2[0-3]):[0-5]\d$/)
    .default('02:30'),
  /** Bearer for /metrics; without it only this machine may read them. */
  TAHSIL_METRICS_TOKEN: z.string().min(16).max(512).optional(),
  /** How long an ending node says "not ready" before it stops to listen, so that a balancer sees it. */
  TAHSIL_DRAIN_MS: milliseconds(0, 0, 20_000),
  TAHSIL_SEND_IFSC: flag,
  TAHSIL_SETTLEMENT: jsonOf(settlementSchema, '{}'),
  TAHSIL_DECISION_DAYS: z.coerce.number().int().min(1).max(365).default(7),
  /** Unknown for so long, and a person should see it. */
  TAHSIL_UNKNOWN_SHOWN_MS: milliseconds(300_000, 0, 86_400_000),
  TAHSIL_CODE_PATTERNS: jsonOf(z.array(codePatternSchema).max(200)),
  TAHSIL_SCAN_RULES: jsonOf(z.array(scanRuleSchema).max(50)),
})

export type Environment = Record<string, string | undefined>

export type Config = ReturnType<typeof readConfig>

export type DigitCredentials = { username: string; password: string; clientId: string; clientSecret: string }

/** Throws StartupError naming every variable that is missing or wrong. */
export function readConfig(environment: Environment) {
  const present = Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value !== undefined && value !== ''),
  )
  const parsed = environmentSchema.safeParse(present)
  if (!parsed.success) {
    const faults = parsed.error.issues.map((issue) => {
      const name = String(issue.path[0] ?? 'environment')
      return present[name] === undefined ? `${name} is not set` : `${name} is not right (${issue.message})`
    })
    throw new StartupError(`Settings: ${[...new Set(faults)].join('; ')}.`)
  }
  const settings = parsed.data
  if (settings.DIGIT_PASSWORD === undefined && settings.DIGIT_PASSWORD_FILE === undefined) {
    throw new StartupError('Settings: DIGIT_PASSWORD or DIGIT_PASSWORD_FILE is not set.')
  }
  return {
    digit: {
      baseUrl: settings.DIGIT_BASE_URL.replace(/\/+$/, ''),
      tenantId: settings.DIGIT_TENANT,
      userType: settings.DIGIT_USER_TYPE,
      timeoutMs: settings.TAHSIL_DIGIT_TIMEOUT_MS,
      readTimeoutMs: settings.TAHSIL_DIGIT_READ_TIMEOUT_MS,
      /** Read at every login: a password that was put right is used without a restart. */
      credentials: (): DigitCredentials => ({
        username: settings.DIGIT_USERNAME,
        password: secretOf(settings.DIGIT_PASSWORD, settings.DIGIT_PASSWORD_FILE, 'DIGIT_PASSWORD_FILE'),
        clientId: settings.DIGIT_CLIENT_ID,
        clientSecret: secretOf(
          settings.DIGIT_CLIENT_SECRET,
          settings.DIGIT_CLIENT_SECRET_FILE,
          'DIGIT_CLIENT_SECRET_FILE',
        ),
      }),
    },
    databaseUrl: settings.DATABASE_URL ?? null,
    isDemo: settings.TAHSIL_SEED === 'demo',
    pinPepperFile: settings.TAHSIL_PIN_PEPPER_FILE ?? null,
    signingKeyFile: settings.TAHSIL_SIGNING_KEY_FILE ?? null,
    retainDays: settings.TAHSIL_RETAIN_DAYS,
    helpLine: settings.TAHSIL_HELP_LINE ?? null,
    logLevel: settings.TAHSIL_LOG_LEVEL,
    mastersTtlMs: settings.TAHSIL_MASTERS_TTL_MS,
    sweepMs: settings.TAHSIL_SWEEP_MS,
    postingConcurrency: settings.TAHSIL_POSTING_CONCURRENCY,
    metricsToken: settings.TAHSIL_METRICS_TOKEN ?? null,
    drainMs: settings.TAHSIL_DRAIN_MS,
    isIfscSent: settings.TAHSIL_SEND_IFSC,
    decisionDays: settings.TAHSIL_DECISION_DAYS,
    unknownShownMs: settings.TAHSIL_UNKNOWN_SHOWN_MS,
    packs: {
      concurrency: settings.TAHSIL_PACK_CONCURRENCY,
      pauseMs: settings.TAHSIL_PACK_PAUSE_MS,
      sliceMax: settings.TAHSIL_PACK_SLICE,
      ages: { warnAfterMs: settings.TAHSIL_PACK_WARN_MS, refuseAfterMs: settings.TAHSIL_PACK_REFUSE_MS },
      refreshAt: settings.TAHSIL_PACK_REFRESH_AT,
    },
    policy: {
      fenceMs: settings.TAHSIL_FENCE_MS,
      lagLimitMs: settings.TAHSIL_LAG_LIMIT_MS,
      probeDelayMs: settings.TAHSIL_PROBE_DELAY_MS,
      retryBaseMs: settings.TAHSIL_RETRY_BASE_MS,
      retryMaxMs: settings.TAHSIL_RETRY_MAX_MS,
      settlement: settlementOf(settings.TAHSIL_SETTLEMENT),
    },
    codePatterns: settings.TAHSIL_CODE_PATTERNS.map(({ businessService, pattern }) => ({
      businessService,
      pattern: patternOf(pattern, 'TAHSIL_CODE_PATTERNS'),
    })),
    scanRules: settings.TAHSIL_SCAN_RULES.map((rule) => ({
      ...rule,
      path: rule.path === null ? null : patternOf(rule.path, 'TAHSIL_SCAN_RULES'),
    })),
  }
}

function settlementOf(given: z.infer<typeof settlementSchema>): SettlementPolicies {
  const standard = merged(defaultSettlement, given['*'])
  const services = Object.entries(given).map(([service, change]) => [service, merged(standard, change)])
  return { ...Object.fromEntries(services), '*': standard }
}

function merged(
  base: SettlementPolicy,
  change: z.infer<typeof settlementSchema>[string] = {},
): SettlementPolicy {
  return {
    higher: change.higher ?? base.higher,
    isPartConsentNeeded: change.isPartConsentNeeded ?? base.isPartConsentNeeded,
    lower: change.lower ?? base.lower,
    isAdvanceConsentNeeded: change.isAdvanceConsentNeeded ?? base.isAdvanceConsentNeeded,
    otherwise: change.otherwise ?? base.otherwise,
  }
}

function patternOf(text: string, name: string): RegExp {
  try {
    return new RegExp(text)
  } catch {
    throw new StartupError(`Settings: ${name} has a pattern that cannot be read.`)
  }
}

function secretOf(value: string | undefined, file: string | undefined, name: string): string {
  if (file === undefined) return value ?? ''
  if (!existsSync(file)) throw new StartupError(`Settings: the file of ${name} is not there.`)
  return readFileSync(file, 'utf8').trim()
}
