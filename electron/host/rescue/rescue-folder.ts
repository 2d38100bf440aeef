// A rescue from the folder of a till that does not run: its record, however damaged, and the second copy of its journal. Called by
// the rescue command and by a till whose record was found damaged.
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { ProblemError } from '#contract/problem.ts'
import { readBody } from '#contract/journal-record.ts'
import type { JournalRecord } from '#contract/journal-record.ts'
import { RESCUE_RECORDS_MAX } from '#contract/rescue.ts'
import type { Rescue } from '#contract/rescue.ts'
import type { DeviceIdentity } from '#core/records.ts'
import { proveRecords, salvageFile, type ProvedRecords, type Salvaged } from '#store/journal/salvage.ts'
import { readDevice } from '#host/identity/device-file.ts'
import { readJournalCopy } from './journal-copy.ts'
import { sealRescue, type SealedRescue } from './seal-rescue.ts'

export type RescueRequest = {
  /** The record's file. */
  readonly file: string
  /** Where second copies of the journal may lie. */
  readonly copyFolders: readonly string[]
  /** Also what was acknowledged: for an integrator that has lost it. */
  readonly isWhole: boolean
  /** When the record cannot say them any more: from the device's own files, or typed. */
  readonly known: {
    readonly device: DeviceIdentity | null
    readonly publicKey: string | null
    readonly rescueKey: string | null
  }
}

export type RescueResult = SealedRescue & {
  readonly recordCount: number
  readonly paymentCount: number
  readonly amountPaise: number
  readonly stop: ProvedRecords['stop']
  readonly beyondCount: number
  /** What the file's own reader said; null: nothing. */
  readonly damage: string | null
}

export function journalCopyName({ deviceCode, incarnation }: DeviceIdentity): string {
  return `journal-${deviceCode}${incarnation}.jsonl`
}

/** From the folder of a till, with what its own files say when the record cannot any more. Throws as rescueFolder does. */
export async function rescueTill({
  dataDir,
  copyFolder,
  file,
}: {
  dataDir: string
  copyFolder: string
  file: string
}): Promise<RescueResult> {
  const kept = readDevice(dataDir)
  return await rescueFolder({
    file: join(dataDir, file),
    copyFolders: [copyFolder],
    isWhole: false,
    known: { device: kept?.device ?? null, publicKey: kept?.publicKey ?? null, rescueKey: null },
  })
}

/** Throws ProblemError rescue_invalid with `why`: nothing to carry, or it cannot be known whose it is. */
export async function rescueFolder(request: RescueRequest): Promise<RescueResult> {
  const read = salvageFile(request.file)
  const device = read.device ?? request.known.device
  const publicKey = read.publicKey ?? request.known.publicKey
  const rescueKey = read.masters?.rescueKey ?? request.known.rescueKey
  if (device === null || publicKey === null) throw nothing('it cannot be read whose record this is')
  if (rescueKey === null) throw nothing('the key of the integrator cannot be read')
  const salvaged: Salvaged = { ...read, device, publicKey }
  const copy = request.copyFolders.flatMap((folder) => copyIn(folder, journalCopyName(device)))
  const proved = proveRecords(salvaged, { copy, isWhole: request.isWhole })
  const sealed = await sealRescue(rescueOf({ device, publicKey }, proved), rescueKey)
  return {
    ...sealed,
    ...moneyIn(proved.records),
    recordCount: proved.records.length,
    stop: proved.stop,
    beyondCount: proved.beyondCount,
    damage: read.damage,
  }
}

/** Throws ProblemError rescue_invalid when there is nothing to carry. */
export function rescueOf(
  { device, publicKey }: { device: DeviceIdentity; publicKey: string },
  { after, head, records }: Pick<ProvedRecords, 'after' | 'head' | 'records'>,
): Rescue {
  if (records.length === 0) throw nothing('there is nothing that the integrator does not have')
  const { deviceId, deviceCode, incarnation, tenantId } = device
  return {
    kind: 'tahsil-rescue',
    version: 1,
    deviceId,
    deviceCode,
    incarnation,
    tenantId,
    publicKey,
    after,
    head,
    records: records.slice(0, RESCUE_RECORDS_MAX),
  }
}

export function moneyIn(records: readonly JournalRecord[]): { paymentCount: number; amountPaise: number } {
  let paymentCount = 0
  let amountPaise = 0
  for (const { body } of records) {
    const facts = readBody(body)
    if (facts?.type !== 'PAY') continue
    paymentCount += 1
    amountPaise += amountIn(facts.dataJson)
  }
  return { paymentCount, amountPaise }
}

function amountIn(dataJson: string): number {
  const { amountPaise } = JSON.parse(dataJson) as { amountPaise?: unknown }
  return typeof amountPaise === 'number' && Number.isSafeInteger(amountPaise) ? amountPaise : 0
}

function copyIn(folder: string, name: string): JournalRecord[] {
  if (!existsSync(folder) || !readdirSync(folder).includes(name)) return []
  return readJournalCopy(join(folder, name))
}

function nothing(why: string): ProblemError {
  return new ProblemError('rescue_invalid', { why })
}

/** The folder beside the record where the second copy of the journal goes when no other medium is named. */
export const COPY_FOLDER = 'journal-copy'
