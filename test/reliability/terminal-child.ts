// A terminal in a process of its own: the product's host, its procedures called by messages of the parent
// (child-process.ts). `node terminal-child.ts '<HostOptions as JSON>' '<changes of its tuning as JSON>'`.
import type { ChildAnswer } from '#test/reliability/child-process.ts'
import { startHost } from '#host/start-host.ts'
import type { HostOptions } from '#host/terminal-host.ts'
import type { HostTuning } from '#host/tuning.ts'

type Procedure = (input: unknown) => Promise<unknown>
type Asked = { id: number; name: string; input: unknown }

const options = JSON.parse(process.argv[2] ?? '{}') as HostOptions
const tuning = JSON.parse(process.argv[3] ?? '{}') as Partial<HostTuning>
const host = await startHost(options, tuning)

const procedureNamed = (name: string): Procedure => {
  let found: unknown = host.client
  for (const word of name.split('.')) found = (found as Record<string, unknown>)[word]
  return found as Procedure
}

const answer = async ({ id, name, input }: Asked): Promise<ChildAnswer> => {
  try {
    return { id, value: await procedureNamed(name)(input) }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'internal'
    return { id, refused: { code, message: error instanceof Error ? error.message : String(error) } }
  }
}

process.on('message', (message) => {
  if (typeof message !== 'object' || message === null || !('name' in message)) return
  void answer(message as Asked).then((said) => process.send?.(said))
})
process.on('SIGTERM', () => {
  void host.close().then(() => process.exit(0))
})
// The listeners of messages must keep the process alive even when the host does not.
process.channel?.ref()
process.stdout.write(`${JSON.stringify({ ready: true, name: 'terminal' })}\n`)
