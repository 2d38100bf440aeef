// `npm test`: everything that must hold before a change goes in, cheapest first; stops at the first step that fails, once the tests have begun only at their end.
// `npm test -- unit core` runs only the tests: names of projects (rules, unit, integration, simulation, reliability,
// parity, e2e, rig) choose projects, any other word chooses test files whose path contains it. The last line is always
// `N passed, M failed`.
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'
import { findChromium, setupMachine } from '#test/setup-machine.ts'

/** `output` is shown when the step fails; tests show their own while they run. `goesOn`: the next step runs even when this one failed. */
type Outcome = { isOk: boolean; output: string }
type Step = { name: string; goesOn?: boolean; run: () => Promise<Outcome> }
type Row = { name: string; seconds: number; isOk: boolean }
type Counts = { passed: number; failed: number; notRun: number }

const root = join(import.meta.dirname, '..')
const outputFolder = join(root, 'test-output')
const REPORT = 'vitest-'
const nodeMajorMin = 24
const stepMinutesMax = 60

const projectNames = new Set([
  'rules',
  'unit',
  'integration',
  'simulation',
  'reliability',
  'parity',
  'e2e',
  'rig',
])
const isProject = (word: string): boolean => projectNames.has(word)
/**
 * Which projects of a whole run go side by side. Those of the second group take one file after another and leave most of the machine
 * idle, so each has a process of its own.
 */
const wholeRun = [
  { name: 'tests', lanes: [['rules', 'unit', 'integration', 'simulation', 'parity']] },
  { name: 'slow tests', lanes: [['reliability'], ['e2e', '--shard=1/2'], ['e2e', '--shard=2/2'], ['rig']] },
]
/** These drive the built screens. */
const projectsOfScreens = new Set(['integration', 'parity', 'e2e'])

const main = async (words: readonly string[]): Promise<number> => {
  const rows: Row[] = []
  mkdirSync(outputFolder, { recursive: true })
  for (const name of readdirSync(outputFolder).filter((each) => each.startsWith(REPORT)))
    rmSync(join(outputFolder, name))
  for (const step of planSteps(words)) {
    const startedMs = performance.now()
    const { isOk, output } = await step.run()
    rows.push({ name: step.name, seconds: (performance.now() - startedMs) / 1000, isOk })
    if (!isOk) {
      if (output !== '') console.log(`\n${output.trimEnd()}`)
      if (step.goesOn !== true) break
    }
  }
  const counts = readCounts(rows.every(({ isOk }) => isOk))
  printTable(rows, counts)
  return counts.failed === 0 ? 0 : 1
}

const planSteps = (words: readonly string[]): Step[] => {
  const projects = words.filter(isProject)
  const isWhole = words.length === 0
  const needsScreens = projects.length === 0 || projects.some((name) => projectsOfScreens.has(name))
  const hasBuild = existsSync(join(root, 'electron', 'vite.config.ts'))
  return [
    { name: 'node', run: checkNode },
    { name: 'machine', run: checkMachine },
    ...(isWhole ? ['typecheck', 'lint', 'format:check'].map(npmStep) : []),
    ...(needsScreens && hasBuild ? [npmStep('build')] : []),
    ...(isWhole
      ? wholeRun.map(({ name, lanes }) => ({ name, goesOn: true, run: () => runSideBySide(lanes) }))
      : [{ name: 'tests', run: () => runTests(words) }]),
  ]
}

const checkNode = async (): Promise<Outcome> => ({
  isOk: Number.parseInt(process.versions.node, 10) >= nodeMajorMin,
  output: `Node ${process.versions.node} is running; Tahsil needs ${nodeMajorMin} or newer. \`npm ci\` brings it, \`npm test\` uses it.`,
})

const checkMachine = async (): Promise<Outcome> => {
  const problems = setupMachine()
  return { isOk: problems.length === 0, output: problems.join('\n') }
}

/** A script of package.json, so that what it does is written in one place. */
const npmStep = (script: string): Step => ({
  name: script,
  run: () => runCommand({ command: 'npm', words: ['run', '--silent', script], isShown: false }),
})

const runSideBySide = async (lanes: readonly (readonly string[])[]): Promise<Outcome> => {
  const outcomes = await Promise.all(lanes.map(runTests))
  return { isOk: outcomes.every(({ isOk }) => isOk), output: '' }
}

/** `asked`: projects, words that test files must contain, and options of vitest. */
const runTests = (asked: readonly string[]): Promise<Outcome> => {
  const name = asked.join('-').replaceAll(/[^\w-]/g, '') || 'all'
  const words = [
    join(root, 'node_modules', 'vitest', 'vitest.mjs'),
    'run',
    `--config=${join('test', 'rules', 'vitest.config.ts')}`,
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${join(outputFolder, `${REPORT}${name}.json`)}`,
    ...asked.flatMap((word) => (isProject(word) ? ['--project', word] : [word])),
  ]
  return runCommand({ command: process.execPath, words, isShown: true })
}

type Command = { command: string; words: readonly string[]; isShown: boolean }

const runCommand = ({ command, words, isShown }: Command): Promise<Outcome> =>
  new Promise((resolve) => {
    const chromium = findChromium()
    const child = spawn(command, words, {
      cwd: root,
      env: { ...process.env, ...(chromium === undefined ? {} : { TAHSIL_CHROMIUM: chromium }) },
      stdio: isShown ? 'inherit' : ['ignore', 'pipe', 'pipe'],
      // npm is a command file on Windows, which only a shell can start
      shell: process.platform === 'win32' && command === 'npm',
      timeout: stepMinutesMax * 60_000,
    })
    const chunks: string[] = []
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (chunk: string) => chunks.push(chunk))
    }
    child.on('error', (error) =>
      resolve({ isOk: false, output: `${command} did not start: ${error.message}` }),
    )
    child.on('close', (code) => resolve({ isOk: code === 0, output: chunks.join('') }))
  })

const Report = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  numPendingTests: z.number(),
  testResults: z.array(
    z.object({ status: z.string(), assertionResults: z.array(z.object({ status: z.string() })) }),
  ),
})

/** A test file that could not even be loaded counts as one failure, and so does a failed run without a failed test. */
const readCounts = (isOk: boolean): Counts => {
  const counts = { passed: 0, failed: 0, notRun: 0 }
  for (const name of readdirSync(outputFolder).filter((each) => each.startsWith(REPORT))) {
    const report = Report.parse(JSON.parse(readFileSync(join(outputFolder, name), 'utf8')))
    const brokenFiles = report.testResults.filter(
      (file) => file.status === 'failed' && file.assertionResults.every((each) => each.status !== 'failed'),
    ).length
    counts.passed += report.numPassedTests
    counts.failed += report.numFailedTests + brokenFiles
    counts.notRun += report.numPendingTests
  }
  return isOk && counts.passed > 0 ? counts : { ...counts, failed: Math.max(counts.failed, 1) }
}

const printTable = (rows: readonly Row[], counts: Counts): void => {
  console.log('\nstep            seconds')
  for (const row of rows) {
    console.log(`${row.name.padEnd(14)} ${row.seconds.toFixed(1).padStart(8)}  ${row.isOk ? 'ok' : 'FAILED'}`)
  }
  if (counts.notRun > 0)
    console.log(`${counts.notRun} tests need something this machine lacks and did not run`)
  console.log(`\n${counts.passed} passed, ${counts.failed} failed`)
}

process.exitCode = await main(process.argv.slice(2))
