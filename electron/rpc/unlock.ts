// Freeing a locked operator by telephone, and what keeps this till's secrets: parts of the procedures (procedures.ts).
import { unlockAnswerSchema, unlockChallengeSchema } from '#contract/device-secrets-api.ts'
import { mayAnswer, problemSchema } from '#contract/problem.ts'
import * as z from 'zod'
import { open } from './callers.ts'

const operatorCodeSchema = z.string().min(1).max(32)

export const unlockProcedures = {
  /** What the locked operator reads to the supervisor at the office; the same until it is used. */
  unlockChallenge: open
    .input(z.strictObject({ operatorCode: operatorCodeSchema }))
    .output(
      z.strictObject({ deviceCode: z.string(), operatorCode: z.string(), challenge: unlockChallengeSchema }),
    )
    .errors(mayAnswer('operator_unknown', 'operator_not_locked', 'unlock_unavailable')),
  /** The eight digits that the supervisor read out; they free this operator once. */
  unlock: open
    .input(z.strictObject({ operatorCode: operatorCodeSchema, answer: unlockAnswerSchema }))
    .output(z.strictObject({}))
    .errors(
      mayAnswer(
        'operator_unknown',
        'operator_not_locked',
        'operator_locked',
        'unlock_refused',
        'unlock_unavailable',
      ),
    ),
}

export const vaultStandingSchema = z.strictObject({
  /** keyring: the system's; passphrase: from a file of root's; plain: the rights of a file alone. */
  level: z.enum(['keyring', 'passphrase', 'plain']),
  /** true: whoever reads this machine's disk has the till's keys; the office should keep its limits low. */
  isDegraded: z.boolean(),
  /** Not null: a secret lies here that cannot be opened now; nothing was deleted. */
  problem: problemSchema.nullable(),
})
export type VaultStanding = z.infer<typeof vaultStandingSchema>
