// Receipt PDFs: `/pdf-service/v1/_create`, `/filestore/v1/files/url` and the time-limited links it gives.
// pdf-service fails in its own shape `{ResponseInfo, message}` and needs a msgId. Read from: pdf-service, filestore.
import { createHash, randomUUID } from 'node:crypto'
import { fieldOf, isObject } from '#sandbox/wire/json-field.ts'
import { setOf, textOf } from '#sandbox/wire/query.ts'
import { responseInfoOf } from '#sandbox/wire/response-info.ts'
import type { PaymentRow } from '#sandbox/state/rows.ts'
import { digitError } from '#sandbox/wire/digit-error.ts'
import type { Answer, Call, Sandbox } from '#sandbox/sandbox-context.ts'
import { pdfBytes } from './pdf-bytes.ts'

export function createPdf(call: Call): Answer {
  const { query, requestInfo } = call
  const key = textOf(query, 'key')
  const tenantId = textOf(query, 'tenantId')
  const payments = fieldOf(call.body, 'Payments')
  const refuse = (message: string): Answer => ({
    status: 400,
    body: { ResponseInfo: responseInfoOf(requestInfo, '400 BAD_REQUEST'), message },
  })
  if (key === null || tenantId === null) return refuse('key and tenantId are mandatory in the query')
  if (typeof requestInfo?.['msgId'] !== 'string') return refuse('Cannot read property split of null')
  if (!Array.isArray(payments) || !isObject(payments[0])) return refuse('Payments is mandatory in the body')
  const startedAtMs = call.sandbox.clock.nowMs()
  const ids = payments.filter(isObject).map((payment) => {
    const id = randomUUID()
    const lines = linesOfWire(payment)
    call.sandbox.state.files.put({ id, tenantId, title: `RECEIPT ${key}`, lines, createdAtMs: startedAtMs })
    return id
  })
  return {
    status: 201,
    body: {
      ResponseInfo: responseInfoOf(requestInfo),
      message: 'pdf generation is completed',
      filestoreIds: ids,
      jobid: `${key}${startedAtMs}`,
      createdtime: startedAtMs,
      endtime: call.sandbox.clock.nowMs(),
      tenantid: tenantId,
      totalcount: ids.length,
      key,
      documentType: null,
      moduleName: null,
    },
  }
}

/** The file the PDF consumer makes after a payment; its id reaches the payment later. */
export function storeReceiptFile(sandbox: Sandbox, payment: PaymentRow): string {
  const id = randomUUID()
  const lines = [
    `Tenant: ${payment.tenantId}`,
    `Payment: ${payment.id}`,
    `Mode: ${payment.paymentMode}`,
    `Paid by: ${payment.paidBy}`,
    ...payment.details.map(
      (detail) =>
        `${detail.receiptNumber}  ${detail.businessService}  ${detail.bill.consumerCode}  Rs ${detail.totalPaidPaise / 100}`,
    ),
  ]
  const createdAtMs = sandbox.clock.nowMs()
  sandbox.state.files.put({ id, tenantId: payment.tenantId, title: 'RECEIPT', lines, createdAtMs })
  return id
}

export function fileUrls(call: Call): Answer {
  const { query, sandbox } = call
  const ids = setOf(query, 'fileStoreIds')
  if (ids.length === 0)
    throw digitError('MissingServletRequestParameterException', 'fileStoreIds is mandatory')
  const expiresAtMs = Date.now() + sandbox.settings.fileUrlLifeMs
  const found = ids.flatMap((id) => {
    const file = sandbox.state.files.get(id)
    if (file === undefined) return []
    const signature = signatureOf(id, expiresAtMs)
    return [
      {
        id,
        url: `${sandbox.url()}/filestore-content/${id}.pdf?expires=${expiresAtMs}&signature=${signature}`,
      },
    ]
  })
  const byId = Object.fromEntries(found.map((file) => [file.id, file.url]))
  return { status: 200, body: { ...byId, fileStoreIds: found } }
}

/** What the link of fileUrls gives: PDF bytes, or the object store's own 403 once it has expired. */
export function fileContent(sandbox: Sandbox, { id, query }: { id: string; query: URLSearchParams }): Answer {
  const expiresAtMs = Number(query.get('expires'))
  const file = sandbox.state.files.get(id)
  const isSigned = query.get('signature') === signatureOf(id, expiresAtMs)
  if (file === undefined || !isSigned || expiresAtMs < Date.now()) {
    const body = '<?xml version="1.0" encoding="UTF-8"?><Error><Code>AccessDenied</Code></Error>'
    return { status: 403, body, contentType: 'application/xml' }
  }
  return { status: 200, body: pdfBytes(file.title, file.lines), contentType: 'application/pdf' }
}

const linkSecret = randomUUID()

function signatureOf(id: string, expiresAtMs: number): string {
  return createHash('sha256').update(`${linkSecret}|${id}|${expiresAtMs}`).digest('hex').slice(0, 32)
}

function linesOfWire(payment: Record<string, unknown>): string[] {
  const details = fieldOf(payment, 'paymentDetails')
  const text = (holder: Record<string, unknown>, name: string) => textOfValue(fieldOf(holder, name))
  return [
    `Payment: ${text(payment, 'id')}`,
    `Mode: ${text(payment, 'paymentMode')}`,
    `Paid by: ${text(payment, 'paidBy')}`,
    `Amount: Rs ${text(payment, 'totalAmountPaid')}`,
    ...(Array.isArray(details) ? details.filter(isObject) : []).map(
      (detail) => `${text(detail, 'receiptNumber')}  ${text(detail, 'businessService')}`,
    ),
  ]
}

function textOfValue(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value ?? '')
}
