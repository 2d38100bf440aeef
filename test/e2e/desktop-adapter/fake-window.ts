// Electron's BrowserWindow and WebContents over a page of real Chromium: the real preload runs in a world of its own, own
// addresses are answered by the shell's protocol handler, everything else meets the shell's own handlers. Used by fake-electron.ts.
import { EventEmitter } from 'node:events'
import { readFileSync } from 'node:fs'
import type { BrowserContext, CDPSession, Page, Request as PageRequest, Route } from 'playwright-core'
import { toBrowserUrl, toShellUrl } from './fake-chromium.ts'
import type { FakePort } from './fake-ports.ts'
import type { FakeSession } from './fake-session.ts'
import { BINDING, pageScripts, WORLD } from './page-side.ts'

type FromPage =
  | { readonly kind: 'ipc'; readonly channel: string; readonly args: readonly unknown[] }
  | { readonly kind: 'port'; readonly id: number; readonly data: unknown }

/** What the rest of the adapter gives each window. */
export type Surroundings = {
  readonly context: () => BrowserContext
  readonly session: FakeSession
  /** Messages of pages to the main process. */
  readonly ipc: EventEmitter
  readonly app: EventEmitter
}

export type Seen = { readonly what: string; readonly url: string; readonly isPrevented: boolean }
type WindowOpenHandler = (details: { url: string }) => { action: 'allow' | 'deny' }

export class FakeWebContents extends EventEmitter {
  readonly session: FakeSession
  readonly mainFrame: { readonly url: string }
  /** Attempts to leave, to open windows, and what became of them. */
  readonly seen: Seen[] = []
  page: Page | null = null
  private readonly around: Surroundings
  private readonly preload: string
  private readonly ports = new Map<number, FakePort>()
  private cdp: CDPSession | null = null
  private preloadContext: number | null = null
  private openHandler: WindowOpenHandler = () => ({ action: 'allow' })
  private loadingUrl: string | null = null
  private waiting: object[] = []

  constructor(around: Surroundings, preload: string) {
    super()
    this.around = around
    this.preload = preload
    this.session = around.session
    const here = (): string => toShellUrl(this.page?.url() ?? 'about:blank')
    this.mainFrame = {
      get url() {
        return here()
      },
    }
  }

  setWindowOpenHandler(handler: WindowOpenHandler): void {
    this.openHandler = handler
  }

  isDestroyed(): boolean {
    return this.page?.isClosed() ?? false
  }

  send(channel: string, ...args: unknown[]): void {
    this.toPage({ kind: 'ipc', channel, args, ports: [] })
  }

  postMessage(channel: string, message: unknown, transfer: readonly FakePort[] = []): void {
    for (const port of transfer) this.ports.set(port.id, port)
    this.toPage({ kind: 'ipc', channel, args: [message], ports: transfer.map((port) => port.id) })
    for (const port of transfer) {
      port.sendAway(
        (data) => this.toPage({ kind: 'port', id: port.id, data }),
        () => this.toPage({ kind: 'closed', id: port.id }),
      )
    }
  }

  reload(): void {
    this.loadingUrl = this.page?.url() ?? null
    this.page?.reload().catch(() => undefined)
  }

  async loadURL(url: string): Promise<void> {
    const page = await this.around.context().newPage()
    this.page = page
    page.on('crash', () => this.emit('render-process-gone', {}, { reason: 'crashed' }))
    page.on('popup', (popup) => {
      const { action } = this.openHandler({ url: popup.url() })
      this.seen.push({ what: 'window-open', url: popup.url(), isPrevented: action === 'deny' })
      if (action === 'deny') closePopup(page, popup).catch(() => undefined)
    })
    await page.route('**', (route, request) => this.route(route, request))
    await this.preparePage(page)
    this.loadingUrl = toBrowserUrl(url)
    await page.goto(this.loadingUrl)
    this.emit('did-finish-load')
  }

  private async preparePage(page: Page): Promise<void> {
    const cdp = await this.around.context().newCDPSession(page)
    this.cdp = cdp
    const { frameTree } = await cdp.send('Page.getFrameTree')
    cdp.on('Runtime.executionContextsCleared', () => (this.preloadContext = null))
    cdp.on('Runtime.executionContextCreated', ({ context }) => {
      // Frames inside the page get no preload.
      const isMain = (context.auxData as { frameId?: string } | undefined)?.frameId === frameTree.frame.id
      if (context.name === WORLD && isMain) this.preloadContext = context.id
    })
    cdp.on('Runtime.bindingCalled', ({ name, payload, executionContextId }) => {
      if (name !== BINDING) return
      this.preloadContext = executionContextId
      this.fromPage(JSON.parse(payload) as FromPage)
    })
    await cdp.send('Page.enable')
    await cdp.send('Runtime.enable')
    await cdp.send('Runtime.addBinding', { name: BINDING, executionContextName: WORLD })
    for (const script of pageScripts(readFileSync(this.preload, 'utf8')))
      await cdp.send('Page.addScriptToEvaluateOnNewDocument', script)
  }

  private fromPage(message: FromPage): void {
    const kept = this.waiting
    this.waiting = []
    for (const each of kept) this.toPage(each)
    if (message.kind === 'port') this.ports.get(message.id)?.postMessage(message.data)
    else this.around.ipc.emit(message.channel, this.eventOf(), ...message.args)
  }

  /** As `ipcMain` listeners get it; a test may send one from another frame. */
  eventOf(senderFrame: { readonly url: string } | null = this.mainFrame): object {
    return { sender: this, senderFrame, ports: [] }
  }

  private toPage(message: object): void {
    // Before the preload ran nobody listens; Electron keeps such messages too.
    if (this.preloadContext === null || this.cdp === null) {
      this.waiting.push(message)
      return
    }
    this.cdp
      .send('Runtime.evaluate', {
        expression: `window.adapterTake(${JSON.stringify(message)})`,
        contextId: this.preloadContext,
      })
      .catch(() => undefined)
  }

  private async route(route: Route, request: PageRequest): Promise<void> {
    const url = toShellUrl(request.url())
    if (request.isNavigationRequest() && !this.mayNavigate(request, url)) return route.abort('aborted')
    if (await this.session.isCancelled(url)) {
      this.seen.push({ what: 'request', url, isPrevented: true })
      return route.abort('blockedbyclient')
    }
    const handler = this.session.handlerOf(url)
    if (handler === undefined) return route.abort('namenotresolved')
    const answer = await handler(new Request(url, { method: request.method() }))
    return route.fulfill({
      status: answer.status,
      headers: Object.fromEntries(answer.headers),
      body: Buffer.from(await answer.arrayBuffer()),
    })
  }

  private mayNavigate(request: PageRequest, url: string): boolean {
    const isMainFrame = request.frame().parentFrame() === null
    // What the shell itself loads raises no event, as in Electron.
    if (isMainFrame && request.url().split('#')[0] === this.loadingUrl?.split('#')[0]) {
      this.loadingUrl = null
      return true
    }
    let isPrevented = false
    const event = { url, isMainFrame, preventDefault: () => (isPrevented = true) }
    this.emit('will-frame-navigate', event)
    if (isMainFrame) this.emit('will-navigate', event)
    this.seen.push({ what: 'navigate', url, isPrevented })
    return !isPrevented
  }
}

/** Electron never opens a denied window; here it has come to the front for a moment. */
async function closePopup(page: Page, popup: Page): Promise<void> {
  await popup.close()
  await page.bringToFront()
}

/** Windows of the app; fake-electron.ts gives the class its surroundings. */
export const windows: FakeWindow[] = []
let surroundings: Surroundings | null = null

export function setSurroundings(around: Surroundings): void {
  surroundings = around
}

type WindowOptions = { readonly webPreferences?: { readonly preload?: string }; readonly kiosk?: boolean }

export class FakeWindow extends EventEmitter {
  readonly webContents: FakeWebContents
  readonly options: WindowOptions

  constructor(options: WindowOptions = {}) {
    super()
    if (surroundings === null) throw new Error('a window before the app is ready')
    this.options = options
    this.webContents = new FakeWebContents(surroundings, options.webPreferences?.preload ?? '')
    windows.push(this)
    surroundings.app.emit('web-contents-created', {}, this.webContents)
    this.webContents.once('did-finish-load', () => this.emit('ready-to-show'))
  }

  async loadURL(url: string): Promise<void> {
    await this.webContents.loadURL(url)
  }

  showInactive(): void {
    this.emit('show')
  }

  destroy(): void {
    this.webContents.page?.close().catch(() => undefined)
  }

  show(): void {
    this.emit('show')
  }

  focus(): void {
    this.emit('focus')
  }

  isMinimized(): boolean {
    return false
  }

  restore(): void {
    this.emit('restore')
  }

  isDestroyed(): boolean {
    return this.webContents.isDestroyed()
  }

  async close(): Promise<void> {
    await this.webContents.page?.close()
    this.emit('closed')
    surroundings?.app.emit('window-all-closed')
  }
}
