// A till for the supervisor screens: its record is a real one on disk with payments of its own, and the office behind it is a list in
// memory that obeys the contract, with every answer a person may meet. Served by the real browser shell; used by supervisor tests.
import { implement, ORPCError } from '@orpc/server'
import {
  exceptionActInputSchema,
  exceptionSchema,
  type Exception,
  type ExceptionActInput,
} from '#contract/exceptions-api.ts'
import { addPaise, paise, ZERO_PAISE } from '#contract/money.ts'
import type { PaymentStatus, PostingStep } from '#contract/payment.ts'
import {
  ProblemError,
  PROBLEMS,
  problemStatus,
  type ProblemCode,
  type ProblemData,
} from '#contract/problem.ts'
import { receiptOf } from '#core/receipts/receipt.ts'
import { statusOf } from '#host/status.ts'
import type { CallContext, TerminalHost } from '#host/terminal-host.ts'
import { procedures, type OperatorTile, type TerminalStatus } from '#rpc/procedures.ts'
import { sampleMasters } from '#test/unit/core/sample-bill.ts'
import { DEVICE, makeTill, takeOne, type TillKit } from '#test/unit/store/till-kit.ts'

export const MEENA: OperatorTile = { id: 'op-1', code: '101', name: 'Meena Kulkarni', role: 'cashier' }
export const FARIDA: OperatorTile = { id: 'op-9', code: '900', name: 'Farida Shaikh', role: 'supervisor' }
export const ANAND: OperatorTile = { id: 'op-8', code: '901', name: 'Anand Deshmukh', role: 'supervisor' }
export const PINS: Readonly<Record<string, string>> = { '101': '111222', '900': '246810', '901': '135791' }
const PEOPLE = [MEENA, FARIDA, ANAND]

export type DecisionTill = Awaited<ReturnType<typeof openDecisionTill>>

export function openDecisionTill() {
  const till = makeTill()
  till.store.saveMasters(sampleMasters())
  const office = {
    waiting: [] as Exception[],
    /** Posted and well: nobody has to decide, but it may be cancelled. */
    posted: [] as Exception[],
    totalCount: null as number | null,
    /** The next calls of a kind end with this; lost: the office did it and its answer never came. */
    listFault: null as ProblemCode | null,
    listWait: null as Promise<void> | null,
    actFault: null as ProblemCode | 'lost' | null,
    actFaultData: {} as ProblemData,
    billNow: paise(150_000) as ReturnType<typeof paise> | null,
    acts: [] as ExceptionActInput[],
    scans: [] as string[],
  }
  const session = { operator: null as OperatorTile | null, hasShift: true }

  const list = async () => {
    if (office.listWait !== null) await office.listWait
    if (office.listFault !== null) throw fail(office.listFault)
    const exceptions = office.waiting.map((one) => exceptionSchema.parse(one))
    const totalPaise = addPaise(ZERO_PAISE, ...exceptions.map(({ amountPaise }) => amountPaise ?? ZERO_PAISE))
    return { exceptions, totalCount: office.totalCount ?? exceptions.length, totalPaise }
  }
  const act = (input: ExceptionActInput) => {
    office.acts.push(exceptionActInputSchema.parse(input))
    if (office.actFault !== null && office.actFault !== 'lost')
      throw fail(office.actFault, office.actFaultData)
    const by = PEOPLE.find(({ code }) => code === input.by.operatorCode)
    if (by === undefined) throw fail('operator_unknown')
    if (PINS[by.code] !== input.by.pin) throw fail('wrong_pin', { triesLeft: 3 })
    if (by.role !== 'supervisor') throw fail('role_not_allowed')
    const answer = decide(input, by)
    if (office.actFault === 'lost') throw fail('integrator_unreachable')
    return answer
  }
  const decide = (input: ExceptionActInput, by: OperatorTile) => {
    const isIt = ({ id, kind }: Exception) => id === input.id && kind === input.kind
    if (!office.waiting.some(isIt)) office.waiting.push(...office.posted.filter(isIt))
    const at = office.waiting.findIndex(isIt)
    const found = office.waiting[at]
    if (found === undefined) throw fail('payment_not_found')
    if (!found.acts.includes(input.act)) throw fail('act_not_allowed')
    const isTwoPerson = input.act === 'refund' || input.act === 'reverse'
    if (isTwoPerson && found.asked?.act !== input.act) {
      const asked = { act: input.act, byOperatorId: by.id, atMs: till.clock.now.wallMs }
      const exception = { ...found, asked }
      office.waiting.splice(at, 1, exception)
      return { result: 'asked' as const, exception }
    }
    if (isTwoPerson && found.asked?.byOperatorId === by.id) throw fail('second_person_needed')
    office.waiting.splice(at, 1)
    return { result: 'done' as const, exception: null }
  }

  const os = implement(procedures).$context<CallContext>()
  const router = {
    terminal: { status: os.terminal.status.handler(() => statusNow(till, session)) },
    operators: { list: os.operators.list.handler(() => PEOPLE) },
    session: {
      signIn: os.session.signIn.handler(({ input }) => {
        const found = PEOPLE.find(({ code }) => code === input.operatorCode)
        if (found === undefined || PINS[found.code] !== input.pin) throw fail('wrong_pin')
        session.operator = found
        return found
      }),
      signOut: os.session.signOut.handler(() => {
        session.operator = null
        return {}
      }),
    },
    bill: {
      find: os.bill.find.handler(({ input }) => {
        office.scans.push(input.text)
        throw fail('scan_not_understood')
      }),
    },
    receipt: {
      search: os.receipt.search.handler(({ input }) => till.store.search(input.text)),
      get: os.receipt.get.handler(({ input }) => detailOf(till, input.paymentId)),
    },
    queue: {
      list: os.queue.list.handler(() => till.store.queue()),
      sendNow: os.queue.sendNow.handler(() => ({ sentCount: 0 })),
    },
    exceptions: {
      list: os.exceptions.list.handler(list),
      act: os.exceptions.act.handler(({ input }) => act(input)),
      billNow: os.exceptions.billNow.handler(() => ({
        duePaise: office.billNow,
        atMs: till.clock.now.wallMs,
      })),
    },
  }
  return {
    /** What the browser shell serves; only procedures that the supervisor screens call. */
    host: { router: router as unknown as TerminalHost['router'] } as TerminalHost,
    till,
    office,
    session,
    /** A payment of this till that the office holds, as the till learned it; returns its id. */
    holdOwn: (steps: readonly PostingStep[]): string =>
      takeOwn(till, { state: 'SUSPENSE', reason: 'ALREADY_PAID', steps: [...steps] }),
    /** One that DIGIT has; returns its id. */
    postOwn: (): string =>
      takeOwn(till, {
        state: 'CONFIRMED',
        digitReceiptNumber: '11/2026-27/000123',
        steps: [{ state: 'CONFIRMED', atMs: till.clock.now.wallMs, note: '' }],
      }),
    close: () => till.close(),
  }
}

function statusNow(
  till: TillKit,
  session: { operator: OperatorTile | null; hasShift: boolean },
): TerminalStatus {
  const blank = statusOf({ stopped: new ProblemError('not_ready'), version: '0.1.0' })
  return {
    ...blank,
    stopped: null,
    nowMs: till.clock.now.wallMs,
    tenant: { id: DEVICE.tenantId, name: 'Testnagar Municipal Council', helpLine: '1800-000-000' },
    deviceCode: DEVICE.deviceCode,
    operator: session.operator,
    shift: session.hasShift ? till.store.openShift() : null,
    link: { ...blank.link, isOnline: true },
    queue: { ...blank.queue, ...till.store.queueTotals() },
    printer: { ...blank.printer, state: 'ready' },
  }
}

function takeOwn(
  till: TillKit,
  known: Pick<PaymentStatus, 'state' | 'steps'> & Partial<PaymentStatus>,
): string {
  const { view } = takeOne(till)
  const [payment] = view.payments
  if (payment === undefined) throw new Error('a collection has a payment')
  const cursor = till.store.feedCursor() + 1
  const status: PaymentStatus = {
    id: payment.paymentId,
    reason: null,
    heldPaise: ZERO_PAISE,
    digitReceiptNumber: null,
    digitPaymentId: null,
    postedAtMs: null,
    balancePaise: null,
    cursor,
    ...known,
  }
  till.store.applyStatuses([status], cursor)
  return payment.paymentId
}

function detailOf({ store }: TillKit, paymentId: string) {
  const record = store.payment(paymentId)
  const row = store.row(paymentId)
  if (record === null || row === null) throw fail('payment_not_found')
  return {
    row,
    receipt: receiptOf(record, { device: DEVICE, masters: store.masters() }),
    steps: record.status?.steps ?? [],
    prints: [],
  }
}

function fail(code: ProblemCode, data: ProblemData = {}): ORPCError<ProblemCode, ProblemData> {
  return new ORPCError(code, { defined: true, status: problemStatus(code), message: PROBLEMS[code], data })
}
