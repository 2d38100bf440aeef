// What a scanned barcode or QR names: a bill, or one of our own receipts. Called by app's bill search.
// A scan is untrusted text: it chooses what to look up and nothing else.
import { readBadge } from '#contract/badge.ts'
import { readBharatQr } from './bharat-qr.ts'

export type ScanFinding =
  | { kind: 'consumer'; consumerCode: string; businessService: string | null; tenantId: string | null }
  | { kind: 'receipt'; paymentId: string | null; receiptNumber: string | null }
  | { kind: 'not-understood' }

/** How a municipality's printed links name a bill. A path pattern has the named groups `code`, `service`, `tenant`. */
export type ScanRule = {
  /** Ends of host names this rule is for; empty = any. */
  hosts: readonly string[]
  /** Tried against the decoded path; null = only the query. */
  path: RegExp | null
  codeParams: readonly string[]
  serviceParams: readonly string[]
  tenantParams: readonly string[]
  /** Given when the link itself names no service. */
  businessService: string | null
}

/** DIGIT's own citizen links (`…/my-bills/WS/WS+107+2025-26+000871`, `…/open-view?consumerCode=…`). */
export const defaultScanRules: readonly ScanRule[] = [
  {
    hosts: [],
    path: /\/(?:my-bills|collect|payment\/pay|pay-bill)\/(?<service>[^/]{1,64})\/(?<code>[^/]{1,128})\/?$/,
    codeParams: [
      'consumerCode',
      'consumercode',
      'consumerNumber',
      'connectionNumber',
      'propertyId',
      'applicationNumber',
    ],
    serviceParams: ['businessService', 'service'],
    tenantParams: ['tenantId'],
    businessService: null,
  },
]

export type ScanContext = { rules: readonly ScanRule[]; serviceCodes: readonly string[] }

const TEXT_CHARS_MAX = 2048
const CODE_CHARS_MAX = 128
const notUnderstood: ScanFinding = { kind: 'not-understood' }
const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/
const ownQrPattern = /^tahsil:r1:(?<number>[^:]{1,64}):\d{1,10}:(?<id>[0-9a-f-]{36}):[0-9a-f]{10}$/i
/** `JLD/0417A/26-27/000123-K` (payment-states 5.1). */
const ownReceiptPattern = /^[A-Z0-9]{1,16}\/\d{4,8}[A-Z]{1,2}\/\d{2}-\d{2}\/\d{6,9}-[0-9A-Z]$/

export function readScan(raw: string, context: ScanContext): ScanFinding {
  const text = raw.trim()
  // oxlint-disable-next-line no-control-regex -- a scanner's control characters are what is refused
  if (text === '' || text.length > TEXT_CHARS_MAX || /[\u0000-\u001f\u007f]/.test(text)) return notUnderstood
  if (readBadge(text) !== null) return notUnderstood
  return (
    readOwnReceipt(text) ??
    readUpiIntent(text) ??
    readLink(text, context) ??
    readMerchantQr(text) ??
    readPlain(text, context)
  )
}

/** Our receipt's QR `tahsil:r1:<number>:<paise>:<payment id>:<proof>`, or the bare receipt number in a barcode. */
function readOwnReceipt(text: string): ScanFinding | null {
  if (ownReceiptPattern.test(text)) return { kind: 'receipt', receiptNumber: text, paymentId: null }
  if (!/^tahsil:/i.test(text)) return null
  const parts = ownQrPattern.exec(text)?.groups
  const paymentId = parts?.['id']?.toLowerCase() ?? ''
  if (parts === undefined || !uuidPattern.test(paymentId)) return notUnderstood
  return { kind: 'receipt', receiptNumber: parts['number'] ?? null, paymentId }
}

/** `upi://pay?pa=…&tr=…`: `tr` is the merchant's own reference. */
function readUpiIntent(text: string): ScanFinding | null {
  const query = /^upi:\/\/pay\/?\?(?<query>.*)$/i.exec(text)?.groups?.['query']
  if (query === undefined) return null
  const reference = new URLSearchParams(query).get('tr')?.trim() ?? ''
  return consumer({ consumerCode: reference, businessService: null, tenantId: null })
}

function readLink(text: string, { rules, serviceCodes }: ScanContext): ScanFinding | null {
  if (!/^https?:\/\//i.test(text)) return /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? notUnderstood : null
  if (!URL.canParse(text)) return notUnderstood
  const url = new URL(text)
  for (const rule of rules) {
    const isHere = rule.hosts.length === 0 || rule.hosts.some((host) => isHostOf(url.hostname, host))
    if (!isHere) continue
    const groups = rule.path?.exec(decoded(url.pathname))?.groups
    const code = firstParam(url, rule.codeParams) ?? groups?.['code']
    if (code === undefined) continue
    const named = firstParam(url, rule.serviceParams) ?? groups?.['service'] ?? rule.businessService
    const service = serviceCodes.find((each) => each.toUpperCase() === named?.toUpperCase())
    return consumer({
      // DIGIT's links write `/` of a code as `+`
      consumerCode: code.replaceAll('+', '/').trim(),
      businessService: service ?? null,
      tenantId: firstParam(url, rule.tenantParams) ?? groups?.['tenant'] ?? null,
    })
  }
  return notUnderstood
}

function isHostOf(hostname: string, host: string): boolean {
  return hostname === host || hostname.endsWith(`.${host}`)
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}

/** Reads the raw query, because `+` in a code means `/` here and not a space. */
function firstParam(url: URL, names: readonly string[]): string | undefined {
  for (const pair of url.search.slice(1).split('&')) {
    const [name = '', value = ''] = pair.split('=', 2)
    if (names.includes(decoded(name)) && value !== '') return decoded(value)
  }
  return undefined
}

function readMerchantQr(text: string): ScanFinding | null {
  if (!text.startsWith('000201')) return null
  const qr = readBharatQr(text)
  const code = qr?.billNumber ?? qr?.reference ?? ''
  return consumer({ consumerCode: code, businessService: null, tenantId: null })
}

/** `WS:WS/107/…` and `WS|WS/107/…` name the service too; anything else is a bare code. */
function readPlain(text: string, { serviceCodes }: ScanContext): ScanFinding {
  const prefix = /^(?<service>[^:|]{1,64})[:|](?<code>.+)$/.exec(text)?.groups
  const service = serviceCodes.find(
    (code) => code.toUpperCase() === prefix?.['service']?.trim().toUpperCase(),
  )
  if (service !== undefined) {
    return consumer({
      consumerCode: prefix?.['code']?.trim() ?? '',
      businessService: service,
      tenantId: null,
    })
  }
  return consumer({ consumerCode: text, businessService: null, tenantId: null })
}

function consumer(finding: Omit<Extract<ScanFinding, { kind: 'consumer' }>, 'kind'>): ScanFinding {
  const { consumerCode } = finding
  // a comma would be read as a list by DIGIT; a code of words only is a text, not a number
  const isCode = /\d/.test(consumerCode) && /^[^\s,<>"\\{}][^,<>"\\{}]*$/.test(consumerCode)
  if (!isCode || consumerCode.length > CODE_CHARS_MAX) return notUnderstood
  return { kind: 'consumer', ...finding }
}
