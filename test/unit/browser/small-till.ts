// A till of four procedures for tests of what carries calls: it answers, refuses with a code, fails inside, and counts.
import { problemStatus, PROBLEMS } from '#contract/problem.ts'
import type { CallContext, TerminalHost } from '#host/terminal-host.ts'
import { procedures } from '#rpc/procedures.ts'
import { implement, ORPCError } from '@orpc/server'

export const CASHIER = { id: 'op-1', code: '1001', name: 'Asha Verma', role: 'cashier' } as const
export const RIGHT_PIN = '246810'

export type SmallTill = Pick<TerminalHost, 'router'> & { readonly calls: { signIn: number } }

export function smallTill(): SmallTill {
  const calls = { signIn: 0 }
  const till = implement(procedures).$context<CallContext>()
  const router = {
    operators: { list: till.operators.list.handler(() => [CASHIER]) },
    session: {
      signIn: till.session.signIn.handler(({ input }) => {
        calls.signIn += 1
        if (input.pin === '000000') throw new Error('a fault inside')
        if (input.pin !== RIGHT_PIN) {
          throw new ORPCError('wrong_pin', {
            defined: true,
            status: problemStatus('wrong_pin'),
            message: PROBLEMS.wrong_pin,
            data: { triesLeft: 2 },
          })
        }
        return CASHIER
      }),
    },
    shift: {
      open: till.shift.open.handler(({ errors }) => {
        throw errors.not_signed_in({ data: {} })
      }),
    },
  }
  // Only these of the procedures: the others are unknown names here.
  return { router: router as unknown as TerminalHost['router'], calls }
}
