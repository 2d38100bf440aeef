// Which business services a bare consumer code may belong to. Called by app's bill search.

/** A municipality's own pattern; they win over the guess by prefix. */
export type CodePattern = { businessService: string; pattern: RegExp }

export type Candidates = {
  /** Asked first. */
  likely: readonly string[]
  /** Asked when the likely ones have nothing. */
  rest: readonly string[]
}

export const SERVICES_ASKED_MAX = 150

export function candidateServices(
  consumerCode: string,
  known: { serviceCodes: readonly string[]; patterns: readonly CodePattern[] },
): Candidates {
  const code = consumerCode.toUpperCase()
  const byPattern = known.patterns
    .filter(({ pattern }) => pattern.test(consumerCode))
    .map(({ businessService }) => businessService)
    .filter((service) => known.serviceCodes.includes(service))
  const likely =
    byPattern.length > 0 ? byPattern : known.serviceCodes.filter((service) => isPrefix(service, code))
  const unique = [...new Set(likely)]
  const rest = known.serviceCodes.filter((service) => !unique.includes(service))
  return { likely: unique, rest: rest.slice(0, SERVICES_ASKED_MAX) }
}

/** `PT-107-…`, `WS/107/…`, `TL_…`: DIGIT's usual formats begin with the module. */
function isPrefix(service: string, code: string): boolean {
  const [module = ''] = service.toUpperCase().split('.')
  if (!code.startsWith(module) || module === '') return false
  return /[^A-Z]/.test(code.charAt(module.length))
}
