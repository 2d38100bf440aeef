// What waits for a person, as the supervisor screens ask for it: read from the office page by page, and acts carried there with the
// PIN of the person who decides. Every act leaves a record in the till's journal, whatever came of it. Called by router.ts.
import { ZERO_PAISE } from '#contract/money.ts'
import { ProblemError } from '#contract/problem.ts'
import type { Exception, ExceptionActInput } from '#contract/exceptions-api.ts'
import type { BillKey } from '#contract/payment.ts'
import { EXCEPTION_PAGES_MAX, type ExceptionList } from '#rpc/supervisor.ts'
import type { ExceptionActAnswer } from './link/integrator-client.ts'
import type { Till } from './till.ts'

/** In the order of the office. Throws integrator_unreachable: nothing of this list is kept on the till. */
export async function listExceptions({
  integrator,
}: {
  integrator: Pick<Till['integrator'], 'exceptions'>
}): Promise<ExceptionList> {
  const found = new Map<string, Exception>()
  let after: number | null = 0
  let totals: Pick<ExceptionList, 'totalCount' | 'totalPaise'> = { totalCount: 0, totalPaise: ZERO_PAISE }
  for (let page = 0; page < EXCEPTION_PAGES_MAX && after !== null; page++) {
    const answer: Awaited<ReturnType<Till['integrator']['exceptions']>> = await integrator.exceptions(after)
    // What moved between two pages may come twice.
    for (const exception of answer.exceptions) found.set(`${exception.kind} ${exception.id}`, exception)
    totals = { totalCount: answer.totalCount, totalPaise: answer.totalPaise }
    after = answer.next !== null && answer.next > after ? answer.next : null
  }
  return { exceptions: [...found.values()], ...totals }
}

type ActingTill = {
  readonly integrator: Pick<Till['integrator'], 'actOnException'>
  readonly store: Pick<Till['store'], 'masters' | 'appendEvent'>
  readonly clock: Till['clock']
  readonly logger: Pick<Till['logger'], 'error'>
}

/** Throws what the office said; integrator_unreachable when its answer was lost, and then nobody here knows whether it was done. */
export async function actOnException(
  till: ActingTill,
  input: ExceptionActInput,
): Promise<ExceptionActAnswer> {
  try {
    const answer = await till.integrator.actOnException(input)
    noteAct(till, input, answer.result)
    return answer
  } catch (error) {
    if (error instanceof ProblemError) {
      noteAct(till, input, error.code === 'integrator_unreachable' ? 'not_known' : error.code)
    }
    throw error
  }
}

/** The office has decided already: a till that cannot write this down says so in its log and still shows the answer. */
function noteAct(till: ActingTill, input: ExceptionActInput, result: string): void {
  const { store, clock, logger } = till
  // By id, never by what was typed: a PIN may have slipped into the field of the code.
  const operator = store.masters()?.operators.find(({ code }) => code === input.by.operatorCode)
  const data = {
    paymentId: input.id,
    kind: input.kind,
    act: input.act,
    operatorId: operator?.id ?? null,
    result,
  }
  try {
    store.appendEvent({
      type: 'SUPERVISOR_ACT',
      at: clock.read(),
      dataJson: JSON.stringify(data),
      amountPaise: ZERO_PAISE,
    })
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error
    logger.error({ ...data, code: error.code }, 'an act of a supervisor could not be written down')
  }
}

/** What DIGIT asks for now under this number, so that a person can compare it with what was shown. */
export async function billNow(
  { integrator, clock }: { integrator: Pick<Till['integrator'], 'searchBills'>; clock: Till['clock'] },
  { consumerCode, businessService }: Pick<BillKey, 'consumerCode' | 'businessService'>,
) {
  try {
    const bills = await integrator.searchBills({ by: 'consumerCode', value: consumerCode, businessService })
    const bill = bills.find(
      (found) => found.consumerCode === consumerCode && found.businessService === businessService,
    )
    return bill === undefined
      ? { duePaise: null, atMs: clock.read().wallMs }
      : { duePaise: bill.totalPaise, atMs: bill.fetchedAtMs }
  } catch (error) {
    if (!(error instanceof ProblemError) || !NOTHING_DUE.includes(error.code)) throw error
    return { duePaise: null, atMs: clock.read().wallMs }
  }
}

const NOTHING_DUE = ['bill_not_found', 'bill_already_paid']
