// JSON whose numbers stay the digits they were written with, so that no amount passes through a float. Called by the drivers that
// speak JSON to a card terminal or its cloud.

type ExactJson = {
  readonly rawJSON: (text: string) => object
  readonly parse: (
    text: string,
    revive: (key: string, value: unknown, context: { readonly source?: string }) => unknown,
  ) => unknown
}
// ES2025 (JSON.rawJSON and source text in revivers), which the library types of this TypeScript do not have yet.
const exact = JSON as unknown as ExactJson

/** A number written into JSON with exactly these digits. @throws SyntaxError when the text is no JSON number */
export function exactNumber(digits: string): object {
  if (!/^\d+(\.\d+)?$/.test(digits)) throw new SyntaxError('digits, at most one point')
  return exact.rawJSON(digits)
}

/** Every number comes back as the text it was written with; undefined for what is no JSON. Never throws. */
export function readExactJson(text: string): unknown {
  try {
    return exact.parse(text, (_key, value, context) =>
      typeof value === 'number' ? (context.source ?? String(value)) : value,
    )
  } catch {
    return undefined
  }
}
