// Follows the record once a second: the second copy of the journal, and the file that says "there is unsent money here". Neither
// may stop a payment: a fault is logged once and shown to the supervisor as degraded. Called by start-host.
import { join } from 'node:path'
import type { Logger } from 'pino'
import type { Store } from '#store/open-store.ts'
import { repeat, type Repeating } from '#host/repeating.ts'
import { COPIED_AT_ONCE, openJournalCopy, type JournalCopy } from './journal-copy.ts'
import { journalCopyName } from './rescue-folder.ts'
import { unsentMarker } from './unsent-marker.ts'

const FOLLOW_MS = 1_000
const FAULT_WAIT_MS = 30_000

export type SafeKeeping = Repeating & {
  /** The second copy cannot be written; null: it is well. */
  readonly fault: () => string | null
}

type KeepingPorts = {
  readonly store: Pick<Store, 'device' | 'recordsAfter' | 'queueTotals'>
  readonly dataDir: string
  /** Best on another medium. */
  readonly copyFolder: string
  readonly logger: Logger
}

export function startKeepingSafe({ store, dataDir, copyFolder, logger }: KeepingPorts): SafeKeeping {
  const marker = unsentMarker(dataDir)
  let copy: JournalCopy | null = null
  let fault: string | null = null
  const loop = repeat({
    run: async () => {
      await Promise.resolve()
      marker.show(store.queueTotals().waitingCount > 0)
      const device = store.device()
      if (device === null) return FOLLOW_MS
      copy ??= openJournalCopy(join(copyFolder, journalCopyName(device)), store.recordsAfter)
      const count = copy.follow()
      if (fault !== null) logger.info('the second copy of the journal is written again')
      fault = null
      return count === COPIED_AT_ONCE ? 0 : FOLLOW_MS
    },
    faultWaitMs: FAULT_WAIT_MS,
    onFault: (error) => {
      // Read anew: how much of the last write arrived is not known.
      copy = null
      const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
      if (fault !== code) logger.error({ code }, 'the second copy of the journal cannot be written')
      fault = code
    },
  })
  return { ...loop, fault: () => fault }
}
