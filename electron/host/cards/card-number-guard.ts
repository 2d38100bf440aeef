// No call carries a whole card number into the till: whatever a person typed, into whatever field, is looked through before the
// call begins. One place for all procedures, so that a new field needs no thought. Called by router.ts.
import { hasCardNumber, isCardText } from '#contract/card-numbers.ts'
import { ProblemError } from '#contract/problem.ts'

/** More than any call has. */
const VALUES_MAX = 5_000
/** Longer texts are no fields of a form, and their schemas refuse them. */
const TEXT_CHARS_MAX = 4_096
/**
 * DIGIT's numbers, which may look like a card's; one that names nothing is found by nobody. What is searched is judged where it is
 * searched (core/bills/find-bill.ts).
 */
const NAMES = ['consumerCode']
/** Of devices: a maker's serial number is part of theirs. */
const DEVICE_NAMES = ['id', 'identity']
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i
/** A bank transfer's number: bank, kind, day and count; its digits pass a card's check by chance. */
const UTR = /^[A-Za-z]{4}[A-Za-z0-9]\d+$/
/** Such texts are scans, which may hold other long numbers; a card's alone is refused. */
const SCAN_CALLS = ['devices.decode']
/** Judged by who takes the text: a search, and a virtual reader that has to refuse it like a real one. */
const OPEN_CALLS = ['bill.find', 'receipt.search', 'virtual.act']

/** `input` is as it came, not yet looked at. Throws card_number_refused, which says nothing of the number. */
export function refuseCardNumbers(call: string, input: unknown): void {
  if (OPEN_CALLS.includes(call)) return
  const isName = (field: string): boolean =>
    NAMES.includes(field) || (/^(?:devices|virtual)\./.test(call) && DEVICE_NAMES.includes(field))
  const isRefused = SCAN_CALLS.includes(call) ? isCardText : isTypedCard
  const left: [field: string, value: unknown][] = [['', input]]
  for (let count = 0; left.length > 0 && count < VALUES_MAX; count += 1) {
    const [field, value] = left.pop() ?? ['', null]
    if (typeof value === 'string') {
      if (value.length <= TEXT_CHARS_MAX && isRefused(value, field)) {
        throw new ProblemError('card_number_refused')
      }
    } else if (Array.isArray(value)) {
      for (const each of value.slice(0, VALUES_MAX)) left.push([field, each])
    } else if (typeof value === 'object' && value !== null) {
      left.push(...Object.entries(value).filter(([name]) => !isName(name)))
    }
  }
}

function isTypedCard(text: string, field: string): boolean {
  return !UUID.test(text) && !(field === 'utr' && UTR.test(text)) && hasCardNumber(text)
}
