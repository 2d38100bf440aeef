// Keeps card numbers out of everything that leaves a card terminal's driver. Called by manual-edc.ts and zvt/; the check digit
// also by card-reader/bank-card.ts.

/** Shorter runs of digits are retrieval reference numbers (12 digits), times and amounts. */
const CARD_DIGITS_MIN = 13
const CARD_DIGITS_MAX = 19

/** True if the text holds as many digits in a row, spaced or dashed, as a card number has. */
export function holdsCardNumber(text: string, digitsMin = CARD_DIGITS_MIN): boolean {
  for (const run of digitRuns(text)) if (onlyDigits(run).length >= digitsMin) return true
  return false
}

/**
 * Covers every run of digits in which a card number may stand (Luhn's check holds for 13 to 19 digits in a row of it), but
 * for the last four. Rather one number too many than one too few: it is only print.
 */
export function maskCardNumbers(text: string): string {
  return text.replaceAll(RUN, (run) => (mayHoldCard(onlyDigits(run)) ? coverAllButFour(run) : run))
}

const RUN = /\d(?:[ \-./]?\d){12,}/gu

function digitRuns(text: string): readonly string[] {
  return text.match(/\d(?:[ \-./]?\d)*/gu) ?? []
}

function onlyDigits(text: string): string {
  return text.replaceAll(/\D/gu, '')
}

function mayHoldCard(digits: string): boolean {
  for (let start = 0; start + CARD_DIGITS_MIN <= digits.length; start += 1) {
    const end = Math.min(digits.length, start + CARD_DIGITS_MAX)
    for (let stop = start + CARD_DIGITS_MIN; stop <= end; stop += 1) {
      if (isLuhn(digits.slice(start, stop).split('').map(Number))) return true
    }
  }
  return false
}

/** Takes numbers 0 to 9 and not a text: a text stays in memory until it is collected, an array can be zeroed. */
export function isLuhn(digits: ArrayLike<number>): boolean {
  let sum = 0
  for (let at = 0; at < digits.length; at += 1) {
    const digit = digits[digits.length - 1 - at] ?? 0
    const doubled = at % 2 === 1 ? digit * 2 : digit
    sum += doubled > 9 ? doubled - 9 : doubled
  }
  return sum % 10 === 0
}

function coverAllButFour(run: string): string {
  let left = onlyDigits(run).length - 4
  return run.replaceAll(/\d/gu, (digit) => {
    left -= 1
    return left >= 0 ? '*' : digit
  })
}
