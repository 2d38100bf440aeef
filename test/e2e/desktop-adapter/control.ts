// Runs what a test asks for inside the adapter's process: a function that gets the fake Electron and its windows. Used by
// fake-electron.ts; the other end is launch-desktop.ts.
import type { EventEmitter } from 'node:events'
import type { Page } from 'playwright-core'
import type { FakeSession } from './fake-session.ts'
import { started } from './fake-utility-process.ts'
import { windows, type FakeWindow } from './fake-window.ts'

export type Insides = {
  readonly app: EventEmitter & { quit(): void }
  readonly ipcMain: EventEmitter
  readonly session: FakeSession
  readonly said: {
    readonly isSandboxed: boolean
    readonly schemes: readonly unknown[]
    readonly errorBoxes: readonly string[]
    readonly menus: readonly unknown[]
  }
  readonly windows: readonly FakeWindow[]
  /** The first window's page. */
  readonly page: () => Page
  readonly cores: typeof started
}

/** One wish of the test and its answer, as process messages. */
export type Wish = { readonly id: number; readonly source: string; readonly arg: unknown }
export type Granted = { readonly id: number; readonly value?: unknown; readonly error?: string }

export function answerTest(own: Omit<Insides, 'windows' | 'page' | 'cores'>): void {
  const insides: Insides = {
    ...own,
    windows,
    cores: started,
    page: () => {
      const page = windows[0]?.webContents.page ?? null
      if (page === null) throw new Error('there is no page yet')
      return page
    },
  }
  process.on('message', (wish: Wish) => {
    grant(insides, wish).then(
      (value) => process.send?.({ id: wish.id, value } satisfies Granted),
      (error: unknown) => process.send?.({ id: wish.id, error: String(error) } satisfies Granted),
    )
  })
}

type Asked = (insides: Insides, arg: unknown) => unknown

async function grant(insides: Insides, { source, arg }: Wish): Promise<unknown> {
  const url = `data:text/javascript,${encodeURIComponent(`export const asked = ${source}`)}`
  const { asked } = (await import(url)) as { asked: Asked }
  return asked(insides, arg)
}
