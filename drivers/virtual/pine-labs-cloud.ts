// Pine Labs' Plutus cloud with one terminal on it, written from the vendor's pages and not from the driver: bills are uploaded, a card
// is held to the terminal, and a ledger tells what was charged. Does what a script of faults says. Called by tests.
import type { HttpAnswer } from './http-answers.ts'
import { startHttpAnswers } from './http-answers.ts'

export type VirtualCloudFault =
  | 'declined'
  | 'wrong_pin'
  | 'cancelled_at_terminal'
  | 'busy'
  | 'terminal_offline'
  | 'duplicate'
  /** Uploaded and charged, and the answer to the upload gets lost. */
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

type Fields = Record<string, unknown>

const LOOKS_TO_PAY = 2
const LOOKS_TO_PAY_LATE = 6

export async function startVirtualPineLabs(who: {
  merchantId: string
  securityToken: string
}): Promise<VirtualCloud> {
  const ledger: VirtualBill[] = []
  const looksAt = new Map<string, number>()
  let saleFault: VirtualCloudFault | undefined
  let lookFaults: VirtualCloudFault[] = []
  let lastId = 658_844

  const upload = (fields: Fields): HttpAnswer => {
    if (saleFault === 'request_lost') return { kind: 'cut' }
    if (saleFault === 'busy') return say(1, 'TERMINAL BUSY')
    if (saleFault === 'terminal_offline') return say(1, 'INVALID SOURCE IMEI/DEVICE')
    lastId += 1
    const bill: VirtualBill = {
      reference: String(fields['TransactionNumber']),
      terminalReference: String(lastId),
      amount: String(fields['Amount']),
      state: 'waiting',
    }
    ledger.push(bill)
    if (saleFault === 'answer_lost' || saleFault === 'silence') {
      bill.state = 'charged'
      return { kind: saleFault === 'silence' ? 'silence' : 'cut' }
    }
    if (saleFault === 'duplicate') return say(1, 'DUPLICATE TRANSACTION NUMBER')
    if (saleFault === 'no_number') return say(0, 'APPROVED')
    return damage(say(0, 'APPROVED', { PlutusTransactionReferenceID: lastId }), saleFault)
  }

  const tell = (fields: Fields): HttpAnswer => {
    const id = String(fields['PlutusTransactionReferenceID'])
    const fault = lookFaults.shift()
    const bill = ledger.find(({ terminalReference }) => terminalReference === id)
    const PlutusTransactionReferenceID = fault === 'other_sale' ? 111 : Number(id)
    if (bill === undefined || fault === 'not_found') {
      return say(1, 'INVALID PLUTUS TXN REF ID', { PlutusTransactionReferenceID, TransactionData: null })
    }
    advance(bill)
    const isPinWrong = saleFault === 'wrong_pin' && bill.state === 'waiting'
    const [code, message] = isPinWrong ? ([1001, 'WRONG PIN ENTERED'] as const) : STATES[bill.state]
    const TransactionData = bill.state === 'charged' ? tagsOf(bill, fault ?? saleFault) : null
    return damage(say(code, message, { PlutusTransactionReferenceID, TransactionData }), fault)
  }

  /** What the citizen at the terminal does between two questions. */
  const advance = (bill: VirtualBill) => {
    if (bill.state !== 'waiting' || saleFault === 'never_ends') return
    const looks = (looksAt.get(bill.terminalReference) ?? 0) + 1
    looksAt.set(bill.terminalReference, looks)
    if (looks < (saleFault === 'late_approval' ? LOOKS_TO_PAY_LATE : LOOKS_TO_PAY)) return
    if (saleFault === 'declined') bill.state = 'declined'
    else if (saleFault === 'cancelled_at_terminal') bill.state = 'cancelled'
    else bill.state = 'charged'
  }

  const cancel = (fields: Fields): HttpAnswer => {
    const id = String(fields['PlutusTransactionReferenceID'])
    const bill = ledger.find(({ terminalReference }) => terminalReference === id)
    if (bill === undefined || String(fields['Amount']) !== bill.amount) return say(1, 'TRANSACTION NOT FOUND')
    if (bill.state !== 'waiting' || saleFault === 'late_approval') {
      return say(1, 'CANNOT CANCEL AS TRANSACTION IS IN PROGRESS')
    }
    if (saleFault !== 'never_ends') bill.state = 'cancelled'
    return say(0, 'APPROVED')
  }

  const answerTo = (path: string, body: string): HttpAnswer => {
    const fields = fieldsOf(body)
    if (fields['MerchantID'] !== who.merchantId || fields['SecurityToken'] !== who.securityToken) {
      return say(1, 'INVALID MERCHANT OR TOKEN')
    }
    if (path.endsWith('/UploadBilledTransaction')) return upload(fields)
    if (path.endsWith('/GetCloudBasedTxnStatus')) return tell(fields)
    if (path.endsWith('/CancelTransaction')) return cancel(fields)
    return { kind: 'html', status: 404 }
  }
  const server = await startHttpAnswers(answerTo, null)
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

const STATES = {
  waiting: [1001, 'TXN UPLOADED'],
  charged: [0, 'TXN APPROVED'],
  declined: [1, 'TXN DECLINED'],
  cancelled: [1, 'TXN CANCELLED'],
} as const

function tagsOf(bill: VirtualBill, fault: VirtualCloudFault | undefined) {
  const amount = fault === 'other_amount' ? '100' : bill.amount
  return [
    { Tag: 'PaymentMode', Value: fault === 'paid_cash' ? 'CASH' : 'CARD' },
    { Tag: 'AmountInPaisa', Value: amount },
    { Tag: 'RRN', Value: '000792514130' },
    { Tag: 'ApprovalCode', Value: '849035' },
    { Tag: 'Card Number', Value: '************5664' },
    { Tag: 'Card Type', Value: 'RUPAY' },
    { Tag: 'TID', Value: '10130951' },
    { Tag: 'Transaction Date', Value: '23112026' },
    { Tag: 'Transaction Time', Value: '154531' },
  ]
}

function say(code: number, message: string, more: Fields = {}): HttpAnswer {
  return {
    kind: 'json',
    body: JSON.stringify({ ResponseCode: code, ResponseMessage: message, ...more, AdditionalInfo: null }),
  }
}

function damage(answer: HttpAnswer, fault: VirtualCloudFault | undefined): HttpAnswer {
  if (answer.kind !== 'json') return answer
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
