// What is plugged in is found under names that stay when it is pulled out and comes back under another number. Played by main.ts.
import { setTimeout as wait } from 'node:timers/promises'
import { discover } from '#drivers/discover/discover.ts'
import { systemListers } from '#drivers/discover/listers.ts'
import { plugScanner, unplug } from './gadgets.ts'
import type { Scene } from './main.ts'

const PLUG_MS = 1_500

export const discovery: Scene = {
  name: 'found under names that stay',
  play: async () => {
    const before = await list()
    unplug('scanner')
    await wait(PLUG_MS)
    const without = await list()
    plugScanner()
    await wait(PLUG_MS)
    const after = await list()
    return {
      before: before.devices,
      without: without.devices,
      after: after.devices,
      problems: before.problems,
    }
  },
}

const list = async (): Promise<{ devices: { identity: string; kind: string }[]; problems: string[] }> => {
  const { devices, problems } = await discover(systemListers())
  return {
    devices: devices.map(({ identity, kind }) => ({ identity, kind })),
    problems: problems.map(({ lister, problem }) => `${lister}: ${problem.message}`),
  }
}
