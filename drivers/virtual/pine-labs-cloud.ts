// Pine Labs' Plutus cloud with one terminal on it, written from the vendor's pages and not from the driver: bills are uploaded, a card
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

const FIRST_ID = 658_845

export async function startVirtualPineLabs(who: {
  merchantId: string
  securityToken: string
  tls?: CloudTls
}): Promise<VirtualCloud> {
  const serve = (till: CloudTill) => (path: string, fields: Fields) => {
    if (fields['MerchantID'] !== who.merchantId || fields['SecurityToken'] !== who.securityToken) {
      return say(1, 'INVALID MERCHANT OR TOKEN')
    }
    if (path.endsWith('/UploadBilledTransaction')) return upload(till, fields)
    if (path.endsWith('/GetCloudBasedTxnStatus')) return tell(till, fields)
    if (path.endsWith('/CancelTransaction')) return cancel(till, fields)
    return { kind: 'html', status: 404 } as const
  }
  return await startVirtualCloud(serve, who.tls)
}

function upload(till: CloudTill, fields: Fields): HttpAnswer {
  const fault = till.saleFault()
  if (fault === 'request_lost') return { kind: 'cut' }
  if (fault === 'busy') return say(1, 'TERMINAL BUSY')
  if (fault === 'terminal_offline') return say(1, 'INVALID SOURCE IMEI/DEVICE')
  const PlutusTransactionReferenceID = FIRST_ID + till.ledger.length
  const nothing = till.put({
    reference: String(fields['TransactionNumber']),
    terminalReference: String(PlutusTransactionReferenceID),
    amount: String(fields['Amount']),
  })
  if (nothing !== null) return nothing
  if (fault === 'duplicate') return say(1, 'DUPLICATE TRANSACTION NUMBER')
  if (fault === 'no_number') return say(0, 'APPROVED')
  return damage(say(0, 'APPROVED', { PlutusTransactionReferenceID }), fault)
}

function tell(till: CloudTill, fields: Fields): HttpAnswer {
  const id = String(fields['PlutusTransactionReferenceID'])
  const fault = till.takeLookFault()
  const bill = till.find(id)
  const PlutusTransactionReferenceID = fault === 'other_sale' ? 111 : Number(id)
  if (bill === undefined || fault === 'not_found') {
    return say(1, 'INVALID PLUTUS TXN REF ID', { PlutusTransactionReferenceID, TransactionData: null })
  }
  till.advance(bill)
  const isPinWrong = till.saleFault() === 'wrong_pin' && bill.state === 'waiting'
  const [code, message] = isPinWrong ? ([1001, 'WRONG PIN ENTERED'] as const) : STATES[bill.state]
  const TransactionData = bill.state === 'charged' ? tagsOf(bill, fault ?? till.saleFault()) : null
  return damage(say(code, message, { PlutusTransactionReferenceID, TransactionData }), fault)
}

function cancel(till: CloudTill, fields: Fields): HttpAnswer {
  const bill = till.find(String(fields['PlutusTransactionReferenceID']))
  if (bill === undefined || String(fields['Amount']) !== bill.amount) return say(1, 'TRANSACTION NOT FOUND')
  return till.takeBack(bill) ? say(0, 'APPROVED') : say(1, 'CANNOT CANCEL AS TRANSACTION IS IN PROGRESS')
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
