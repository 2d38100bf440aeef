// What stops the integrator from starting, in one sentence a person can act on. Thrown at start, printed by main.ts, exit 2.

export class StartupError extends Error {
  override readonly name = 'StartupError'
}
