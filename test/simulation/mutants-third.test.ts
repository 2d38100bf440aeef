// Goal: the auditor sees. Every rule of exactly-once posting and of journals is taken away once, and within few worlds money goes
// wrong and the auditor says so; without the mutant the same worlds are sound. The third third of the mutants.
import { testMutants } from './caught.ts'

testMutants(2, 3)
