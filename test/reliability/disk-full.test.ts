// Goal: a disk that fills up at any moment loses no payment that was acknowledged and denies none that is recorded; the file
// stays whole and opens again. On a real small file system where this user may mount one; elsewhere a limit on the size of
// files stands in for it, and the test says so. TAHSIL_DISK_FULL_RUNS=50 for the long run.
import { execFileSync, spawn } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { auditTerminal, type Acknowledged } from '#test/reliability/auditor.ts'
import { createRandom } from '#test/reliability/random.ts'

const runs = Number(process.env['TAHSIL_DISK_FULL_RUNS'] ?? 4)
const seed = Number(process.env['TAHSIL_DISK_FULL_SEED'] ?? 20_261)
const payments = 400
const kilobytesMin = 320
const kilobytesMax = 4000
/** They say that nothing was recorded. */
const denials = new Set(['store_busy', 'store_full'])

const tryTo = (work: () => void): boolean => {
  try {
    work()
    return true
  } catch {
    return false
  }
}
const writer = (folder: string) => [
  join(import.meta.dirname, 'power-cut', 'till-writer.ts'),
  folder,
  String(payments),
  'FULL',
]
const runToEnd = (command: string, words: readonly string[]): Promise<void> =>
  new Promise((resolve, reject) => {
    const child = spawn(command, words, { stdio: 'ignore' })
    child.once('error', reject)
    child.once('close', () => resolve())
  })

/** What is left on the disk after a till filled it, and the words that it could still write down. */
const fillUp = async (kilobytes: number) => {
  const scratch = mkdtempSync(join(tmpdir(), 'tahsil-full-'))
  const folder = join(scratch, 'disk')
  const copy = join(scratch, 'copy')
  mkdirSync(folder)
  const isMounted = tryTo(() =>
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${kilobytes}k`, 'tmpfs', folder], { stdio: 'ignore' }),
  )
  try {
    if (isMounted) await runToEnd(process.execPath, writer(folder))
    else
      await runToEnd('sh', [
        '-c',
        `ulimit -f ${kilobytes * 2}; exec "$0" "$@"`,
        process.execPath,
        ...writer(folder),
      ])
    cpSync(folder, copy, { recursive: true })
  } finally {
    if (isMounted) execFileSync('umount', [folder])
  }
  const lines = readFileSync(join(copy, 'marks'), 'utf8').split('\n')
  // the last line may be cut off by the full disk; what is cut off was not said
  const whole = lines.slice(0, -1)
  const after = (start: string) =>
    whole.filter((line) => line.startsWith(start)).map((line) => line.slice(start.length))
  const acknowledged = after('ack ').map((text) => JSON.parse(text) as Acknowledged)
  const audit = auditTerminal(join(copy, 'till.sqlite'), acknowledged)
  const recorded = new Set(audit.payments.map(({ paymentId }) => paymentId))
  const refused = after('refused ').map((text) => text.split(' '))
  const denied = refused.filter(([code, what]) => denials.has(code ?? '') && recorded.has(what ?? ''))
  rmSync(scratch, { recursive: true, force: true })
  return {
    isMounted,
    acknowledged,
    refusedCount: refused.length,
    isDone: whole.includes('done'),
    denied,
    findings: audit.findings,
  }
}

test(`${runs} disks of random size filled by a till (seed ${seed})`, async () => {
  const random = createRandom(seed)
  let acknowledgedCount = 0
  let fullCount = 0
  let mountedCount = 0
  for (let left = runs; left > 0; left -= 1) {
    const outcome = await fillUp(kilobytesMin + random.below(kilobytesMax - kilobytesMin))
    expect(outcome.findings).toEqual([])
    expect(outcome.denied).toEqual([])
    acknowledgedCount += outcome.acknowledged.length
    if (outcome.acknowledged.length < payments) fullCount += 1
    if (outcome.isMounted) mountedCount += 1
  }
  const place =
    mountedCount === runs
      ? 'on a small file system'
      : 'under a limit on file size, as nothing may be mounted here'
  console.log(
    `disk-full: ${runs} disks ${place}, ${fullCount} became full, ${acknowledgedCount} payments acknowledged, 0 lost`,
  )
  expect(fullCount).toBeGreaterThan(0)
  expect(acknowledgedCount).toBeGreaterThan(0)
}, 3_600_000)
