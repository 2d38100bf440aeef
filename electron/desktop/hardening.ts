// What no page of the desktop shell may do, whatever it shows: leave, open windows, embed others, ask for devices, reach the
// network. Follows Electron's security checklist. Called by main.ts.
import type { App, Session, WebContents } from 'electron'
import { isOwnPage, PAGE_ORIGIN } from './page.ts'

/** Every contents of the app, also those that something else creates. */
export function hardenContents(app: App): void {
  app.on('web-contents-created', (_event, contents) => hardenOne(contents))
}

function hardenOne(contents: WebContents): void {
  contents.setWindowOpenHandler(() => ({ action: 'deny' }))
  contents.on('will-navigate', (event) => {
    if (!isOwnPage(event.url)) event.preventDefault()
  })
  contents.on('will-frame-navigate', (event) => {
    if (!event.isMainFrame || !isOwnPage(event.url)) event.preventDefault()
  })
  contents.on('will-redirect', (event) => event.preventDefault())
  contents.on('will-attach-webview', (event) => event.preventDefault())
}

export function hardenSession(session: Session): void {
  session.setPermissionRequestHandler((_contents, _permission, answer) => answer(false))
  session.setPermissionCheckHandler(() => false)
  // Scanners and printers are the core's; the page never needs a device.
  session.setDevicePermissionHandler(() => false)
  session.webRequest.onBeforeRequest((details, answer) => answer({ cancel: !isLocal(details.url) }))
  session.on('will-download', (event, item) => {
    // A receipt the page made itself may be saved; nothing else comes in.
    if (!item.getURL().startsWith(`blob:${PAGE_ORIGIN}/`)) event.preventDefault()
  })
}

/** devtools: only an unpackaged app has them. */
function isLocal(url: string): boolean {
  return isOwnPage(url) || /^(blob|data|devtools):/.test(url)
}
