// Commands about journals: the daily file of countersigned heads. Part of commands.ts.
import { writeFileSync } from 'node:fs'
import type { Pool } from 'pg'
import { openServerKey } from '#app/server-key.ts'
import { StartupError } from '#app/startup-error.ts'
import { makeHeadsFile } from './heads-file.ts'

const retainDaysDefault = 90

export const recordCommands = {
  heads: {
    usage: '--out FILE',
    options: ['out'],
    run: async (values: Record<string, string | undefined>, { pool }: { pool: Pool }): Promise<string> => {
      const { out } = values
      if (!out) throw new StartupError('heads needs --out FILE.')
      const serverKey = openServerKey({
        file: process.env['TAHSIL_SIGNING_KEY_FILE'] ?? null,
        dataFolder: values['data'] ?? 'data/integrator',
      })
      const retainDays = Number(process.env['TAHSIL_RETAIN_DAYS'] ?? retainDaysDefault)
      const file = await makeHeadsFile(pool, { serverKey, nowMs: Date.now(), retainDays })
      // A day's heads are never written over: they are what later journals are held against.
      try {
        writeFileSync(out, `${JSON.stringify(file)}\n`, { flag: 'wx', mode: 0o644, flush: true })
      } catch (error) {
        const code = error instanceof Error && 'code' in error ? String(error.code) : ''
        throw new StartupError(
          code === 'EEXIST' ? `${out} is there already.` : `${out} cannot be written (${code}).`,
        )
      }
      return `Heads of all devices are in ${out}. SHA-256: ${file.sha256}`
    },
  },
}
