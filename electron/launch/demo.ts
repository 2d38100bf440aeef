// `npm run demo`: one payment from a scan to DIGIT's receipt number without a screen, in a data folder of its own, with the
// time of every step. The receipt as text on stdout, as picture and page in files, on paper when a printer is named.
// With --json exactly one line on stdout. Exit code 0 when DIGIT gave its number, 1 when not, 2 for wrong arguments.
import { chmodSync, mkdirSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DEMO_ENROLMENT_CODE } from '#app/people/seed-demo.ts'
import { startHost } from '#host/start-host.ts'
import { openDataFolder, type DataFolder } from './data-folder.ts'
import { payOnce, rupees, type DemoResult } from './demo-payment.ts'
import { LaunchError, wordsOf } from './launch-error.ts'
import { DEMO_USAGE, readDemoArguments, requireNode, type DemoArguments } from './options.ts'
import { requirePort } from './ports.ts'
import { startProgram, type Program } from './program.ts'
import { planIntegrator, planSandbox, readyOf, type IntegratorReady, type SandboxReady } from './programs.ts'
import { sampleBills } from './welcome.ts'

type Stage = {
  readonly folder: DataFolder
  readonly say: (words: string) => void
  readonly programs: Program[]
}

async function run(): Promise<number> {
  requireNode(process.versions.node)
  const args = readDemoArguments(process.argv.slice(2))
  if (args === null) {
    process.stdout.write(`${DEMO_USAGE}\n`)
    return 0
  }
  const say = (words: string): void =>
    void (args.isJson ? process.stderr : process.stdout).write(`${words}\n`)
  const path = args.dataDir ?? newTemporaryFolder()
  const folder = await openDataFolder({ path, isFresh: false })
  const stage: Stage = { folder, say, programs: [] }
  stopOnSignals(stage)
  try {
    say(`Data folder: ${folder.path}`)
    const result = await demonstrate(stage, args)
    if (args.isJson) process.stdout.write(`${jsonLine(result, stage, args)}\n`)
    else say(report(result, args))
    return 0
  } finally {
    await stopPrograms(stage)
    await folder.release()
  }
}

/** Temporary folders are closed to others, but PostgreSQL runs as another user when this is root: it must get through. */
function newTemporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'tahsil-demo-'))
  chmodSync(folder, 0o711)
  return join(folder, 'data')
}

async function demonstrate(stage: Stage, { printer, receiptLanguage }: DemoArguments): Promise<DemoResult> {
  const { folder, say, programs } = stage
  const common = {
    folder,
    env: { ...process.env, TAHSIL_LOG_LEVEL: process.env['TAHSIL_LOG_LEVEL'] ?? 'warn' },
  }
  say('Starting the sandbox …')
  const sandbox = await startProgram(planSandbox(common, await requirePort(0)))
  programs.push(sandbox)
  const sandboxReady = readyOf<SandboxReady>(sandbox.ready)
  say('Starting the integrator and its database …')
  const integrator = await startProgram(
    planIntegrator(common, { port: await requirePort(0), sandbox: sandboxReady }),
  )
  programs.push(integrator)
  const host = await startHost({
    dataDir: folder.terminal,
    integratorUrl: readyOf<IntegratorReady>(integrator.ready).url,
    enrolmentCode: DEMO_ENROLMENT_CODE,
    deviceName: 'Demo till',
    printer: printer ?? `virtual:${join(folder.path, 'slips')}`,
    paperColumns: 48,
    receiptLanguage,
    logLevel: 'warn',
  })
  try {
    const receipts = join(folder.path, 'receipts')
    mkdirSync(receipts, { recursive: true })
    return await payOnce({ client: host.client, bills: sampleBills(sandboxReady), folder: receipts, say })
  } finally {
    await host.close()
  }
}

function report(result: DemoResult, { printer }: DemoArguments): string {
  const steps = result.steps.map(
    ({ state, sinceCommitMs, note }) =>
      `${String(sinceCommitMs).padStart(7)} ms  ${state.padEnd(10)} ${note}`,
  )
  return [
    '',
    result.receiptText.trimEnd(),
    '',
    `The way of ${rupees(result.amountPaise)} for ${result.consumerCode}, since it was recorded:`,
    ...steps,
    '',
    `Receipt of the till: ${result.receiptNumber}`,
    `Receipt of DIGIT:    ${result.digitReceiptNumber}`,
    `Printer:             ${printer ?? 'a folder of slips'}: ${result.printState}`,
    ...result.files.map((file) => `Written:             ${file}`),
  ].join('\n')
}

function jsonLine(result: DemoResult, { folder }: Stage, { printer }: DemoArguments): string {
  return JSON.stringify({
    ready: true,
    name: 'demo',
    receiptNumber: result.receiptNumber,
    digitReceiptNumber: result.digitReceiptNumber,
    consumerCode: result.consumerCode,
    amountPaise: result.amountPaise,
    steps: result.steps,
    files: result.files,
    printer: { address: printer ?? `virtual:${join(folder.path, 'slips')}`, state: result.printState },
    dataDir: folder.path,
  })
}

async function stopPrograms({ programs }: Stage): Promise<void> {
  for (let program = programs.pop(); program !== undefined; program = programs.pop()) await program.stop()
}

function stopOnSignals(stage: Stage): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(signal, () => {
      stage.say('Stopping …')
      stopPrograms(stage).then(
        () => process.exit(130),
        () => process.exit(130),
      )
    })
}

try {
  process.exit(await run())
} catch (error) {
  process.stderr.write(`The demo did not come to its end: ${wordsOf(error)}\n`)
  process.exit(error instanceof LaunchError ? 2 : 1)
}
