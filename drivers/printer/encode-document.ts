// PrintDocument → the bytes of the printer it goes to, by the command language of its profile. Called by open-printer.ts; what
// knows that its printer reads ESC/POS may call escpos.ts itself.
import type { PrintDocument } from './document.ts'
import { encodeEscPos } from './escpos.ts'
import type { PrinterProfile } from './profiles.ts'
import { encodeStar } from './star.ts'

/**
 * @param options `hasInit` false leaves out the reset at the beginning, for the second and further copies of a job
 * @throws DriverProblem `document_invalid`
 */
export function encodeDocument(
  document: PrintDocument,
  profile: PrinterProfile,
  options: { readonly hasInit?: boolean } = {},
): Uint8Array {
  switch (profile.language) {
    case 'esc-pos':
      return encodeEscPos(document, profile, options)
    case 'star-prnt':
    case 'star-line':
      return encodeStar(document, profile, options)
  }
}
