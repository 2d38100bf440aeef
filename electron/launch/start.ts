// `npm start`: everything on one machine for a newcomer: a DIGIT sandbox, the integrator with its own PostgreSQL, and the
// till in a window. Stops them in order and loses nothing. Exit code 2 when it cannot start as asked, 1 when a program
// keeps crashing, 0 after Ctrl-C.
import { createInterface } from 'node:readline'
import { thisMachine } from '#browser/find-chromium.ts'
import { buildIfStale } from './build-if-stale.ts'
import { openDataFolder, type DataFolder } from './data-folder.ts'
import { keepProgram, type Kept } from './keep-program.ts'
import { LaunchError, wordsOf } from './launch-error.ts'
import { readStartArguments, requireNode, START_USAGE, type StartArguments } from './options.ts'
import { preferPort, requirePort } from './ports.ts'
import { capital, startProgram, type Program } from './program.ts'
import {
  planIntegrator,
  planSandbox,
  planTerminal,
  readyOf,
  type IntegratorReady,
  type SandboxReady,
} from './programs.ts'
import { readyLine, welcome, wordsOfWindow } from './welcome.ts'

const SANDBOX_PORT = 8090
const INTEGRATOR_PORT = 8480
/** npm passes a Ctrl-C on that the terminal has already sent: only a later one means "at once". */
const SECOND_SIGNAL_AFTER_MS = 1_000

type Stack = {
  readonly args: StartArguments
  readonly say: (words: string) => void
  readonly folder: DataFolder
  /** In the order they were started; taken out when they are being stopped. */
  readonly kept: Kept[]
  readonly all: Kept[]
  stoppingSinceMs: number | null
}

async function run(): Promise<void> {
  requireNode(process.versions.node)
  const args = readStartArguments(process.argv.slice(2), process.env)
  if (args === null) {
    process.stdout.write(`${START_USAGE}\n`)
    return
  }
  const say = (words: string): void =>
    void (args.isJson ? process.stderr : process.stdout).write(`${words}\n`)
  const { movedTo, ...folder } = await openDataFolder({ path: args.dataDir, isFresh: args.isFresh })
  const stack: Stack = { args, say, folder, kept: [], all: [], stoppingSinceMs: null }
  stopOnSignals(stack)
  try {
    const port = await requirePort(args.port)
    await buildIfStale(say)
    const running = await startAll(stack, port)
    if (running === null) return
    if (args.isJson) process.stdout.write(`${readyLine({ ...running, folder, movedTo })}\n`)
    else say(welcome({ ...running, folder, movedTo }))
    answerLines(stack)
  } catch (error) {
    // Whatever was already started must not stay behind.
    if (stack.stoppingSinceMs !== null) return
    process.stderr.write(`${wordsOf(error)}\n`)
    await stopAll(stack, error instanceof LaunchError ? 2 : 1)
  }
}

type Started = {
  readonly sandbox: SandboxReady
  readonly integrator: IntegratorReady
  readonly terminal: Program['ready']
  readonly processIds: Readonly<Record<string, number>>
}

/** null: it was told to stop meanwhile. */
async function startAll(stack: Stack, port: number): Promise<Started | null> {
  const { args, folder, say } = stack
  const common = { folder, env: process.env }
  const machine = thisMachine()
  const isStopping = (): boolean => stack.stoppingSinceMs !== null

  say('Starting the sandbox …')
  const sandbox = await startProgram(planSandbox(common, await preferPort(SANDBOX_PORT)))
  keep(stack, sandbox)
  if (isStopping()) return null
  const sandboxReady = readyOf<SandboxReady>(sandbox.ready)

  say('Starting the integrator and its database …')
  const integrator = await startProgram(
    planIntegrator(common, { port: await preferPort(INTEGRATOR_PORT), sandbox: sandboxReady }),
  )
  keep(stack, integrator)
  if (isStopping()) return null
  const integratorReady = readyOf<IntegratorReady>(integrator.ready)

  say('Opening the till …')
  const terminal = await startProgram(
    planTerminal(common, {
      integratorUrl: integratorReady.url,
      port,
      isOpening: args.isOpening,
      printer: args.printer,
      scanners: args.scanners,
      cardReader: args.cardReader,
      receiptLanguage: args.receiptLanguage,
      cardTerminal: args.cardTerminal,
      passed: args.passed,
      onLink: (said) => say(wordsOfWindow(said).join('\n')),
      machine: {
        hasDisplay:
          machine.platform !== 'linux' ||
          [machine.env['DISPLAY'], machine.env['WAYLAND_DISPLAY']].some(Boolean),
        isRoot: machine.isRoot,
      },
    }),
  )
  keep(stack, terminal)
  if (isStopping()) return null
  return {
    sandbox: sandboxReady,
    integrator: integratorReady,
    terminal: terminal.ready,
    processIds: { sandbox: sandbox.pid, integrator: integrator.pid, terminal: terminal.pid },
  }
}

function keep(stack: Stack, program: Program): void {
  const { title, name } = program.plan
  const kept = keepProgram(program, {
    say: stack.say,
    onEnd: (why) => {
      const words = why === 'closed' ? 'was closed' : `keeps ending; see its log in ${stack.folder.logs}`
      stack.say(`${capital(title)} ${words}.`)
      void stopAll(stack, why === 'closed' && name === 'terminal' ? 0 : 1)
    },
    onRestarted: (again) => {
      if (name === 'terminal' && again.ready['window'] === 'none')
        stack.say(`If its window is gone: ${wordsOfWindow(again.ready).join('\n')}`)
    },
  })
  stack.kept.push(kept)
  stack.all.push(kept)
}

/** The till first, then what it hangs on; each gets its time, so that nothing is lost. */
async function stopAll(stack: Stack, exitCode: number): Promise<void> {
  if (stack.stoppingSinceMs !== null) return
  stack.stoppingSinceMs = Date.now()
  // Also what a start under way adds meanwhile.
  for (let kept = stack.kept.pop(); kept !== undefined; kept = stack.kept.pop()) {
    stack.say(`Stopping ${kept.current().plan.title} …`)
    await kept.stop()
  }
  await stack.folder.release()
  stack.say('Stopped. Nothing is lost: start again to go on.')
  process.exit(exitCode)
}

function stopOnSignals(stack: Stack): void {
  const stop = (): void => {
    const { stoppingSinceMs } = stack
    if (stoppingSinceMs === null) {
      void stopAll(stack, 0)
      return
    }
    if (Date.now() - stoppingSinceMs < SECOND_SIGNAL_AFTER_MS) return
    stack.say('Stopped at once.')
    for (const kept of stack.all) kept.kill()
    process.exit(130)
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop)
  // Whatever started this as its child lets go of it, or is gone.
  process.on('disconnect', stop)
  process.channel?.unref()
}

/** Enter: the till's window again, or a new link to it. */
function answerLines(stack: Stack): void {
  createInterface({ input: process.stdin }).on('line', () => stack.kept.at(-1)?.current().tell(''))
}

await run().catch((error: unknown) => {
  process.stderr.write(`${wordsOf(error)}\n`)
  process.exit(error instanceof LaunchError ? 2 : 1)
})
