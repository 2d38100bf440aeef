// A small town for the parts that measure screens: sandbox, integrator and a till as the launcher starts them, in a folder that is
// thrown away. Used by start.ts and scan.ts.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { buildIfStale } from '#launch/build-if-stale.ts'
import { openDataFolder } from '#launch/data-folder.ts'
import { startProgram, type Program } from '#launch/program.ts'
import { planIntegrator, planSandbox, planTerminal, readyOf, type SandboxReady } from '#launch/programs.ts'
import { startChildServer, type ChildServer } from './child-server.ts'

export type Town = {
  readonly folder: string
  readonly sandbox: SandboxReady
  readonly integrator: Program
  /** A till that knows its masters already; starts in the same folder every time. */
  readonly startTill: () => Promise<ChildServer & { readonly launchUrl: string }>
  readonly close: () => Promise<void>
}

const output = join(import.meta.dirname, '..', '..', 'test-output')

export async function openTown(): Promise<Town> {
  await buildIfStale(() => undefined)
  mkdirSync(output, { recursive: true })
  const path = mkdtempSync(join(output, 'bench-town-'))
  const folder = await openDataFolder({ path, isFresh: false })
  const common = { folder, env: process.env }
  const sandboxProgram = await startProgram(planSandbox(common, 0))
  const sandbox = readyOf<SandboxReady>(sandboxProgram.ready)
  const integrator = await startProgram(planIntegrator(common, { port: 0, sandbox }))
  const { url: integratorUrl } = readyOf<{ url: string }>(integrator.ready)
  const startTill: Town['startTill'] = async () => {
    const plan = planTerminal(common, {
      integratorUrl,
      port: 0,
      isOpening: false,
      cardTerminal: 'manual',
      printer: 'none',
      machine: { hasDisplay: false, isRoot: true },
      onLink: () => undefined,
    })
    const till = await startChildServer({ words: plan.words, environment: {} })
    return { ...till, launchUrl: String(till.facts['launchUrl']) }
  }
  return {
    folder: path,
    sandbox,
    integrator,
    startTill,
    close: async () => {
      await integrator.stop()
      await sandboxProgram.stop()
      await folder.release()
      rmSync(path, { recursive: true, force: true })
    },
  }
}
