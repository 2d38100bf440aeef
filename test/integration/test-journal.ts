// A journal as a till keeps it, in memory: sealed by core's own code and signed with the device's key. For kits, benches and tests that
// hand records over to the integrator.
import { createHash } from 'node:crypto'
import { FIRST_HASH } from '#contract/journal-record.ts'
import type { JournalOwner, JournalRecord, Sha256 } from '#contract/journal-record.ts'
import { paise } from '#contract/money.ts'
import type { AppendRequest } from '#contract/records-api.ts'
import type { DeviceSigner, SignedText } from '#contract/signed.ts'
import { EMPTY_HEAD, sealEntry, type JournalEntry, type JournalType } from '#core/journal.ts'

export const sha256: Sha256 = (parts) => {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest('hex')
}

export type TestJournal = ReturnType<typeof createTestJournal>

export function createTestJournal({ owner, signer }: { owner: JournalOwner; signer: DeviceSigner | null }) {
  const entries: JournalEntry[] = []
  const add = (type: JournalType, dataJson: string, amountPaise = 0): JournalRecord => {
    const at = { wallMs: Date.now(), monotonicMs: entries.length, bootId: 'test' }
    const sign = signer === null ? null : signer.sign
    const draft = { type, at, dataJson, amountPaise: paise(amountPaise) }
    const entry = sealEntry(entries.at(-1) ?? EMPTY_HEAD, draft, { owner, sha256, sign })
    entries.push(entry)
    return recordOf(entry)
  }
  return {
    entries,
    add,
    /** Anything as the data of a payment record, as a till with a mistake might write it. */
    pay: (payment: unknown): JournalRecord => {
      const amount =
        typeof payment === 'object' && payment !== null && 'amountPaise' in payment ? payment.amountPaise : 0
      const isAmount = typeof amount === 'number' && Number.isSafeInteger(amount) && amount > 0
      return add('PAY', JSON.stringify(payment) ?? 'null', isAmount ? amount : 0)
    },
    hashAt: (seq: number): string => (seq === 0 ? FIRST_HASH : (entries[seq - 1]?.hash ?? '')),
    /** A copy that goes its own way from here: what a copied disk is. */
    fork: (from = entries.length) => {
      const copy = createTestJournal({ owner, signer })
      copy.entries.push(...entries.slice(0, from))
      return copy
    },
    request: (after: number, upto = entries.length, lastAck?: SignedText): AppendRequest => ({
      after,
      head: after === 0 ? FIRST_HASH : (entries[after - 1]?.hash ?? FIRST_HASH),
      records: entries.slice(after, upto).map(recordOf),
      ...(lastAck === undefined ? {} : { lastAck }),
    }),
  }
}

function recordOf({ seq, body, signature }: JournalEntry): JournalRecord {
  return { seq, body, signature }
}
