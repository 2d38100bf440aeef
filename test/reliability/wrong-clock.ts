// Takes payments at a till whose clock is moved about by libfaketime while it works: by days, past 2038, over the end of a
// financial year, in the middle of a payment. Called by clock.test.ts.
import { spawn } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync, renameSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { auditTerminal, type Acknowledged } from '#test/reliability/auditor.ts'
import type { Random } from '#test/reliability/random.ts'
import { faketimeFolders } from '#test/setup-machine.ts'

/** isForward: the clock only ever leaps ahead, through the ends of several years; else it goes both ways. */
export type ClockRun = { payments: number; jumps: number; isForward: boolean }

export type ClockOutcome = {
  jumpCount: number
  acknowledged: Acknowledged[]
  /** Codes of refused payments; a refusal is told before anything is recorded. */
  refused: string[]
  isDone: boolean
  findings: string[]
  years: string[]
}

const jumpMsMax = 40
const secondsMax = 30 * 86_400
/** The last second of a signed 32-bit clock, and the midnights at which the year of accounts changes. */
const edges = ['2038-01-19 03:14:06', '2027-03-31 23:59:59', '2026-03-31 18:29:59', '2028-02-29 23:59:59']

/** undefined: libfaketime is not on this machine (setup-machine.ts names it). */
export const clockLibrary = (): string | undefined =>
  faketimeFolders()
    .map((folder) => join(folder, 'libfaketime.so.1'))
    .find((path) => existsSync(path))

export const tradeUnderWrongClock = async (
  random: Random,
  { payments, jumps, isForward }: ClockRun,
): Promise<ClockOutcome> => {
  const library = clockLibrary()
  if (library === undefined) throw new Error('libfaketime is missing')
  const scratch = mkdtempSync(join(tmpdir(), 'tahsil-clock-'))
  chmodSync(scratch, 0o700)
  const clock = join(scratch, 'clock')
  const setClock = (words: string) => {
    // renamed, so that nobody reads half of it
    writeFileSync(`${clock}.new`, `${words}\n`)
    renameSync(`${clock}.new`, clock)
  }
  setClock('+0')
  const child = spawn(
    process.execPath,
    [join(import.meta.dirname, 'power-cut', 'till-writer.ts'), scratch, String(payments), 'FULL'],
    {
      env: {
        ...process.env,
        LD_PRELOAD: library,
        FAKETIME_TIMESTAMP_FILE: clock,
        FAKETIME_NO_CACHE: '1',
        FAKETIME_DONT_FAKE_MONOTONIC: '1',
      },
      stdio: 'ignore',
    },
  )
  const ended = new Promise<void>((done) => void child.once('close', () => done()))
  let jumpCount = 0
  let aheadSeconds = 0
  try {
    const marks = join(scratch, 'marks')
    while (child.exitCode === null && child.signalCode === null && jumpCount < jumps) {
      await wait(random.below(jumpMsMax))
      if (!existsSync(marks) || !readFileSync(marks, 'utf8').includes('arm')) continue
      const seconds = random.below(2 * secondsMax) - secondsMax
      aheadSeconds += random.below(secondsMax)
      if (isForward) setClock(`+${aheadSeconds}`)
      else setClock(random.chance(0.2) ? `@${random.pick(edges)}` : `${seconds < 0 ? '' : '+'}${seconds}`)
      jumpCount += 1
    }
    if (!isForward) setClock('+0')
    await ended
    return outcomeOf(scratch, jumpCount)
  } finally {
    child.kill('SIGKILL')
    rmSync(scratch, { recursive: true, force: true })
  }
}

const outcomeOf = (folder: string, jumpCount: number): ClockOutcome => {
  const marks = readFileSync(join(folder, 'marks'), 'utf8').split('\n')
  const after = (start: string) =>
    marks.filter((mark) => mark.startsWith(start)).map((mark) => mark.slice(start.length))
  const acknowledged = after('ack ').map((text) => JSON.parse(text) as Acknowledged)
  const { findings } = auditTerminal(join(folder, 'till.sqlite'), acknowledged)
  return {
    jumpCount,
    acknowledged,
    refused: after('refused ').map((text) => text.split(' ')[0] ?? ''),
    isDone: marks.includes('done'),
    findings: [...findings, ...after('stopped ').map((why) => `STOPPED: ${why}`)],
    years: [...new Set(acknowledged.map(({ receiptNumber }) => receiptNumber.split('/')[2] ?? ''))],
  }
}
