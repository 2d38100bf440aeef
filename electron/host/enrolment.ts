// Makes this program a till of the municipality, and keeps it told: enrols once with the one-time code, then fetches masters (services,
// rules, operators, time) now and again. Runs in the background for as long as it takes. Called by start-host.
import type { Logger } from 'pino'
import type { Device } from '#contract/api.ts'
import { ZERO_PAISE } from '#contract/money.ts'
import { ProblemError, problemOf, type Problem } from '#contract/problem.ts'
import { judgeClock } from '#core/clock-guard.ts'
import type { JournalType } from '#core/journal.ts'
import { CLOCK_TOLERANCE_MS } from '#core/limits.ts'
import type { Clock } from '#core/ports.ts'
import type { Store } from '#store/open-store.ts'
import { writeDevice } from './device-file.ts'
import type { IntegratorClient } from './integrator-client.ts'
import { repeat, type Repeating } from './repeating.ts'

export type Enrolment = {
  /** Token of the enrolled device; null before. */
  readonly token: () => string | null
  readonly problem: () => Problem | null
  readonly start: (integrator: IntegratorClient) => Repeating
}

type EnrolmentPorts = {
  readonly store: Store
  readonly clock: Clock
  readonly logger: Logger
  readonly dataDir: string
  readonly deviceName: string
  readonly enrolmentCode: string | null
  /** What device.json held at start. */
  readonly kept: Device | null
  readonly retryMs: number
  readonly mastersEveryMs: number
}

const REFUSED_WAIT_MS = 60_000

export function createEnrolment(ports: EnrolmentPorts): Enrolment {
  const { store, clock, logger } = ports
  let device = ports.kept
  let isDriftNoted = false
  let problem: ProblemError | null = problemAtStart(store, ports.kept)

  const become = (fresh: Device): void => {
    device = fresh
    const { deviceId, deviceCode, incarnation, tenantId } = fresh
    store.saveDevice(fresh, event(clock, 'ENROL', { deviceId, deviceCode, incarnation, tenantId }))
    problem = null
    logger.info({ deviceCode, incarnation, tenantId }, 'enrolled')
  }
  const enrol = async (integrator: IntegratorClient): Promise<boolean> => {
    if (device !== null) {
      // The last start ended between the file and the record: the code is used up, the identity is ours.
      become(device)
      return true
    }
    if (ports.enrolmentCode === null) return false
    try {
      const fresh = await integrator.enrol({ code: ports.enrolmentCode, name: ports.deviceName })
      writeDevice(ports.dataDir, fresh)
      become(fresh)
      return true
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error
      const isRefused = error.code === 'enrolment_refused'
      problem = isRefused ? error : new ProblemError('device_not_enrolled', { reason: error.code })
      logger.warn({ code: error.code }, 'not enrolled yet')
      return false
    }
  }
  const fetchMasters = async (integrator: IntegratorClient): Promise<void> => {
    const masters = await integrator.masters()
    const at = clock.read()
    store.saveMasters(masters)
    const { monotonicMs, bootId } = at
    store.saveAnchor({ serverMs: masters.serverTimeMs, monotonicMs, bootId })
    const { driftMs } = judgeClock(at, store.clockState())
    if (isDriftNoted || driftMs === null || Math.abs(driftMs) <= CLOCK_TOLERANCE_MS) return
    isDriftNoted = true
    store.appendEvent(event(clock, 'CLOCK_DRIFT', { driftMs }))
    logger.warn({ driftMs }, 'the clock of this machine is off')
  }
  const run = async (integrator: IntegratorClient): Promise<number> => {
    if (store.device() !== null && problem !== null) return REFUSED_WAIT_MS
    if (store.device() === null && !(await enrol(integrator))) {
      return problem?.code === 'enrolment_refused' ? REFUSED_WAIT_MS : ports.retryMs
    }
    try {
      await fetchMasters(integrator)
      return ports.mastersEveryMs
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error
      logger.warn({ code: error.code, reason: error.data['reason'] }, 'masters could not be fetched')
      return ports.retryMs
    }
  }
  return {
    token: () => (problem === null ? (device?.token ?? null) : null),
    problem: () => (problem === null ? null : problemOf(problem)),
    start: (integrator) =>
      repeat({
        run: async () => await run(integrator),
        faultWaitMs: ports.retryMs,
        onFault: (error) => logger.error({ error }, 'enrolment or masters failed'),
      }),
  }
}

/** A record whose token is gone takes no money: nobody could be told of it. */
function problemAtStart(store: Store, kept: Device | null): ProblemError | null {
  const own = store.device()
  if (own === null) return new ProblemError('device_not_enrolled')
  return kept?.deviceId === own.deviceId
    ? null
    : new ProblemError('device_not_enrolled', { reason: 'token_missing' })
}

export function event(clock: Clock, type: JournalType, data: Record<string, unknown>) {
  return { type, at: clock.read(), dataJson: JSON.stringify(data), amountPaise: ZERO_PAISE }
}
