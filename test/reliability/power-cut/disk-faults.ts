// Lets single calls to the disk fail while the till's real store takes payments, and says what was lost or wrongly denied.
// Called by disk-faults.test.ts and run-disk-faults.ts.
import { spawn } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { auditTerminal, type Acknowledged } from '#test/reliability/auditor.ts'
import { buildRecorder } from '#test/reliability/power-cut/build-recorder.ts'
import { RECORD_FILE } from '#test/reliability/power-cut/check-image.ts'
import { scratchFolder } from '#test/reliability/power-cut/cut-power.ts'

export type DiskFault = {
  readonly call: 'sync' | 'write' | 'truncate' | 'open' | 'unlink'
  /** Which one, counted from the first payment. */
  readonly nth: number
  /** full: the disk has no room; broken: an I/O error; dies: the process is killed there, a write half done. */
  readonly way: 'full' | 'broken' | 'dies'
  /** Also every later one. */
  readonly isForever: boolean
}

export type FaultOutcome = {
  readonly fault: DiskFault
  readonly acknowledgedCount: number
  readonly refusedCodes: readonly string[]
  /** The call came by; otherwise there were not so many. */
  readonly isHit: boolean
  readonly stopped: string | null
  readonly findings: readonly string[]
}

const RUN_MS_MAX = 60_000
const ENOSPC = 28
const EIO = 5
/** They tell the clerk that nothing was recorded: then nothing may be. */
const DENIALS = new Set(['store_busy', 'store_full'])

export const tradeWithFault = async (
  fault: DiskFault,
  { payments, isBoastful = false }: { payments: number; isBoastful?: boolean },
): Promise<FaultOutcome> => {
  const scratch = scratchFolder('fault')
  const folder = join(scratch, 'data')
  mkdirSync(folder)
  const errno = { full: ENOSPC, broken: EIO, dies: 0 }[fault.way]
  const words = `${fault.call}:${fault.nth}:${errno}${fault.isForever ? ':forever' : ''}`
  try {
    const ended = await runWriter([folder, String(payments), isBoastful ? 'BOAST' : 'FULL'], words)
    const marks = readFileSync(join(folder, 'marks'), 'utf8').split('\n')
    const after = (start: string) =>
      marks.filter((mark) => mark.startsWith(start)).map((mark) => mark.slice(start.length))
    const acknowledged = after('ack ').map((text) => JSON.parse(text) as Acknowledged)
    const refused = after('refused ').map((text) => text.split(' '))
    const { findings, payments: recorded } = auditTerminal(join(folder, RECORD_FILE), acknowledged)
    const known = new Set(recorded.map(({ paymentId }) => paymentId))
    for (const [code = '', what = ''] of refused) {
      if (DENIALS.has(code) && known.has(what))
        findings.push(`DENIED: ${code} was said, and ${what} is recorded`)
    }
    const [stopped = null] = after('stopped ')
    const isDead = ended === 'SIGKILL'
    if (!isDead && stopped === null && !marks.includes('done'))
      findings.push(`the writer ended with ${String(ended)}`)
    return {
      fault,
      acknowledgedCount: acknowledged.length,
      refusedCodes: refused.map(([code = '']) => code),
      isHit: isDead || marks.includes('failed'),
      stopped,
      findings,
    }
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}

const runWriter = (
  writerWords: [folder: string, ...string[]],
  fault: string,
): Promise<NodeJS.Signals | number | null> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(import.meta.dirname, 'till-writer.ts'), ...writerWords], {
      env: {
        ...process.env,
        LD_PRELOAD: buildRecorder(),
        TAHSIL_DISK_FOLDER: writerWords[0],
        TAHSIL_DISK_FAIL: fault,
      },
      stdio: ['ignore', 'ignore', 'inherit'],
      timeout: RUN_MS_MAX,
    })
    child.once('error', reject)
    child.once('exit', (code, signal) => resolve(signal ?? code))
  })
