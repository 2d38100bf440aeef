// Whether the till is ready for its day: one line for each thing that could stop it. Part of procedures.ts, served by
// host/readiness-handlers.ts; works before anybody has signed in.
import { epochMsSchema } from '#contract/bill.ts'
import { problemDataSchema } from '#contract/problem.ts'
import * as z from 'zod'
import { open } from './callers.ts'

export const readinessLineSchema = z.strictObject({
  topic: z.enum([
    'device',
    'signIn',
    'network',
    'packs',
    'unsent',
    'limits',
    'printer',
    'clock',
    'space',
    'secrets',
  ]),
  /** green: ready. amber: works, but somebody should look. red: keeps from working now or soon. */
  tone: z.enum(['green', 'amber', 'red']),
  /** Names the sentence of its topic. */
  state: z.string().max(32),
  /** Figures for the sentence. */
  data: problemDataSchema,
})
export type ReadinessLine = z.infer<typeof readinessLineSchema>

export const readinessSchema = z.strictObject({
  atMs: epochMsSchema,
  lines: z.array(readinessLineSchema).max(20),
})
export type Readiness = z.infer<typeof readinessSchema>

export const readinessProcedures = {
  /** What can be told without asking anybody; polled by the card. */
  get: open.output(readinessSchema),
}
