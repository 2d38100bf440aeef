// UPI payment links (`upi://pay?pa=…`), as printed on bills. A scanned link is a reference to a bill and never a payment:
// whoever scans it here has paid nothing. Called by payload.ts. Source: NPCI UPI linking specification 1.6.

export type UpiIntent = {
  /** Virtual payment address. */
  readonly payeeAddress: string
  readonly payeeName: string | null
  readonly amountPaise: number | null
  /** `tr`: the payee's own reference, on a bill its number. */
  readonly reference: string | null
  readonly note: string | null
  readonly merchantCode: string | null
  readonly terminalId: string | null
  readonly mode: string | null
  readonly organisationId: string | null
  /** Present, not verified: only the payer's app holds the key. */
  readonly hasSignature: boolean
  /** Never opened. */
  readonly url: string | null
}

export type UpiReading =
  | { readonly intent: UpiIntent }
  | {
      readonly reason:
        | 'not_upi'
        | 'bad_encoding'
        | 'repeated_field'
        | 'no_payee'
        | 'bad_amount'
        | 'bad_currency'
    }

const FIELDS_MAX = 40
/** Where `+` stands for a space; elsewhere it may be part of a number. */
const TEXT_FIELDS = ['pn', 'tn']

/** Strict: what could mean two things is refused with a reason. Never throws. */
export function readUpiIntent(text: string): UpiReading {
  const query = /^upi:\/\/pay\/?\?(.*)$/is.exec(text)?.[1]
  if (query === undefined) return { reason: 'not_upi' }
  const fields = readFields(query)
  if (!(fields instanceof Map)) return fields
  const get = (name: string): string | null => fields.get(name) ?? null
  const payeeAddress = get('pa') ?? ''
  if (!/^[\w.-]{1,255}@[A-Za-z][\w.-]{0,63}$/.test(payeeAddress)) return { reason: 'no_payee' }
  const currency = get('cu')
  if (currency !== null && currency.toUpperCase() !== 'INR') return { reason: 'bad_currency' }
  const amount = get('am')
  const amountPaise = amount === null ? null : paiseOf(amount)
  if (amount !== null && amountPaise === null) return { reason: 'bad_amount' }
  return {
    intent: {
      payeeAddress,
      payeeName: get('pn'),
      amountPaise,
      reference: get('tr'),
      note: get('tn'),
      merchantCode: get('mc'),
      terminalId: get('tid'),
      mode: get('mode'),
      organisationId: get('orgid'),
      hasSignature: fields.has('sign'),
      url: get('url'),
    },
  }
}

type Fields = Map<string, string>

/** Empty fields are as good as absent. */
function readFields(query: string): Fields | Extract<UpiReading, { reason: string }> {
  const fields: Fields = new Map()
  for (const pair of query.split('&').slice(0, FIELDS_MAX)) {
    const cut = pair.indexOf('=')
    if (cut < 1) continue
    const name = pair.slice(0, cut).toLowerCase()
    const raw = pair.slice(cut + 1)
    const value = decode(TEXT_FIELDS.includes(name) ? raw.replaceAll('+', ' ') : raw)
    if (value === null) return { reason: 'bad_encoding' }
    if (value === '') continue
    if (fields.has(name)) return { reason: 'repeated_field' }
    fields.set(name, value)
  }
  return fields
}

function decode(text: string): string | null {
  try {
    return decodeURIComponent(text).trim()
  } catch {
    return null
  }
}

/** `1250`, `1250.5`, `1250.00`; read as digits, so that no fraction is ever rounded. */
export function paiseOf(text: string): number | null {
  const [, rupees, paise = ''] = /^(\d{1,9})(?:\.(\d{0,2}))?$/.exec(text) ?? []
  return rupees === undefined ? null : Number(rupees + paise.padEnd(2, '0'))
}
