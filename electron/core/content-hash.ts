// What was confirmed, as one text and as one hash, independent of the order of keys: by it the same call is recognised again. Used by
// take-payment.ts and card-payment.ts.
import type { Sha256 } from './journal.ts'
import type { CollectionInput } from './records.ts'

/** SHA-256 of what was confirmed, independent of the order of keys. */
export function contentHashOf(input: CollectionInput, sha256: Sha256): string {
  return sha256([new TextEncoder().encode(canonicalJson(input))])
}

export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  if (value === null || typeof value !== 'object') return JSON.stringify(value)
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${canonicalJson(item)}`).join(',')}}`
}
