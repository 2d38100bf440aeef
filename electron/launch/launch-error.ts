// What keeps Tahsil from starting, as a sentence that says what to do. The launcher prints it and exits with 2.
export class LaunchError extends Error {
  override readonly name = 'LaunchError'
}

export function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
