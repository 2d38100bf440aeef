// DIGIT's own rules for the payer of a payment, in linear time. Called by check-payment before a payment is posted.
// DIGIT's pattern for names (collection-services Payment.paidBy) takes exponential time in V8: never paste it.

/** Accepts exactly what DIGIT's name pattern accepts (payment-states D8). */
const namePattern = /^[A-Za-z]+(?:[_\-'`. ][A-Za-z ][A-Za-z]*)*$/
const mobilePattern = /^[6-9][0-9]{9}$/
const nameCharsMax = 128

export function isDigitName(name: string): boolean {
  return name.length <= nameCharsMax && namePattern.test(name)
}

export function isDigitMobile(mobile: string): boolean {
  return mobilePattern.test(mobile)
}
