// The till's window. Called by main.ts.
import { BrowserWindow, screen, type WebPreferences } from 'electron'
import { CUSTOMER_PAGE } from '#host/built-screens.ts'
import type { Face } from '#host/shell-settings.ts'
import { PAGE_ORIGIN } from './page.ts'

/** A screen that died comes back, but not for ever: a page that always dies is a defect to be seen. */
const RELOADS_MAX = 5
const RELOAD_AFTER_MS = 1_000

export type WindowOptions = {
  readonly preload: string
  readonly face: Face
  readonly hasDevTools: boolean
}

export function openWindow({ preload, face, hasDevTools }: WindowOptions): BrowserWindow {
  const isKiosk = face === 'kiosk'
  const window = new BrowserWindow({
    title: 'Tahsil',
    width: 1280,
    height: 800,
    minWidth: 800,
    minHeight: 600,
    kiosk: isKiosk,
    show: false,
    backgroundColor: '#ffffff',
    webPreferences: preferences(preload, hasDevTools),
  })
  window.once('ready-to-show', () => window.show())
  if (isKiosk) window.webContents.on('before-input-event', keepInside)
  reloadWhenGone(window)
  return window
}

type CustomerWindowOptions = {
  readonly preload: string
  readonly hasDevTools: boolean
  /** A point of the screen it belongs on; null: the first one that is not the cashier's. */
  readonly place: { readonly x: number; readonly y: number } | null
}

/** Fills the second screen and takes no key and no focus from the cashier. null: there is no second screen. */
export function openCustomerWindow({
  preload,
  hasDevTools,
  place,
}: CustomerWindowOptions): BrowserWindow | null {
  const primary = screen.getPrimaryDisplay()
  const second =
    place === null
      ? screen.getAllDisplays().find(({ id }) => id !== primary.id)
      : screen.getDisplayNearestPoint(place)
  if (second === undefined || second.id === primary.id) return null
  const window = new BrowserWindow({
    title: 'Tahsil',
    ...second.bounds,
    frame: false,
    fullscreen: true,
    focusable: false,
    skipTaskbar: true,
    show: false,
    backgroundColor: '#ffffff',
    webPreferences: preferences(preload, hasDevTools),
  })
  window.once('ready-to-show', () => window.showInactive())
  reloadWhenGone(window)
  return window
}

export const CUSTOMER_URL = `${PAGE_ORIGIN}${CUSTOMER_PAGE}`

/** The same for every window: no page may do more than draw and speak through its port. */
function preferences(preload: string, hasDevTools: boolean): WebPreferences {
  return {
    preload,
    sandbox: true,
    contextIsolation: true,
    nodeIntegration: false,
    nodeIntegrationInWorker: false,
    nodeIntegrationInSubFrames: false,
    webSecurity: true,
    allowRunningInsecureContent: false,
    experimentalFeatures: false,
    webviewTag: false,
    navigateOnDragDrop: false,
    // A middle click would ask for a new window.
    disableBlinkFeatures: 'Auxclick',
    // Its dictionaries would come from the network.
    spellcheck: false,
    devTools: hasDevTools,
  }
}

export function pageOf(face: Face): string {
  return `${PAGE_ORIGIN}/#/${face}`
}

type KeyEvent = { preventDefault(): void }
type Key = { readonly key: string; readonly control: boolean; readonly alt: boolean; readonly meta: boolean }

/** A citizen at a kiosk needs neither shortcuts nor function keys. */
function keepInside(event: KeyEvent, { key, control, alt, meta }: Key): void {
  if (control || alt || meta || /^F\d+$/.test(key)) event.preventDefault()
}

function reloadWhenGone(window: BrowserWindow): void {
  let reloads = 0
  window.webContents.on('render-process-gone', (_event, details) => {
    if (details.reason === 'clean-exit' || reloads >= RELOADS_MAX) return
    reloads += 1
    setTimeout(() => {
      if (!window.isDestroyed()) window.webContents.reload()
    }, RELOAD_AFTER_MS)
  })
}
