// The commands exceptions, decide, differences and check-money: what a supervisor and the night shift do at the command line. Part
// of commands.ts; they work on the database of a running integrator.
import { drizzle } from 'drizzle-orm/node-postgres'
import type { Pool } from 'pg'
import { tenantIdSchema } from '#contract/bill.ts'
import { exceptionActInputSchema } from '#contract/exceptions-api.ts'
import type { Exception, ExceptionActInput } from '#contract/exceptions-api.ts'
import { formatInr } from '#contract/money.ts'
import { readConfig } from '#app/config.ts'
import { checkMoney } from '#app/audit/check-money.ts'
import { readDifferences } from '#app/audit/differences.ts'
import { createDigitClient } from '#app/digit/digit-client.ts'
import { createPaymentCalls } from '#app/digit/payment-calls.ts'
import type { PaymentCalls } from '#app/digit/payment-calls.ts'
import { createLog } from '#app/log.ts'
import { rootSecretFor } from '#app/people/operator-commands.ts'
import { createOperators } from '#app/people/operators.ts'
import { StartupError } from '#app/startup-error.ts'
import { actOnException } from './act-on-exception.ts'
import { listExceptions } from './list-exceptions.ts'

type Values = Record<string, string | undefined>
type At = { pool: Pool }

/** Lines that one command prints. */
const linesMax = 1_000
const standardShown = { unknownShownMs: 300_000, lagLimitMs: 1_800_000 }

export const exceptionCommands = {
  exceptions: {
    usage: '',
    options: [],
    run: async (values: Values, { pool }: At): Promise<string> => {
      const query = { tenantId: tenantOf(values), after: 0, limit: linesMax }
      const { exceptions, totalCount, totalPaise } = await listExceptions(pool, standardShown, query)
      const total = `${totalCount} wait for a decision, ${formatInr(totalPaise)}.`
      return [...exceptions.map(lineOf), total].join('\n')
    },
  },
  decide: {
    usage:
      '--id ID --act look-again|post-to-bill|refund|mark|reverse --why "…" --code 900 [--kind payment|remainder|record]',
    options: ['id', 'kind', 'act', 'why', 'code'],
    run: async (values: Values, { pool }: At): Promise<string> => {
      const input = exceptionActInputSchema.safeParse({
        id: values['id'],
        kind: values['kind'] ?? 'payment',
        act: values['act'],
        why: values['why'],
        // never on the command line: other users of the machine would see it
        by: { operatorCode: values['code'], pin: process.env['TAHSIL_PIN'] },
      })
      if (!input.success) {
        throw new StartupError('decide needs --id, --act, --why (4 letters or more), --code and TAHSIL_PIN.')
      }
      const db = drizzle({ client: pool })
      const { pinPepper } = await rootSecretFor(db, values)
      const device = { tenantId: tenantOf(values), deviceId: 'command line' }
      const digit = digitFor(input.data)
      const { searchPayments } = digit
      const parts = { pool, operators: createOperators(db, pinPepper), searchPayments, ...standardShown }
      const { result } = await actOnException(parts, device, input.data).finally(digit.close)
      return result === 'done' ? 'Done.' : 'Asked. Another supervisor must agree within 24 hours.'
    },
  },
  differences: {
    usage: '',
    options: [],
    run: async (values: Values, { pool }: At): Promise<string> => {
      const lines = await readDifferences(pool, tenantOf(values), linesMax)
      if (lines === null) return 'This database was never restored from a backup.'
      return lines.length === 0 ? 'Nothing differs from before the restore.' : lines.join('\n')
    },
  },
  'check-money': {
    usage: '[--days 3]',
    options: ['days'],
    run: async (values: Values, { pool }: At): Promise<string> => {
      const days = Number(values['days'] ?? 3)
      if (!Number.isInteger(days) || days < 1 || days > 366) {
        throw new StartupError('--days must be a number from 1 to 366.')
      }
      const config = readConfig(process.env)
      const client = createDigitClient({ ...config.digit, log: createLog('silent') })
      try {
        const { summary, breaches } = await checkMoney({ pool, client }, { tenantId: tenantOf(values), days })
        if (breaches.length > 0) process.exitCode = 1
        const shown = breaches.slice(0, linesMax)
        const verdict = breaches.length === 0 ? 'All money is accounted for.' : `${breaches.length} breaches.`
        return [...summary, ...shown, verdict].join('\n')
      } finally {
        client.close()
      }
    },
  },
}

/** DIGIT is asked before money is given back, and about no other act. Throws StartupError when its settings are missing. */
function digitFor({ kind, act }: ExceptionActInput): {
  searchPayments: PaymentCalls['search']
  close: () => void
} {
  if (kind !== 'payment' || act !== 'refund') {
    const searchPayments = () => Promise.reject(new TypeError('DIGIT is asked about refunds alone'))
    return { searchPayments, close: () => undefined }
  }
  const client = createDigitClient({ ...readConfig(process.env).digit, log: createLog('silent') })
  return { searchPayments: createPaymentCalls(client).search, close: client.close }
}

function lineOf({ kind, id, state, reason, amountPaise, dueAtMs, acts, note }: Exception): string {
  const amount = amountPaise === null ? '?' : formatInr(amountPaise)
  const due = dueAtMs === null ? '' : ` due ${new Date(dueAtMs).toISOString().slice(0, 10)}`
  return `${kind} ${id} ${state}${reason === null ? '' : ` ${reason}`} ${amount}${due} [${acts.join(', ')}] ${note}`
}

function tenantOf(values: Values): string {
  const tenant = tenantIdSchema.safeParse(values['tenant'] ?? process.env['DIGIT_TENANT'])
  if (!tenant.success) throw new StartupError('Name the municipality with --tenant or DIGIT_TENANT.')
  return tenant.data
}
