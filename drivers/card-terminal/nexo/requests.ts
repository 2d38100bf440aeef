// The nexo messages the till sends (Adyen Terminal API, nexo Retailer Protocol 3.0, JSON). Called by nexo-terminal.ts.
import { createHash, randomBytes } from 'node:crypto'
import type { CardIntent } from '#drivers/card-terminal/card-terminal.ts'
import { amountText } from '#drivers/card-terminal/decimal-amount.ts'
import { exactNumber } from '#drivers/card-terminal/exact-json.ts'
import type { NexoCategory, NexoHeader } from './secure-envelope.ts'

export type NexoParties = {
  /** This till: "LDH-CTR-07". */
  readonly saleId: string
  /** The terminal: "V400m-123456789". */
  readonly poiId: string
  /** ISO 4217. */
  readonly currency: string
}

export type NexoRequest = { readonly header: NexoHeader; readonly json: string }

export function paymentRequest(parties: NexoParties, intent: CardIntent): NexoRequest {
  const requestedAmount = exactNumber(amountText(intent.amountPaise, 'rupees'))
  return requestOf(parties, 'Payment', intent.reference, {
    PaymentRequest: {
      SaleData: {
        SaleTransactionID: {
          TransactionID: intent.reference,
          TimeStamp: new Date(intent.startedAtMs).toISOString(),
        },
      },
      PaymentTransaction: {
        AmountsReq: { Currency: parties.currency, RequestedAmount: requestedAmount },
      },
    },
  })
}

/** Asks what became of the message with this ServiceID. */
export function statusRequest(
  parties: NexoParties,
  asked: { readonly serviceId: string; readonly category: 'Payment' | 'Reversal' },
): NexoRequest {
  return requestOf(parties, 'TransactionStatus', newServiceId(), {
    TransactionStatusRequest: {
      MessageReference: {
        MessageCategory: asked.category,
        ServiceID: asked.serviceId,
        SaleID: parties.saleId,
        POIID: parties.poiId,
      },
      ReceiptReprintFlag: false,
    },
  })
}

export function abortRequest(parties: NexoParties, serviceId: string): NexoRequest {
  return requestOf(parties, 'Abort', newServiceId(), {
    AbortRequest: {
      AbortReason: 'MerchantAbort',
      MessageReference: {
        MessageCategory: 'Payment',
        ServiceID: serviceId,
        SaleID: parties.saleId,
        POIID: parties.poiId,
      },
    },
  })
}

/** The whole sale, by the terminal's own id and time of it. */
export function reversalRequest(
  parties: NexoParties,
  reversal: { readonly serviceId: string; readonly poiTransaction: PoiTransaction },
): NexoRequest {
  return requestOf(parties, 'Reversal', reversal.serviceId, {
    ReversalRequest: {
      OriginalPOITransaction: {
        POITransactionID: {
          TransactionID: reversal.poiTransaction.id,
          TimeStamp: reversal.poiTransaction.timeStamp,
        },
      },
      ReversalReason: 'MerchantCancel',
    },
  })
}

export function diagnosisRequest(parties: NexoParties): NexoRequest {
  return requestOf(parties, 'Diagnosis', newServiceId(), { DiagnosisRequest: { HostDiagnosisFlag: false } })
}

export type PoiTransaction = { readonly id: string; readonly timeStamp: string }

export function reversalKeyOf({ id, timeStamp }: PoiTransaction): string {
  return `${timeStamp}|${id}`
}

/** null: not a key this driver gave. */
export function poiTransactionOf(reversalKey: string | null): PoiTransaction | null {
  const at = reversalKey?.indexOf('|') ?? -1
  if (reversalKey === null || at < 1 || at === reversalKey.length - 1) return null
  return { timeStamp: reversalKey.slice(0, at), id: reversalKey.slice(at + 1) }
}

/** The same for the same sale and try, so that a reversal whose answer was lost is asked about and never made twice. */
export function reversalServiceId(reference: string, attempt: number): string {
  const digest = createHash('sha256').update(`reversal ${attempt} of ${reference}`).digest()
  return `r${base36(digest)}`
}

/** Small letters: never one of the till's references. */
function newServiceId(): string {
  return `s${base36(randomBytes(8))}`
}

function base36(bytes: Buffer): string {
  return bytes.readBigUInt64BE().toString(36).padStart(9, '0').slice(-9)
}

function requestOf(
  parties: NexoParties,
  category: NexoCategory,
  serviceId: string,
  body: Record<string, unknown>,
): NexoRequest {
  const header: NexoHeader = {
    ProtocolVersion: '3.0',
    MessageClass: 'Service',
    MessageCategory: category,
    MessageType: 'Request',
    ServiceID: serviceId,
    SaleID: parties.saleId,
    POIID: parties.poiId,
  }
  return { header, json: JSON.stringify({ SaleToPOIRequest: { MessageHeader: header, ...body } }) }
}
