// One spelling of a JSON value: keys in code-unit order, no white space. Two terminals' spellings of one payment hash alike.
// Called by accept-payment; the hash itself is made by the caller.

export const JSON_DEPTH_MAX = 32

/** Throws TypeError for what JSON cannot carry (functions, non-finite numbers): a programming mistake. */
export function canonicalJson(value: unknown, depth = 0): string {
  if (depth > JSON_DEPTH_MAX) throw new TypeError('JSON is nested too deep')
  if (value === null) return 'null'
  if (typeof value === 'boolean') return value ? 'true' : 'false'
  if (typeof value === 'string') return JSON.stringify(value)
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new TypeError('JSON has no such number')
    return JSON.stringify(Object.is(value, -0) ? 0 : value)
  }
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item, depth + 1)).join(',')}]`
  if (typeof value !== 'object') throw new TypeError('JSON cannot carry this value')
  const fields: string[] = []
  for (const key of Object.keys(value).toSorted()) {
    const item = (value as Record<string, unknown>)[key]
    if (item !== undefined) fields.push(`${JSON.stringify(key)}:${canonicalJson(item, depth + 1)}`)
  }
  return `{${fields.join(',')}}`
}
