// The built screens as a closed list of files: what is not on the list does not exist, so no path can climb out of the folder.
// Called by both shells.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { extname, join } from 'node:path'

/** The strictest policy the screens can live with. `connect`: whether the page may speak to where it came from. */
export function screensPolicy(connect: "'self'" | "'none'"): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data: blob:",
    "font-src 'self'",
    `connect-src ${connect}`,
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ')
}

/** The second screen among the built ones. */
export const CUSTOMER_PAGE = '/customer/index.html'

/** Headers of every answer of a shell. */
export const SCREEN_HEADERS: Readonly<Record<string, string>> = {
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Cache-Control': 'no-store',
}

/** The whole of the built screens, fonts included. */
const SCREENS_BYTES_MAX = 64 * 1024 * 1024
const FILES_MAX = 2_000

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.woff': 'font/woff',
  '.txt': 'text/plain; charset=utf-8',
}

export type ScreenFile = {
  readonly body: Buffer
  readonly type: string
  /** The name carries a hash of the content. */
  readonly isForever: boolean
}

/** By URL path, such as `/assets/main-1a2b.js`; `/` is index.html. */
export type Screens = ReadonlyMap<string, ScreenFile>

/** Throws an Error in words when the folder holds no built screens. */
export function loadScreens(folder: string): Screens {
  if (!existsSync(join(folder, 'index.html')))
    throw new Error(`The screens are not built: ${folder} has no index.html. Run: npm run build`)
  const screens = new Map<string, ScreenFile>()
  let bytes = 0
  for (const path of listFiles(folder, '')) {
    const type = TYPES[extname(path)]
    if (type === undefined) continue
    const body = readFileSync(join(folder, path))
    bytes += body.length
    if (bytes > SCREENS_BYTES_MAX || screens.size >= FILES_MAX)
      throw new Error(`${folder} holds more than ${FILES_MAX} files or ${SCREENS_BYTES_MAX} bytes`)
    screens.set(path, { body, type, isForever: path.startsWith('/assets/') })
  }
  const index = screens.get('/index.html')
  if (index !== undefined) screens.set('/', index)
  return screens
}

/** Folder by folder: inside an app archive a recursive listing is not to be had. */
function listFiles(folder: string, path: string): string[] {
  return readdirSync(join(folder, path), { withFileTypes: true }).flatMap((entry) => {
    const below = `${path}/${entry.name}`
    return entry.isDirectory() ? listFiles(folder, below) : [below]
  })
}
