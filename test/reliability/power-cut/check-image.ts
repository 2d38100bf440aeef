// Looks at what a power cut left of a till: the product must open it and the auditor must find every acknowledged payment.
// Called by cut-power.ts's callers.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { readDevice } from '#host/identity/device-file.ts'
import { openStore } from '#store/open-store.ts'
import { auditTerminal, type Acknowledged } from '#test/reliability/auditor.ts'
import type { Verdict } from '#test/reliability/power-cut/cut-power.ts'

export const RECORD_FILE = 'till.sqlite'

/** `acknowledged`: JSON of what callers were told. */
export const checkImage = (folder: string, acknowledged: readonly string[]): Verdict => {
  const file = join(folder, RECORD_FILE)
  const told = acknowledged.map((text) => JSON.parse(text) as Acknowledged)
  try {
    const store = openStore({ file, nowMs: Date.now(), check: 'full' })
    const device = store.device()
    store.close()
    if (device !== null && readDevice(folder)?.device.deviceId !== device.deviceId) {
      return { outcome: 'lost', detail: 'the till is enrolled and its place at the integrator is gone' }
    }
  } catch (error) {
    return {
      outcome: 'unopenable',
      detail: error instanceof Error ? `${error.message} ${detailOf(error)}` : '',
    }
  }
  if (!existsSync(file)) return { outcome: 'lost', detail: 'no file' }
  try {
    const [finding] = auditTerminal(file, told).findings
    if (finding === undefined) return { outcome: 'good', detail: '' }
    return {
      outcome: finding.startsWith('LOST') || finding.startsWith('no tables') ? 'lost' : 'corrupt',
      detail: finding,
    }
  } catch (error) {
    return { outcome: 'corrupt', detail: error instanceof Error ? error.message : '' }
  }
}

const detailOf = (error: Error): string => ('data' in error ? JSON.stringify(error.data) : '')
