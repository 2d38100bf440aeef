// When this till last heard from its integrator, and the open unlock challenges of locked operators. Part of the store; each method is
// one transaction.
import { eq } from 'drizzle-orm'
import type { LastContact } from '#core/time/last-contact.ts'
import type { ContactStore, UnlockStore } from '#core/ports.ts'
import { unlockTryKey } from '#core/people/unlock.ts'
import type { Gate } from './gate.ts'
import { appendEntries } from './journal/journal-table.ts'
import { getMeta, setMeta } from './meta.ts'
import { pinLocks } from './schema.ts'
import type { Session } from './session.ts'

/** `counter` goes up with every challenge that was ever shown here. */
type Challenges = { readonly counter: number; readonly open: Readonly<Record<string, string>> }

export function contactTable(gate: Gate): ContactStore & UnlockStore {
  return {
    lastContact: () => gate.read((session) => getMeta<LastContact>(session, 'lastContact')),
    saveContact: (contact) => gate.write((session) => setMeta(session, 'lastContact', contact)),
    openChallenge: (operatorId) => gate.read((session) => challengesOf(session).open[operatorId] ?? null),
    unlockChallenge: (operatorId, make) =>
      gate.write((session) => {
        const { counter, open } = challengesOf(session)
        const known = open[operatorId]
        if (known !== undefined) return known
        const challenge = make(counter + 1)
        setMeta(session, 'unlockChallenges', {
          counter: counter + 1,
          open: { ...open, [operatorId]: challenge },
        } satisfies Challenges)
        return challenge
      }),
    spendChallenge: (operatorId, draft) =>
      gate.write((session) => {
        const { counter, open } = challengesOf(session)
        const { [operatorId]: spent, ...others } = open
        if (spent === undefined) throw new Error('only an open challenge is spent')
        setMeta(session, 'unlockChallenges', { counter, open: others } satisfies Challenges)
        for (const key of [operatorId, unlockTryKey(operatorId)]) {
          session.db.delete(pinLocks).where(eq(pinLocks.operatorId, key)).run()
        }
        appendEntries(session, [draft])
      }),
  }
}

function challengesOf(session: Session): Challenges {
  return getMeta<Challenges>(session, 'unlockChallenges') ?? { counter: 0, open: {} }
}
