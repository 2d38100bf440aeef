// The till's window. Called by main.ts.
import { BrowserWindow } from 'electron'
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
    webPreferences: {
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
    },
  })
  window.once('ready-to-show', () => window.show())
  if (isKiosk) window.webContents.on('before-input-event', keepInside)
  reloadWhenGone(window)
  return window
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
