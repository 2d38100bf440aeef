// Everything the frame of every screen shows, from a few indexed reads; polled, so it must stay cheap. Called by terminal.status.
import type { Ack } from '#contract/journal-record.ts'
import { ZERO_PAISE } from '#contract/money.ts'
import { ProblemError, problemOf } from '#contract/problem.ts'
import { judgeClock, type ClockVerdict } from '#core/time/clock-guard.ts'
import { CLOCK_TOLERANCE_MS } from '#core/limits.ts'
import { judgeLimits } from '#core/money-limits.ts'
import type { TerminalStatus } from '#rpc/procedures.ts'
import type { ClockStanding } from '#rpc/till-rules.ts'
import type { VaultStanding } from '#rpc/unlock.ts'
import { cardStatus } from './cards/card-handlers.ts'
import { heldFacts } from './held-facts.ts'
import { operatorAt, stoppedProblem, type Access, type Till } from './till.ts'

export function statusOf(access: Access): TerminalStatus {
  const stopped = stoppedProblem(access)
  if ('stopped' in access) return { ...emptyStatus(access.version), stopped }
  const { till } = access
  if (till.store.damage() !== null) return { ...emptyStatus(till.version), stopped }
  return { ...tillStatus(till), stopped }
}

function tillStatus(till: Till): Omit<TerminalStatus, 'stopped'> {
  const { store, link } = till
  const masters = store.masters()
  const device = store.device()
  const tenant = masters?.tenants.find(({ id }) => id === device?.tenantId)
  const clock = judgeClock(till.clock.read(), store.clockState())
  const queue = store.queueTotals()
  return {
    version: till.version,
    nowMs: clock.nowMs,
    isDemo: masters?.isDemo ?? false,
    tenant:
      device === null
        ? null
        : {
            id: device.tenantId,
            name: tenant?.name ?? device.tenantId,
            helpLine: masters?.helpLine ?? tenant?.contactNumber ?? null,
          },
    deviceCode: device?.deviceCode ?? null,
    enrolment: till.enrolment(),
    vault: vaultStanding(till),
    operator: operatorAt(till),
    shift: store.openShift(),
    link: {
      isOnline: link.isOnline(),
      offlineSinceMs: link.offlineSinceMs(),
      lastSyncAtMs: link.lastSyncAtMs(),
    },
    handover: handoverOf(store.handover().ack),
    queue,
    limits: judgeLimits(heldFacts(till, queue)).filter(({ level }) => level !== 'ok'),
    clock: clockStanding(clock),
    card: cardStatus(till),
    printer: printerOf(till),
    drawer: till.drawer.standing(),
    lastReceipt: store.lastReceipt(),
  }
}

function printerOf({ printing, devices, store }: Till): TerminalStatus['printer'] {
  const { name, spare, ...view } = printing.view()
  return {
    ...view,
    name: devices.printerName(name),
    spare: spare === null ? null : { ...spare, name: devices.printerName(spare.name) },
    waitingJobs: store.waitingPrintJobs(),
  }
}

function clockStanding({ driftMs, isSetBack, isFarOff }: ClockVerdict): ClockStanding {
  if (isSetBack || isFarOff) return { level: 'stop', driftMs }
  const isOff = driftMs !== null && Math.abs(driftMs) >= CLOCK_TOLERANCE_MS
  return { level: isOff ? 'warn' : 'ok', driftMs }
}

function vaultStanding({ secretFiles }: Till): VaultStanding {
  const { level, isDegraded } = secretFiles.vault
  const [first] = secretFiles.unreadable()
  const problem = first === undefined ? null : problemOf(new ProblemError('secrets_unreadable', { ...first }))
  return { level, isDegraded, problem }
}

function handoverOf(ack: Ack | null): TerminalStatus['handover'] {
  return ack === null ? null : { acknowledgedAtMs: ack.atMs, retainUntilMs: ack.retainUntilMs }
}

function emptyStatus(version: string): Omit<TerminalStatus, 'stopped'> {
  return {
    version,
    nowMs: Date.now(),
    isDemo: false,
    tenant: null,
    deviceCode: null,
    enrolment: { state: 'none', digits: null },
    vault: { level: 'plain', isDegraded: true, problem: null },
    operator: null,
    shift: null,
    link: { isOnline: false, offlineSinceMs: null, lastSyncAtMs: null },
    handover: null,
    queue: {
      waitingCount: 0,
      waitingPaise: ZERO_PAISE,
      oldestMs: null,
      pendingCount: 0,
      attentionCount: 0,
    },
    limits: [],
    clock: { level: 'ok', driftMs: null },
    card: { terminalName: null, openCount: 0, openPaise: ZERO_PAISE },
    printer: { name: '', state: 'unknown', problem: null, waitingJobs: 0, spare: null },
    drawer: { state: 'unknown', leftOpenSinceMs: null },
    lastReceipt: null,
  }
}
