// Cuts the power of a recorded process at random moments: rebuilds from its disk log what the disk may hold, and lets
// `check` look at each image. Called by power-cut.test.ts (short) and run.ts (long).
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildRecorder } from '#test/reliability/power-cut/build-recorder.ts'
import { createDisk } from '#test/reliability/power-cut/disk-image.ts'
import { readDiskLog, type DiskEvent } from '#test/reliability/power-cut/disk-log.ts'
import { createRandom } from '#test/reliability/random.ts'

const RECORDING_MS_MAX = 120_000

/** A folder in memory where the machine has one: images are small and many. */
export const scratchFolder = (name: string): string =>
  mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), `tahsil-${name}-`))

/** Runs a writer to its end under the recorder; `words` come after the folder it has to write to. */
export const recordDisk = (script: string, words: readonly string[]): DiskEvent[] => {
  const scratch = scratchFolder('record')
  try {
    const folder = join(scratch, 'data')
    const log = join(scratch, 'disk.log')
    mkdirSync(folder)
    const done = spawnSync(process.execPath, [script, folder, ...words], {
      env: { ...process.env, LD_PRELOAD: buildRecorder(), TAHSIL_DISK_FOLDER: folder, TAHSIL_DISK_LOG: log },
      encoding: 'utf8',
      timeout: RECORDING_MS_MAX,
    })
    if (done.status !== 0)
      throw new Error(`the writer ended with ${done.status ?? done.signal}: ${done.stderr}`)
    return readDiskLog(log, folder)
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}

/** What an image turned out to be; `detail` says more of the first of its kind. */
export type Verdict = { outcome: 'good' | 'lost' | 'corrupt' | 'unopenable'; detail: string }

export type CutFigures = {
  images: number
  /** Records the process had acknowledged by the end. */
  acknowledged: number
  lost: number
  corrupt: number
  unopenable: number
  seconds: number
  /** The first few images that were not good: `event N: what`. */
  examples: string[]
}

export type CutOptions = {
  events: readonly DiskEvent[]
  images: number
  seed: number
  /** The disk says "synced" and does nothing. */
  areSyncsLies?: boolean
  /** Looks at one image; `acknowledged` are the marks `ack …` made before the cut, without that word. */
  check: (folder: string, acknowledged: readonly string[]) => Verdict
}

const EXAMPLES_MAX = 5

export const cutPower = ({ events, images, seed, areSyncsLies = false, check }: CutOptions): CutFigures => {
  const random = createRandom(seed)
  const cuts = Array.from({ length: images }, () => random.below(events.length + 1)).toSorted((a, b) => a - b)
  const disk = createDisk({ areSyncsLies })
  const acknowledged: string[] = []
  const figures: CutFigures = {
    images,
    acknowledged: 0,
    lost: 0,
    corrupt: 0,
    unopenable: 0,
    seconds: 0,
    examples: [],
  }
  const startedMs = performance.now()
  const scratch = scratchFolder('image')
  const folder = join(scratch, 'data')
  let at = 0
  try {
    for (const cut of cuts) {
      for (; at < cut; at += 1) {
        const event = events[at]
        if (event === undefined) break
        disk.apply(event)
        if (event.kind === 'mark' && event.text.startsWith('ack ')) acknowledged.push(event.text.slice(4))
      }
      rmSync(folder, { recursive: true, force: true })
      mkdirSync(folder)
      disk.writeImage(folder, random)
      const { outcome, detail } = check(folder, acknowledged)
      if (outcome === 'good') continue
      figures[outcome] += 1
      if (figures.examples.length < EXAMPLES_MAX) figures.examples.push(`event ${cut}: ${outcome}: ${detail}`)
    }
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
  const isAck = (event: DiskEvent): boolean => event.kind === 'mark' && event.text.startsWith('ack ')
  figures.acknowledged = events.filter(isAck).length
  figures.seconds = (performance.now() - startedMs) / 1000
  return figures
}
