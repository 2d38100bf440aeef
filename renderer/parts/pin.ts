// How long a code and a PIN can be, and the digits of a PIN in whatever script they are typed. Used by every form that asks for one.
import { latinDigits } from './ist.ts'

export const PIN_DIGITS_MIN = 6
export const PIN_DIGITS_MAX = 12
export const CODE_CHARS_MAX = 32

export function pinDigits(typed: string): string {
  return latinDigits(typed).replace(/\D/g, '').slice(0, PIN_DIGITS_MAX)
}
