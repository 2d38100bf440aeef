// The check character of numbers that people read out or machines read in: ISO 7064 MOD 37,36 over letters and digits. Used by receipt
// numbers and badges.

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ'
const MODULUS = ALPHABET.length

/** ISO 7064 MOD 37,36 over the letters and digits of a text; everything else is passed over. */
export function checkCharacter(text: string): string {
  const rest = ((pureSum(text) || MODULUS) * 2) % (MODULUS + 1)
  return ALPHABET.charAt((MODULUS + 1 - rest) % MODULUS)
}

/** Whether the last letter or digit is the check character of those before it. */
export function hasValidCheck(number: string): boolean {
  const compact = number.toUpperCase().replace(/[^0-9A-Z]/g, '')
  return compact.length > 1 && checkCharacter(compact.slice(0, -1)) === compact.slice(-1)
}

function pureSum(text: string): number {
  let sum = MODULUS / 2
  for (const character of text.toUpperCase()) {
    const value = ALPHABET.indexOf(character)
    if (value >= 0) sum = ((((sum || MODULUS) * 2) % (MODULUS + 1)) + value) % MODULUS
  }
  return sum
}
