// Builds disk-recorder.c with the C compiler of this machine, for the power-cut and disk-fault rigs.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'

/** Why the rigs that need the recorder cannot run on this machine; null when they can. */
export const recorderObstacle = (): string | null => {
  if (process.platform !== 'linux') return 'the disk recorder works on Linux only'
  if (!isOnPath('cc')) return 'there is no C compiler (Debian: apt-get install build-essential)'
  return null
}

const isOnPath = (name: string): boolean =>
  (process.env['PATH'] ?? '')
    .split(delimiter)
    .some((folder) => folder !== '' && existsSync(join(folder, name)))

let built: string | undefined

/** Path of the library to preload; built once per process. Throws what the compiler says. */
export const buildRecorder = (): string => {
  if (built !== undefined) return built
  const folder = mkdtempSync(join(tmpdir(), 'tahsil-recorder-'))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  const library = join(folder, 'disk-recorder.so')
  const source = join(import.meta.dirname, 'disk-recorder.c')
  execFileSync('cc', [
    '-O2',
    '-Wall',
    '-Werror',
    '-shared',
    '-fPIC',
    '-o',
    library,
    source,
    '-ldl',
    '-lpthread',
  ])
  built = library
  return library
}
