// A nexo terminal of its own, written from the protocol's description and not from the driver: it keeps a ledger of what it charged and
// reversed, and does what a script of faults says. Called by tests. Its sealing is done with node:crypto alone.
import { createCipheriv, createDecipheriv, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto'
import type { HttpAnswer } from './http-answers.ts'
import { startHttpAnswers } from './http-answers.ts'

export type VirtualNexoFault =
  | 'declined'
  | 'wrong_pin'
  | 'cancelled_at_terminal'
  | 'busy'
  /** Charged, and the answer gets lost on the way; of a question: its answer gets lost. */
  | 'answer_lost'
  /** The line breaks before the terminal sees the sale. */
  | 'request_lost'
  | 'silence'
  /** Lost answer; the card is charged only after a few questions. */
  | 'late_approval'
  | 'other_service'
  | 'other_sale'
  | 'other_terminal'
  | 'other_amount'
  | 'partial'
  | 'wrong_hmac'
  | 'not_sealed'
  | 'html'
  | 'half'
  | 'status_500'

export type VirtualNexoOptions = {
  readonly poiId: string
  readonly saleId: string
  readonly key?: { passphrase: string; keyIdentifier: string; keyVersion: number }
  readonly tls?: { key: string; cert: string }
}

export type VirtualSale = {
  readonly reference: string
  readonly amount: string
  state: 'charged' | 'reversed' | 'not_charged'
}

export type VirtualNexo = {
  readonly url: URL
  readonly ledger: readonly VirtualSale[]
  /** Bodies as they came over the line. */
  readonly requests: readonly { readonly path: string; readonly body: string }[]
  /** Of the next payment or reversal; `statuses`: one for each question about a state, then none. */
  readonly script: (next: {
    sale?: VirtualNexoFault
    statuses?: VirtualNexoFault[]
    notFound?: boolean
  }) => void
  readonly close: () => Promise<void>
}

type Message = Record<string, unknown>
type Header = {
  MessageCategory: string
  MessageType: string
  ServiceID: string
  SaleID: string
  POIID: string
}

const QUESTIONS_BEFORE_LATE_APPROVAL = 2

export async function startVirtualNexo(options: VirtualNexoOptions): Promise<VirtualNexo> {
  const ledger: VirtualSale[] = []
  /** What was answered to each message, to be repeated. */
  const answered = new Map<string, { header: Header; body: Message }>()
  const late: { sale: VirtualSale; finish: () => void; questions: number }[] = []
  let saleFault: VirtualNexoFault | undefined
  let statusFaults: VirtualNexoFault[] = []
  let isForgetful = false
  const keys = options.key === undefined ? null : derive(options.key.passphrase)

  const write = (header: Header, body: Message, fault?: VirtualNexoFault): HttpAnswer => {
    const shown = disguise(header, fault)
    const text = JSON.stringify({ SaleToPOIResponse: { MessageHeader: shown, ...body } })
    const isOpen = keys === null || options.key === undefined || fault === 'not_sealed'
    return damage(isOpen ? text : sealed(text, { shown, keys, key: options.key, fault }), fault)
  }

  const pay = (header: Header, request: Message): HttpAnswer => {
    const fault = saleFault
    saleFault = undefined
    if (fault === 'request_lost') return { kind: 'cut' }
    const { RequestedAmount: amount } = at(request, 'PaymentRequest', 'PaymentTransaction', 'AmountsReq')
    // the amount as it stands in the text, two decimals and all
    const sale: VirtualSale = { reference: header.ServiceID, amount: String(amount), state: 'not_charged' }
    ledger.push(sale)
    const refusal = refusalOf(fault)
    const finish = (): Message => {
      sale.state = refusal === null ? 'charged' : 'not_charged'
      const body = paymentBody({ sale, refusal, poiId: options.poiId })
      answered.set(header.ServiceID, { header, body })
      return body
    }
    if (fault === 'late_approval') {
      late.push({ sale, finish, questions: 0 })
      return { kind: 'cut' }
    }
    const body = finish()
    if (fault === 'answer_lost') return { kind: 'cut' }
    if (fault === 'silence') return { kind: 'silence' }
    return write(header, showing(sale, fault) ?? body, fault)
  }

  /** What it says instead of what it charged. */
  const showing = (sale: VirtualSale, fault: VirtualNexoFault | undefined): Message | null => {
    if (fault !== 'other_amount' && fault !== 'partial') return null
    const result = fault === 'partial' ? 'Partial' : 'Success'
    return paymentBody({ sale: { ...sale, amount: '1.00' }, refusal: null, poiId: options.poiId, result })
  }

  const tell = (header: Header, request: Message): HttpAnswer => {
    const fault = statusFaults.shift()
    const { ServiceID, MessageCategory } = at(request, 'TransactionStatusRequest', 'MessageReference')
    const MessageReference = { ServiceID, MessageCategory, SaleID: header.SaleID, POIID: header.POIID }
    const failed = (ErrorCondition: string) => ({
      TransactionStatusResponse: { MessageReference, Response: { Result: 'Failure', ErrorCondition } },
    })
    const waiting = late.find(({ sale }) => sale.reference === ServiceID && sale.state === 'not_charged')
    if (waiting !== undefined) {
      waiting.questions += 1
      if (waiting.questions <= QUESTIONS_BEFORE_LATE_APPROVAL)
        return write(header, failed('InProgress'), fault)
      waiting.finish()
    }
    const known = isForgetful ? undefined : answered.get(String(ServiceID))
    if (known === undefined) return write(header, failed('NotFound'), fault)
    const sale = ledger.find(({ reference }) => reference === ServiceID)
    const shown = sale === undefined ? null : showing(sale, fault)
    const repeated = fault === 'other_sale' ? { ...known.header, ServiceID: 'OTHER' } : known.header
    const TransactionStatusResponse = {
      MessageReference,
      Response: { Result: 'Success' },
      RepeatedMessageResponse: {
        MessageHeader: { ...repeated, MessageType: 'Response' },
        RepeatedResponseMessageBody: shown ?? known.body,
      },
    }
    return write(header, { TransactionStatusResponse }, fault === 'other_sale' ? undefined : fault)
  }

  const reverse = (header: Header, request: Message): HttpAnswer => {
    const fault = saleFault
    saleFault = undefined
    if (fault === 'request_lost') return { kind: 'cut' }
    const { TransactionID } = at(request, 'ReversalRequest', 'OriginalPOITransaction', 'POITransactionID')
    const sale = ledger.find(({ reference }) => `POI.${reference}` === TransactionID)
    const canReverse = sale?.state === 'charged' && fault !== 'declined'
    if (canReverse) sale.state = 'reversed'
    const Response = canReverse
      ? { Result: 'Success' }
      : { Result: 'Failure', ErrorCondition: 'Refusal', AdditionalResponse: 'message=Not%20reversible' }
    const body = {
      ReversalResponse: { Response, POIData: { POITransactionID: transaction(`R.${sale?.reference}`) } },
    }
    answered.set(header.ServiceID, { header, body })
    return fault === 'answer_lost' ? { kind: 'cut' } : write(header, body, fault)
  }

  const answerTo = (_path: string, text: string): HttpAnswer => {
    const message = opened(text, keys)
    const request = (message?.['SaleToPOIRequest'] ?? {}) as Message
    const header = request['MessageHeader'] as Header | undefined
    if (header === undefined || header.POIID !== options.poiId || header.SaleID !== options.saleId) {
      return { kind: 'html', status: 400 }
    }
    if (header.MessageCategory === 'Payment') return pay(header, request)
    if (header.MessageCategory === 'TransactionStatus') return tell(header, request)
    if (header.MessageCategory === 'Reversal') return reverse(header, request)
    if (header.MessageCategory === 'Abort') return { kind: 'html' }
    const isBusy = saleFault === 'busy'
    const POIStatus = { GlobalStatus: isBusy ? 'Busy' : 'OK' }
    return write(header, { DiagnosisResponse: { Response: { Result: 'Success' }, POIStatus } }, saleFault)
  }
  const server = await startHttpAnswers(answerTo, options.tls ?? null)
  return {
    url: new URL(`${server.origin}/nexo`),
    ledger,
    requests: server.requests,
    script: ({ sale, statuses = [], notFound = false }) => {
      saleFault = sale
      statusFaults = [...statuses]
      isForgetful = notFound
    },
    close: server.close,
  }
}

function refusalOf(fault: VirtualNexoFault | undefined): { condition: string; words: string } | null {
  if (fault === 'declined') return { condition: 'Refusal', words: 'refusalReason=214%20Declined%20online' }
  if (fault === 'wrong_pin') return { condition: 'WrongPIN', words: 'message=PIN%20tries%20exceeded' }
  if (fault === 'cancelled_at_terminal') {
    return { condition: 'Cancel', words: 'message=108%20Shopper%20cancelled' }
  }
  return fault === 'busy' ? { condition: 'Busy', words: 'message=Terminal%20busy' } : null
}

function paymentBody({
  sale,
  refusal,
  poiId,
  result = 'Success',
}: {
  sale: VirtualSale
  refusal: { condition: string; words: string } | null
  poiId: string
  result?: string
}): Message {
  const common = {
    SaleData: { SaleTransactionID: transaction(sale.reference) },
    POIData: { POITransactionID: transaction(`POI.${sale.reference}`) },
  }
  if (refusal !== null) {
    const Response = {
      Result: 'Failure',
      ErrorCondition: refusal.condition,
      AdditionalResponse: refusal.words,
    }
    return { PaymentResponse: { Response, ...common } }
  }
  const PaymentResult = {
    AmountsResp: { Currency: 'INR', AuthorizedAmount: Number(sale.amount) },
    PaymentInstrumentData: {
      PaymentInstrumentType: 'Card',
      CardData: { MaskedPan: '411111 **** 1111', PaymentBrand: 'visa' },
    },
    PaymentAcquirerData: {
      MerchantID: 'TOWN',
      AcquirerPOIID: poiId,
      AcquirerTransactionID: transaction('412345678901'),
      ApprovalCode: '849035',
    },
  }
  const line = (name: string, value: string) => ({ Text: `name=${name}&value=${value}&key=x` })
  const PaymentReceipt = [
    {
      DocumentQualifier: 'CashierReceipt',
      RequiredSignatureFlag: true,
      OutputContent: { OutputFormat: 'Text', OutputText: [{ Text: 'Sign here' }] },
    },
    {
      DocumentQualifier: 'CustomerReceipt',
      OutputContent: {
        OutputFormat: 'Text',
        OutputText: [line('Card', '%2A%2A%2A%2A%201111'), { Text: 'PIN OK' }],
      },
    },
  ]
  return {
    PaymentResponse: {
      Response: { Result: result, AdditionalResponse: 'cardHolderName=A%20B' },
      ...common,
      PaymentResult,
      PaymentReceipt,
    },
  }
}

function transaction(id: string) {
  return { TransactionID: id, TimeStamp: '2026-11-23T10:15:31.000Z' }
}

function disguise(header: Header, fault: VirtualNexoFault | undefined): Header {
  const answer = { ...header, MessageType: 'Response' }
  if (fault === 'other_service') return { ...answer, ServiceID: 'ANOTHER1' }
  if (fault === 'other_sale') return { ...answer, SaleID: 'OTHER-TILL' }
  if (fault === 'other_terminal') return { ...answer, POIID: 'V400m-999999999' }
  return answer
}

function damage(body: string, fault: VirtualNexoFault | undefined): HttpAnswer {
  if (fault === 'answer_lost') return { kind: 'cut' }
  if (fault === 'html') return { kind: 'html' }
  if (fault === 'half') return { kind: 'half', body }
  if (fault === 'status_500') return { kind: 'json', body, status: 500 }
  if (fault === 'silence') return { kind: 'silence' }
  return { kind: 'json', body }
}

function at(message: Message, ...path: string[]): Message {
  let found: unknown = message
  for (const name of path) found = (found as Message | undefined)?.[name]
  return (found ?? {}) as Message
}

type Keys = { readonly hmac: Buffer; readonly aes: Buffer; readonly iv: Buffer }

function derive(passphrase: string): Keys {
  const bytes = pbkdf2Sync(passphrase, 'AdyenNexoV1Salt', 4000, 80, 'sha1')
  return { hmac: bytes.subarray(0, 32), aes: bytes.subarray(32, 64), iv: bytes.subarray(64) }
}

function sealed(
  text: string,
  sealing: {
    shown: Header
    keys: Keys
    key: { keyIdentifier: string; keyVersion: number }
    fault: VirtualNexoFault | undefined
  },
): string {
  const { keys, key } = sealing
  const nonce = randomBytes(16)
  const cipher = createCipheriv('aes-256-cbc', keys.aes, xor(keys.iv, nonce))
  const blob = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
  const hmac = createHmac('sha256', keys.hmac).update(text, 'utf8').digest()
  if (sealing.fault === 'wrong_hmac') hmac[0] = (hmac[0] ?? 0) ^ 1
  return JSON.stringify({
    SaleToPOIResponse: {
      MessageHeader: sealing.shown,
      NexoBlob: blob.toString('base64'),
      SecurityTrailer: {
        AdyenCryptoVersion: 1,
        KeyIdentifier: key.keyIdentifier,
        KeyVersion: key.keyVersion,
        Nonce: nonce.toString('base64'),
        Hmac: hmac.toString('base64'),
      },
    },
  })
}

function opened(text: string, keys: Keys | null): Message | null {
  try {
    const message = JSON.parse(text) as Message
    if (keys === null) return message
    const request = message['SaleToPOIRequest'] as Record<string, string>
    const trailer = at(message, 'SaleToPOIRequest', 'SecurityTrailer') as Record<string, string>
    const iv = xor(keys.iv, Buffer.from(trailer['Nonce'] ?? '', 'base64'))
    const decipher = createDecipheriv('aes-256-cbc', keys.aes, iv)
    const blob = Buffer.from(request['NexoBlob'] ?? '', 'base64')
    const plain = Buffer.concat([decipher.update(blob), decipher.final()])
    const hmac = createHmac('sha256', keys.hmac).update(plain).digest('base64')
    return hmac === trailer['Hmac'] ? (JSON.parse(plain.toString('utf8')) as Message) : null
  } catch {
    return null
  }
}

function xor(left: Buffer, right: Buffer): Buffer {
  return Buffer.from(left.map((byte, index) => byte ^ (right[index] ?? 0)))
}
