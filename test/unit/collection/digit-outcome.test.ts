// Goal: every answer of DIGIT falls into exactly one class of the retry table, and nothing unclear is ever called a failure.
import { describe, expect, it } from 'vitest'
import {
  classifyFailure,
  failureWords,
  saysAlreadyRecorded,
  saysStaleBill,
} from '#collection/digit-outcome.ts'

const errors = (...codes: string[]) => codes.map((code) => ({ code, message: null, description: null }))
const kind = (status: number, ...codes: string[]) =>
  classifyFailure({ status, errors: codes.length === 0 ? null : errors(...codes) }).kind

describe('the retry table', () => {
  it.each([
    [401, 'InvalidAccessTokenException', 'denied'],
    [401, 'CustomException', 'denied'],
    [403, 'CustomException', 'denied'],
    [429, 'RateLimitExceededException', 'transient'],
    [500, 'CustomException', 'transient'],
    [502, 'HttpHostConnectException', 'transient'],
    [502, 'ResourceAccessException', 'transient'],
    [500, 'SocketTimeoutException', 'unknown'],
    [500, 'ZuulRuntimeException', 'unknown'],
    [400, 'BILLING_SERVICE_ERROR', 'transient'],
    [400, 'IDGEN_SERVICE_ERROR', 'transient'],
    [400, 'SEQ_NUMBER_ERROR', 'transient'],
    [400, 'ResourceAccessError', 'transient'],
    [400, 'IllegalArgumentException', 'transient'],
    [400, 'APPORTIONING_FAILED_CODE', 'transient'],
    [400, 'COLLECTIONS_KAFKA_PUSH_FAILED', 'unknown'],
    [400, 'CannotCreateTransactionException', 'unknown'],
    [400, 'NullPointerException', 'unknown'],
    [400, 'TransactionSystemException', 'unknown'],
    [400, 'BILL_ALREADY_PAID', 'refused'],
    [400, 'BILL_EXPIRED', 'refused'],
    [400, 'INVALID_BILL_ID', 'refused'],
    [400, 'INVALID_PAYMENTDETAIL', 'refused'],
    [400, 'Pattern.paymentRequest.payment.paidBy', 'refused'],
    [400, 'NotNull.paymentRequest.payment.paymentMode', 'refused'],
    [400, 'SafeHtml.paymentRequest.payment.paidBy', 'refused'],
    [400, 'CHEQUE_DD_DATE_WITH_RECEIPT_DATE', 'refused'],
    [400, 'EG_BS_BILL_NO_DEMANDS_FOUND', 'refused'],
    [400, 'EG_BS_INVALID_TENANTID', 'refused'],
    [404, 'ResourceNotFoundException', 'refused'],
    [400, 'SomethingNobodyHasSeen', 'unknown'],
    [503, 'AnythingAtAll', 'unknown'],
  ])('%i %s is %s', (status, code, expected) => {
    expect(kind(status, code)).toBe(expected)
  })

  it.each([
    [200, 'bad-answer'],
    [201, 'bad-answer'],
    [400, 'unknown'],
    [401, 'denied'],
    [403, 'denied'],
    [429, 'transient'],
    [500, 'unknown'],
    [502, 'unknown'],
    [503, 'unknown'],
    [504, 'unknown'],
  ])('%i with an unreadable body is %s', (status, expected) => {
    expect(kind(status)).toBe(expected)
  })

  it('a refusal among several codes wins over an unclear one', () => {
    expect(kind(400, 'NullPointerException', 'BILL_EXPIRED')).toBe('refused')
  })
})

describe('what a refusal says', () => {
  const failed = (message: string) =>
    classifyFailure({
      status: 400,
      errors: [{ code: 'PAYMENT_CREATION_FAILED', message, description: null }],
    })

  it('somebody holds the bill id: by code, or by the unique constraint', () => {
    const unique = failed(
      'ERROR: duplicate key value violates unique constraint "uk_egcl_paymentdetail" (9876512345)',
    )
    expect(saysAlreadyRecorded(unique)).toBe(true)
    expect(saysAlreadyRecorded(failed('pk_egcl_bill'))).toBe(true)
    expect(saysAlreadyRecorded(classifyFailure({ status: 400, errors: errors('BILL_ALREADY_PAID') }))).toBe(
      true,
    )
    expect(saysAlreadyRecorded(failed('connection lost'))).toBe(false)
    expect(JSON.stringify(unique) + failureWords(unique)).not.toContain('9876512345')
  })

  it('the bill is stale', () => {
    expect(saysStaleBill(classifyFailure({ status: 400, errors: errors('BILL_EXPIRED') }))).toBe(true)
    expect(saysStaleBill(classifyFailure({ status: 400, errors: errors('INVALID_BILL_ID') }))).toBe(true)
    expect(saysStaleBill(classifyFailure({ status: 400, errors: errors('INVALID_BILL') }))).toBe(false)
  })
})
