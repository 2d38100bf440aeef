// Goal: the desktop shell starts a core that ended again, with growing waits and an end to it; ports reach the page only from
// a core that runs; stopping waits for the core.
import { EventEmitter } from 'node:events'
import type { UtilityProcess, WebContents } from 'electron'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { ToCore } from '#desktop/channels.ts'
import {
  ASK_AGAIN_AFTER_MS,
  keepCore,
  RESTART_WAITS_MS,
  WELL_AFTER_MS,
  type Core,
} from '#desktop/core-process.ts'
import type { ShellSettings } from '#host/shell-settings.ts'
import type { Keyring } from '#host/identity/vault.ts'

class FakeCore extends EventEmitter {
  readonly stdout = null
  readonly stderr = null
  readonly got: ToCore[] = []
  portCount = 0
  isKilled = false

  postMessage(message: ToCore, ports: readonly unknown[] = []): void {
    this.got.push(message)
    this.portCount += ports.length
  }

  kill(): boolean {
    this.isKilled = true
    this.emit('exit', 1)
    return true
  }

  ready(): void {
    this.emit('message', { type: 'ready' })
  }
}

const { cores } = vi.hoisted(() => ({ cores: [] as unknown[] }))
vi.mock('electron', () => ({
  utilityProcess: {
    fork: (): UtilityProcess => {
      const core = new FakeCore()
      cores.push(core)
      return core as unknown as UtilityProcess
    },
  },
  MessageChannelMain: class {
    readonly port1 = {}
    readonly port2 = {}
  },
}))

const settings = { integratorUrl: 'http://127.0.0.1:1' } as ShellSettings
const keyring: Keyring = {
  backend: 'gnome_libsecret',
  seal: async (text) => await Promise.resolve(`sealed ${text}`),
  open: async (blob) => {
    if (!blob.startsWith('sealed ')) throw new Error('not mine')
    return await Promise.resolve({ text: blob.slice('sealed '.length), shouldSealAgain: false })
  },
}
const opened = Promise.resolve(keyring)
const latest = (): FakeCore => cores.at(-1) as FakeCore
let states: string[]
let stopped: (string | null)[]
let core: Core

beforeEach(() => {
  vi.useFakeTimers()
  cores.length = 0
  states = []
  stopped = []
  core = keepCore({
    modulePath: '/core.js',
    settings,
    keyring: opened,
    onState: (state) => states.push(state),
    onStopped: (words) => stopped.push(words),
  })
})
afterEach(() => vi.useRealTimers())

function page(isGone = false): { contents: WebContents; ports: unknown[] } {
  const ports: unknown[] = []
  const contents = {
    isDestroyed: () => isGone,
    postMessage: (_channel: string, _message: unknown, sent: unknown[]) => ports.push(...sent),
  }
  return { contents: contents as unknown as WebContents, ports }
}

/** Lets the core end as often as it is started, until nothing is started any more. */
function exhaust(): void {
  for (const waitMs of RESTART_WAITS_MS) {
    latest().emit('exit', 1)
    vi.advanceTimersByTime(waitMs)
  }
  latest().emit('exit', 1)
  vi.advanceTimersByTime(60_000)
}

describe('ports', () => {
  it('wait until the core says it is ready', () => {
    const { contents, ports } = page()
    core.handPort(contents)
    expect(ports).toHaveLength(0)
    latest().ready()
    expect(ports).toHaveLength(1)
    expect(latest().portCount).toBe(1)
    core.handPort(contents)
    expect(ports).toHaveLength(2)
  })

  it('come from the new core when the old one has died', () => {
    latest().ready()
    latest().emit('exit', 1)
    const { contents, ports } = page()
    core.handPort(contents)
    expect(ports).toHaveLength(0)
    vi.advanceTimersByTime(RESTART_WAITS_MS[0])
    latest().ready()
    expect([ports.length, latest().portCount]).toEqual([1, 1])
  })

  it('never go to a page that is gone', () => {
    const { contents, ports } = page(true)
    core.handPort(contents)
    latest().ready()
    expect(ports).toHaveLength(0)
  })
})

describe('a core that ends', () => {
  it('is told its settings again and the page is told', async () => {
    latest().ready()
    latest().emit('exit', 1)
    vi.advanceTimersByTime(RESTART_WAITS_MS[0])
    latest().ready()
    expect(states).toEqual(['running', 'restarting', 'running'])
    expect(cores).toHaveLength(2)
    await opened
    expect(latest().got).toEqual([{ type: 'start', settings, keyring: 'gnome_libsecret' }])
  })

  it('is started a bounded number of times, and its last words are passed on', () => {
    latest().emit('message', { type: 'refused', words: 'The record is open elsewhere.' })
    exhaust()
    expect(cores).toHaveLength(RESTART_WAITS_MS.length + 1)
    expect(states.at(-1)).toBe('stopped')
    expect(stopped).toEqual(['The record is open elsewhere.'])
  })

  it('counts anew after it was well for a while', () => {
    for (let i = 0; i < RESTART_WAITS_MS.length * 3; i += 1) {
      latest().ready()
      vi.advanceTimersByTime(WELL_AFTER_MS)
      latest().emit('exit', 1)
      vi.advanceTimersByTime(RESTART_WAITS_MS[0])
    }
    expect(states).not.toContain('stopped')
  })

  it('is tried once more, not more often than every ten seconds, when a stopped till is asked for', () => {
    exhaust()
    const startedCount = cores.length
    const { contents, ports } = page()
    core.handPort(contents)
    expect(cores).toHaveLength(startedCount + 1)
    core.handPort(contents)
    latest().emit('exit', 1)
    core.handPort(contents)
    expect(cores).toHaveLength(startedCount + 1)
    vi.advanceTimersByTime(ASK_AGAIN_AFTER_MS)
    core.handPort(contents)
    latest().ready()
    expect(cores).toHaveLength(startedCount + 2)
    expect(ports).toHaveLength(1)
    expect(states.at(-1)).toBe('running')
  })
})

describe('the keyring', () => {
  it('answers the core alone, and a refusal says nothing more than that', async () => {
    await opened
    latest().emit('message', { type: 'keyring', id: 1, act: 'seal', text: 'word' })
    latest().emit('message', { type: 'keyring', id: 2, act: 'open', text: 'sealed word' })
    latest().emit('message', { type: 'keyring', id: 3, act: 'open', text: 'something else' })
    await vi.advanceTimersByTimeAsync(0)
    const answers = latest().got.filter((said) => said.type === 'keyring')
    expect(answers.toSorted((left, right) => left.id - right.id)).toEqual([
      { type: 'keyring', id: 1, text: 'sealed word', shouldSealAgain: false },
      { type: 'keyring', id: 2, text: 'word', shouldSealAgain: false },
      { type: 'keyring', id: 3, text: null, shouldSealAgain: false },
    ])
  })

  it('that is not there yet keeps the core waiting, and a core that was told to stop is not started', async () => {
    let answer = (_keyring: Keyring | null) => {}
    const late = new Promise<Keyring | null>((resolve) => {
      answer = resolve
    })
    const slow = keepCore({
      modulePath: '/core.js',
      settings,
      keyring: late,
      onState: () => {},
      onStopped: () => {},
    })
    await vi.advanceTimersByTimeAsync(1_000)
    expect(latest().got).toEqual([])
    const stopping = slow.stop()
    answer(null)
    await vi.advanceTimersByTimeAsync(0)
    expect(latest().got).toEqual([{ type: 'stop' }])
    latest().emit('exit', 0)
    await stopping
  })
})

describe('stopping', () => {
  it('asks the core and waits for its end', async () => {
    latest().ready()
    let isStopped = false
    const stopping = core.stop().then(() => (isStopped = true))
    await vi.advanceTimersByTimeAsync(100)
    expect(latest().got.at(-1)).toEqual({ type: 'stop' })
    expect(isStopped).toBe(false)
    latest().emit('exit', 0)
    await stopping
    expect(states).toEqual(['running'])
    expect(cores).toHaveLength(1)
  })

  it('ends a core that does not stop', async () => {
    latest().ready()
    const stopping = core.stop()
    await vi.advanceTimersByTimeAsync(15_000)
    await stopping
    expect(latest().isKilled).toBe(true)
  })

  it('also ends a wait for the next start', async () => {
    latest().emit('exit', 1)
    await core.stop()
    vi.advanceTimersByTime(60_000)
    expect(cores).toHaveLength(1)
  })
})
