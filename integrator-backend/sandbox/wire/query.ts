// Reading query parameters the way Spring binds them: repeated or comma-listed sets, longs, booleans.
// Called by the billing and collection handlers.
import { digitError } from './digit-error.ts'

export const setMax = 5000

/** A set parameter: comma list or repeated. A value holding a comma can therefore not be sent. */
export function setOf(query: URLSearchParams, name: string): string[] {
  const values = query
    .getAll(name)
    .flatMap((value) => value.split(','))
    .map((value) => value.trim())
    .filter((value) => value !== '')
  return [...new Set(values)].slice(0, setMax)
}

/** null when absent or empty. */
export function textOf(query: URLSearchParams, name: string): string | null {
  const value = query.get(name)
  return value === null || value === '' ? null : value
}

/** A Long or Integer; a value that is none is Spring's typeMismatch. */
export function numberOf(query: URLSearchParams, name: string, objectName: string): number | null {
  const value = textOf(query, name)
  if (value === null) return null
  if (!/^-?\d{1,18}$/.test(value)) {
    throw digitError(`typeMismatch.${objectName}.${name}`, `Failed to convert property value for ${name}`)
  }
  return Number(value)
}

export function flagOf(query: URLSearchParams, name: string): boolean {
  return query.get(name)?.toLowerCase() === 'true'
}
