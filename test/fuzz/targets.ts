// What is fuzzed: every parser of bytes or text that a device, a scanned code or a card terminal gives, with inputs to begin from and
// what must hold of any answer. Called by run-fuzz.ts and fuzz.test.ts.
import { deviceTargets } from './device-targets.ts'
import type { FuzzTarget } from './guided.ts'
import { terminalTargets } from './terminal-targets.ts'

export const fuzzTargets: readonly FuzzTarget[] = [...deviceTargets, ...terminalTargets]
