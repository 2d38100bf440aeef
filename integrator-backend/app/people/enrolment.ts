// Enrolment: a one-time code and public keys become a device, which speaks for nobody until a person has compared six digits and
// approved it. Codes are stored hashed; a device slot keeps its number for ever, each enrolment is a new life of it. Called by the
// API, the commands and the demo seed.
import { createHash, randomBytes, randomInt, randomUUID, timingSafeEqual } from 'node:crypto'
import { and, eq, gt, isNull, sql } from 'drizzle-orm'
import type { NodePgDatabase } from 'drizzle-orm/node-postgres'
import { enrolmentTranscript, shortString } from '#contract/devices-api.ts'
import type { Approval, EnrolmentAnswer, EnrolmentRequest } from '#contract/devices-api.ts'
import { ProblemError } from '#contract/problem.ts'
import { devices, enrolmentCodes, securityEvents, slots } from '#app/database/schema.ts'
import { approve } from './approve-device.ts'
import type { Devices } from './devices.ts'

export const CODE_TRIES_MAX = 5
export const CODE_LIFE_MS = 15 * 60_000
/** A to ZZ. */
const livesMax = 26 + 26 * 26
/** No letters that look like digits. */
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const selectorChars = 4

export type Enrolment = {
  /** The same code with the same keys again gets the same answer: a lost reply loses nothing. Throws enrolment_refused. */
  enrol: (request: EnrolmentRequest) => Promise<EnrolmentAnswer>
  /** Throws enrolment_refused when the nonce is not the one of the commitment. */
  confirm: (deviceId: string, nonce: string) => Promise<Approval>
}

export type EnrolmentParts = {
  db: NodePgDatabase
  devices: Devices
  serverKey: { readonly publicKey: string }
  /** A demonstration has nobody to compare digits, and many tills of one name. */
  isDemo: boolean
}

export function createEnrolment(parts: EnrolmentParts): Enrolment {
  return {
    enrol: (request) =>
      enrol(parts, { ...request, code: normalCode(request.code), name: request.name.trim() }),
    confirm: async (deviceId, nonce) => {
      const approval = await confirm(parts, deviceId, nonce)
      parts.devices.forget(deviceId)
      return approval
    },
  }
}

async function enrol(parts: EnrolmentParts, request: EnrolmentRequest): Promise<EnrolmentAnswer> {
  const { db, serverKey } = parts
  const again = await enrolledBefore(db, request)
  if (again !== null) return { ...again, serverKey: serverKey.publicKey }
  // a key is of one device only; the code is not used up for it
  if (await isKeyKnown(db, request.publicKey)) throw new ProblemError('enrolment_refused')
  const usable = await useCode(db, request.code, parts.isDemo)
  if (usable === null) {
    await db
      .insert(securityEvents)
      .values({ kind: 'enrolment-refused', subject: request.code.slice(0, selectorChars) })
    throw new ProblemError('enrolment_refused')
  }
  return await db.transaction(async (tx) => {
    const slotName = usable.slotName ?? request.name
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
    const device = {
      deviceId: randomUUID(),
      deviceCode: slot.deviceCode,
      incarnation: lettersOf(slot.lifeCount),
      tenantId: slot.tenantId,
    }
    const serverNonce = randomBytes(32).toString('base64url')
    const { publicKey, sealKey, commitment } = request
    const { deviceId, incarnation } = device
    const added = await tx
      .insert(devices)
      .values({
        deviceId,
        slotId: slot.slotId,
        incarnation,
        publicKey,
        sealKey,
        commitment,
        serverNonce,
        codeId: usable.codeId,
      })
      .onConflictDoNothing({ target: devices.publicKey })
      .returning({ deviceId: devices.deviceId })
    if (added.length === 0) throw new ProblemError('enrolment_refused')
    await tx.insert(securityEvents).values({ kind: 'enrolled', subject: slot.deviceCode, deviceId })
    return { device, serverKey: serverKey.publicKey, serverNonce }
  })
}

/** The answer that was given to these very keys for this very code, as long as nothing came after it. */
async function enrolledBefore(
  db: NodePgDatabase,
  { code, publicKey, sealKey, commitment }: EnrolmentRequest,
): Promise<Omit<EnrolmentAnswer, 'serverKey'> | null> {
  const [found] = await db
    .select({
      deviceId: devices.deviceId,
      incarnation: devices.incarnation,
      deviceCode: slots.deviceCode,
      tenantId: slots.tenantId,
      serverNonce: devices.serverNonce,
      secretHash: enrolmentCodes.secretHash,
    })
    .from(devices)
    .innerJoin(slots, eq(slots.slotId, devices.slotId))
    .innerJoin(enrolmentCodes, eq(enrolmentCodes.codeId, devices.codeId))
    .where(
      and(
        eq(devices.publicKey, publicKey),
        eq(devices.sealKey, sealKey),
        eq(devices.commitment, commitment),
        isNull(devices.confirmedAt),
        isNull(devices.revokedAt),
      ),
    )
  if (found === undefined || found.serverNonce === null) return null
  const { serverNonce, secretHash, ...device } = found
  return timingSafeEqual(secretHash, sha256(code)) ? { device, serverNonce } : null
}

async function isKeyKnown(db: NodePgDatabase, publicKey: string): Promise<boolean> {
  const found = await db
    .select({ deviceId: devices.deviceId })
    .from(devices)
    .where(eq(devices.publicKey, publicKey))
  return found.length > 0
}

async function confirm(parts: EnrolmentParts, deviceId: string, nonce: string): Promise<Approval> {
  const { db, serverKey, isDemo } = parts
  const [row] = await db.select().from(devices).where(eq(devices.deviceId, deviceId))
  const { publicKey, sealKey, commitment, serverNonce } = row ?? {}
  if (row === undefined || !publicKey || !sealKey || !commitment || !serverNonce) {
    throw new ProblemError('enrolment_refused')
  }
  const shown = sha256(Buffer.from(nonce, 'base64url'))
  if (!timingSafeEqual(shown, Buffer.from(commitment, 'base64url'))) {
    await db.insert(securityEvents).values({ kind: 'confirm-refused', subject: row.incarnation, deviceId })
    throw new ProblemError('enrolment_refused')
  }
  if (row.approvedAt !== null) return 'approved'
  if (row.confirmedAt === null) {
    const facts = { publicKey, sealKey, serverKey: serverKey.publicKey, nonce, serverNonce, deviceId }
    await db
      .update(devices)
      .set({
        shortString: shortString(sha256(enrolmentTranscript(facts)).toString('hex')),
        confirmedAt: sql`clock_timestamp()`,
      })
      .where(and(eq(devices.deviceId, deviceId), isNull(devices.confirmedAt)))
  }
  if (!isDemo) return 'waiting'
  await approve(db, { deviceId, isOlderKept: true, by: 'demo' })
  return 'approved'
}

/** A fresh code; shown once, stored hashed. */
export async function makeCode(
  db: NodePgDatabase,
  wanted: { tenantId: string; slotName: string | null; lifeMs?: number },
): Promise<string> {
  const code = Array.from({ length: 12 }, () => alphabet[randomInt(alphabet.length)]).join('')
  await putCode(db, { ...wanted, code, lifeMs: wanted.lifeMs ?? CODE_LIFE_MS, isReusable: false })
  return code.replaceAll(/(.{4})(?=.)/g, '$1-')
}

/** Demo only: the same well-known code again and again. */
export async function putDemoCode(db: NodePgDatabase, tenantId: string, code: string): Promise<void> {
  const normal = normalCode(code)
  await db
    .update(enrolmentCodes)
    .set({ usedAt: sql`clock_timestamp()` })
    .where(and(eq(enrolmentCodes.selector, normal.slice(0, selectorChars)), isNull(enrolmentCodes.usedAt)))
  await putCode(db, { code: normal, tenantId, slotName: null, lifeMs: 3650 * 86_400_000, isReusable: true })
}

/** Without demo mode the well-known code must not work, even on a database that once was a demo. */
export async function closeDemoCodes(db: NodePgDatabase): Promise<void> {
  await db
    .update(enrolmentCodes)
    .set({ usedAt: sql`clock_timestamp()` })
    .where(and(eq(enrolmentCodes.isReusable, true), isNull(enrolmentCodes.usedAt)))
}

type NewCode = {
  code: string
  tenantId: string
  slotName: string | null
  lifeMs: number
  isReusable: boolean
}

async function putCode(db: NodePgDatabase, { code, lifeMs, ...rest }: NewCode): Promise<void> {
  await db.insert(enrolmentCodes).values({
    ...rest,
    selector: code.slice(0, selectorChars),
    secretHash: sha256(code),
    triesLeft: CODE_TRIES_MAX,
    expiresAt: sql`clock_timestamp() + make_interval(secs => ${lifeMs / 1000})`,
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

function sha256(content: string | Buffer): Buffer {
  return createHash('sha256').update(content).digest()
}
