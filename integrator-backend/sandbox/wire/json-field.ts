// Property names are matched without regard to case by billing and collection (ACCEPT_CASE_INSENSITIVE_PROPERTIES).
// Called wherever a request body of those services is read.
import { echoOf } from './wire-json.ts'

function keyOf(holder: object, name: string): string | undefined {
  if (Object.hasOwn(holder, name)) return name
  const lower = name.toLowerCase()
  return Object.keys(holder).find((key) => key.toLowerCase() === lower)
}

/** undefined when absent; null stays null. */
export function fieldOf(holder: object, name: string): unknown {
  const key = keyOf(holder, name)
  return key === undefined ? undefined : (holder as Record<string, unknown>)[key]
}

/** The same, but a number keeps the text the gateway forwarded when it is written again. */
export function echoFieldOf(holder: object, name: string): unknown {
  const key = keyOf(holder, name)
  return key === undefined ? undefined : echoOf(holder, key)
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
