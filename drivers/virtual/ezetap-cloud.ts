// Ezetap's push-to-pay cloud with one terminal on it, written from the vendor's pages and not from the driver: bills are pushed, a card
// is held to the terminal, and a ledger tells what was charged. Does what a script of faults says. Called by tests.
import type { HttpAnswer } from './http-answers.ts'
import { startHttpAnswers } from './http-answers.ts'
import type { VirtualBill, VirtualCloud, VirtualCloudFault } from './pine-labs-cloud.ts'

type Fields = Record<string, unknown>

const LOOKS_TO_PAY = 2
const LOOKS_TO_PAY_LATE = 6

export async function startVirtualEzetap(who: {
  appKey: string
  username: string
  deviceId: string
}): Promise<VirtualCloud> {
  const ledger: VirtualBill[] = []
  const looksAt = new Map<VirtualBill, number>()
  let saleFault: VirtualCloudFault | undefined
  let lookFaults: VirtualCloudFault[] = []

  const push = (fields: Fields): HttpAnswer => {
    if (saleFault === 'request_lost') return { kind: 'cut' }
    if (saleFault === 'busy') return refuse('EZETAP_0000623', 'Device is busy with a pending notification')
    if (saleFault === 'terminal_offline') return refuse('EZETAP_0000385', 'Device is not in the network')
    const { deviceId } = (fields['pushTo'] ?? {}) as Fields
    if (deviceId !== who.deviceId) return refuse('EZETAP_0000382', 'Device not found')
    const bill: VirtualBill = {
      reference: String(fields['externalRefNumber']),
      terminalReference: `26112310153078${ledger.length}E020059712`,
      amount: String(fields['amount']),
      state: 'waiting',
    }
    ledger.push(bill)
    if (saleFault === 'answer_lost' || saleFault === 'silence') {
      bill.state = 'charged'
      return { kind: saleFault === 'silence' ? 'silence' : 'cut' }
    }
    if (saleFault === 'duplicate') return refuse('EZETAP_0000001', 'Duplicate external reference number')
    if (saleFault === 'no_number') return say({ success: true })
    return damage(say({ success: true, p2pRequestId: bill.terminalReference }), saleFault)
  }

  const tell = (fields: Fields): HttpAnswer => {
    const fault = lookFaults.shift()
    const bill = ledger.find(({ terminalReference }) => terminalReference === fields['origP2pRequestId'])
    if (bill === undefined || fault === 'not_found') {
      return refuse('EZETAP_0000383', 'Notification not found for this refNumber')
    }
    advance(bill)
    const externalRefNumber = fault === 'other_sale' ? 'OTHER' : bill.reference
    return damage(say({ ...stateOf(bill, fault ?? saleFault), externalRefNumber }), fault)
  }

  /** What the citizen at the terminal does between two questions. */
  const advance = (bill: VirtualBill) => {
    if (bill.state !== 'waiting' || saleFault === 'never_ends') return
    const looks = (looksAt.get(bill) ?? 0) + 1
    looksAt.set(bill, looks)
    if (looks < (saleFault === 'late_approval' ? LOOKS_TO_PAY_LATE : LOOKS_TO_PAY)) return
    if (saleFault === 'declined') bill.state = 'declined'
    else if (saleFault === 'cancelled_at_terminal') bill.state = 'cancelled'
    else bill.state = 'charged'
  }

  const cancel = (fields: Fields): HttpAnswer => {
    const bill = ledger.find(({ terminalReference }) => terminalReference === fields['origP2pRequestId'])
    if (bill === undefined) return refuse('EZETAP_0000383', 'Notification not found')
    if (bill.state !== 'waiting' || saleFault === 'late_approval') {
      return refuse('EZETAP_0000610', 'Transaction already initiated, cannot initiate cancellation')
    }
    if (saleFault !== 'never_ends') bill.state = 'cancelled'
    return say({ success: true })
  }

  const answerTo = (path: string, body: string): HttpAnswer => {
    const fields = fieldsOf(body)
    if (fields['appKey'] !== who.appKey || fields['username'] !== who.username) {
      return refuse('EZETAP_0000015', 'Authentication failed')
    }
    if (path === '/api/3.0/p2p/start') return push(fields)
    if (path === '/api/3.0/p2p/status') return tell(fields)
    if (path === '/api/3.0/p2p/cancel') return cancel(fields)
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

function stateOf(bill: VirtualBill, fault: VirtualCloudFault | undefined): Fields {
  if (bill.state === 'waiting') {
    const message = fault === 'wrong_pin' ? 'Incorrect PIN, try again' : 'Notification has been received'
    return { success: true, messageCode: 'P2P_DEVICE_RECEIVED', message }
  }
  if (bill.state === 'cancelled') {
    return { success: true, messageCode: 'P2P_DEVICE_CANCELED', message: 'Cancelled on device' }
  }
  const done = { success: true, messageCode: 'P2P_DEVICE_TXN_DONE', message: 'Transaction done on device' }
  // a refused card says success, too
  if (bill.state === 'declined') {
    return { ...done, status: 'FAILED', errorCode: 'EZETAP_1000003', errorMessage: 'Card declined' }
  }
  const amount = fault === 'other_amount' ? 1 : Number(bill.amount)
  return {
    ...done,
    status: 'AUTHORIZED',
    amount,
    totalAmount: amount,
    currencyCode: 'INR',
    txnId: '261123101534513E020067042',
    rrNumber: '532712345678',
    authCode: '849035',
    tid: '10130951',
    paymentMode: fault === 'paid_cash' ? 'CASH' : 'CARD',
    paymentCardBrand: 'RuPay',
    cardLastFourDigit: '5664',
    postingDate: 1_795_428_931_000,
  }
}

function say(fields: Fields): HttpAnswer {
  return { kind: 'json', body: JSON.stringify({ messageCode: null, errorCode: null, ...fields }) }
}

function refuse(errorCode: string, errorMessage: string): HttpAnswer {
  return say({ success: false, errorCode, errorMessage })
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
