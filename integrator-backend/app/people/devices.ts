// Devices: enrolment by a one-time code, and who a token belongs to. Called by the API, the command line, the demo seed.
// Codes and tokens are stored hashed; a device slot keeps its number for ever, each enrolment is a new life of it.
import { createHash, randomBytes, randomInt, randomUUID, timingSafeEqual } from 'node:crypto'
import { and, eq, gt, isNull, sql } from 'drizzle-orm'
import type { NodePgDatabase } from 'drizzle-orm/node-postgres'
import type { Device } from '#contract/api.ts'
import { ProblemError } from '#contract/problem.ts'
import { devices, enrolmentCodes, securityEvents, slots } from '#app/database/schema.ts'

/** Who is speaking, from the token alone. */
export type Caller = {
  tenantId: string
  deviceId: string
  slotId: string
  /** Every life of the slot. */
  deviceIds: readonly string[]
}

export const CODE_TRIES_MAX = 5
export const CODE_LIFE_MS = 15 * 60_000
/** A to ZZ. */
const livesMax = 26 + 26 * 26
/** No letters that look like digits. */
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const selectorChars = 4
const callersKeptMax = 5_000
const callerKeptMs = 10_000

export function createDevices(db: NodePgDatabase, options: { isDemo: boolean; nowMs: () => number }) {
  const kept = new Map<string, { caller: Caller; untilMs: number }>()
  const byToken = db
    .select({
      tenantId: slots.tenantId,
      deviceId: devices.deviceId,
      slotId: devices.slotId,
      deviceIds: sql<
        string[]
      >`(select array_agg(d.device_id) from tahsil.devices d where d.slot_id = ${devices.slotId})`,
    })
    .from(devices)
    .innerJoin(slots, eq(slots.slotId, devices.slotId))
    .where(and(eq(devices.tokenHash, sql.placeholder('hash')), isNull(devices.revokedAt)))
    .prepare('device-by-token')

  return {
    /** Throws device_not_enrolled. */
    callerOf: async (token: string): Promise<Caller> => {
      const hash = sha256(token)
      const key = hash.toString('base64')
      const known = kept.get(key)
      if (known !== undefined && known.untilMs > options.nowMs()) return known.caller
      const [caller] = await byToken.execute({ hash })
      if (caller === undefined) throw new ProblemError('device_not_enrolled')
      if (kept.size >= callersKeptMax) kept.clear()
      kept.set(key, { caller, untilMs: options.nowMs() + callerKeptMs })
      return caller
    },

    enrol: async (code: string, name: string): Promise<Device> => {
      const device = await enrol(db, { code: normalCode(code), name: name.trim(), isDemo: options.isDemo })
      kept.clear()
      return device
    },

    /** A fresh code; shown once, stored hashed. */
    makeCode: async (wanted: {
      tenantId: string
      slotName: string | null
      lifeMs?: number
    }): Promise<string> => {
      const code = Array.from({ length: 12 }, () => alphabet[randomInt(alphabet.length)]).join('')
      await putCode(db, {
        code,
        tenantId: wanted.tenantId,
        slotName: wanted.slotName,
        lifeMs: wanted.lifeMs ?? CODE_LIFE_MS,
        isReusable: false,
      })
      return code.replaceAll(/(.{4})(?=.)/g, '$1-')
    },

    /** Demo only: the same well-known code again and again. */
    putDemoCode: async (tenantId: string, code: string): Promise<void> => {
      const normal = normalCode(code)
      await db
        .update(enrolmentCodes)
        .set({ usedAt: sql`clock_timestamp()` })
        .where(
          and(eq(enrolmentCodes.selector, normal.slice(0, selectorChars)), isNull(enrolmentCodes.usedAt)),
        )
      await putCode(db, {
        code: normal,
        tenantId,
        slotName: null,
        lifeMs: 3650 * 86_400_000,
        isReusable: true,
      })
    },

    /** Without demo mode the well-known code must not work, even on a database that once was a demo. */
    closeDemoCodes: async (): Promise<void> => {
      await db
        .update(enrolmentCodes)
        .set({ usedAt: sql`clock_timestamp()` })
        .where(and(eq(enrolmentCodes.isReusable, true), isNull(enrolmentCodes.usedAt)))
    },
  }
}

type NewCode = {
  code: string
  tenantId: string
  slotName: string | null
  lifeMs: number
  isReusable: boolean
}

async function putCode(
  db: NodePgDatabase,
  { code, tenantId, slotName, lifeMs, isReusable }: NewCode,
): Promise<void> {
  await db.insert(enrolmentCodes).values({
    selector: code.slice(0, selectorChars),
    secretHash: sha256(code),
    tenantId,
    slotName,
    triesLeft: CODE_TRIES_MAX,
    isReusable,
    expiresAt: sql`clock_timestamp() + make_interval(secs => ${lifeMs / 1000})`,
  })
}

async function enrol(
  db: NodePgDatabase,
  { code, name, isDemo }: { code: string; name: string; isDemo: boolean },
): Promise<Device> {
  const usable = await useCode(db, code, isDemo)
  if (usable === null) {
    await db
      .insert(securityEvents)
      .values({ kind: 'enrolment-refused', subject: code.slice(0, selectorChars) })
    throw new ProblemError('enrolment_refused')
  }
  const token = randomBytes(32).toString('base64url')
  const deviceId = randomUUID()
  return await db.transaction(async (tx) => {
    const slotName = usable.slotName ?? name
    await tx
      .insert(slots)
      .values(await newSlot(tx, usable.tenantId, slotName))
      .onConflictDoNothing()
    const [slot] = await tx
      .update(slots)
      .set({ lifeCount: sql`${slots.lifeCount} + 1` })
      .where(and(eq(slots.tenantId, usable.tenantId), eq(slots.name, slotName)))
      .returning()
    if (slot === undefined || slot.lifeCount > livesMax) throw new ProblemError('enrolment_refused')
    // an earlier life ends: two machines must never speak as one device
    if (!isDemo) {
      await tx
        .update(devices)
        .set({ revokedAt: sql`clock_timestamp()` })
        .where(and(eq(devices.slotId, slot.slotId), isNull(devices.revokedAt)))
    }
    const incarnation = lettersOf(slot.lifeCount)
    await tx.insert(devices).values({ deviceId, slotId: slot.slotId, incarnation, tokenHash: sha256(token) })
    await tx.insert(securityEvents).values({ kind: 'enrolled', subject: slot.deviceCode, deviceId })
    return { deviceId, deviceCode: slot.deviceCode, incarnation, tenantId: slot.tenantId, token }
  })
}

/** A try is counted before the secret is compared, in a transaction of its own. null = refused, whatever the reason. */
async function useCode(db: NodePgDatabase, code: string, isDemo: boolean) {
  const [counted] = await db
    .update(enrolmentCodes)
    .set({
      triesLeft: sql`${enrolmentCodes.triesLeft} - case when ${enrolmentCodes.isReusable} then 0 else 1 end`,
    })
    .where(
      and(
        eq(enrolmentCodes.selector, code.slice(0, selectorChars)),
        isNull(enrolmentCodes.usedAt),
        gt(enrolmentCodes.triesLeft, 0),
        gt(enrolmentCodes.expiresAt, sql`clock_timestamp()`),
      ),
    )
    .returning()
  if (counted === undefined || !timingSafeEqual(counted.secretHash, sha256(code))) return null
  if (counted.isReusable) return isDemo ? counted : null
  const [used] = await db
    .update(enrolmentCodes)
    .set({ usedAt: sql`clock_timestamp()` })
    .where(and(eq(enrolmentCodes.codeId, counted.codeId), isNull(enrolmentCodes.usedAt)))
    .returning()
  return used ?? null
}

type Transaction = Parameters<Parameters<NodePgDatabase['transaction']>[0]>[0]

/** The number comes from a sequence, so it is never given twice, not even after a rollback. */
async function newSlot(tx: Transaction, tenantId: string, name: string) {
  const known = await tx
    .select({ deviceCode: slots.deviceCode })
    .from(slots)
    .where(and(eq(slots.tenantId, tenantId), eq(slots.name, name)))
  if (known[0] !== undefined) return { tenantId, name, deviceCode: known[0].deviceCode }
  const next = await tx.execute<{ number: number }>(sql`select nextval('tahsil.device_numbers') as number`)
  const number = Number(next.rows[0]?.number)
  if (!Number.isSafeInteger(number) || number < 1) throw new TypeError('a device number must be there')
  return { tenantId, name, deviceCode: String(number).padStart(4, '0') }
}

/** 1 → A, 26 → Z, 27 → AA. */
function lettersOf(life: number): string {
  const letter = (at: number) => String.fromCharCode(65 + at)
  if (life <= 26) return letter(life - 1)
  const rest = life - 27
  return `${letter(Math.floor(rest / 26))}${letter(rest % 26)}`
}

/** As typed by a person: any case, dashes and spaces, O for 0, I and L for 1. */
function normalCode(code: string): string {
  return code.toUpperCase().replaceAll(/[\s-]/g, '').replaceAll('O', '0').replaceAll(/[IL]/g, '1')
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
