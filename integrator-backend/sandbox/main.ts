// `npm run sandbox`: a DIGIT-compatible server of its own on one machine. Prints where it is and how to log in.
// With --json exactly one line on stdout once it is ready. Exit code 2 when it cannot start as asked.
import { parseArgs } from 'node:util'
import { SaveFileError } from './state/save-file.ts'
import { consumersMax } from './seed/seed-state.ts'
import { startSandbox } from './start-sandbox.ts'
import type { RunningSandbox, SandboxOptions } from './start-sandbox.ts'
import { isKnownZone } from './zoned-time.ts'

const usage =
  'Usage: npm run sandbox -- [--port N] [--host H] [--data DIR] [--seed S] [--consumers N] [--time-zone Asia/Kolkata] [--storm-seed S --storm-share 0.05] [--json]'

class UsageError extends Error {}

function readOptions(args: string[]): SandboxOptions & { isJson: boolean; isHelp: boolean } {
  const { values } = parseArgs({
    args,
    options: {
      port: { type: 'string', default: '8090' },
      host: { type: 'string', default: '127.0.0.1' },
      data: { type: 'string' },
      seed: { type: 'string', default: 'demo' },
      consumers: { type: 'string', default: '2000' },
      'time-zone': { type: 'string' },
      'storm-seed': { type: 'string' },
      'storm-share': { type: 'string', default: '0.05' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  const zone = values['time-zone']
  if (zone !== undefined && !isKnownZone(zone))
    throw new UsageError(`${zone} is not a time zone; try Asia/Kolkata.`)
  return {
    port: wholeNumber(values.port, { name: '--port', max: 65535 }),
    host: values.host,
    seed: values.seed,
    consumerCount: wholeNumber(values.consumers, { name: '--consumers', max: consumersMax }),
    isJson: values.json,
    isHelp: values.help,
    ...(values.data === undefined ? {} : { dataFolder: values.data }),
    ...(zone === undefined ? {} : { timeZone: zone }),
    ...stormOf(values['storm-seed'], values['storm-share']),
  }
}

function stormOf(seed: string | undefined, shareText: string): Pick<SandboxOptions, 'storm'> {
  const share = Number(shareText)
  if (!(share >= 0 && share <= 1)) throw new UsageError('--storm-share must be a number from 0 to 1.')
  return seed === undefined ? {} : { storm: { seed, share } }
}

function wholeNumber(text: string, { name, max }: { name: string; max: number }): number {
  const value = Number(text)
  if (!/^\d{1,9}$/.test(text) || value > max)
    throw new UsageError(`${name} must be a whole number from 0 to ${max}.`)
  return value
}

function readyLine(sandbox: RunningSandbox): string {
  return JSON.stringify({
    ready: true,
    name: 'sandbox',
    url: sandbox.url,
    clientId: sandbox.clientId,
    clientSecret: sandbox.clientSecret,
    tenants: sandbox.tenants,
    users: sandbox.users,
    sampleConsumers: sandbox.sampleConsumers,
  })
}

function welcome(sandbox: RunningSandbox, dataFolder: string | undefined): string {
  const users = sandbox.users.map(
    (user) =>
      `  ${user.username.padEnd(13)} ${user.password.padEnd(12)} ${user.userType.padEnd(9)} ${user.tenantId.padEnd(14)} ${user.roles.join(',')}  (${user.note})`,
  )
  const samples = sandbox.sampleConsumers.map(
    (consumer) =>
      `  ${consumer.key.padEnd(20)} ${consumer.tenantId.padEnd(14)} ${consumer.businessService.padEnd(33)} ${consumer.consumerCode.padEnd(24)} ${consumer.note}`,
  )
  return [
    `DIGIT sandbox at ${sandbox.url}`,
    `State: ${dataFolder ?? 'in memory, forgotten at exit (use --data DIR to keep it)'}`,
    `OAuth client: ${sandbox.clientId}   secret: ${sandbox.clientSecret}`,
    `Tenants: ${sandbox.tenants.map((tenant) => `${tenant.code} (${tenant.name})`).join(', ')}`,
    'Logins (user, password, type, tenant, roles):',
    ...users,
    'Sample consumers:',
    ...samples,
    `Controls, from this machine only: GET ${sandbox.url}/sandbox-admin`,
    'Ctrl-C stops it.',
    '',
  ].join('\n')
}

function reasonOf(error: unknown, options: SandboxOptions | null): string | null {
  if (error instanceof UsageError) return `${error.message}\n${usage}`
  if (error instanceof SaveFileError) return error.message
  const code = (error as NodeJS.ErrnoException).code ?? ''
  if (code.startsWith('ERR_PARSE_ARGS')) return `${(error as Error).message}\n${usage}`
  const where = `port ${options?.port} of ${options?.host}`
  if (code === 'EADDRINUSE') return `Cannot start: ${where} is already in use; choose another with --port.`
  if (code === 'EACCES') return `Cannot start: this user may not open ${where}; choose a port above 1023.`
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
    return `Cannot start: this machine has no address ${options?.host}.`
  return null
}

async function run(): Promise<void> {
  let options: ReturnType<typeof readOptions> | null = null
  try {
    options = readOptions(process.argv.slice(2))
    if (options.isHelp) {
      process.stdout.write(`${usage}\n`)
      return
    }
    const sandbox = await startSandbox(options)
    process.stdout.write(options.isJson ? `${readyLine(sandbox)}\n` : welcome(sandbox, options.dataFolder))
    let isStopping = false
    const stop = () => {
      if (isStopping) return
      isStopping = true
      void sandbox.close()
    }
    process.on('SIGINT', stop)
    process.on('SIGTERM', stop)
  } catch (error) {
    const reason = reasonOf(error, options)
    if (reason === null) throw error
    process.stderr.write(`${reason}\n`)
    process.exitCode = 2
  }
}

await run()
