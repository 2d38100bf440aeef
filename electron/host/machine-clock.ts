// The clocks of this machine as the core reads them: wall time, and a time that only goes forward within one boot. Where the system
// names no boot, each start of the program counts as one, which is the careful side. Called by start-host.
import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Clock } from '#core/ports.ts'

export function machineClock(): Clock {
  const bootId = linuxBootId()
  if (bootId === null) {
    const own = randomUUID()
    return { read: () => ({ wallMs: Date.now(), monotonicMs: performance.now(), bootId: own }) }
  }
  // CLOCK_MONOTONIC counts from the boot, so it goes on over a restart of the program.
  return {
    read: () => ({ wallMs: Date.now(), monotonicMs: Number(process.hrtime.bigint() / 1_000_000n), bootId }),
  }
}

function linuxBootId(): string | null {
  try {
    const id = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
    return /^[0-9a-f-]{36}$/.test(id) ? id : null
  } catch {
    return null
  }
}
