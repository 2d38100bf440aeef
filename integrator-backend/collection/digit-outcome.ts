// What an answer of DIGIT means, by the retry table (digit-contract §10). Called by app's DIGIT client after every call.
// Every failure of a Java service is HTTP 400, so the code decides, not the status.

export type DigitErrorEntry = { code: string; message: string | null; description: string | null }

/**
 * The closed list of ends of a call.
 * refused: DIGIT understood and said no; not-sent: surely never reached a service; transient: surely nothing stored,
 * try later; unknown: may have happened; denied: login or role; bad-answer: success that cannot be read.
 */
export type DigitFailure =
  | { kind: 'refused'; code: string; codes: readonly string[]; detail: string }
  | { kind: 'not-sent'; why: string }
  | { kind: 'transient'; code: string }
  | { kind: 'unknown'; why: string }
  | { kind: 'denied'; why: string }
  | { kind: 'bad-answer'; why: string }

export type DigitOutcome<T> = { kind: 'ok'; value: T } | DigitFailure

export type AnswerFacts = {
  status: number
  /** null when the body is not DIGIT's error envelope: HTML, half JSON, another shape. */
  errors: readonly DigitErrorEntry[] | null
}

/** Nothing was stored: the call may be repeated with the same bill id. */
const transientCodes = new Set([
  'BILLING_SERVICE_ERROR',
  'IDGEN_SERVICE_ERROR',
  'SEQ_NUMBER_ERROR',
  'ResourceAccessError',
  'IllegalArgumentException',
  'RateLimitExceededException',
  'HttpHostConnectException',
  'ResourceAccessException',
  'APPORTIONING_FAILED_CODE',
  'APPORTIONING_ERROR',
])

/** The service said no and stored nothing; bean validation codes carry a dot and are matched by prefix. */
const refusalCodes = new Set([
  'USER_INFO_INVALID',
  'INVALID_USER_INFO',
  'INVALID_USER_ID',
  'DUPLICATE_BILLID',
  'CHEQUE_DD_DATE_WITH_RECEIPT_DATE',
  'CHEQUE_DD_DATE_WITH_FUTURE_DATE',
  'CHEQUE_DD_DATE_WITH_MANUAL_RECEIPT_DATE',
  'BILL_ALREADY_PAID',
  'BILL_EXPIRED',
  'PAYMENT_CREATION_FAILED',
  'ID_NOT_FOUND',
  'SEQ_DOES_NOT_EXIST',
  'BILL_GEN_MANDATORY_FIELDS_MISSING',
  'BILL_SEARCH_CONSUMERCODE_BUSINESSSERVICE',
  'ResourceNotFoundException',
  'JsonMappingException',
  'JsonParseException',
  'MissingJsonException',
  'UnsupportedMediaType',
  'ClassCastException',
  'TracerException',
])
const refusalPrefixes = [
  'INVALID_',
  'EG_BS_',
  'EGBS_',
  'EGCL_',
  'NotNull.',
  'NotNull',
  'Size.',
  'Pattern.',
  'SafeHtml.',
  'Email.',
  'typeMismatch.',
  'Invalid_tenantId',
  'RECEIPT_WORKFLOW_',
  'PAYMENT_WORKFLOW_',
]

export function classifyFailure({ status, errors }: AnswerFacts): DigitFailure {
  if (errors === null) return classifyUnreadable(status)
  const codes = errors.map((error) => error.code)
  const code = codes[0] ?? ''
  if (status === 401 || status === 403) return { kind: 'denied', why: `${status} ${code}` }
  if (status === 429) return { kind: 'transient', code: 'RateLimitExceededException' }
  if (status === 502 && codes.some((each) => transientCodes.has(each))) return { kind: 'transient', code }
  // 500 CustomException: the gateway could not ask the user service, nothing was forwarded (digit-contract 2.3)
  if (status === 500 && code === 'CustomException') return { kind: 'transient', code }
  if (status >= 500) return { kind: 'unknown', why: `${status} ${code}` }
  const refused = codes.find(isRefusal)
  if (refused !== undefined) return { kind: 'refused', code: refused, codes, detail: detailOf(errors) }
  const transient = codes.find((each) => transientCodes.has(each))
  if (transient !== undefined) return { kind: 'transient', code: transient }
  return { kind: 'unknown', why: `${status} ${code}` }
}

function classifyUnreadable(status: number): DigitFailure {
  if (status >= 200 && status < 300) return { kind: 'bad-answer', why: `${status}, not readable` }
  if (status === 401 || status === 403) return { kind: 'denied', why: String(status) }
  if (status === 429) return { kind: 'transient', code: 'RateLimitExceededException' }
  return { kind: 'unknown', why: `${status}, not DIGIT's error shape` }
}

function isRefusal(code: string): boolean {
  return refusalCodes.has(code) || refusalPrefixes.some((prefix) => code.startsWith(prefix))
}

/** Raw SQL text may carry values: only what decisions need is kept. */
function detailOf(errors: readonly DigitErrorEntry[]): string {
  const text = errors.map((error) => `${error.message ?? ''} ${error.description ?? ''}`).join(' ')
  if (/uk_egcl_paymentdetail|pk_egcl_bill/i.test(text)) return 'a payment for this bill id exists'
  if (/transactionnumber/i.test(text) && /null/i.test(text)) return 'the transaction number is missing'
  if (/numeric field overflow/i.test(text)) return 'the amount is too large'
  return ''
}

/** Codes that say nothing about ours: somebody's payment holds the bill id. Only a look-up tells whose (D4, F3). */
export function saysAlreadyRecorded(failure: DigitFailure): boolean {
  if (failure.kind !== 'refused') return false
  return (
    failure.codes.includes('BILL_ALREADY_PAID') ||
    (failure.codes.includes('PAYMENT_CREATION_FAILED') &&
      failure.detail === 'a payment for this bill id exists')
  )
}

/** The bill id is stale: a new bill must be fetched. */
export function saysStaleBill(failure: DigitFailure): boolean {
  return (
    failure.kind === 'refused' &&
    failure.codes.some((code) => code === 'BILL_EXPIRED' || code === 'INVALID_BILL_ID')
  )
}

/** One line for logs and steps: codes only, no values. */
export function failureWords(failure: DigitFailure): string {
  switch (failure.kind) {
    case 'refused':
      return `refused: ${failure.code.slice(0, 80)}`
    case 'transient':
      return `not now: ${failure.code.slice(0, 80)}`
    default:
      return `${failure.kind}: ${failure.why.slice(0, 80)}`
  }
}
