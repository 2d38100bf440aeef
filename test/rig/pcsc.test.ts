// Goal: a badge is read through the real smart card service of this system, pcscd, from a virtual reader: loaded, called and let go as
// on a till. It plays where /run is its own (a mount namespace), so that no service of this machine is touched.
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import type { Seen } from './pcsc-scenes.ts'

const PLAY_MS_MAX = 60_000
const OWN_RUN = ['-rm', 'sh', '-c', 'mount -t tmpfs tmpfs /run && exec "$@"', 'sh']

const obstacle = obstacleOf()
let seen: Seen

describe.runIf(obstacle === null)('badges at pcscd', () => {
  beforeAll(() => {
    const scenes = join(import.meta.dirname, 'pcsc-scenes.ts')
    const said = execFileSync('unshare', [...OWN_RUN, process.execPath, scenes], {
      encoding: 'utf8',
      timeout: PLAY_MS_MAX,
    })
    seen = JSON.parse(/SEEN (.*)/.exec(said)?.[1] ?? 'null') as Seen
  })

  test('each badge is told once with its number; a random number and none at all are not', () => {
    expect(seen.events).toEqual([
      { kind: 'badge', uid: '04A1B2C3D4E5F6', at: 0 },
      { kind: 'badge', uid: 'DEADBEEF', at: 0 },
      { kind: 'unreadable', reason: 'random_uid', at: 0 },
      { kind: 'unreadable', reason: 'no_uid', at: 0 },
    ])
    expect(seen.asked).toEqual(['ffca000000', 'ffca000000', 'ffca000000', 'ffca000000'])
  })

  test('without the service it says what to install, and an end of it is told', () => {
    expect(seen.withoutService).toMatch(/^device_unreachable: .*apt-get install pcscd/)
    expect(seen.afterServiceEnded).toBe('device_gone')
  })
})

test('what keeps this machine from it, if anything, has a name', () => {
  expect(obstacle === null || obstacle.length > 0).toBe(true)
  if (obstacle !== null) console.log(`Badges at pcscd were not played: ${obstacle}.`)
})

function obstacleOf(): string | null {
  if (process.platform !== 'linux') return 'it needs Linux'
  const files = ['/usr/sbin/pcscd', '/usr/lib/pcsc/drivers/serial/libifdvpcd.so']
  const missing = files.filter((path) => !existsSync(path))
  if (missing.length > 0) return `it needs ${missing.join(', ')}`
  try {
    execFileSync('unshare', [...OWN_RUN, 'true'], { stdio: 'ignore' })
    return null
  } catch {
    return 'this user may not make a mount namespace'
  }
}
