// Debian's kernel and its modules for the rig: downloaded with apt, unpacked beside the npm packages, never installed.
// Called by machine.ts.
import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'

export type Kernel = {
  readonly version: string
  /** File to boot. */
  readonly image: string
  /** Folder that holds lib/modules/VERSION. */
  readonly folder: string
}

const cacheFolder = join(import.meta.dirname, '../../node_modules/.cache/tahsil-rig')
const DOWNLOAD_MS_MAX = 300_000

/** Downloads only the first time on this checkout. @throws Error with apt's words */
export const fetchKernel = (): Kernel => {
  mkdirSync(cacheFolder, { recursive: true })
  const name = unpackedName() ?? unpack()
  const folder = join(cacheFolder, name)
  const [version] = readdirSync(join(folder, 'lib/modules'))
  if (version === undefined) throw new Error(`${folder} holds no modules; remove it and try again`)
  return { version, image: join(folder, 'boot', `vmlinuz-${version}`), folder }
}

const unpackedName = (): string | undefined =>
  readdirSync(cacheFolder).find((name) => name.startsWith('linux-image-'))

const unpack = (): string => {
  const known = execFileSync('apt-cache', ['depends', 'linux-image-amd64'], { encoding: 'utf8' })
  const name = /Depends: (linux-image-\S+)/.exec(known)?.[1]
  if (name === undefined) throw new Error('apt knows no linux-image-amd64; run `apt-get update`')
  const folder = mkdtempSync(join(cacheFolder, 'unpacking-'))
  // apt downloads as a user of its own when this one is root.
  chmodSync(folder, 0o777)
  execFileSync('apt-get', ['download', '-qq', name], { cwd: folder, stdio: 'pipe', timeout: DOWNLOAD_MS_MAX })
  const [deb = ''] = readdirSync(folder)
  execFileSync('dpkg', ['-x', deb, '.'], { cwd: folder, stdio: 'pipe' })
  rmSync(join(folder, deb))
  chmodSync(folder, 0o755)
  execFileSync('depmod', ['-b', folder, readdirSync(join(folder, 'lib/modules'))[0] ?? ''], { stdio: 'pipe' })
  // Whole or not at all: a download cut short leaves nothing that looks complete.
  renameSync(folder, join(cacheFolder, name))
  return name
}
