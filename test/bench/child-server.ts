// Starts a program that says in one line of JSON where it listens, and ends it again. Used by the parts that measure servers.
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'

export type ChildServer = {
  readonly url: string
  /** All that its line said. */
  readonly facts: Readonly<Record<string, unknown>>
  readonly pid: number
  readonly stop: () => Promise<void>
}

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
  const facts = await new Promise<ChildServer['facts']>((resolve, reject) => {
    createInterface(child.stdout).on('line', (line) => {
      if (!line.startsWith('{')) return
      const said = JSON.parse(line) as ChildServer['facts']
      if (typeof said['url'] === 'string') resolve(said)
    })
    void ended.then(() =>
      reject(new Error(`${words.join(' ')} ended: ${complaints.join('').trim().slice(-500)}`)),
    )
  })
  return {
    url: String(facts['url']),
    facts,
    pid: child.pid ?? 0,
    stop: async () => {
      child.kill('SIGTERM')
      await ended
    },
  }
}
