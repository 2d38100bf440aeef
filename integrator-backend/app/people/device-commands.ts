// What the office does about devices on the command line: a code for a new one, the list, the approval after the digits were
// compared, the withdrawal, and another signing key. Called by commands.ts.
import type { NodePgDatabase } from 'drizzle-orm/node-postgres'
import { acceptKey } from '#app/database/known-key.ts'
import { openServerKey } from '#app/server-key.ts'
import { StartupError } from '#app/startup-error.ts'
import { approveByDigits, listDevices, revokeDevices } from './approve-device.ts'
import { makeCode } from './enrolment.ts'

type Values = Record<string, string | undefined>
type Asked = { db: NodePgDatabase; tenantId: string }

const minutesMax = 1440
const whyCharsMax = 200

export async function tellCode({ db, tenantId }: Asked, values: Values): Promise<string> {
  const minutes = Number(values['minutes'] ?? 15)
  if (!Number.isInteger(minutes) || minutes < 1 || minutes > minutesMax) {
    throw new StartupError(`--minutes must be a number from 1 to ${minutesMax}.`)
  }
  const slotName = values['slot'] ?? null
  const code = await makeCode(db, { tenantId, slotName, lifeMs: minutes * 60_000 })
  return `${code}\nOne device may use it once within ${minutes} minutes. Then compare the digits on its screen with approve-device.`
}

export async function tellDevices({ db, tenantId }: Asked): Promise<string> {
  const found = await listDevices(db, tenantId)
  if (found.length === 0) return 'There is no device yet.'
  const lines = found.map(({ code, state, isForked, enrolledAt, name }) =>
    [code.padEnd(8), (isForked ? `${state}, FORKED` : state).padEnd(20), enrolledAt.toISOString(), name].join(
      '  ',
    ),
  )
  return ['Till      State                 Enrolled                  Name', ...lines].join('\n')
}

/** Throws StartupError when no device, or more than one, waits with these digits. */
export async function approveDevice({ db, tenantId }: Asked, values: Values): Promise<string> {
  const digits = (values['digits'] ?? '').replaceAll(/\s/g, '')
  if (!/^\d{6}$/.test(digits)) {
    throw new StartupError('approve-device needs --digits: the six digits on the screen of the till.')
  }
  const approved = await approveByDigits(db, { tenantId, digits, by: values['by'] ?? 'command line' })
  if (approved === 'none') {
    throw new StartupError(
      'No device waits with these digits. Read them again from its screen; if they are right, somebody stands between: withdraw the device and enrol it anew.',
    )
  }
  if (approved === 'several') {
    throw new StartupError(
      'Two devices wait with the same digits. Withdraw both (revoke-device) and enrol again.',
    )
  }
  return `Till ${approved.code} is approved.`
}

/** Throws StartupError when there is no such device. */
export async function revokeDevice({ db, tenantId }: Asked, values: Values): Promise<string> {
  const { device, why } = values
  if (!device || !why || why.length > whyCharsMax) {
    throw new StartupError(
      `revoke-device needs --device (0417, or 0417A for one life of it) and --why (at most ${whyCharsMax} characters).`,
    )
  }
  const revoked = await revokeDevices(db, { tenantId, code: device, why })
  if (revoked.length === 0) throw new StartupError(`There is no device ${device} that is not withdrawn yet.`)
  return `Withdrawn: ${revoked.join(', ')}. It counts within five seconds; what the till has recorded may still be handed over.`
}

/** Throws StartupError when the file holds no key. */
export async function acceptSigningKey(db: NodePgDatabase, values: Values): Promise<string> {
  const key = openServerKey({
    file: process.env['TAHSIL_SIGNING_KEY_FILE'] || null,
    dataFolder: values['data'] ?? 'data/integrator',
  })
  const before = await acceptKey(db, key.publicKey)
  if (before === null || before === key.publicKey) return 'The signing key is the one that the tills trust.'
  return 'The signing key counts from now on. Tills trust the old one: each must be enrolled anew before it takes news from this integrator.'
}
