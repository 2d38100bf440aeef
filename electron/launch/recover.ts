// `npm run recover -- --data DIR [--copies DIR]`: puts a damaged till in order while it does not run. Nothing is thrown away: the
// damaged record goes into a folder beside it. Exit code 0: the till goes on as it was; 1: it goes on only in a new life, and what the
// integrator does not have lies in a rescue file; 2: nothing was done.
import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { ProblemError } from '#contract/problem.ts'
import { readDevice } from '#host/identity/device-file.ts'
import { COPY_FOLDER, journalCopyName, rescueTill } from '#host/rescue/rescue-folder.ts'
import { readJournalCopy } from '#host/rescue/journal-copy.ts'
import { SECRETS_FOLDER } from '#host/identity/secret-files.ts'
import { RECORD_FILE } from '#host/start-host.ts'
import { checkFile } from '#store/journal/check-file.ts'
import { buildRecord, planRecovery } from '#store/journal/recover.ts'
import { salvageFile, type Salvaged } from '#store/journal/salvage.ts'
import { takeWriterLock } from '#store/writer-lock.ts'
import { LaunchError } from './launch-error.ts'

const USAGE = `Usage: npm run recover -- --data DIR [--copies DIR]
  --data DIR    folder of the till (with tahsil.db), or the folder that was given to npm start
  --copies DIR  where the second copy of the journal lies, when it is not in the till's folder`

export type Recovered = { readonly exitCode: 0 | 1; readonly lines: readonly string[] }

type Asked = { readonly dataDir: string; readonly copies: string | null; readonly nowMs: number }

/** @throws LaunchError when nothing is damaged, the till runs, or it cannot be read whose record this is */
export async function recoverTill({ dataDir, copies, nowMs }: Asked): Promise<Recovered> {
  const file = join(dataDir, RECORD_FILE)
  if (!existsSync(file)) throw new LaunchError(`There is no ${RECORD_FILE} in ${dataDir}.`)
  const lock = lockFor(file)
  try {
    const damage = damageOf(file)
    if (damage === null) throw new LaunchError('This record is not damaged. Nothing was done.')
    const salvaged = withOwner(salvageFile(file), dataDir)
    const copyFolder = copies ?? join(dataDir, COPY_FOLDER)
    const copy = readJournalCopy(join(copyFolder, journalCopyName(salvaged.device)))
    const plan = planRecovery(salvaged, copy)
    const aside = join(dataDir, `damaged-${stampOf(nowMs)}`)
    if (plan.kind === 'whole') {
      buildRecord({ file: join(dataDir, 'rebuilt.db'), nowMs, ...plan, ...salvaged, records: plan.records })
      moveAside(dataDir, aside, [RECORD_FILE])
      renameSync(join(dataDir, 'rebuilt.db'), file)
      const lines = [
        `All ${plan.records.length} records were proved and the record was made anew (${damage}).`,
        `The damaged one lies in ${aside}. Start the till: it goes on as it was.`,
      ]
      return { exitCode: 0, lines }
    }
    const rescued = await rescueTo({ dataDir, copyFolder })
    // a new life has new keys: the old ones stay with what they signed
    moveAside(dataDir, aside, [RECORD_FILE, 'device.json', SECRETS_FOLDER])
    const lines = [
      `The record cannot go on: ${plan.why}.`,
      rescued,
      `Everything lies in ${aside}. Enrol this till anew with a new code: it gets a new letter in its receipt numbers.`,
    ]
    return { exitCode: 1, lines }
  } finally {
    lock.release()
  }
}

function lockFor(file: string): ReturnType<typeof takeWriterLock> {
  try {
    return takeWriterLock(file)
  } catch (error) {
    if (error instanceof ProblemError)
      throw new LaunchError('The till runs. Stop it first.', { cause: error })
    throw error
  }
}

function damageOf(file: string): string | null {
  try {
    checkFile(file, 'full')
    return null
  } catch (error) {
    if (error instanceof ProblemError && error.code === 'store_corrupt') return String(error.data['reason'])
    throw error
  }
}

type Owned = Salvaged & { readonly device: NonNullable<Salvaged['device']>; readonly publicKey: string }

function withOwner(salvaged: Salvaged, dataDir: string): Owned {
  const kept = readDevice(dataDir)
  const device = salvaged.device ?? kept?.device ?? null
  const publicKey = salvaged.publicKey ?? kept?.publicKey ?? null
  if (device === null || publicKey === null) {
    throw new LaunchError('It cannot be read whose record this is. Keep the folder and ask for help.')
  }
  return { ...salvaged, device, publicKey }
}

/** What the integrator does not have, in a file beside the record; in words, also when there is none. */
async function rescueTo({ dataDir, copyFolder }: { dataDir: string; copyFolder: string }): Promise<string> {
  try {
    const { sealed, fileName, paymentCount } = await rescueTill({ dataDir, copyFolder, file: RECORD_FILE })
    const path = join(dataDir, fileName)
    writeFileSync(path, `${sealed}\n`, { mode: 0o600, flush: true })
    return `${paymentCount} payments that the integrator does not have lie in ${path}: carry it to the office (rescue-import).`
  } catch (error) {
    if (error instanceof ProblemError) return `No rescue file was made: ${String(error.data['why'])}.`
    throw error
  }
}

function moveAside(dataDir: string, aside: string, names: readonly string[]): void {
  mkdirSync(aside, { mode: 0o700 })
  for (const name of names) {
    for (const suffix of ['', '-wal', '-shm', '-journal']) {
      if (existsSync(join(dataDir, name + suffix))) {
        renameSync(join(dataDir, name + suffix), join(aside, name + suffix))
      }
    }
  }
}

function stampOf(nowMs: number): string {
  return new Date(nowMs).toISOString().slice(0, 19).replaceAll(':', '').replace('T', '-')
}

async function main(words: readonly string[]): Promise<number> {
  const text = { type: 'string' } as const
  try {
    const { values } = parseArgs({ args: [...words], options: { data: text, copies: text } })
    if (values.data === undefined) throw new LaunchError(USAGE)
    const given = resolve(values.data)
    const below = join(given, 'terminal')
    const dataDir = existsSync(join(below, RECORD_FILE)) ? below : given
    const copies = values.copies === undefined ? null : resolve(values.copies)
    const { exitCode, lines } = await recoverTill({ dataDir, copies, nowMs: Date.now() })
    for (const line of lines) console.log(line)
    return exitCode
  } catch (error) {
    if (error instanceof LaunchError) console.error(error.message)
    else if (error instanceof TypeError) console.error(USAGE)
    else throw error
    return 2
  }
}

if (import.meta.main) process.exitCode = await main(process.argv.slice(2))
