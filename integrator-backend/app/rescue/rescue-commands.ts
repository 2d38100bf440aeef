// The commands rescue-import (what was carried here from a dying till, as a file or as scanned QR codes) and rescue-key (what such
// a till seals to, when its record cannot say it any more). Part of commands.ts.
import { readFileSync, statSync } from 'node:fs'
import type { NodePgDatabase } from 'drizzle-orm/node-postgres'
import type { Pool } from 'pg'
import { RESCUE_CHARS_MAX } from '#contract/rescue.ts'
import { rootSecretFor } from '#app/people/operator-commands.ts'
import { createDevices } from '#app/people/devices.ts'
import { createRecords } from '#app/records/append.ts'
import { openServerKey } from '#app/server-key.ts'
import { StartupError } from '#app/startup-error.ts'
import { importRescue } from './import-rescue.ts'
import type { Imported } from './import-rescue.ts'
import { openRescue, sealedTextOf } from './open-rescue.ts'
import { rescuePublicKey } from './rescue-key.ts'

type Values = Record<string, string | undefined>

/** Of the word that an import itself is given; nobody carries it to the till. */
const RETAIN_DAYS = 90

export const rescueCommands = {
  'rescue-key': {
    usage: '',
    options: [],
    run: async (values: Values, { db }: { db: NodePgDatabase }): Promise<string> =>
      rescuePublicKey(await rootSecretFor(db, values)),
  },
  'rescue-import': {
    usage: '--file RESCUE',
    options: ['file'],
    run: async (values: Values, { pool, db }: { pool: Pool; db: NodePgDatabase }): Promise<string> => {
      const { file } = values
      if (!file) throw new StartupError('rescue-import needs --file.')
      const { sealed } = sealedTextOf(textOf(file))
      const rescue = await openRescue(sealed, await rootSecretFor(db, values))
      const serverKey = openServerKey({
        file: process.env['TAHSIL_SIGNING_KEY_FILE'] || null,
        dataFolder: values['data'] ?? 'data/integrator',
      })
      const nowMs = () => Date.now()
      const records = createRecords({ pool, serverKey, retainDays: RETAIN_DAYS, nowMs })
      const { callerOf } = createDevices(db, { nowMs })
      return wordsOf(await importRescue({ pool, records, callerOf }, { sealed, rescue }))
    },
  },
}

function wordsOf({ deviceCode, recordCount, freshCount, outcomes, isKnown }: Imported): string {
  if (isKnown) return `This rescue of till ${deviceCode} was imported before. Nothing was done.`
  const people =
    outcomes.length === 0 ? '' : ` ${outcomes.length} payments wait for a person: see exceptions.`
  return `Till ${deviceCode}: ${recordCount} records read, ${freshCount} of them new.${people}`
}

function textOf(file: string): string {
  try {
    if (statSync(file).size <= RESCUE_CHARS_MAX) return readFileSync(file, 'utf8')
  } catch {
    throw new StartupError(`The file ${file} cannot be read.`)
  }
  throw new StartupError(`The file ${file} is too large to be a rescue.`)
}
