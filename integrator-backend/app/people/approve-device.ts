// What the office does with devices: list them, let one in after its six digits were compared, withdraw one. Called by the commands
// and, in a demonstration, by enrolment.
import { and, asc, eq, isNotNull, isNull, ne, sql } from 'drizzle-orm'
import type { NodePgDatabase } from 'drizzle-orm/node-postgres'
import { devices, securityEvents, slots } from '#app/database/schema.ts'

export const DEVICES_LISTED_MAX = 1_000

export type DeviceState = 'unconfirmed' | 'waiting' | 'approved' | 'revoked' | 'without-key'

export type ListedDevice = {
  readonly code: string
  readonly name: string
  readonly state: DeviceState
  readonly isForked: boolean
  readonly enrolledAt: Date
}

/** Newest last. The digits are not told here: they are read from the device's own screen. */
export async function listDevices(db: NodePgDatabase, tenantId: string): Promise<ListedDevice[]> {
  const rows = await db
    .select({ device: devices, slot: slots })
    .from(devices)
    .innerJoin(slots, eq(slots.slotId, devices.slotId))
    .where(eq(slots.tenantId, tenantId))
    .orderBy(asc(devices.enrolledAt))
    .limit(DEVICES_LISTED_MAX)
  return rows.map(({ device, slot }) => ({
    code: `${slot.deviceCode}${device.incarnation}`,
    name: slot.name,
    state: stateOf(device),
    isForked: device.isForked,
    enrolledAt: device.enrolledAt,
  }))
}

function stateOf(device: typeof devices.$inferSelect): DeviceState {
  if (device.revokedAt !== null) return 'revoked'
  if (device.publicKey === null) return 'without-key'
  if (device.approvedAt !== null) return 'approved'
  return device.confirmedAt === null ? 'unconfirmed' : 'waiting'
}

/** Code of the device that waited with these digits; `none`, or `several` when that cannot be told. */
export async function approveByDigits(
  db: NodePgDatabase,
  { tenantId, digits, by }: { tenantId: string; digits: string; by: string },
): Promise<{ readonly code: string } | 'none' | 'several'> {
  const waiting = await db
    .select({ deviceId: devices.deviceId, deviceCode: slots.deviceCode, incarnation: devices.incarnation })
    .from(devices)
    .innerJoin(slots, eq(slots.slotId, devices.slotId))
    .where(
      and(
        eq(slots.tenantId, tenantId),
        eq(devices.shortString, digits),
        isNotNull(devices.confirmedAt),
        isNull(devices.approvedAt),
        isNull(devices.revokedAt),
      ),
    )
    .limit(2)
  const [one] = waiting
  if (one === undefined) return 'none'
  if (waiting.length > 1) return 'several'
  await approve(db, { deviceId: one.deviceId, isOlderKept: false, by })
  return { code: `${one.deviceCode}${one.incarnation}` }
}

/** Earlier lives of the slot end with it: two machines must never speak as one till. */
export async function approve(
  db: NodePgDatabase,
  { deviceId, isOlderKept, by }: { deviceId: string; isOlderKept: boolean; by: string },
): Promise<void> {
  await db.transaction(async (tx) => {
    const [device] = await tx
      .update(devices)
      .set({ approvedAt: sql`clock_timestamp()` })
      .where(and(eq(devices.deviceId, deviceId), isNull(devices.approvedAt), isNull(devices.revokedAt)))
      .returning()
    if (device === undefined) return
    await tx.insert(securityEvents).values({ kind: 'device-approved', subject: by.slice(0, 200), deviceId })
    if (isOlderKept) return
    await tx
      .update(devices)
      .set({ revokedAt: sql`clock_timestamp()`, revokedWhy: 'a new life of this till was approved' })
      .where(
        and(
          eq(devices.slotId, device.slotId),
          ne(devices.deviceId, deviceId),
          sql`${devices.enrolledAt} <= ${device.enrolledAt}`,
          isNull(devices.revokedAt),
        ),
      )
  })
}

/** `code` is a till's number, with or without the letters of its life; returns the codes of what was withdrawn. */
export async function revokeDevices(
  db: NodePgDatabase,
  { tenantId, code, why }: { tenantId: string; code: string; why: string },
): Promise<string[]> {
  const [, deviceCode = '', incarnation = ''] = /^(\d+)([A-Z]{0,2})$/.exec(code.toUpperCase()) ?? []
  return await db.transaction(async (tx) => {
    const found = await tx
      .select({ deviceId: devices.deviceId, incarnation: devices.incarnation })
      .from(devices)
      .innerJoin(slots, eq(slots.slotId, devices.slotId))
      .where(and(eq(slots.tenantId, tenantId), eq(slots.deviceCode, deviceCode), isNull(devices.revokedAt)))
      .for('update')
    const wanted = found.filter((each) => incarnation === '' || each.incarnation === incarnation)
    for (const { deviceId } of wanted) {
      await tx
        .update(devices)
        .set({ revokedAt: sql`clock_timestamp()`, revokedWhy: why })
        .where(eq(devices.deviceId, deviceId))
      await tx.insert(securityEvents).values({ kind: 'device-revoked', subject: why.slice(0, 200), deviceId })
    }
    return wanted.map((each) => `${deviceCode}${each.incarnation}`)
  })
}
