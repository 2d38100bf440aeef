// Part `bundle`: what a counter loads before its first paint, and in all, as the network would carry it (gzip). More eager code is
// felt at every cold start, so it has a budget.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { buildIfStale } from '#launch/build-if-stale.ts'
import { atMost, noGoal, type BenchPart, type Figure } from './figure.ts'

const BUDGET_KB = 230
const KB = 1_000
const screens = join(import.meta.dirname, '..', '..', 'dist', 'renderer')

export const bundle: BenchPart = {
  about: 'bytes of the counter',
  measure: async () => {
    await buildIfStale(() => undefined)
    const html = readFileSync(join(screens, 'index.html'), 'utf8')
    const eager = Array.from(
      html.matchAll(/(?:src|href)="(\/assets\/[^"]+\.(?:js|css))"/g),
      ([, path]) => path ?? '',
    )
    if (eager.length === 0) throw new Error('index.html loads nothing')
    const all = readdirSync(join(screens, 'assets'))
      .filter((name) => /\.(js|css)$/.test(name))
      .map((name) => `/assets/${name}`)
    const eagerKb = sizeOf(eager, true)
    const largest = eager.toSorted((a, b) => sizeOf([b], true) - sizeOf([a], true)).slice(0, 3)
    const figure = (what: string, ours: number, goal: Figure['goal'], against: string): Figure => ({
      what,
      ours,
      floor: BUDGET_KB,
      unit: 'kB',
      ratio: ours / BUDGET_KB,
      goal,
      against,
    })
    return [
      figure(
        'counter before its first paint, gzip',
        eagerKb,
        atMost(1),
        `the budget; largest: ${largest.map((path) => `${path.slice(8)} ${sizeOf([path], true).toFixed(0)}`).join(', ')}`,
      ),
      figure('the same, not compressed', sizeOf(eager, false), noGoal, 'the budget of the compressed'),
      figure('all screens, gzip', sizeOf(all, true), noGoal, 'the budget of the counter; fonts not counted'),
    ]
  },
}

function sizeOf(paths: readonly string[], isCompressed: boolean): number {
  return paths.reduce((sum, path) => {
    const bytes = readFileSync(join(screens, path))
    return sum + (isCompressed ? gzipSync(bytes, { level: 9 }).length : bytes.length) / KB
  }, 0)
}
