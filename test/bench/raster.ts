// Part `raster`: a Hindi receipt drawn as pictures by drivers/printer, against turning a finished picture of the same size into
// printer bytes with no drawing at all; and how many bytes go over the wire, which is what the citizen waits for.
// A busy virtual machine hands out fresh pages slowly, which a process that has to wait for them shows as times several times
// longer: hence the median of several processes.
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { atMost, noGoal, type BenchPart, type Figure, type Goal } from './figure.ts'
import type { RasterSample } from './raster-process.ts'
import { median } from './rounds.ts'

type Pick = (from: RasterSample) => number

const FRESH_PROCESSES = 9
const SERIAL_BYTES_PER_SECOND = 11_520

export const raster: BenchPart = {
  about: 'a Hindi receipt as pictures',
  measure: async () => {
    const samples = Array.from(
      { length: FRESH_PROCESSES },
      () =>
        JSON.parse(
          execFileSync(process.execPath, [join(import.meta.dirname, 'raster-process.ts')], {
            encoding: 'utf8',
          }),
        ) as RasterSample,
    )
    const [sample] = samples
    if (sample === undefined) throw new Error('nothing was measured')
    const least = (pick: Pick): string => Math.min(...samples.map(pick)).toPrecision(2)
    const most = (pick: Pick): string => Math.max(...samples.map(pick)).toPrecision(2)
    const time = (what: string, goal: Goal, pick: Pick): Figure => ({
      what,
      ours: median(samples.map(pick)),
      floor: median(samples.map(({ packMs }) => packMs)),
      unit: 'ms',
      ratio: median(samples.map((one) => pick(one) / one.packMs)),
      goal,
      against: `packing alone: ${sample.rows} rows of 576 dots, RGBA to GS v 0; median of ${FRESH_PROCESSES} processes (from ${least(pick)} to ${most(pick)} ms)`,
    })
    const { bytes, plainBytes } = sample
    return [
      time('Hindi receipt, nothing kept', atMost(8), ({ coldMs }) => coldMs),
      time('Hindi receipt, labels kept', noGoal, ({ nextMs }) => nextMs),
      time('reprint', atMost(0.5), ({ reprintMs }) => reprintMs),
      {
        what: 'bytes of the Hindi receipt',
        ours: bytes,
        floor: plainBytes,
        unit: 'B',
        ratio: bytes / plainBytes,
        goal: atMost(0.7),
        against: `one plain picture; at 115,200 baud ${seconds(bytes)} s against ${seconds(plainBytes)} s`,
      },
    ]
  },
}

const seconds = (bytes: number): string => (bytes / SERIAL_BYTES_PER_SECOND).toFixed(1)
