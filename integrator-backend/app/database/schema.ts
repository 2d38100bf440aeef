// The tables of people and devices as drizzle knows them, for the everyday queries. The migrations are the truth; the
// money path is set-based SQL in the payments folder. Called by the people folder and the API.
import {
  bigint,
  boolean,
  customType,
  integer,
  jsonb,
  pgSchema,
  text,
  timestamp,
  uuid,
} from 'drizzle-orm/pg-core'
import type { Role } from '#contract/api.ts'

const tahsil = pgSchema('tahsil')
const bytea = customType<{ data: Buffer }>({ dataType: () => 'bytea' })
const moment = (name: string) => timestamp(name, { withTimezone: true })

export const settings = tahsil.table('settings', {
  key: text('key').primaryKey(),
  value: jsonb('value').notNull(),
  changedAt: moment('changed_at').notNull().defaultNow(),
})

export const slots = tahsil.table('slots', {
  slotId: uuid('slot_id').primaryKey().defaultRandom(),
  tenantId: text('tenant_id').notNull(),
  name: text('name').notNull(),
  deviceCode: text('device_code').notNull(),
  lifeCount: integer('life_count').notNull().default(0),
  lastCursor: bigint('last_cursor', { mode: 'number' }).notNull().default(0),
})

export const devices = tahsil.table('devices', {
  deviceId: text('device_id').primaryKey(),
  slotId: uuid('slot_id').notNull(),
  incarnation: text('incarnation').notNull(),
  enrolledAt: moment('enrolled_at').notNull().defaultNow(),
  /** Null on devices of the time of tokens: they can no longer speak. */
  publicKey: text('public_key'),
  sealKey: text('seal_key'),
  codeId: bigint('code_id', { mode: 'number' }),
  commitment: text('commitment'),
  serverNonce: text('server_nonce'),
  shortString: text('short_string'),
  confirmedAt: moment('confirmed_at'),
  approvedAt: moment('approved_at'),
  revokedAt: moment('revoked_at'),
  revokedWhy: text('revoked_why'),
  isForked: boolean('is_forked').notNull().default(false),
  maxSeq: bigint('max_seq', { mode: 'number' }).notNull().default(0),
})

export const enrolmentCodes = tahsil.table('enrolment_codes', {
  codeId: bigint('code_id', { mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
  selector: text('selector').notNull(),
  secretHash: bytea('secret_hash').notNull(),
  tenantId: text('tenant_id').notNull(),
  slotName: text('slot_name'),
  triesLeft: integer('tries_left').notNull(),
  isReusable: boolean('is_reusable').notNull().default(false),
  expiresAt: moment('expires_at').notNull(),
  usedAt: moment('used_at'),
})

export const operators = tahsil.table('operators', {
  operatorId: text('operator_id').primaryKey(),
  tenantId: text('tenant_id').notNull(),
  code: text('code').notNull(),
  name: text('name').notNull(),
  role: text('role').$type<Role>().notNull(),
  pinKind: text('pin_kind').$type<'plain' | 'peppered'>().notNull().default('plain'),
  pinSalt: text('pin_salt').notNull(),
  pinHash: text('pin_hash').notNull(),
  pinCost: integer('pin_cost').notNull(),
  pinBlockSize: integer('pin_block_size').notNull(),
  pinParallelization: integer('pin_parallelization').notNull(),
  failureCount: integer('failure_count').notNull().default(0),
  waitUntil: moment('wait_until'),
  isLocked: boolean('is_locked').notNull().default(false),
  isActive: boolean('is_active').notNull().default(true),
})

/** Of each chip or stripe card an HMAC (people/operator-badges.ts). */
export const operatorBadges = tahsil.table('operator_badges', {
  tenantId: text('tenant_id').notNull(),
  badgeHash: text('badge_hash').notNull(),
  operatorId: text('operator_id').notNull(),
})

export const securityEvents = tahsil.table('security_events', {
  eventId: bigint('event_id', { mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
  kind: text('kind').notNull(),
  subject: text('subject').notNull(),
  deviceId: text('device_id'),
})
