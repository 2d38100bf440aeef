// Files of tills for simulated worlds: a till that is enrolled, knows its town and has an open shift is made once per
// process and copied for every world. In memory where the system has such a folder. Called by till.
import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { rupees, ZERO_PAISE } from '#contract/money.ts'
import type { OperatorTile } from '#core/records.ts'
import { openShift } from '#core/drawer/shift.ts'
import { openStore } from '#store/open-store.ts'
import { sampleMasters, WIDE_LIMITS } from '#test/unit/core/sample-bill.ts'
import { TENANT } from './digit.ts'
import { signerOf } from './keys.ts'
import { createRandom } from './random.ts'
import { START_MS } from './world.ts'

export const CASHIER: OperatorTile = { id: 'op-1', code: '101', name: 'Meena Kulkarni', role: 'cashier' }

let folder: string | null = null
let worldCount = 0

function ownFolder(): string {
  if (folder !== null) return folder
  const memory = '/dev/shm'
  const made = mkdtempSync(join(existsSync(memory) ? memory : tmpdir(), 'tahsil-simulation-'))
  folder = made
  process.on('exit', () => rmSync(made, { recursive: true, force: true }))
  return made
}

export function deviceIdOf(number: number): string {
  return `device-${number}`
}

/** A fresh till file of its own for one world. */
export function makeTillFile(number: number): { file: string; remove: () => void } {
  const template = join(ownFolder(), `template-${number}.db`)
  if (!existsSync(template)) makeTemplate(template, number)
  return copyTillFile(template, number)
}

/** The whole file of a till that is not running, for a second life of it. */
export function copyTillFile(from: string, number: number): { file: string; remove: () => void } {
  worldCount += 1
  const file = join(ownFolder(), `till-${number}-${worldCount}.db`)
  copyFileSync(from, file)
  return {
    file,
    remove: () => {
      for (const ending of ['', '-wal', '-shm', '.lock', '.lock-journal'])
        rmSync(`${file}${ending}`, { force: true })
    },
  }
}

function makeTemplate(file: string, number: number): void {
  const at = { wallMs: START_MS - 3_600_000, monotonicMs: 1, bootId: 'first' }
  const store = openStore({ file, nowMs: at.wallMs, signer: signerOf(number) })
  const device = {
    deviceId: deviceIdOf(number),
    deviceCode: String(400 + number).padStart(4, '0'),
    incarnation: 'A',
    tenantId: TENANT,
  }
  store.saveDevice(device, { type: 'ENROL', at, dataJson: '{}', amountPaise: ZERO_PAISE })
  openShift(
    { store, newId: createRandom('shift', number).uuid },
    [{ denominationPaise: rupees(100), count: 5 }],
    {
      operator: CASHIER,
      at,
    },
  )
  // Nobody hands cash in for days here: what an office allows has its own tests.
  store.saveMasters(sampleMasters({ limits: WIDE_LIMITS }))
  store.close()
}
