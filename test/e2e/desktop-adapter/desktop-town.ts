// Sandbox and integrator for a till in the desktop shell, and the built screens. Called by desktop-shell.test.ts.
import { chmodSync, mkdirSync, mkdtempSync } from 'node:fs'
import { join } from 'node:path'
import { startIntegrator } from '#app/start-integrator.ts'
import { buildIfStale } from '#launch/build-if-stale.ts'
import { startSandbox } from '#sandbox/start-sandbox.ts'

export type DesktopTown = { readonly integratorUrl: string; close(): Promise<void> }

export const makeTownFolder = (): string => {
  const output = join(import.meta.dirname, '../../..', 'test-output')
  mkdirSync(output, { recursive: true })
  const folder = mkdtempSync(join(output, 'desktop-'))
  // The embedded PostgreSQL runs as another user when the tests run as root.
  chmodSync(folder, 0o755)
  return folder
}

export const startTown = async (folder: string): Promise<DesktopTown> => {
  await buildIfStale(() => undefined)
  const sandbox = await startSandbox({ consumerCount: 20, warn: () => undefined })
  const integrator = await startIntegrator({
    port: 0,
    dataFolder: join(folder, 'integrator'),
    environment: {
      DIGIT_BASE_URL: sandbox.url,
      DIGIT_CLIENT_ID: sandbox.clientId,
      DIGIT_CLIENT_SECRET: sandbox.clientSecret,
      DIGIT_USERNAME: 'POS-DVG',
      DIGIT_PASSWORD: sandbox.users.find((user) => user.username === 'POS-DVG')?.password ?? '',
      DIGIT_TENANT: 'sr.devgaon',
      TAHSIL_SEED: 'demo',
      TAHSIL_LOG_LEVEL: 'silent',
    },
  })
  return {
    integratorUrl: integrator.url,
    close: async () => {
      await integrator.close()
      await sandbox.close()
    },
  }
}
