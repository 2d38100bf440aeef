// Where the screens live in the desktop shell: `app://tahsil/`, a scheme of its own, so that neither a file nor a network
// address is ever opened. Called by main.ts.
import { protocol, type Session } from 'electron'
import { loadScreens, SCREEN_HEADERS, screensPolicy } from '#host/built-screens.ts'

const SCHEME = 'app'
export const PAGE_ORIGIN = `${SCHEME}://tahsil`

export function isOwnPage(url: string): boolean {
  return url.startsWith(`${PAGE_ORIGIN}/`)
}

/** Before the app is ready. */
export function registerScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: SCHEME, privileges: { standard: true, secure: true, supportFetchAPI: true } },
  ])
}

/** Serves the built screens to this session; throws an Error in words when they are not built. */
export function serveScreens(session: Session, screensDir: string): void {
  const screens = loadScreens(screensDir)
  session.protocol.handle(SCHEME, (request) => {
    const { host, pathname } = new URL(request.url)
    const file = `${SCHEME}://${host}` === PAGE_ORIGIN ? screens.get(pathname) : undefined
    // The page has no network: everything it knows comes through its port.
    const headers = { ...SCREEN_HEADERS, 'Content-Security-Policy': screensPolicy("'none'") }
    if (file === undefined || request.method !== 'GET')
      return new Response('There is nothing here.', { status: 404, headers })
    return new Response(new Uint8Array(file.body), { headers: { ...headers, 'Content-Type': file.type } })
  })
}
