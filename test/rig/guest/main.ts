// The first program of the rig's virtual machine: plays every scene and writes what each saw to the console, one line of JSON a
// scene. Started by the guest's init; runs as root, as a test of devices needs.
import { setTimeout as wait } from 'node:timers/promises'
import { plugPrinter, plugScanner, plugSerial, plugStripeReader } from './gadgets.ts'
import { discovery } from './scene-discover.ts'
import { hidScenes } from './scene-hid.ts'
import { printScenes } from './scene-print.ts'
import { serialScenes } from './scene-serial.ts'

export type Scene = { readonly name: string; readonly play: () => Promise<Record<string, unknown>> }

const SCENE_MS_MAX = 40_000
/** Until the kernel has made the files of what was plugged in. */
const SETTLE_MS = 1_500

const scenes: readonly Scene[] = [discovery, ...hidScenes, ...printScenes, ...serialScenes]

console.log('RIG START')
plugScanner()
plugStripeReader()
plugPrinter()
plugSerial()
await wait(SETTLE_MS)
for (const { name, play } of scenes) {
  const startedMs = performance.now()
  const late = wait(SCENE_MS_MAX, null, { ref: false }).then(() => {
    throw new Error(`not over after ${SCENE_MS_MAX / 1000} s`)
  })
  const told = await Promise.race([play(), late]).then(
    (seen) => ({ scene: name, error: null, seen }),
    (error: unknown) => ({
      scene: name,
      error: String(error instanceof Error ? error.stack : error),
      seen: {},
    }),
  )
  const seconds = (performance.now() - startedMs) / 1000
  console.log(`RIG ${JSON.stringify({ ...told, seen: { ...told.seen, seconds } })}`)
}
console.log('RIG END')
process.exit(0)
