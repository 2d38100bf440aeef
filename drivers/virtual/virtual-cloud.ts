// What the virtual clouds of vendors have alike, whatever their words: a ledger that tells what was charged, a citizen who pays between
// two questions, and a script of faults. Used by pine-labs-cloud.ts and ezetap-cloud.ts, and shared with no driver.
import type { HttpAnswer } from './http-answers.ts'
import { startHttpAnswers } from './http-answers.ts'

export type VirtualCloudFault =
  | 'declined'
  | 'wrong_pin'
  | 'cancelled_at_terminal'
  | 'busy'
  | 'terminal_offline'
  | 'duplicate'
  /** Uploaded and charged, and the answer to the upload gets lost; of a question: its answer gets lost. */
  | 'answer_lost'
  | 'request_lost'
  | 'silence'
  /** Charged only after many questions. */
  | 'late_approval'
  /** Charged in spite of a cancellation that came too late. */
  | 'never_ends'
  | 'other_sale'
  | 'other_amount'
  | 'paid_cash'
  | 'not_found'
  | 'no_number'
  | 'html'
  | 'half'
  | 'status_500'

export type VirtualBill = {
  readonly reference: string
  readonly terminalReference: string
  /** As it was uploaded, in the unit of this cloud. */
  readonly amount: string
  state: 'waiting' | 'charged' | 'declined' | 'cancelled'
}

export type VirtualCloud = {
  readonly url: URL
  readonly ledger: readonly VirtualBill[]
  readonly requests: readonly { readonly path: string; readonly body: string }[]
  /** `sale`: of the next bill, all along; `looks`: one for each question about a state, then none. */
  readonly script: (next: { sale?: VirtualCloudFault; looks?: VirtualCloudFault[] }) => void
  readonly close: () => Promise<void>
}

export type Fields = Record<string, unknown>

/** PEM. */
export type CloudTls = { readonly key: string; readonly cert: string }

/** The terminal behind a cloud, as its vendor's words need it. */
export type CloudTill = {
  readonly ledger: readonly VirtualBill[]
  readonly saleFault: () => VirtualCloudFault | undefined
  /** The fault of this question; the next call gives the next one. */
  readonly takeLookFault: () => VirtualCloudFault | undefined
  readonly find: (terminalReference: string) => VirtualBill | undefined
  /** Puts a bill on the terminal. An answer: of a bill that is charged, and nobody hears of it. */
  readonly put: (bill: Omit<VirtualBill, 'state'>) => HttpAnswer | null
  /** What the citizen at the terminal does between two questions. */
  readonly advance: (bill: VirtualBill) => void
  /** false: too late. */
  readonly takeBack: (bill: VirtualBill) => boolean
}

const LOOKS_TO_PAY = 2
const LOOKS_TO_PAY_LATE = 6

/** `serve` answers in the words of one vendor. */
export async function startVirtualCloud(
  serve: (till: CloudTill) => (path: string, fields: Fields) => HttpAnswer,
  tls: CloudTls | null = null,
): Promise<VirtualCloud> {
  const ledger: VirtualBill[] = []
  const looksAt = new Map<VirtualBill, number>()
  let saleFault: VirtualCloudFault | undefined
  let lookFaults: VirtualCloudFault[] = []
  const answerTo = serve({
    ledger,
    saleFault: () => saleFault,
    takeLookFault: () => lookFaults.shift(),
    find: (wanted) => ledger.find(({ terminalReference }) => terminalReference === wanted),
    put: (bill) => {
      const isLost = saleFault === 'answer_lost' || saleFault === 'silence'
      ledger.push({ ...bill, state: isLost ? 'charged' : 'waiting' })
      if (!isLost) return null
      return { kind: saleFault === 'silence' ? 'silence' : 'cut' }
    },
    advance: (bill) => {
      if (bill.state !== 'waiting' || saleFault === 'never_ends') return
      const looks = (looksAt.get(bill) ?? 0) + 1
      looksAt.set(bill, looks)
      if (looks < (saleFault === 'late_approval' ? LOOKS_TO_PAY_LATE : LOOKS_TO_PAY)) return
      if (saleFault === 'declined') bill.state = 'declined'
      else if (saleFault === 'cancelled_at_terminal') bill.state = 'cancelled'
      else bill.state = 'charged'
    },
    takeBack: (bill) => {
      if (bill.state !== 'waiting' || saleFault === 'late_approval') return false
      if (saleFault !== 'never_ends') bill.state = 'cancelled'
      return true
    },
  })
  const server = await startHttpAnswers((path, body) => answerTo(path, fieldsOf(body)), tls)
  return {
    url: new URL(server.origin),
    ledger,
    requests: server.requests,
    script: ({ sale, looks = [] }) => {
      saleFault = sale
      lookFaults = [...looks]
    },
    close: server.close,
  }
}

/** An answer that a line or a broken server spoils. */
export function damage(answer: HttpAnswer, fault: VirtualCloudFault | undefined): HttpAnswer {
  if (answer.kind !== 'json') return answer
  if (fault === 'answer_lost') return { kind: 'cut' }
  if (fault === 'html') return { kind: 'html' }
  if (fault === 'half') return { kind: 'half', body: answer.body }
  if (fault === 'status_500') return { ...answer, status: 500 }
  return answer
}

function fieldsOf(body: string): Fields {
  try {
    return JSON.parse(body) as Fields
  } catch {
    return {}
  }
}
