// What a test may set otherwise; the shells take the standard. Read by start-host.
import type { CardReader } from '#drivers/card-reader/card-reader.ts'
import type { CardTerminal } from '#drivers/card-terminal/card-terminal.ts'
import type { CardTerminalTimes } from '#drivers/card-terminal/open-card-terminal.ts'
import { systemListers, type Lister } from '#drivers/discover/listers.ts'
import { usbHotplug } from '#drivers/discover/watch.ts'
import type { Clock } from '#core/ports.ts'
import { CARD_ASK_AGAIN_MS, FREE_BYTES_MIN } from '#core/limits.ts'
import { INTEGRATOR_TIMES, type IntegratorTimes } from './link/integrator-client.ts'
import { machineClock } from './machine-clock.ts'
import { PACK_TIMES, type PackTimes } from './packs/pack-runner.ts'
import { vaultOfMachine, type SecretVault } from './identity/vault.ts'

export type HostTuning = {
  readonly clock: Clock
  readonly random: () => number
  readonly freeBytesMin: number
  readonly storeCheck: 'tail' | 'full'
  readonly busyTimeoutMs: number
  readonly mastersEveryMs: number
  readonly enrolRetryMs: number
  readonly printerPollMs: number
  /** How long a slip waits for DIGIT's number while the network is there. */
  readonly numberWaitMs: number
  readonly integratorTimes: IntegratorTimes
  readonly packTimes: PackTimes
  /** A terminal made by a test, in place of the one that the options name. */
  readonly cardTerminal: CardTerminal | null
  /** How long the one that the options name is waited for; empty: as its protocol has it. */
  readonly cardTimes: CardTerminalTimes
  /** Readers made by a test, in place of the one that the options name. */
  readonly cardReaders: readonly CardReader[] | null
  /** What lists the devices that are plugged in. */
  readonly deviceListers: readonly Lister[]
  /** Calls back when something was plugged in or pulled out; null: only the slow look tells. */
  readonly hotplug: ((onEvent: () => void) => () => void) | null
  readonly cardAskAgainMs: readonly number[]
  /** What secrets are sealed with; a shell with a keyring brings its own. */
  readonly vault: SecretVault
  /** What they may have been sealed with before. */
  readonly olderVaults: readonly SecretVault[]
}

/** TAHSIL_FREE_BYTES_MIN and TAHSIL_STORE_CHECK=full are for small devices and for audits. */
export function standardTuning(environment: Record<string, string | undefined>): HostTuning {
  const freeBytes = Number(environment['TAHSIL_FREE_BYTES_MIN'] ?? FREE_BYTES_MIN)
  return {
    clock: machineClock(),
    random: Math.random,
    freeBytesMin: Number.isSafeInteger(freeBytes) && freeBytes >= 0 ? freeBytes : FREE_BYTES_MIN,
    storeCheck: environment['TAHSIL_STORE_CHECK'] === 'full' ? 'full' : 'tail',
    busyTimeoutMs: 1_000,
    mastersEveryMs: 600_000,
    enrolRetryMs: 5_000,
    printerPollMs: 15_000,
    numberWaitMs: 1_500,
    integratorTimes: INTEGRATOR_TIMES,
    packTimes: PACK_TIMES,
    cardTerminal: null,
    cardTimes: {},
    cardReaders: null,
    deviceListers: systemListers(),
    hotplug: usbHotplug,
    cardAskAgainMs: CARD_ASK_AGAIN_MS,
    vault: vaultOfMachine(environment),
    olderVaults: [],
  }
}
