// Who is speaking: the device behind a key id, with its public key, its approval and what else calls need to know of it. Called by
// the request check at every call, so the known ones are kept for some seconds; a revocation is seen by every node within them.
import { createPublicKey } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { eq, sql } from 'drizzle-orm'
import type { NodePgDatabase } from 'drizzle-orm/node-postgres'
import type { Device } from '#contract/devices-api.ts'
import { ProblemError } from '#contract/problem.ts'
import { devices, slots } from '#app/database/schema.ts'

/** Who is speaking, from the signature alone. */
export type Caller = {
  tenantId: string
  deviceId: string
  deviceCode: string
  incarnation: string
  slotId: string
  /** Every life of the slot. */
  deviceIds: readonly string[]
  /** Raw Ed25519, base64url: checks what this device signs. */
  publicKey: string
  /** Raw X25519, base64url: seals what only this device may read. */
  sealKey: string
  approval: 'unconfirmed' | 'waiting' | 'approved'
  isRevoked: boolean
  isForked: boolean
}

export type KnownCaller = { readonly caller: Caller; readonly key: KeyObject }

export type Devices = {
  /** Throws device_not_enrolled. */
  callerOf: (deviceId: string) => Promise<KnownCaller>
  /** Something about a device was changed here: the next call looks anew. */
  forget: (deviceId: string) => void
}

const callersKeptMax = 5_000
const callerKeptMs = 5_000

export function createDevices(db: NodePgDatabase, { nowMs }: { nowMs: () => number }): Devices {
  const kept = new Map<string, KnownCaller & { untilMs: number }>()
  const byId = db
    .select({
      tenantId: slots.tenantId,
      deviceId: devices.deviceId,
      deviceCode: slots.deviceCode,
      incarnation: devices.incarnation,
      slotId: devices.slotId,
      deviceIds: sql<
        string[]
      >`(select array_agg(d.device_id) from tahsil.devices d where d.slot_id = ${devices.slotId})`,
      publicKey: devices.publicKey,
      sealKey: devices.sealKey,
      confirmedAt: devices.confirmedAt,
      approvedAt: devices.approvedAt,
      revokedAt: devices.revokedAt,
      isForked: devices.isForked,
    })
    .from(devices)
    .innerJoin(slots, eq(slots.slotId, devices.slotId))
    .where(eq(devices.deviceId, sql.placeholder('deviceId')))
    .prepare('device-by-id')

  return {
    forget: (deviceId) => void kept.delete(deviceId),
    callerOf: async (deviceId) => {
      const known = kept.get(deviceId)
      if (known !== undefined && known.untilMs > nowMs()) return known
      const [row] = await byId.execute({ deviceId })
      if (row === undefined || row.publicKey === null || row.sealKey === null) {
        throw new ProblemError('device_not_enrolled')
      }
      const { confirmedAt, approvedAt, revokedAt, publicKey, sealKey, ...rest } = row
      const approval = approvedAt !== null ? 'approved' : confirmedAt !== null ? 'waiting' : 'unconfirmed'
      const caller: Caller = { ...rest, publicKey, sealKey, approval, isRevoked: revokedAt !== null }
      const fresh = { caller, key: publicKeyOf(publicKey), untilMs: nowMs() + callerKeptMs }
      // one that waits is looked at each time, so that an approval counts at once
      if (approval !== 'approved') return fresh
      if (kept.size >= callersKeptMax) kept.clear()
      kept.set(deviceId, fresh)
      return fresh
    },
  }
}

export function publicKeyOf(publicKey: string): KeyObject {
  return createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: publicKey }, format: 'jwk' })
}

export function deviceOf({ deviceId, deviceCode, incarnation, tenantId }: Device): Device {
  return { deviceId, deviceCode, incarnation, tenantId }
}
