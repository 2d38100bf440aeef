// From the address in the settings to a card reader. Called by the host when it starts.
import { DriverProblem } from '#drivers/problem.ts'
import { cardReaderFile, virtualStripeReader } from '#drivers/virtual/card-reader.ts'
import type { CardReader } from './card-reader.ts'
import { pcscReader } from './pcsc.ts'
import { stripeReader } from './stripe-reader.ts'

const ADDRESS_CHARS_MAX = 512

export const CARD_READER_ADDRESSES = 'hid:VID:PID[:SERIAL], pcsc:[NAME] or virtual:[FILE]'

/** Of a virtual one: MagTek's, whose reports it sends. */
const VIRTUAL_IDS = { vendorId: 0x0801, productId: 0x0002, serialNumber: null }

/**
 * `hid:0801:0002` a stripe reader; `pcsc:` any smart card reader, `pcsc:ACR122` those with that in their name; `virtual:` one
 * that is swiped by the program, `virtual:cards.txt` one that swipes each line written to the file.
 * @throws DriverProblem `device_address_invalid`
 */
export function cardReaderAt(address: string, { nowMs }: { readonly nowMs: () => number }): CardReader {
  const text = address.trim()
  if (text.length > ADDRESS_CHARS_MAX) throw notUnderstood(text)
  const virtual = /^virtual:([^\0]*)$/.exec(text)?.[1]
  if (virtual !== undefined) {
    const open = virtual === '' ? virtualStripeReader().open : async () => await cardReaderFile(virtual)
    return { ...stripeReader(VIRTUAL_IDS, { nowMs, open }), name: text }
  }
  const namePart = /^pcsc:([^\0]*)$/.exec(text)?.[1]
  if (namePart !== undefined) return pcscReader({ nowMs, namePart })
  const hid = /^hid:([0-9a-f]{4}):([0-9a-f]{4})(?::([\w.-]{1,128}))?$/i.exec(text)
  if (hid === null) throw notUnderstood(text)
  const [, vendor = '', product = '', serialNumber = null] = hid
  const ids = { vendorId: Number.parseInt(vendor, 16), productId: Number.parseInt(product, 16) }
  return stripeReader({ ...ids, serialNumber }, { nowMs })
}

function notUnderstood(address: string): DriverProblem {
  return new DriverProblem(
    'device_address_invalid',
    `A card reader must be ${CARD_READER_ADDRESSES}, not ${address.slice(0, ADDRESS_CHARS_MAX)}.`,
  )
}
