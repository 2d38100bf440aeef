// `npm run rescue -- --data DIR`: carries out of a till that does not run, however damaged its record, what the integrator does not
// have. The file is sealed to the integrator: anybody may carry it. Changes nothing in the folder.
import { existsSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { formatInr, paise } from '#contract/money.ts'
import { ProblemError } from '#contract/problem.ts'
import { readDevice } from '#host/identity/device-file.ts'
import { COPY_FOLDER, rescueFolder, type RescueResult } from '#host/rescue/rescue-folder.ts'
import { RECORD_FILE } from '#host/start-host.ts'

const USAGE = `Usage: npm run rescue -- --data DIR [--out FILE] [--codes FILE] [--copies DIR] [--all] [--rescue-key KEY]
  --data DIR        folder of the till (with tahsil.db), or the folder that was given to npm start
  --out FILE        where the sealed file goes; here under its own name when not given
  --codes FILE      also the texts of its QR codes, one per line
  --copies DIR      where a second copy of the journal lies, such as an SD card
  --all             also what the integrator has acknowledged, for one that has lost it
  --rescue-key KEY  the integrator's key, when the record cannot say it any more (command rescue-key there)`

async function main(words: readonly string[]): Promise<number> {
  const values = read(words)
  if (values === null) return 2
  const dataDir = tillFolder(resolve(values.data))
  if (dataDir === null) {
    console.error(`There is no ${RECORD_FILE} in ${values.data}.`)
    return 2
  }
  const kept = readDevice(dataDir)
  try {
    const result = await rescueFolder({
      file: join(dataDir, RECORD_FILE),
      copyFolders: [
        join(dataDir, COPY_FOLDER),
        ...(values.copies === undefined ? [] : [resolve(values.copies)]),
      ],
      isWhole: values.all === true,
      known: {
        device: kept?.device ?? null,
        publicKey: kept?.publicKey ?? null,
        rescueKey: values['rescue-key'] ?? null,
      },
    })
    const out = resolve(values.out ?? result.fileName)
    writeFileSync(out, `${result.sealed}\n`, { flag: 'wx', mode: 0o600, flush: true })
    if (values.codes !== undefined) writeCodes(resolve(values.codes), result)
    for (const line of wordsOf(result, out)) console.log(line)
    return result.stop === null ? 0 : 1
  } catch (error) {
    if (error instanceof ProblemError) console.error(`${error.message} (${String(error.data['why'] ?? '')})`)
    else if (error instanceof Error && 'code' in error)
      console.error(`The file cannot be written (${String(error.code)}).`)
    else throw error
    return 2
  }
}

type Values = {
  data: string
  out?: string
  codes?: string
  copies?: string
  all?: boolean
  'rescue-key'?: string
}

function read(words: readonly string[]): Values | null {
  const text = { type: 'string' } as const
  try {
    const { values } = parseArgs({
      args: [...words],
      options: {
        data: text,
        out: text,
        codes: text,
        copies: text,
        'rescue-key': text,
        all: { type: 'boolean' },
      },
    })
    if (values.data !== undefined) return { ...values, data: values.data }
  } catch {
    // told below
  }
  console.error(USAGE)
  return null
}

function tillFolder(folder: string): string | null {
  return [folder, join(folder, 'terminal')].find((each) => existsSync(join(each, RECORD_FILE))) ?? null
}

function writeCodes(path: string, { frames }: RescueResult): void {
  if (frames === null) console.error('It is too large for QR codes: carry the file.')
  else writeFileSync(path, `${frames.join('\n')}\n`, { flag: 'wx', mode: 0o600, flush: true })
}

function wordsOf(result: RescueResult, out: string): string[] {
  const { recordCount, paymentCount, amountPaise, damage, stop, beyondCount } = result
  const lines = [
    `${recordCount} records with ${paymentCount} payments, ${formatInr(paise(amountPaise))}: ${out}`,
    'Carry it to the office and run there: npm run integrator -- rescue-import --file FILE',
  ]
  if (damage !== null) lines.push(`The record is damaged (${damage}). Keep its folder as it is.`)
  if (stop !== null) {
    const what = stop.reason === 'missing' ? 'cannot be read' : 'was changed'
    lines.push(
      `Record ${stop.seq} ${what}: ${beyondCount} later records could not be proved and are not in it.`,
    )
  }
  return lines
}

process.exitCode = await main(process.argv.slice(2))
