// The daily file of heads: our signed word about every journal, and the file's own hash, to be printed or sent to the municipality.
// With it a journal that was cut short or replaced is found for ever. Called by the `heads` command.
import { createHash } from 'node:crypto'
import type { Pool } from 'pg'
import type { Ack } from '#contract/journal-record.ts'
import type { HeadsFile } from '#contract/heads-file.ts'
import type { ServerKey } from '#app/server-key.ts'
import { readHeads } from './record-tables.ts'

const dayMs = 86_400_000

export async function makeHeadsFile(
  pool: Pool,
  { serverKey, nowMs, retainDays }: { serverKey: ServerKey; nowMs: number; retainDays: number },
): Promise<HeadsFile> {
  const heads = (await readHeads(pool)).map((row) => {
    const ack: Ack = {
      deviceId: row.deviceId,
      incarnation: row.incarnation,
      upto: row.upto,
      head: row.hash,
      epoch: row.epoch,
      atMs: nowMs,
      retainUntilMs: nowMs + retainDays * dayMs,
    }
    return {
      deviceCode: row.deviceCode,
      tenantId: row.tenantId,
      turnoverPaise: row.turnoverPaise,
      paymentCount: row.paymentCount,
      isForked: row.isForked,
      ack: serverKey.sign('ack', JSON.stringify(ack)),
    }
  })
  const content = JSON.stringify({ atMs: nowMs, heads })
  return {
    kind: 'tahsil-heads-1',
    content,
    sha256: createHash('sha256').update(content).digest('hex'),
  }
}
