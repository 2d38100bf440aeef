// Starts a sandbox in this process: seed or saved state, billing's consumer, HTTP on a port. Called by main.ts and tests.
import type { AddressInfo } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { createAdmin } from './admin/admin.ts'
import type { Admin } from './admin/admin.ts'
import { consumeEvents, pendingEvents } from './billing/back-update.ts'
import { createClock } from './clock.ts'
import type { ClockSettings } from './clock.ts'
import { createFaults } from './faults.ts'
import type { FaultInput, StormInput } from './faults.ts'
import { createRateLimiter } from './gateway/rate-limit.ts'
import { createHttpServer } from './http-server.ts'
import { CLIENT_ID, CLIENT_SECRET } from './identity/login.ts'
import { tenants } from './masters/tenants.ts'
import type { Sandbox } from './sandbox-context.ts'
import { openSaveFile } from './state/save-file.ts'
import type { SaveFile } from './state/save-file.ts'
import { sampleConsumers } from './seed/sample-consumers.ts'
import type { SampleConsumer } from './seed/sample-consumers.ts'
import { seedState } from './seed/seed-state.ts'
import type { SeedOptions } from './seed/seed-state.ts'
import { sandboxUsers } from './seed/users.ts'
import type { SandboxUser } from './seed/users.ts'
import { defaultSettings, settingsSchema } from './settings.ts'
import type { Settings } from './settings.ts'
import { createState } from './state/state.ts'
import type { State } from './state/state.ts'

export type SandboxOptions = {
  /** 0 = any free port. */
  port?: number
  host?: string
  /** Without one everything is forgotten at close. */
  dataFolder?: string
  seed?: string
  consumerCount?: number
  /** Zone of billing's JVM. */
  timeZone?: string
  settings?: Partial<Settings>
  faults?: FaultInput[]
  /** Random faults from a seed. */
  storm?: StormInput
  /** Stops the clock at this instant from the start (and seeds as of it). */
  frozenAtMs?: number
  warn?: (text: string) => void
}

export type RunningSandbox = {
  url: string
  clientId: string
  clientSecret: string
  tenants: { code: string; name: string }[]
  users: SandboxUser[]
  sampleConsumers: SampleConsumer[]
  admin: Admin
  close: () => Promise<void>
}

export const consumerCountDefault = 2000

/** Throws SaveFileError for an unusable folder and the system's error (EADDRINUSE) for a taken port. */
export async function startSandbox(options: SandboxOptions = {}): Promise<RunningSandbox> {
  const saveFile = options.dataFolder === undefined ? null : openSaveFile(options.dataFolder)
  try {
    return await startWith(options, saveFile)
  } catch (error) {
    saveFile?.close()
    throw error
  }
}

async function startWith(options: SandboxOptions, saveFile: SaveFile | null): Promise<RunningSandbox> {
  const state = createState()
  const closing = new AbortController()
  let url = ''
  const clock = createClock(options.timeZone ?? 'Asia/Kolkata', (settings) => {
    state.meta.put({ id: 'clock', value: settings })
    saveFile?.append(state)
  })
  const consumer = createConsumer(() => {
    consumeEvents(sandbox)
    sandbox.commit()
  })
  const sandbox: Sandbox = {
    state,
    clock,
    settings: { ...defaultSettings, ...options.settings },
    faults: createFaults(),
    calls: new Map(),
    createsInFlight: { count: 0 },
    url: () => url,
    commit: () => saveFile?.append(state),
    wakeConsumer: () => consumer.wake(state),
    sleep: (ms) => wait(ms, undefined, { signal: closing.signal }),
    isClosed: () => closing.signal.aborted,
    warn: options.warn ?? ((text) => void process.stderr.write(`${text}\n`)),
  }
  const limiter = createRateLimiter(() => sandbox.settings)
  const fillState = createFiller({ sandbox, saveFile, options })
  fillState(false)
  const admin = createAdmin({
    sandbox,
    reset: () => {
      fillState(true)
      limiter.reset()
    },
  })
  const server = createHttpServer(sandbox, admin, limiter)
  await server.listen({ port: options.port ?? 0, host: options.host ?? '127.0.0.1' })
  const address = server.server.address() as AddressInfo
  url = `http://${address.family === 'IPv6' ? `[${address.address}]` : address.address}:${address.port}`
  sandbox.wakeConsumer()
  return {
    url,
    clientId: CLIENT_ID,
    clientSecret: CLIENT_SECRET,
    tenants: tenants.map(({ code, name }) => ({ code, name })),
    users: sandboxUsers,
    sampleConsumers,
    admin,
    close: async () => {
      closing.abort()
      consumer.stop()
      await server.close()
      sandbox.commit()
      saveFile?.close()
    },
  }
}

/** A function that fills the state from the saved log or the seed; with `isFresh` always from the seed. */
function createFiller(parts: { sandbox: Sandbox; saveFile: SaveFile | null; options: SandboxOptions }) {
  const { sandbox, saveFile, options } = parts
  const { state, clock } = sandbox
  const zone = options.timeZone ?? 'Asia/Kolkata'
  const seedFresh = () => {
    if (options.frozenAtMs !== undefined) clock.restore({ offsetMs: 0, frozenAtMs: options.frozenAtMs, zone })
    else clock.restore({ offsetMs: 0, frozenAtMs: null, zone })
    const seedOptions: SeedOptions = {
      seed: options.seed ?? 'demo',
      seededAtMs: clock.nowMs(),
      zone,
      consumerCount: options.consumerCount ?? consumerCountDefault,
    }
    seedState(state, seedOptions)
    saveFile?.begin(seedOptions, state)
    state.meta.put({ id: 'clock', value: clock.settings() })
    state.meta.put({ id: 'settings', value: { ...sandbox.settings } })
    sandbox.commit()
  }
  return (isFresh: boolean) => {
    sandbox.faults.clear()
    sandbox.calls.clear()
    if (isFresh) clearState(state)
    if (isFresh || !saveFile?.header) seedFresh()
    else restoreSaved(sandbox, saveFile, options)
    for (const fault of options.faults ?? []) sandbox.faults.add(fault)
    sandbox.faults.setStorm(options.storm ?? null)
  }
}

function restoreSaved(sandbox: Sandbox, saveFile: SaveFile, options: SandboxOptions): void {
  const { state, clock } = sandbox
  saveFile.replay(state)
  const savedClock = state.meta.get('clock')?.value as ClockSettings | undefined
  if (savedClock) clock.restore({ ...savedClock, zone: options.timeZone ?? savedClock.zone })
  const savedSettings = settingsSchema.partial().safeParse(state.meta.get('settings')?.value)
  if (savedSettings.success) Object.assign(sandbox.settings, savedSettings.data, options.settings)
}

function clearState(state: State): void {
  for (const table of Object.values(state) as { all: () => Iterable<unknown>; clear: () => void }[])
    table.clear()
}

/** Wakes when the next event is due; without delay it runs at once, before the answer leaves. */
function createConsumer(run: () => void) {
  let timer: NodeJS.Timeout | null = null
  let isStopped = false
  const wake = (state: State) => {
    if (isStopped) return
    if (timer) clearTimeout(timer)
    timer = null
    const [next] = pendingEvents(state)
    if (next === undefined || next.dueAtWallMs === null) return
    const delayMs = next.dueAtWallMs - Date.now()
    if (delayMs > 0) {
      timer = setTimeout(() => wake(state), delayMs)
      return
    }
    run()
    wake(state)
  }
  return {
    wake,
    stop: () => {
      isStopped = true
      if (timer) clearTimeout(timer)
    },
  }
}
