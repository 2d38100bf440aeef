// The integrator as its own process, started the way `npm run integrator` starts it. Called by integrator-life.test.ts.
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import * as z from 'zod'

const root = join(import.meta.dirname, '..', '..')
const main = join(root, 'integrator-backend', 'app', 'main.ts')

const readySchema = z.strictObject({
  ready: z.literal(true),
  name: z.literal('integrator'),
  url: z.url(),
  docs: z.url(),
  databaseKind: z.enum(['embedded', 'external']),
  digit: z.enum(['reachable', 'unreachable', 'login-failed', 'unknown']),
})

export type IntegratorProcess = {
  child: ChildProcess
  ready: z.infer<typeof readySchema>
  /** Sends the signal and waits for the end; returns the exit code, or null when it was killed. */
  end: (signal: NodeJS.Signals) => Promise<number | null>
  stdout: () => string
  stderr: () => string
}

export type Ended = { code: number | null; stdout: string; stderr: string }

/** Runs to its end: commands and starts that must fail. */
export async function runToEnd(words: readonly string[], environment: NodeJS.ProcessEnv): Promise<Ended> {
  const { child, output } = start(words, environment)
  await once(child, 'close')
  return { code: child.exitCode, ...output }
}

export async function startProcess(
  dataFolder: string,
  environment: NodeJS.ProcessEnv,
): Promise<IntegratorProcess> {
  const { child, output } = start(['--port', '0', '--data', dataFolder, '--json'], environment)
  const closed = once(child, 'close')
  while (!output.stdout.includes('\n')) {
    const isOver = await Promise.race([once(child.stdout, 'data').then(() => false), closed.then(() => true)])
    if (isOver) throw new Error(`the integrator did not start: ${output.stderr}`)
  }
  return {
    child,
    ready: readySchema.parse(JSON.parse(output.stdout)),
    stdout: () => output.stdout,
    stderr: () => output.stderr,
    end: async (signal) => {
      child.kill(signal)
      await closed
      return child.exitCode
    },
  }
}

function start(words: readonly string[], environment: NodeJS.ProcessEnv) {
  const child = spawn(process.execPath, [main, ...words], {
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
    cwd: root,
  })
  const output = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      output[name] += text
    })
  }
  return { child, output }
}
