// Ezetap's push-to-pay cloud with one terminal on it, written from the vendor's pages and not from the driver: bills are pushed, a card
// is held to the terminal, and a ledger tells what was charged. Does what a script of faults says. Called by tests.
import type { HttpAnswer } from './http-answers.ts'
import type {
  CloudTill,
  CloudTls,
  Fields,
  VirtualBill,
  VirtualCloud,
  VirtualCloudFault,
} from './virtual-cloud.ts'
import { damage, startVirtualCloud } from './virtual-cloud.ts'

export async function startVirtualEzetap(who: {
  appKey: string
  username: string
  deviceId: string
  tls?: CloudTls
}): Promise<VirtualCloud> {
  const serve = (till: CloudTill) => (path: string, fields: Fields) => {
    if (fields['appKey'] !== who.appKey || fields['username'] !== who.username) {
      return refuse('EZETAP_0000015', 'Authentication failed')
    }
    if (path === '/api/3.0/p2p/start') return push(till, fields, who.deviceId)
    if (path === '/api/3.0/p2p/status') return tell(till, fields)
    if (path === '/api/3.0/p2p/cancel') return cancel(till, fields)
    return { kind: 'html', status: 404 } as const
  }
  return await startVirtualCloud(serve, who.tls)
}

function push(till: CloudTill, fields: Fields, knownDevice: string): HttpAnswer {
  const fault = till.saleFault()
  if (fault === 'request_lost') return { kind: 'cut' }
  if (fault === 'busy') return refuse('EZETAP_0000623', 'Device is busy with a pending notification')
  if (fault === 'terminal_offline') return refuse('EZETAP_0000385', 'Device is not in the network')
  const { deviceId } = (fields['pushTo'] ?? {}) as Fields
  if (deviceId !== knownDevice) return refuse('EZETAP_0000382', 'Device not found')
  const p2pRequestId = `26112310153078${till.ledger.length}E020059712`
  const nothing = till.put({
    reference: String(fields['externalRefNumber']),
    terminalReference: p2pRequestId,
    amount: String(fields['amount']),
  })
  if (nothing !== null) return nothing
  if (fault === 'duplicate') return refuse('EZETAP_0000001', 'Duplicate external reference number')
  if (fault === 'no_number') return say({ success: true })
  return damage(say({ success: true, p2pRequestId }), fault)
}

function tell(till: CloudTill, fields: Fields): HttpAnswer {
  const fault = till.takeLookFault()
  const bill = till.find(String(fields['origP2pRequestId']))
  if (bill === undefined || fault === 'not_found') {
    return refuse('EZETAP_0000383', 'Notification not found for this refNumber')
  }
  till.advance(bill)
  const externalRefNumber = fault === 'other_sale' ? 'OTHER' : bill.reference
  return damage(say({ ...stateOf(bill, fault ?? till.saleFault()), externalRefNumber }), fault)
}

function cancel(till: CloudTill, fields: Fields): HttpAnswer {
  const bill = till.find(String(fields['origP2pRequestId']))
  if (bill === undefined) return refuse('EZETAP_0000383', 'Notification not found')
  if (till.takeBack(bill)) return say({ success: true })
  return refuse('EZETAP_0000610', 'Transaction already initiated, cannot initiate cancellation')
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
