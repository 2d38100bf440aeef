// `npm run integrator -- --port N [--host H] [--data DIR] [--json]`: starts the integrator and keeps it running.
// Other words are small commands (add-operator, backup, …), see commands.ts and backup/. Exit 2 = cannot start, with one sentence.
import { parseArgs } from 'node:util'
import { isDatabaseAway } from './api/problems.ts'
import { backupCommandNames, runBackupCommand } from './backup/backup-commands.ts'
import { commandNames, runCommand } from './commands.ts'
import { startIntegrator } from './start-integrator.ts'
import type { Integrator } from './start-integrator.ts'
import { StartupError } from './startup-error.ts'

const portDefault = 8480
const closeSecondsMax = 30

/**
 * The job queue does not wait for its own word about a job: when PostgreSQL dies in that moment nobody catches it, and the queue
 * may stand still. Whoever watches over this program starts it again; everything that counts is committed.
 */
function endWithoutQueue(reason: unknown): void {
  if (!isDatabaseAway(reason)) throw reason
  endWithoutDatabase()
}

async function main(words: readonly string[]): Promise<void> {
  const [first = ''] = words
  if (backupCommandNames.includes(first)) {
    await runBackupCommand(first, words.slice(1))
    return
  }
  if (commandNames.includes(first)) {
    await runCommand(first, words.slice(1))
    return
  }
  process.on('unhandledRejection', endWithoutQueue)
  const options = readOptions(words)
  // a signal that comes while starting is kept until there is something to stop
  let stop = () => {
    isStopped = true
  }
  let isStopped = false
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stop())
  const integrator = await startIntegrator({
    environment: process.env,
    ...options,
    onDatabaseLost: endWithoutDatabase,
  })
  stop = () => void close(integrator)
  if (isStopped) stop()
  announce(integrator, options.isJson)
}

function readOptions(words: readonly string[]) {
  try {
    const { values } = parseArgs({
      args: [...words],
      options: {
        port: { type: 'string', default: String(portDefault) },
        host: { type: 'string', default: '127.0.0.1' },
        data: { type: 'string', default: 'data/integrator' },
        json: { type: 'boolean', default: false },
      },
      strict: true,
    })
    const port = Number(values.port)
    if (!Number.isInteger(port) || port < 0 || port > 65_535) {
      throw new StartupError('--port must be a number from 0 to 65535.')
    }
    return { port, host: values.host, dataFolder: values.data, isJson: values.json }
  } catch (error) {
    if (error instanceof StartupError) throw error
    const why = error instanceof Error ? firstSentence(error.message) : ''
    throw new StartupError(
      `${why} Known: --port N, --host H, --data DIR, --json, and the commands ${[...commandNames, ...backupCommandNames].join(', ')}.`,
    )
  }
}

function announce({ url, docs, databaseKind, digit }: Integrator, isJson: boolean): void {
  const facts = { ready: true, name: 'integrator', url, docs, databaseKind, digit }
  const words = `Integrator: ${url} (API: ${docs}), database: ${databaseKind}, DIGIT: ${digit}. Stop with Ctrl+C.`
  process.stdout.write(`${isJson ? JSON.stringify(facts) : words}\n`)
}

/** Everything that matters is in the database's files: whoever watches over this program starts both again. */
function endWithoutDatabase(): void {
  process.stderr.write('The database or its job queue ended. Start the integrator again; nothing is lost.\n')
  process.exit(1)
}

/** Everything that counts is committed as it happens; what is cut off here is found and finished by the next life. */
async function close(integrator: Integrator): Promise<void> {
  const limit = setTimeout(() => {
    process.stderr.write(
      `Not everything ended within ${closeSecondsMax} s; the rest is taken up at the next start.\n`,
    )
    process.exit(1)
  }, closeSecondsMax * 1000)
  await integrator.close()
  clearTimeout(limit)
  process.exitCode = 0
  // graphile and pg may leave unreferenced handles; everything that matters is closed above
  process.exit()
}

function firstSentence(text: string): string {
  return `${text.split('. ')[0]?.replace(/\.$/, '') ?? ''}.`
}

try {
  await main(process.argv.slice(2))
} catch (error) {
  if (!(error instanceof StartupError)) throw error
  process.stderr.write(`${error.message}\n`)
  process.exitCode = 2
}
