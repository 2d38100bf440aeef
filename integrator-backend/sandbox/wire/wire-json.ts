// JSON as DIGIT's wire has it: numbers keep the text Java would print (`1540.00`, `1540.0`, `1.0E7`).
// The gateway reads requests with parseForwarded; every answer is written with writeWire.

type RawJson = { rawJSON: (text: string) => unknown }
const rawJson = JSON as unknown as RawJson

/** Texts of decimals as the gateway forwarded them, by the object that held them. */
const forwardedTexts = new WeakMap<object, Map<string, string>>()

/** A number printed exactly as given. Typed as number because that is what the reader of the answer sees. */
export function rawNumber(text: string): number {
  return rawJson.rawJSON(text) as number
}

/** How java.lang.Double prints: at least one decimal, exponent form from 1e7 and below 1e-3. */
export function javaDoubleText(value: number): string {
  const abs = Math.abs(value)
  if (value === 0) return '0.0'
  if (abs >= 1e-3 && abs < 1e7) return Number.isInteger(value) ? `${value}.0` : String(value)
  const [mantissa = '', exponent = '0'] = value.toExponential().split('e')
  return `${mantissa.includes('.') ? mantissa : `${mantissa}.0`}E${Number(exponent)}`
}

/**
 * Reads a request body the way the gateway's generic map does: every number written with a point or exponent passes
 * through a double and is later echoed in Java's notation. Throws SyntaxError when the text is not JSON.
 * Source: zuul RequestEnrichmentFilter.
 */
export function parseForwarded(text: string): unknown {
  const reviver = function (this: unknown, key: string, value: unknown, context?: { source?: string }) {
    if (typeof value === 'number' && /[.eE]/.test(context?.source ?? '')) {
      const holder = this as object
      const texts = forwardedTexts.get(holder) ?? new Map<string, string>()
      texts.set(key, javaDoubleText(value))
      forwardedTexts.set(holder, texts)
    }
    return value
  }
  return JSON.parse(text, reviver)
}

/** The value of `holder[key]` as an echo of the request, in the text the gateway forwarded. */
export function echoOf(holder: object, key: string): unknown {
  const text = forwardedTexts.get(holder)?.get(key)
  return text === undefined ? (holder as Record<string, unknown>)[key] : rawJson.rawJSON(text)
}

export function writeWire(body: unknown): string {
  const replacer = function (this: unknown, key: string, value: unknown) {
    if (typeof value !== 'number' || typeof this !== 'object' || this === null) return value
    const text = forwardedTexts.get(this)?.get(key)
    return text === undefined ? value : rawJson.rawJSON(text)
  }
  return JSON.stringify(body, replacer)
}
