// Who the embedded PostgreSQL runs as. An ordinary user runs it as himself; PostgreSQL refuses to run as root, so root
// lends it to `postgres` or `nobody`. Called by embedded; every program of PostgreSQL is run through here.
import { execFile } from 'node:child_process'
import { StartupError } from '#app/startup-error.ts'

export type Ended = { code: number; text: string }

export type ServerUser = {
  /** null = this process's own user. */
  owner: { uid: number; gid: number } | null
  /** Never throws: a program that cannot be run ends with code 127. */
  run: (program: string, words: readonly string[]) => Promise<Ended>
}

/** `paths` must be reachable for the server: its programs and its folder. Throws StartupError. */
export async function findServerUser(paths: readonly string[]): Promise<ServerUser> {
  const self: ServerUser = { owner: null, run: (program, words) => execute(program, words) }
  if (process.getuid?.() !== 0) return self
  const owner = await findOwner()
  for (const user of usersFor(owner)) {
    const seen = await Promise.all(paths.map((path) => user.run('ls', ['-d', `${path}/.`])))
    if (seen.every((each) => each.code === 0)) return user
  }
  throw new StartupError(
    `PostgreSQL does not run as root, and its user cannot reach ${paths.join(' and ')}. Start as an ordinary user, choose another --data, or set DATABASE_URL.`,
  )
}

/** A home of root is closed for others: there the server may pass by a capability to read, and still not be root. */
function usersFor(owner: { uid: number; gid: number }): ServerUser[] {
  const plain: ServerUser = { owner, run: (program, words) => execute(program, words, owner) }
  const withCapability = ['dac_read_search', 'dac_override'].map((capability): ServerUser => {
    const lend = [
      `--reuid=${owner.uid}`,
      `--regid=${owner.gid}`,
      '--clear-groups',
      `--inh-caps=+${capability}`,
      `--ambient-caps=+${capability}`,
    ]
    return { owner, run: (program, words) => execute('setpriv', [...lend, program, ...words]) }
  })
  return [plain, ...withCapability]
}

async function findOwner(): Promise<{ uid: number; gid: number }> {
  for (const name of ['postgres', 'nobody']) {
    const [uid, gid] = await Promise.all([execute('id', ['-u', name]), execute('id', ['-g', name])])
    if (uid.code === 0 && gid.code === 0) return { uid: Number(uid.text), gid: Number(gid.text) }
  }
  throw new StartupError('PostgreSQL refuses to run as root. Start as an ordinary user, or set DATABASE_URL.')
}

function execute(program: string, words: readonly string[], owner = {}): Promise<Ended> {
  return new Promise((done) => {
    try {
      execFile(
        program,
        [...words],
        { ...owner, env: { ...process.env, LC_ALL: 'C' }, cwd: '/', windowsHide: true },
        (error, stdout, stderr) => {
          const code = error === null ? 0 : typeof error.code === 'number' ? error.code : 127
          done({ code, text: `${stdout}${stderr}${code === 127 ? (error?.message ?? '') : ''}` })
        },
      )
    } catch (error) {
      done({ code: 127, text: error instanceof Error ? error.message : 'not runnable' })
    }
  })
}
