// Supervisors of a test world: what they see and what they decide, over the API as a till asks it. Called by the tests of
// reversals and exceptions.
import type pg from 'pg'
import type { Exception, ExceptionActInput } from '#contract/exceptions-api.ts'
import type { Payment } from '#contract/payment.ts'
import type { Problem } from '#contract/problem.ts'
import { DEMO_PIN } from '#app/people/seed-demo.ts'
import { keyFolder, TENANT } from './integrator-kit.ts'
import type { Till, World } from './integrator-kit.ts'
import { runToEnd } from './integrator-process.ts'

export const FIRST = '900'
export const SECOND = '901'
export const SECOND_PIN = '135790'

export type Page = { exceptions: Exception[]; next: number | null; totalCount: number; totalPaise: number }
export type Told = { result: 'done' | 'asked'; exception: Exception | null }

/** The demo has one supervisor; money that leaves needs two. */
export async function addSecondSupervisor({ environment }: Pick<World, 'environment'>): Promise<void> {
  const words = ['add-operator', '--code', SECOND, '--name', 'Arun Das', '--role', 'supervisor']
  const end = await runToEnd([...words, '--data', keyFolder()], {
    DATABASE_URL: environment['DATABASE_URL'],
    DIGIT_TENANT: TENANT,
    TAHSIL_PIN: SECOND_PIN,
  })
  if (end.code !== 0) throw new Error(end.stderr)
}

export function byOf(operatorCode: string): ExceptionActInput['by'] {
  return { operatorCode, pin: operatorCode === SECOND ? SECOND_PIN : DEMO_PIN }
}

export async function listAt(till: Till, after = 0, limit = 100): Promise<Page> {
  const reply = await till.call<Page>('GET', `/v1/exceptions?after=${after}&limit=${limit}`)
  if (reply.status !== 200) throw new Error(`list: ${reply.status} ${JSON.stringify(reply.body)}`)
  return reply.body
}

export async function shownAt(till: Till, id: string): Promise<Exception | undefined> {
  return (await listAt(till)).exceptions.find((each) => each.id === id)
}

type Asked = {
  payment: Pick<Payment, 'id'>
  act: ExceptionActInput['act']
  by?: string
  kind?: ExceptionActInput['kind']
}

export async function actAt(till: Till, { payment, act, by = FIRST, kind = 'payment' }: Asked) {
  const input: ExceptionActInput = { id: payment.id, kind, act, why: 'seen on the statement', by: byOf(by) }
  return await till.call<Told | Problem>('POST', '/v1/exceptions/act', input)
}

/** One supervisor asks, the other agrees. */
export async function decideByTwo(till: Till, asked: Omit<Asked, 'by'>): Promise<Told> {
  const first = await actAt(till, { ...asked, by: FIRST })
  if (first.status !== 200 || !('result' in first.body) || first.body.result !== 'asked') {
    throw new Error(`the first was not asked: ${JSON.stringify(first)}`)
  }
  const second = await actAt(till, { ...asked, by: SECOND })
  if (second.status !== 200 || !('result' in second.body)) throw new Error(JSON.stringify(second))
  return second.body
}

/** Claims that a payment was given back. */
export const countOfClaims = async ({ pool }: { pool: pg.Pool }, payment: Payment): Promise<number> => {
  const text = 'select count(*)::int as count from tahsil.decision_claims where payment_id = $1'
  return (await pool.query<{ count: number }>(text, [payment.id])).rows[0]?.count ?? 0
}

export const findingsOf = async ({ pool }: { pool: pg.Pool }, payment: Payment): Promise<string[]> => {
  const text = 'select kind from tahsil.device_findings where payment_id = $1'
  return (await pool.query<{ kind: string }>(text, [payment.id])).rows.map(({ kind }) => kind)
}
