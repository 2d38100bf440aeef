// Keeps the till's core alive in a process of its own, hands the page ports to it, and ends it cleanly. A fault in a driver
// or a failed assertion ends the core, never the window; the next core goes on from what is on disk. Called by main.ts.
import { MessageChannelMain, utilityProcess, type UtilityProcess, type WebContents } from 'electron'
import type { ShellSettings } from '#host/shell-settings.ts'
import type { Keyring } from '#host/identity/vault.ts'
import { PORT, type CoreState, type FromCore, type KeyringWish, type ToCore } from './channels.ts'

/** Waits before each start of a row that never got well; one more failure stops the trying. */
export const RESTART_WAITS_MS = [100, 500, 2_000, 5_000, 10_000] as const
/** A core that ran this long was well: the row begins anew. */
export const WELL_AFTER_MS = 60_000
/** When the trying has stopped, a wish for a port starts one more try, but not more often than this. */
export const ASK_AGAIN_AFTER_MS = 10_000
/** A core that is told to stop closes its records; after this it is ended. */
const STOP_WAIT_MS = 15_000

export type CoreOptions = {
  readonly modulePath: string
  readonly settings: ShellSettings
  /** null: this machine has none. A keyring may ask its user first; the core waits for it. Never rejects. */
  readonly keyring: Promise<Keyring | null>
  readonly onState: (state: CoreState) => void
  /** Once per row of failures, with the core's last words when it had some. */
  readonly onStopped: (words: string | null) => void
}

export type Core = {
  /** Sends this page a port to the core, now or as soon as it runs. */
  handPort(contents: WebContents): void
  /** Resolves when the core has ended. */
  stop(): Promise<void>
}

type Run = {
  child: UtilityProcess | null
  state: CoreState | 'starting' | 'ending'
  failures: number
  startedAtMs: number
  lastWords: string | null
  timer: NodeJS.Timeout | null
  readonly waiting: Set<WebContents>
}

/** Starts the core; only after the app is ready. */
export function keepCore(options: CoreOptions): Core {
  const run: Run = {
    child: null,
    state: 'starting',
    failures: 0,
    startedAtMs: 0,
    lastWords: null,
    timer: null,
    waiting: new Set(),
  }
  start(run, options)
  return {
    handPort: (contents) => {
      run.waiting.add(contents)
      if (run.state === 'running') handPorts(run)
      const isTime = Date.now() - run.startedAtMs >= ASK_AGAIN_AFTER_MS
      if (run.state === 'stopped' && isTime) start(run, options)
    },
    stop: () => stop(run),
  }
}

function start(run: Run, options: CoreOptions): void {
  if (run.state === 'ending') return
  run.state = 'starting'
  run.startedAtMs = Date.now()
  const child = utilityProcess.fork(options.modulePath, [], {
    serviceName: 'Tahsil core',
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  run.child = child
  // stdout of the shell belongs to whoever started it.
  child.stdout?.pipe(process.stderr, { end: false })
  child.stderr?.pipe(process.stderr, { end: false })
  child.on('message', (message: FromCore) => {
    if (message.type === 'keyring')
      void askKeyring(options.keyring, message).then((said) => tell(child, said))
    if (message.type === 'refused') run.lastWords = message.words
    if (message.type !== 'ready' || run.state === 'ending') return
    run.state = 'running'
    run.lastWords = null
    options.onState('running')
    handPorts(run)
  })
  child.once('exit', () => {
    run.child = null
    if (run.state !== 'ending') startLater(run, options)
  })
  void options.keyring.then((keyring) => {
    if (run.child !== child || run.state === 'ending') return
    tell(child, { type: 'start', settings: options.settings, keyring: keyring?.backend ?? null })
  })
}

/** Whatever goes wrong, the core gets an answer: it decides what a till without its secrets may do. */
async function askKeyring(opening: Promise<Keyring | null>, { id, act, text }: KeyringWish): Promise<ToCore> {
  const refused = { type: 'keyring', id, text: null, shouldSealAgain: false } as const
  try {
    const keyring = await opening
    if (keyring === null) return refused
    if (act === 'seal') return { ...refused, text: await keyring.seal(text) }
    return { type: 'keyring', id, ...(await keyring.open(text)) }
  } catch {
    return refused
  }
}

function startLater(run: Run, options: CoreOptions): void {
  const wasWell = run.state === 'running' && Date.now() - run.startedAtMs >= WELL_AFTER_MS
  run.failures = wasWell ? 0 : run.failures
  const waitMs = RESTART_WAITS_MS[run.failures]
  run.failures += 1
  if (waitMs === undefined) {
    run.state = 'stopped'
    // The next try, when somebody asks for it, may fail once.
    run.failures = RESTART_WAITS_MS.length
    options.onState('stopped')
    options.onStopped(run.lastWords)
    return
  }
  run.state = 'restarting'
  options.onState('restarting')
  run.timer = setTimeout(() => start(run, options), waitMs)
}

function handPorts(run: Run): void {
  for (const contents of run.waiting) {
    if (run.child === null || contents.isDestroyed()) continue
    const { port1, port2 } = new MessageChannelMain()
    run.child.postMessage({ type: 'port' } satisfies ToCore, [port1])
    contents.postMessage(PORT, null, [port2])
  }
  run.waiting.clear()
}

function stop(run: Run): Promise<void> {
  run.state = 'ending'
  if (run.timer !== null) clearTimeout(run.timer)
  const { child } = run
  if (child === null) return Promise.resolve()
  return new Promise((resolve) => {
    const timer = setTimeout(() => child.kill(), STOP_WAIT_MS)
    child.once('exit', () => {
      clearTimeout(timer)
      resolve()
    })
    tell(child, { type: 'stop' })
  })
}

function tell(child: UtilityProcess, message: ToCore): void {
  child.postMessage(message)
}
