// `npm test`: everything that must hold before a change goes in, cheapest first; stops at the first step that fails.
// `npm test -- unit core` runs only the tests: names of projects (rules, unit, integration, simulation, reliability,
// parity, e2e) choose projects, any other word chooses test files whose path contains it. The last line is always
// `N passed, M failed`.
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'
import { findChromium, setupMachine } from '#test/setup-machine.ts'

/** `output` is shown when the step fails; tests show their own while they run. */
type Outcome = { isOk: boolean; output: string }
type Step = { name: string; run: () => Promise<Outcome> }
type Row = { name: string; seconds: number; isOk: boolean }
type Counts = { passed: number; failed: number; notRun: number }

const root = join(import.meta.dirname, '..')
const reportPath = join(root, 'test-output', 'vitest.json')
const nodeMajorMin = 24
const stepMinutesMax = 60

const projectNames = new Set(['rules', 'unit', 'integration', 'simulation', 'reliability', 'parity', 'e2e'])
/** These drive the built screens. */
const projectsOfScreens = new Set(['integration', 'parity', 'e2e'])

const main = async (words: readonly string[]): Promise<number> => {
  const projects = words.filter((word) => projectNames.has(word))
  const filters = words.filter((word) => !projectNames.has(word))
  const rows: Row[] = []
  let hasTests = false
  for (const step of planSteps(projects, filters)) {
    const startedMs = performance.now()
    const { isOk, output } = await step.run()
    rows.push({ name: step.name, seconds: (performance.now() - startedMs) / 1000, isOk })
    hasTests = step.name === 'tests'
    if (!isOk) {
      if (output !== '') console.log(`\n${output.trimEnd()}`)
      break
    }
  }
  const counts = hasTests ? readCounts(rows.at(-1)?.isOk ?? false) : { passed: 0, failed: 1, notRun: 0 }
  printTable(rows, counts)
  return counts.failed === 0 ? 0 : 1
}

const planSteps = (projects: readonly string[], filters: readonly string[]): Step[] => {
  const isWhole = projects.length === 0 && filters.length === 0
  const needsScreens = projects.length === 0 || projects.some((name) => projectsOfScreens.has(name))
  const hasBuild = existsSync(join(root, 'electron', 'vite.config.ts'))
  return [
    { name: 'node', run: checkNode },
    { name: 'machine', run: checkMachine },
    ...(isWhole ? ['typecheck', 'lint', 'format:check'].map(npmStep) : []),
    ...(needsScreens && hasBuild ? [npmStep('build')] : []),
    { name: 'tests', run: () => runTests(projects, filters) },
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

const runTests = (projects: readonly string[], filters: readonly string[]): Promise<Outcome> => {
  mkdirSync(join(root, 'test-output'), { recursive: true })
  rmSync(reportPath, { force: true })
  const words = [
    join(root, 'node_modules', 'vitest', 'vitest.mjs'),
    'run',
    `--config=${join('test', 'rules', 'vitest.config.ts')}`,
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${reportPath}`,
    ...projects.flatMap((name) => ['--project', name]),
    ...filters,
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
  if (!existsSync(reportPath)) return { passed: 0, failed: 1, notRun: 0 }
  const report = Report.parse(JSON.parse(readFileSync(reportPath, 'utf8')))
  const brokenFiles = report.testResults.filter(
    (file) => file.status === 'failed' && file.assertionResults.every((each) => each.status !== 'failed'),
  ).length
  const failed = report.numFailedTests + brokenFiles
  return {
    passed: report.numPassedTests,
    failed: isOk ? failed : Math.max(failed, 1),
    notRun: report.numPendingTests,
  }
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
