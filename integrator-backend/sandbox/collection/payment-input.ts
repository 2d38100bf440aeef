// Reads and checks the body of `_create` the way bean validation does: every field rule broken is one entry.
// Called by create-payment. Read from: collection Payment, PaymentDetail.
import { paymentModes, UPYOG_PAYMENT_MODE } from '#digit-wire/payment.ts'
import { DigitError, javaException } from '#sandbox/wire/digit-error.ts'
import type { ErrorEntry } from '#sandbox/wire/digit-error.ts'
import { echoFieldOf, fieldOf, isObject } from '#sandbox/wire/json-field.ts'
import { paiseOf } from '#sandbox/wire/rupees.ts'
import { must } from '#sandbox/must.ts'

export type PaymentDetailInput = {
  billId: string
  totalPaidPaise: number
  /** The amount with the text it came in, for the echo. */
  totalPaidEcho: unknown
  manualReceiptNumber: string | null
  manualReceiptDate: number | null
  additionalDetails: unknown
}

export type PaymentInput = {
  tenantId: string
  totalPaidPaise: number
  totalPaidEcho: unknown
  paymentMode: string
  paidBy: string
  payerName: string | null
  mobileNumber: string | null
  payerEmail: string | null
  payerAddress: string | null
  transactionNumber: string | null
  transactionDate: number | null
  instrumentNumber: string | null
  instrumentDate: number | null
  ifscCode: string | null
  additionalDetails: unknown
  /** null when the list is missing: the service then fails with NullPointerException. */
  details: PaymentDetailInput[] | null
}

/** DIGIT's own name pattern in its linear form: ASCII letters; a separator only before a letter or a space. */
const namePattern = /^[A-Za-z]+(?:[_\-'`. ][A-Za-z ][A-Za-z]*)*$/
const mobilePattern = /^[6-9][0-9]{9}$/
const emailPattern = /^[\w.+%-]+@[\w-]+(?:\.[\w-]+)*\.[A-Za-z]{2,}$/
const htmlPattern = /<[a-z!/]/i

type Rule = { sizeMax: number; isRequired?: boolean; pattern?: RegExp; isHtmlChecked?: boolean }

const textRules: Record<string, Rule> = {
  tenantId: { sizeMax: 64, isRequired: true },
  paidBy: { sizeMax: 128, isRequired: true, pattern: namePattern },
  payerName: { sizeMax: 128, pattern: namePattern },
  mobileNumber: { sizeMax: 64, pattern: mobilePattern },
  payerEmail: { sizeMax: 64 },
  payerAddress: { sizeMax: 1024 },
  transactionNumber: { sizeMax: 128 },
  instrumentNumber: { sizeMax: 128 },
  ifscCode: { sizeMax: 64 },
}

/** Throws DigitError with all violations, or JsonMappingException for values of the wrong kind. */
export function readPayment(body: Record<string, unknown>, isUpyog: boolean): PaymentInput {
  const payment = fieldOf(body, 'Payment')
  const errors: ErrorEntry[] = []
  if (!isObject(payment)) {
    throw new DigitError([violation('NotNull', 'payment', 'may not be null')])
  }
  const texts: Record<string, string | null> = {}
  for (const [name, rule] of Object.entries(textRules)) {
    texts[name] = readText(payment, { name, path: `payment.${name}`, rule, errors })
  }
  if (texts['payerEmail'] && !emailPattern.test(texts['payerEmail'])) {
    errors.push(violation('Pattern', 'payment.payerEmail', 'must match the e-mail pattern'))
  }
  const paymentMode = readMode(payment, isUpyog)
  if (paymentMode === null) errors.push(violation('NotNull', 'payment.paymentMode', 'may not be null'))
  const totalPaid = readAmount(payment, 'totalAmountPaid')
  if (totalPaid === null) errors.push(violation('NotNull', 'payment.totalAmountPaid', 'may not be null'))
  const details = readDetails(payment, errors)
  const dates = {
    transactionDate: readLong(payment, 'transactionDate'),
    instrumentDate: readLong(payment, 'instrumentDate'),
  }
  if (errors.length > 0 || paymentMode === null || totalPaid === null) throw new DigitError(errors)
  return {
    tenantId: must(texts['tenantId'], 'tenantId'),
    totalPaidPaise: paiseOf(totalPaid),
    totalPaidEcho: echoFieldOf(payment, 'totalAmountPaid'),
    paymentMode,
    paidBy: must(texts['paidBy'], 'paidBy'),
    payerName: texts['payerName'] ?? null,
    mobileNumber: texts['mobileNumber'] ?? null,
    payerEmail: texts['payerEmail'] ?? null,
    payerAddress: texts['payerAddress'] ?? null,
    transactionNumber: texts['transactionNumber'] ?? null,
    instrumentNumber: texts['instrumentNumber'] ?? null,
    ifscCode: texts['ifscCode'] ?? null,
    ...dates,
    additionalDetails: fieldOf(payment, 'additionalDetails') ?? null,
    details,
  }
}

function readDetails(payment: Record<string, unknown>, errors: ErrorEntry[]): PaymentDetailInput[] | null {
  const list = fieldOf(payment, 'paymentDetails')
  if (list === undefined || list === null) return null
  if (!Array.isArray(list)) throw javaException('JsonMappingException', 'paymentDetails is not a list')
  return list.map((detail: unknown, at) => {
    const path = `payment.paymentDetails[${at}]`
    if (!isObject(detail)) throw javaException('JsonMappingException', `${path} is not an object`)
    const read = (name: string, rule: Rule) =>
      readText(detail, { name, path: `${path}.${name}`, rule, errors })
    const amount = readAmount(detail, 'totalAmountPaid')
    if (amount === null) errors.push(violation('NotNull', `${path}.totalAmountPaid`, 'may not be null'))
    return {
      billId: read('billId', { sizeMax: 64, isRequired: true }) ?? '',
      totalPaidPaise: paiseOf(amount ?? 0),
      totalPaidEcho: echoFieldOf(detail, 'totalAmountPaid'),
      manualReceiptNumber: read('manualReceiptNumber', { sizeMax: 64 }),
      manualReceiptDate: readLong(detail, 'manualReceiptDate'),
      additionalDetails: fieldOf(detail, 'additionalDetails') ?? null,
    }
  })
}

function readText(
  holder: Record<string, unknown>,
  { name, path, rule, errors }: { name: string; path: string; rule: Rule; errors: ErrorEntry[] },
): string | null {
  const value = fieldOf(holder, name)
  if (value === undefined || value === null) {
    if (rule.isRequired) errors.push(violation('NotNull', path, 'may not be null'))
    return null
  }
  if (typeof value === 'object') throw javaException('JsonMappingException', `${name} is not a text`)
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  if (text.length > rule.sizeMax) {
    errors.push(violation('Size', path, `size must be between 0 and ${rule.sizeMax}`))
  } else if (rule.pattern && !rule.pattern.test(text)) {
    errors.push(violation('Pattern', path, 'Invalid value; special characters are not allowed'))
  }
  if (htmlPattern.test(text)) errors.push(violation('SafeHtml', path, 'may have unsafe html content'))
  return text
}

/** Case-insensitive; an unknown mode is read as null, so it looks as if none was sent. */
function readMode(payment: Record<string, unknown>, isUpyog: boolean): string | null {
  const value = fieldOf(payment, 'paymentMode')
  if (typeof value !== 'string') return null
  const upper = value.toUpperCase()
  if (isUpyog && upper === UPYOG_PAYMENT_MODE) return upper
  return (paymentModes as readonly string[]).includes(upper) ? upper : null
}

function readAmount(holder: Record<string, unknown>, name: string): number | null {
  const value = fieldOf(holder, name)
  if (value === undefined || value === null || value === '') return null
  const amount = typeof value === 'string' ? Number(value) : value
  if (typeof amount !== 'number' || !Number.isFinite(amount) || Math.abs(amount) > 1e12) {
    throw javaException('JsonMappingException', `${name} is not a number`)
  }
  return amount
}

function readLong(holder: Record<string, unknown>, name: string): number | null {
  const value = fieldOf(holder, name)
  if (value === undefined || value === null || value === '') return null
  const long = Number(value)
  if (typeof value === 'object' || !Number.isFinite(long)) {
    throw javaException('JsonMappingException', `${name} is not a Long`)
  }
  return Math.trunc(long)
}

function violation(constraint: string, path: string, message: string): ErrorEntry {
  return { code: `${constraint}.paymentRequest.${path}`, message, description: null, params: null }
}
