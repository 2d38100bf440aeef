// Words of the problems of enrolment, handing over, limits and rescue: what it is, and what to do.
import { outcomeWords } from '#contract/words/outcome-words.ts'

export const enSafetyProblems = {
  'fact.againAtMs': 'Again from: {value}',
  'fact.digitReceiptNumber': 'DIGIT receipt: {value}',

  'problem.act_not_allowed': 'This may not be done to this payment now.',
  'advice.act_not_allowed': 'Look at the list again: somebody may have decided it already.',
  'problem.batch_too_large': 'More was sent at once than may be sent.',
  'advice.batch_too_large': 'Nothing is lost. The till sends it again in smaller parts.',
  'problem.clock_far_off': 'The clock of this till is more than 12 hours off.',
  'advice.clock_far_off':
    'Set date and time right. If that is not possible now, a supervisor signs in to go on.',
  'problem.device_not_approved': 'This till waits for approval.',
  'advice.device_not_approved':
    'Read the six digits on this screen to the office. When they are the same there, the office lets the till in.',
  'problem.device_revoked': 'The office has withdrawn this till.',
  'advice.device_revoked': 'Take no money on it. What it has recorded is still handed over. Call the office.',
  'problem.integrator_not_trusted': 'What came from the office server does not carry its signature.',
  'advice.integrator_not_trusted': 'Take no new payments from it. Call your administrator.',
  'problem.limit_reached': 'A limit set by the office is reached.',
  'advice.limit_reached':
    'Take no more cash until you have handed cash in or the till has been online. Other ways of paying go on.',
  'problem.money_unsent': 'There is money on this till that the office does not have yet.',
  'advice.money_unsent': 'Connect the till and send it, or make a rescue file first.',
  'problem.pack_not_found': 'There is no such bill pack.',
  'advice.pack_not_found': 'Choose another route, or ask the office to prepare it.',
  'problem.pack_not_trusted': 'The bill pack was changed on its way or is not from this office.',
  'advice.pack_not_trusted': 'It is not used. Fetch it again.',
  'problem.pack_too_old': 'The bill pack is too old to collect from.',
  'advice.pack_too_old': 'Connect the till and fetch a new one.',
  'problem.request_out_of_time': 'The clock of this till is too far off.',
  'advice.request_out_of_time': 'Set the clock right. Payments are kept here and sent later.',
  'problem.request_replayed': 'This request was already made once.',
  'advice.request_replayed': 'Nothing was done twice. Try again.',
  'problem.refund_held_by_digit': 'DIGIT holds this payment: nothing may be given back.',
  'advice.refund_held_by_digit':
    'It now stands here as DIGIT has it. If the money must go back, find its receipt: two supervisors cancel it in DIGIT.',
  'problem.refund_too_early': 'An attempt may still be running inside DIGIT.',
  'advice.refund_too_early': 'Give nothing back yet. Try again at the time that is named here.',
  'problem.rescue_invalid': 'This rescue file cannot be read.',
  'advice.rescue_invalid': 'It was changed, or it is for another office. Nothing was taken from it.',
  'problem.second_person_needed': 'Another person must agree.',
  'advice.second_person_needed': 'Ask a second supervisor to give a PIN for the same act.',
  'problem.sequence_fork': outcomeWords['reason.SEQUENCE_FORK'],
  'advice.sequence_fork': 'Take no more money on this till. Call the office: a person must look at it.',
  'problem.sequence_gap': 'Records before these are missing at the office.',
  'advice.sequence_gap': 'The till sends them again by itself.',
  'problem.sign_in_too_old': 'This till was without a network for too long.',
  'advice.sign_in_too_old': 'Connect it once and sign in.',
  'problem.operator_not_locked': 'This operator is not locked on this till.',
  'advice.operator_not_locked':
    'Sign in with the PIN. If the office has locked the operator, ask it to set a new PIN.',
  'problem.secrets_unreadable': 'The keys of this till cannot be opened.',
  'advice.secrets_unreadable':
    'Nothing was deleted: what was recorded stays here. Unlock the keyring of this machine and start again, or let the office enrol the till anew.',
  'problem.unlock_refused': 'These digits do not free this operator.',
  'advice.unlock_refused': 'Read the till number, the operator and the six digits to the supervisor again.',
  'problem.unlock_unavailable': 'This till cannot be unlocked by telephone.',
  'advice.unlock_unavailable': 'Connect it to the network and let a supervisor sign in.',
  'problem.signature_invalid': 'The office does not accept the signature of this till.',
  'advice.signature_invalid': 'Take no money. Call the office: the till may have to be enrolled again.',
}
