// For values that only a programming mistake could leave out. Called anywhere in the sandbox.
import assert from 'node:assert/strict'

export function must<T>(value: T | null | undefined, what: string): T {
  assert.ok(value !== null && value !== undefined, `missing: ${what}`)
  return value
}
