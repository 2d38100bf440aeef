// Part `start`: from nothing to a painted sign-in screen: the till's process and Chromium, against a process that serves a static page
// to the same Chromium with the same flags and an equally warm profile; and the memory of both.
import { join } from 'node:path'
import { openPage } from './browser-process.ts'
import { startChildServer } from './child-server.ts'
import { atMost, noGoal, type BenchPart, type Figure, type Goal } from './figure.ts'
import { pssOfTreeMib, rssMib } from './process-memory.ts'
import { median, medianRatio, shuffle } from './rounds.ts'
import { openTown, type Town } from './town.ts'

const ROUNDS = 9

type Start = {
  /** From the spawn of the browser. */
  readonly paintMs: number
  /** From the spawn of the server process before it. */
  readonly wholeMs: number
  readonly browserPssMib: number
  readonly serverRssMib: number
}

export const start: BenchPart = {
  about: 'cold start to the sign-in screen',
  measure: async () => {
    const town = await openTown()
    try {
      return await measureIn(town)
    } finally {
      await town.close()
    }
  },
}

async function measureIn(town: Town): Promise<Figure[]> {
  const variants = {
    ours: () => startOurs(town),
    bare: () => startStatic(town),
  }
  // The first start enrols the till, makes the profile and reads the files; it is not measured.
  for (const open of Object.values(variants)) await open()
  const starts = { ours: [] as Start[], bare: [] as Start[] }
  for (let round = 0; round < ROUNDS; round++) {
    for (const name of shuffle(['ours', 'bare'] as const)) starts[name].push(await variants[name]())
  }
  const figure = (what: string, unit: string, goal: Goal, pick: (from: Start) => number): Figure => ({
    what,
    ours: median(starts.ours.map(pick)),
    floor: median(starts.bare.map(pick)),
    unit,
    ratio: medianRatio(starts.ours.map(pick), starts.bare.map(pick)),
    goal,
    against: 'a Node process with a static page, same flags, as warm a profile',
  })
  return [
    figure('browser spawned to sign-in painted', 'ms', atMost(1.2), ({ paintMs }) => paintMs),
    figure('till and browser spawned to sign-in painted', 'ms', noGoal, ({ wholeMs }) => wholeMs),
    figure(
      'memory of all browser processes (PSS)',
      'MiB',
      atMost(1.05),
      ({ browserPssMib }) => browserPssMib,
    ),
    figure('memory of the till process (RSS)', 'MiB', noGoal, ({ serverRssMib }) => serverRssMib),
  ]
}

async function startOurs(town: Town): Promise<Start> {
  const startedAtMs = Date.now()
  const till = await town.startTill()
  const page = await openPage(
    till.launchUrl,
    '[data-testid=operator-tile]',
    join(town.folder, 'profile-ours'),
  )
  const measured = {
    paintMs: page.paintedAtMs - page.spawnedAtMs,
    wholeMs: page.paintedAtMs - startedAtMs,
    browserPssMib: pssOfTreeMib(page.pid),
    serverRssMib: rssMib(till.pid),
  }
  await page.close()
  await till.stop()
  return measured
}

async function startStatic(town: Town): Promise<Start> {
  const startedAtMs = Date.now()
  const server = await startChildServer({
    words: [join(import.meta.dirname, 'static-page.ts')],
    environment: {},
  })
  const page = await openPage(server.url, '#sign-in', join(town.folder, 'profile-static'))
  const measured = {
    paintMs: page.paintedAtMs - page.spawnedAtMs,
    wholeMs: page.paintedAtMs - startedAtMs,
    browserPssMib: pssOfTreeMib(page.pid),
    serverRssMib: rssMib(server.pid),
  }
  await page.close()
  await server.stop()
  return measured
}
