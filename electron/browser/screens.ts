// The built screens as a closed list of files: what is not on the list does not exist, so no path can climb out of the folder.
// Called by http-server.ts.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { extname, join, relative, sep } from 'node:path'

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
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  if (paths.length > FILES_MAX) throw new Error(`${folder} holds more than ${FILES_MAX} files`)
  const screens = new Map<string, ScreenFile>()
  let bytes = 0
  for (const path of paths) {
    const full = join(folder, path)
    const type = TYPES[extname(path)]
    if (type === undefined || !statSync(full).isFile()) continue
    const body = readFileSync(full)
    bytes += body.length
    if (bytes > SCREENS_BYTES_MAX) throw new Error(`${folder} holds more than ${SCREENS_BYTES_MAX} bytes`)
    const url = `/${relative(folder, full).split(sep).join('/')}`
    screens.set(url, { body, type, isForever: url.startsWith('/assets/') })
  }
  const index = screens.get('/index.html')
  if (index !== undefined) screens.set('/', index)
  return screens
}
