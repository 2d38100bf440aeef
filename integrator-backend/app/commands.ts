// Small commands of the integrator beside the server: people, codes, posting. Called by main.ts; they work on the same
// database, also while the server runs.
import { parseArgs } from 'node:util'
import { drizzle } from 'drizzle-orm/node-postgres'
import type { NodePgDatabase } from 'drizzle-orm/node-postgres'
import type { Pool } from 'pg'
import { roleSchema, ROLES } from '#contract/api.ts'
import { tenantIdSchema } from '#contract/bill.ts'
import { ProblemError } from '#contract/problem.ts'
import { openDatabase } from './database/open-database.ts'
import { exceptionCommands } from './exceptions/exception-commands.ts'
import { reopenPayment, setHold } from './payments/repair.ts'
import { limitOptions, limitUsage, setLimits } from './people/device-limits.ts'
import {
  acceptSigningKey,
  approveDevice,
  revokeDevice,
  tellCode,
  tellDevices,
} from './people/device-commands.ts'
import {
  deactivateOperator,
  operatorBadge,
  readUnlockCode,
  rootSecretFor,
  secretOfFile,
} from './people/operator-commands.ts'
import { createOperators } from './people/operators.ts'
import { acceptNewSecret } from './people/root-secret.ts'
import { packCommands } from './packs/pack-commands.ts'
import { recordCommands } from './records/record-commands.ts'
import { rescueCommands } from './rescue/rescue-commands.ts'
import { StartupError } from './startup-error.ts'

type Values = Record<string, string | undefined>
type Command = {
  usage: string
  options: readonly string[]
  run: (values: Values, database: { pool: Pool; db: NodePgDatabase }) => Promise<string>
}

const commands: Record<string, Command> = {
  'add-operator': {
    usage: `--code 103 --name "…" --role ${ROLES.join('|')} --pin 6-12 digits`,
    options: ['code', 'name', 'role', 'pin'],
    run: async (values, { db }) => {
      const role = roleSchema.safeParse(values['role'])
      const { code, name } = values
      // a PIN on the command line is seen by other users of the machine, so the environment may carry it
      const pin = values['pin'] ?? process.env['TAHSIL_PIN']
      if (!role.success || !code || !name || !pin)
        throw new StartupError('add-operator needs --code, --name, --role and --pin (or TAHSIL_PIN).')
      const { pinPepper } = await rootSecretFor(db, values)
      const operator = { tenantId: tenantOf(values), code, name, role: role.data, pin }
      await createOperators(db, pinPepper).put(operator)
      return `Operator ${code} may sign in.`
    },
  },
  'deactivate-operator': {
    usage: '--code 103',
    options: ['code'],
    run: async (values, { db }) =>
      await deactivateOperator(
        { db, root: await rootSecretFor(db, values), tenantId: tenantOf(values) },
        values,
      ),
  },
  'operator-badge': {
    usage: '--code 103 [--badge NUMBER | --remove NUMBER|all]',
    options: ['code', 'badge', 'remove'],
    run: async (values, { db }) =>
      await operatorBadge({ db, root: await rootSecretFor(db, values), tenantId: tenantOf(values) }, values),
  },
  'unlock-code': {
    usage: '--device 0417 --operator 103 --challenge 6 digits',
    options: ['device', 'operator', 'challenge'],
    run: async (values, { db }) =>
      await readUnlockCode({ db, root: await rootSecretFor(db, values), tenantId: tenantOf(values) }, values),
  },
  'accept-new-pepper': {
    usage: '',
    options: [],
    run: async (values, { db }) => {
      await acceptNewSecret(db, secretOfFile(values))
      return 'The PIN pepper file counts from now on. Give every operator a new PIN with add-operator, and badges anew with operator-badge.'
    },
  },
  'enrolment-code': {
    usage: '[--slot "Counter 1"] [--minutes 15]',
    options: ['slot', 'minutes'],
    run: async (values, { db }) => await tellCode({ db, tenantId: tenantOf(values) }, values),
  },
  devices: {
    usage: '',
    options: [],
    run: async (values, { db }) => await tellDevices({ db, tenantId: tenantOf(values) }),
  },
  'approve-device': {
    usage: '--digits NNNNNN [--by "…"]',
    options: ['digits', 'by'],
    run: async (values, { db }) => await approveDevice({ db, tenantId: tenantOf(values) }, values),
  },
  'revoke-device': {
    usage: '--device 0417 --why "…"',
    options: ['device', 'why'],
    run: async (values, { db }) => await revokeDevice({ db, tenantId: tenantOf(values) }, values),
  },
  'accept-signing-key': {
    usage: '',
    options: [],
    run: async (values, { db }) => await acceptSigningKey(db, values),
  },
  'set-limits': {
    usage: limitUsage,
    options: limitOptions,
    run: async (values, { pool }) => await setLimits(pool, tenantOf(values), values),
  },
  'hold-posting': {
    usage: '--minutes N (0 = go on)',
    options: ['minutes'],
    run: async (values, { pool }) => {
      const minutes = Number(values['minutes'])
      if (!Number.isInteger(minutes) || minutes < 0 || minutes > 10_080) {
        throw new StartupError('--minutes must be a number from 0 to 10080.')
      }
      await setHold(pool, minutes)
      return minutes === 0 ? 'Posting goes on.' : `Nothing is posted for ${minutes} minutes.`
    },
  },
  ...packCommands,
  ...exceptionCommands,
  ...rescueCommands,
  ...recordCommands,
  'reopen-payment': {
    usage: '--id PAYMENT_ID --why "…"',
    options: ['id', 'why'],
    run: async (values, { pool }) => {
      const { id, why } = values
      if (!id || !why) throw new StartupError('reopen-payment needs --id and --why.')
      const isOpen = await reopenPayment(pool, id, why)
      if (!isOpen) throw new StartupError('There is no such payment in SUSPENSE, POISON or QUARANTINE.')
      return 'The payment is looked at again.'
    },
  },
}

export const commandNames: readonly string[] = Object.keys(commands)

/** Throws StartupError with one sentence for whatever is wrong. */
export async function runCommand(name: string, words: readonly string[]): Promise<void> {
  const command = commands[name]
  if (command === undefined) throw new StartupError(`There is no command ${name}.`)
  const values = readValues(name, command, words)
  const database = await openDatabase({
    databaseUrl: process.env['DATABASE_URL'] ?? null,
    dataFolder: values['data'] ?? 'data/integrator',
    poolMax: 4,
    isServer: false,
  })
  try {
    const told = await command.run(values, { pool: database.pool, db: drizzle({ client: database.pool }) })
    process.stdout.write(`${told}\n`)
  } catch (error) {
    if (error instanceof ProblemError)
      throw new StartupError(`${error.message} ${String(error.data['why'] ?? '')}`.trim())
    throw error
  } finally {
    await database.close()
  }
}

function readValues(name: string, command: Command, words: readonly string[]): Values {
  const known = [...command.options, 'data', 'tenant']
  try {
    const { values } = parseArgs({
      args: [...words],
      options: Object.fromEntries(known.map((option) => [option, { type: 'string' as const }])),
      strict: true,
    })
    return values
  } catch {
    throw new StartupError(`Usage: ${name} ${command.usage} [--tenant T] [--data DIR]`)
  }
}

function tenantOf(values: Values): string {
  const tenant = tenantIdSchema.safeParse(values['tenant'] ?? process.env['DIGIT_TENANT'])
  if (!tenant.success) throw new StartupError('Name the municipality with --tenant or DIGIT_TENANT.')
  return tenant.data
}
