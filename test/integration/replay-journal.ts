// What a terminal does after the integrator lost something: it goes back to where the integrator says, and hands its journal
// over again from there. Called by the tests of restores and of several nodes.
import { setTimeout as wait } from 'node:timers/promises'
import type { Till } from './integrator-kit.ts'

const triesMax = 400
const waitMs = 50

/** Until everything in the journal is acknowledged; throws what the integrator said when that never comes. */
export async function replayJournal(till: Till): Promise<void> {
  let last = ''
  for (let attempt = 0; attempt < triesMax; attempt += 1) {
    const upto = till.journal.entries.length
    try {
      const reply = await till.append()
      if (reply.status === 200 && till.sentSeq >= upto) return
      last = `${reply.status} ${JSON.stringify(reply.body)}`
      const expected = reply.status === 409 ? reply.body.data['expectedSeq'] : null
      if (typeof expected === 'number') till.sentSeq = expected - 1
      else await wait(waitMs)
    } catch (error) {
      last = error instanceof Error ? error.message : String(error)
      await wait(waitMs)
    }
  }
  throw new Error(`the journal was not taken: ${last}`)
}
