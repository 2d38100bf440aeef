// Starts a program that says in one line of JSON where it listens, and ends it again. Used by the parts that measure servers.
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'

export type ChildServer = { readonly url: string; readonly pid: number; readonly stop: () => Promise<void> }

export type ChildOptions = { readonly words: readonly string[]; readonly environment: Record<string, string> }

/** Waits for a line with `url`; throws with the program's last words when it ends before. */
export async function startChildServer({ words, environment }: ChildOptions): Promise<ChildServer> {
  const child = spawn(process.execPath, words, {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const complaints: string[] = []
  child.stderr.setEncoding('utf8').on('data', (text: string) => complaints.push(text))
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const url = await new Promise<string>((resolve, reject) => {
    createInterface(child.stdout).on('line', (line) => {
      if (!line.startsWith('{')) return
      const facts = JSON.parse(line) as { url?: unknown }
      if (typeof facts.url === 'string') resolve(facts.url)
    })
    void ended.then(() =>
      reject(new Error(`${words.join(' ')} ended: ${complaints.join('').trim().slice(-500)}`)),
    )
  })
  return {
    url,
    pid: child.pid ?? 0,
    stop: async () => {
      child.kill('SIGTERM')
      await ended
    },
  }
}
