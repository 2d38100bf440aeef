// The rules of one decision before it is sent: what is still missing, who may agree, and which sentence says what will happen.
// Pure; drawn by act-dialog.tsx.
import type { Exception, ExceptionAct } from '#contract/exceptions-api.ts'
import type { ProblemCode } from '#contract/problem.ts'
import type { OperatorTile } from '#rpc/procedures.ts'
import { PIN_DIGITS_MAX, PIN_DIGITS_MIN } from '#renderer/parts/pin.ts'
import type { TextKey } from '#renderer/text/catalog.ts'

export const WHY_LETTERS_MIN = 4
export const WHY_LETTERS_MAX = 300

/** Of these, one person asks and another agrees. */
const TWO_PERSON_ACTS = ['refund', 'reverse'] as const satisfies readonly ExceptionAct[]
type TwoPersonAct = (typeof TWO_PERSON_ACTS)[number]

export type ActForm = { readonly why: string; readonly code: string; readonly pin: string }
export type ActFault = 'why' | 'code' | 'samePerson' | 'pin'

/** ask: first of two persons. agree: the second. decide: one person is enough. */
export type Part = 'decide' | 'ask' | 'agree'

export function partIn({ asked }: Pick<Exception, 'asked'>, act: ExceptionAct): Part {
  if (!isTwoPersonAct(act)) return 'decide'
  return asked?.act === act ? 'agree' : 'ask'
}

export function sentenceOf(act: ExceptionAct, part: Part): TextKey {
  return part === 'ask' && isTwoPersonAct(act) ? `actAsks.${act}` : `actDoes.${act}`
}

export function pressOf(act: ExceptionAct, part: Part): TextKey {
  return part === 'ask' && isTwoPersonAct(act) ? `actPressAsk.${act}` : `actPress.${act}`
}

/** What came of it, in the words of the office's answer. */
export function resultOf(act: ExceptionAct, result: 'done' | 'asked'): TextKey {
  return result === 'asked' && isTwoPersonAct(act) ? `actAsked.${act}` : `actDone.${act}`
}

/** What is wrong with the form, in the order of its fields; empty: it can be sent. */
export function actFaults(form: ActForm, first: OperatorTile | null): ActFault[] {
  const faults: ActFault[] = []
  if (form.why.trim().length < WHY_LETTERS_MIN) faults.push('why')
  if (form.code.trim() === '') faults.push('code')
  else if (first !== null && isSameCode(first.code, form.code)) faults.push('samePerson')
  if (form.pin.length < PIN_DIGITS_MIN || form.pin.length > PIN_DIGITS_MAX) faults.push('pin')
  return faults
}

export function isSameCode(one: string, other: string): boolean {
  return one.trim().toLowerCase() === other.trim().toLowerCase()
}

/** After these the person may simply try again; after any other the list is looked at first. */
const TRY_AGAIN: readonly ProblemCode[] = [
  'wrong_pin',
  'operator_locked',
  'operator_unknown',
  'role_not_allowed',
  'second_person_needed',
  'input_invalid',
  'too_many_requests',
  'not_ready',
  // asked before money is given back: nothing was done
  'digit_unreachable',
  'digit_bad_answer',
]

/** null: no answer came from the till itself. */
export function mayTryAgain(code: ProblemCode | null): boolean {
  return code !== null && TRY_AGAIN.includes(code)
}

/** Without an answer nobody here knows whether the office did it. */
export function isLostAnswer(code: ProblemCode | null): boolean {
  return code === null || code === 'integrator_unreachable' || code === 'internal'
}

function isTwoPersonAct(act: ExceptionAct): act is TwoPersonAct {
  return TWO_PERSON_ACTS.some((one) => one === act)
}
