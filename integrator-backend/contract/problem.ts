// The closed list of what the world may do wrong. Every procedure and API operation names which of these it may return.
// `data` carries only the values the words need (amounts, numbers, dates), never personal data.
import * as z from 'zod'

export const PROBLEMS = {
  // who is asking
  not_signed_in: 'Sign in first.',
  wrong_pin: 'That PIN is not right.',
  operator_locked: 'Too many wrong PINs. Wait, or ask a supervisor.',
  operator_unknown: 'There is no such operator on this device.',
  operator_not_locked: 'This operator is not locked on this till.',
  secrets_unreadable: 'A secret of this till cannot be opened now. Nothing was deleted.',
  unlock_refused: 'These digits do not free this operator on this till.',
  unlock_unavailable: 'This till has nothing to check such digits with. It needs the network once.',
  role_not_allowed: 'Your role may not do this.',
  device_not_enrolled: 'This device is not enrolled with the integrator.',
  device_not_approved: 'This device waits for approval: compare the six digits with the office.',
  device_revoked: 'This device was withdrawn by the office. It may only hand over what it has recorded.',
  signature_invalid: 'The request is not signed by this device.',
  request_replayed: 'This request was already made once.',
  request_out_of_time: 'The clock of this device is too far off for a signed request.',
  integrator_not_trusted: 'What came from the integrator does not carry its signature.',
  enrolment_refused: 'The enrolment code is wrong, used or too old.',
  input_invalid: 'Some of what was sent cannot be read.',
  // bills
  bill_not_found: 'No bill is due under this number.',
  scan_not_understood: 'This code is not a bill or a receipt that this till knows.',
  bill_other_tenant: 'This bill belongs to another municipality.',
  bill_fractional:
    'This bill has paise in it. DIGIT takes whole rupees: the office must round the demand first.',
  bill_expired: 'This bill has expired. Fetch it again to see what is due now.',
  bill_changed: 'The bill has changed since it was shown. Look at the new amount.',
  bill_already_paid: 'This bill was already paid.',
  nothing_due: 'Nothing is due on this bill.',
  service_closed: 'This service does not take payments at a counter.',
  pack_not_trusted: 'The bill pack was changed on its way or is not from this integrator. It is not used.',
  pack_too_old: 'The bill pack is too old to collect from. Fetch a new one.',
  pack_not_found: 'There is no such bill pack.',
  // amount and instrument
  amount_not_whole: 'Only whole rupees can be taken.',
  amount_not_positive: 'The amount must be more than zero.',
  amount_below_minimum: 'The amount is below the least that may be paid.',
  part_payment_not_allowed: 'This bill must be paid in full.',
  amount_above_due: 'This service takes no advance: not more than the amount due.',
  mode_not_allowed: 'This service does not take this way of paying.',
  tender_too_small: 'The money given is less than the amount.',
  cheque_too_old: 'The cheque or draft is more than 90 days old.',
  instrument_in_future: 'The date on the instrument is in the future.',
  instrument_invalid: 'The number on the instrument is not complete.',
  payer_name_invalid: 'DIGIT takes a payer name of letters only (A to Z, space, dot, hyphen, apostrophe).',
  mobile_invalid: 'A mobile number has ten digits and begins with 6, 7, 8 or 9.',
  collection_too_large: 'Too many bills in one go.',
  limit_reached: 'A limit set by the office is reached. No more cash can be taken.',
  // the till itself
  shift_not_open: 'Open a shift first.',
  shift_already_open: 'A shift is already open on this till.',
  cash_not_enough: 'There is not so much cash in the drawer.',
  count_outdated: 'Money moved since the drawer was counted. Count it again.',
  difference_unexplained: 'Counted and expected cash differ. Say why.',
  payment_conflict: 'This payment was already recorded with other content. Nothing was taken twice.',
  payment_not_found: 'No such payment on this till.',
  clock_set_back:
    'The clock of this machine is earlier than the last record. Set it right, or call a supervisor.',
  clock_far_off:
    'The clock of this machine is more than 12 hours off the right time. Set it right, or call a supervisor.',
  store_busy: 'The till’s record is busy. Nothing was taken. Try again.',
  store_full: 'The disk is full. No payment can be recorded: free space first.',
  store_unknown: 'It is not known whether this was recorded. Do not take the money again: look it up.',
  store_corrupt: 'The till’s record is damaged. Trading is stopped; the file is kept for rescue.',
  // card terminals
  card_terminal_absent: 'No card terminal is set up on this till.',
  card_sale_required: 'On this till the card terminal takes the card. Its slip is not typed.',
  card_sale_open: 'A card sale is open: the card may have been charged. Finish it first.',
  card_sale_not_found: 'There is no such card sale on this till.',
  card_sale_not_allowed: 'This may not be done with this card sale now.',
  card_number_refused: 'This looks like a whole card number. It is never written down here.',
  // handing over
  sequence_gap: 'Records before these are missing. They are sent again from the place that is known.',
  sequence_fork: 'Two different records carry the same number. A person must look at this device.',
  batch_too_large: 'More was sent at once than may be sent.',
  money_unsent: 'There is money here that the integrator does not have yet. Send or rescue it first.',
  rescue_invalid: 'This rescue file cannot be read, was changed, or is not for this integrator.',
  // people deciding
  act_not_allowed: 'This may not be done to this payment now.',
  second_person_needed: 'Another person must agree: the same person may not do both.',
  refund_held_by_digit: 'DIGIT holds this payment: nothing may be given back. Undo it there first.',
  refund_too_early: 'An attempt may still be running inside DIGIT. Nothing may be given back yet.',
  sign_in_too_old: 'The integrator was not reached for too long. Sign-in needs the network once.',
  // devices
  printer_absent: 'No printer is set up.',
  printer_unreachable: 'The printer does not answer. Check cable and power; the payment is safe.',
  printer_not_ready: 'The printer is not ready: paper, cover or error. The payment is safe.',
  device_not_found: 'There is no such device on this till.',
  device_not_usable: 'This device cannot be used in this way.',
  device_busy: 'This device is at work just now. Wait until it is done.',
  device_fixed: 'This device was named when the till was started. It changes only there.',
  device_address_invalid: 'This address of a device is not understood.',
  // the way to DIGIT
  integrator_unreachable: 'The integrator cannot be reached. Payments are kept here and sent later.',
  digit_unreachable: 'DIGIT does not answer now.',
  digit_bad_answer: 'DIGIT answered something that cannot be read.',
  digit_refused: 'DIGIT refused the request.',
  digit_login_failed: 'DIGIT does not accept the integrator’s login.',
  too_many_requests: 'Too many requests. Wait a little.',
  not_ready: 'The service is starting.',
  internal: 'Something went wrong inside. It was logged.',
} as const

export type ProblemCode = keyof typeof PROBLEMS
export const PROBLEM_CODES = Object.keys(PROBLEMS) as [ProblemCode, ...ProblemCode[]]
export const problemCodeSchema = z.enum(PROBLEM_CODES)

/** Values that fill the words of a problem: money in paise, times in epoch ms, plain codes. */
export const problemDataSchema = z.record(
  z.string(),
  z.union([z.string(), z.number(), z.boolean(), z.null()]),
)
export type ProblemData = z.infer<typeof problemDataSchema>

export const problemSchema = z.strictObject({
  code: problemCodeSchema,
  message: z.string().max(1000),
  data: problemDataSchema,
})
export type Problem = z.infer<typeof problemSchema>

/** Thrown by any room for what the world did wrong; carries no personal data and no secret. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError'
  readonly code: ProblemCode
  readonly data: ProblemData

  constructor(code: ProblemCode, data: ProblemData = {}, options?: ErrorOptions) {
    super(PROBLEMS[code], options)
    this.code = code
    this.data = data
  }
}

export function problemOf(error: ProblemError): Problem {
  return { code: error.code, message: error.message, data: error.data }
}

/** HTTP status by code, for both the terminal's loopback and the integrator's API. */
export function problemStatus(code: ProblemCode): number {
  return STATUS[code] ?? 422
}

const STATUS: Partial<Record<ProblemCode, number>> = {
  not_signed_in: 401,
  wrong_pin: 401,
  operator_locked: 423,
  operator_unknown: 401,
  device_not_enrolled: 401,
  enrolment_refused: 403,
  device_not_approved: 403,
  device_revoked: 403,
  signature_invalid: 401,
  request_replayed: 409,
  request_out_of_time: 401,
  integrator_not_trusted: 502,
  pack_not_found: 404,
  sequence_gap: 409,
  sequence_fork: 409,
  batch_too_large: 413,
  money_unsent: 409,
  act_not_allowed: 409,
  second_person_needed: 403,
  refund_held_by_digit: 409,
  refund_too_early: 409,
  sign_in_too_old: 403,
  operator_not_locked: 409,
  unlock_refused: 401,
  unlock_unavailable: 409,
  role_not_allowed: 403,
  input_invalid: 400,
  bill_not_found: 404,
  payment_not_found: 404,
  payment_conflict: 409,
  device_not_found: 404,
  device_busy: 409,
  device_fixed: 409,
  card_terminal_absent: 409,
  card_sale_required: 409,
  card_sale_open: 409,
  card_sale_not_found: 404,
  card_sale_not_allowed: 409,
  shift_already_open: 409,
  store_busy: 503,
  store_full: 507,
  store_unknown: 500,
  store_corrupt: 500,
  integrator_unreachable: 503,
  digit_unreachable: 503,
  digit_bad_answer: 502,
  digit_refused: 502,
  digit_login_failed: 502,
  too_many_requests: 429,
  not_ready: 503,
  internal: 500,
}

type ProblemErrorMap<Code extends ProblemCode> = {
  [K in Code]: { status: number; message: string; data: typeof problemDataSchema }
}

/** The error map of one procedure: what it may answer besides its output. */
export function mayAnswer<Code extends ProblemCode>(...codes: readonly Code[]): ProblemErrorMap<Code> {
  const entries = codes.map((code) => [
    code,
    { status: problemStatus(code), message: PROBLEMS[code], data: problemDataSchema },
  ])
  return Object.fromEntries(entries) as ProblemErrorMap<Code>
}
