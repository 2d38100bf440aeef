// What every part of a simulated world shares: time, chance, weather, the event log, and the lives of processes that may
// end at any call. Made by run-seed.
import { createRandom } from './random.ts'
import type { Random } from './random.ts'
import { createTimeline } from './timeline.ts'
import type { Timeline } from './timeline.ts'
import { drawWeather } from './weather.ts'
import type { Weather } from './weather.ts'

export type World = {
  seed: number
  timeline: Timeline
  weather: Weather
  /** Choices of the weather, apart from those of the plot: a fault more does not change who comes when. */
  random: Random
  /** false once everything is left to settle: no new faults. */
  isStormy: boolean
  log: (who: string, what: string) => void
  lines: () => readonly string[]
  /** A fault of the program under test or of the simulator: the run fails with it. */
  broke: (error: unknown) => void
  breaks: () => readonly string[]
  crashesLeft: number
}

/** From the start of a process to its crash. What a dead process still awaits never comes. */
export type Life = { name: string; isDead: boolean; end: () => void }

/** 14 July 2026, 20:00 in India: water charges turn late the next night. */
export const START_MS = Date.UTC(2026, 6, 14, 14, 30)

const linesMax = 50_000
const breaksMax = 5

export function createWorld(seed: number, change: Partial<Weather> = {}): World {
  const timeline = createTimeline(START_MS)
  const lines: string[] = []
  const breaks: string[] = []
  const weather = { ...drawWeather(createRandom('weather', seed)), ...change }
  const world: World = {
    seed,
    timeline,
    weather,
    random: createRandom('chance', seed),
    isStormy: true,
    log: (who, what) => {
      if (lines.length < linesMax) lines.push(`${clockText(timeline.nowMs())} ${who.padEnd(10)} ${what}`)
    },
    lines: () => lines,
    broke: (error) => {
      const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
      if (breaks.length < breaksMax) breaks.push(text)
      world.log('BROKEN', text.split('\n')[0] ?? '')
    },
    breaks: () => breaks,
    crashesLeft: weather.crashesMax,
  }
  return world
}

/** Day and time of day since the start's midnight in India. */
export function clockText(atMs: number): string {
  const sinceMs = atMs - (START_MS - 20 * 3_600_000)
  const two = (value: number) => String(Math.floor(value)).padStart(2, '0')
  const ofDay = sinceMs % 86_400_000
  const clock = `${two(ofDay / 3_600_000)}:${two((ofDay / 60_000) % 60)}:${two((ofDay / 1000) % 60)}`
  return `day ${Math.floor(sinceMs / 86_400_000)} ${clock}.${String(ofDay % 1000).padStart(3, '0')}`
}

export function never<Value>(): Promise<Value> {
  return new Promise(() => undefined)
}

/** true: the process ends at this very call. */
export function endsHere(world: World, life: Life, chance: number): boolean {
  if (!world.isStormy || world.crashesLeft <= 0 || !world.random.isHit(chance)) return false
  world.crashesLeft -= 1
  life.end()
  return true
}

/** One call of a process to something outside of it, which the process may not survive, before or after the act. */
export async function callOut<Value>(
  world: World,
  life: Life,
  act: () => Value | Promise<Value>,
): Promise<Value> {
  const chance = world.weather.integratorCrash
  if (life.isDead || endsHere(world, life, chance / 2)) return await never()
  const value = await act()
  if (life.isDead || endsHere(world, life, chance / 2)) return await never()
  return value
}
