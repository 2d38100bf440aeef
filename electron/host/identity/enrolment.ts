// Makes this program a till of the municipality, and keeps it told: enrols once with the one-time code, waits until the office has compared
// six digits, then fetches masters (services, rules, operators, time) now and again. Runs in the background for as long as it
// takes. Called by start-host.
import type { Logger } from 'pino'
import type { EnrolmentRequest } from '#contract/devices-api.ts'
import { ZERO_PAISE } from '#contract/money.ts'
import { ProblemError, problemOf, type Problem } from '#contract/problem.ts'
import { contactNow } from '#core/time/last-contact.ts'
import { judgeClock } from '#core/time/clock-guard.ts'
import type { JournalType } from '#core/journal.ts'
import { CLOCK_TOLERANCE_MS } from '#core/limits.ts'
import type { Clock } from '#core/ports.ts'
import type { EnrolmentView } from '#rpc/enrolment.ts'
import type { Store } from '#store/open-store.ts'
import type { Identity } from './identity.ts'
import type { IntegratorClient } from '#host/link/integrator-client.ts'
import { repeat, type Repeating } from '#host/repeating.ts'

export type Enrolment = {
  /** May hand over what is recorded: approved once, even if it was withdrawn since. */
  readonly isEnrolled: () => boolean
  /** Why no money may be taken; null when it may. */
  readonly problem: () => Problem | null
  readonly view: () => EnrolmentView
  /** The integrator said that this till was withdrawn. */
  readonly noteRevoked: () => void
  readonly start: (integrator: IntegratorClient) => Repeating
}

type EnrolmentPorts = {
  readonly store: Store
  readonly clock: Clock
  readonly logger: Logger
  readonly identity: Identity
  readonly deviceName: string
  readonly enrolmentCode: string | null
  readonly retryMs: number
  readonly mastersEveryMs: number
  /** Once the masters are there: what else the integrator tells an approved device. Never throws a ProblemError. */
  readonly afterMasters: (integrator: IntegratorClient) => Promise<void>
}

const REFUSED_WAIT_MS = 60_000

export function createEnrolment(ports: EnrolmentPorts): Enrolment {
  const { store, clock, logger, identity } = ports
  let isDriftNoted = false
  let problem: ProblemError | null = problemAtStart(store, identity)

  const isOurs = (): boolean => {
    const approval = identity.enrolled()?.approval
    return (
      store.device() !== null &&
      (approval === 'approved' || approval === 'revoked') &&
      isOwner(store, identity)
    )
  }
  const fetchMasters = async (integrator: IntegratorClient): Promise<void> => {
    const masters = await integrator.masters()
    const at = clock.read()
    store.saveMasters(masters)
    const { monotonicMs, bootId } = at
    store.saveAnchor({ serverMs: masters.serverTimeMs, monotonicMs, bootId })
    store.saveContact(contactNow(masters.serverTimeMs, at, store.clockState()))
    const { driftMs } = judgeClock(at, store.clockState())
    if (isDriftNoted || driftMs === null || Math.abs(driftMs) <= CLOCK_TOLERANCE_MS) return
    isDriftNoted = true
    store.appendEvent(event(clock, 'CLOCK_DRIFT', { driftMs }))
    logger.warn({ driftMs }, 'the clock of this machine is off')
  }
  /** Returns the wait before the next look. */
  const keepTold = async (integrator: IntegratorClient): Promise<number> => {
    try {
      await fetchMasters(integrator)
      // whoever is answered was not withdrawn
      identity.note('approved')
      problem = null
      await ports.afterMasters(integrator)
      return ports.mastersEveryMs
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error
      logger.warn({ code: error.code, reason: error.data['reason'] }, 'masters could not be fetched')
      // without any masters nothing can be taken, and this says why
      if (error.code === 'integrator_not_trusted' && store.masters() === null) problem = error
      return error.code === 'device_revoked' ? REFUSED_WAIT_MS : ports.retryMs
    }
  }
  const approach = async (integrator: IntegratorClient): Promise<ProblemError | null> => {
    try {
      return await stepIn(ports, integrator)
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error
      logger.warn({ code: error.code }, 'not enrolled yet')
      const isFinal = FINAL.has(error.code)
      // the office withdrew it before it was ever let in: nothing is recorded under it, a new code may come
      if (isFinal && identity.enrolled() !== null) await identity.renew()
      return isFinal
        ? error
        : (waitingOf(identity) ?? new ProblemError('device_not_enrolled', { reason: error.code }))
    }
  }
  const run = async (integrator: IntegratorClient): Promise<number> => {
    // keys of another till, or none that can be read: only a person can help
    if (!isKeyRight(store, identity)) return REFUSED_WAIT_MS
    if (!isOurs()) {
      problem = await approach(integrator)
      if (problem !== null) return FINAL.has(problem.code) ? REFUSED_WAIT_MS : ports.retryMs
      logger.info({ deviceCode: store.device()?.deviceCode }, 'enrolled')
    }
    return await keepTold(integrator)
  }
  return {
    isEnrolled: isOurs,
    problem: () => (problem === null ? null : problemOf(problem)),
    view: () => viewOf(identity, isOurs()),
    noteRevoked: () => {
      if (!isOurs()) return
      identity.note('revoked')
      problem = new ProblemError('device_revoked')
    },
    start: (integrator) =>
      repeat({
        run: async () => await run(integrator),
        faultWaitMs: ports.retryMs,
        onFault: (error) => logger.error({ error }, 'enrolment or masters failed'),
      }),
  }
}

const FINAL: ReadonlySet<string> = new Set(['enrolment_refused', 'device_revoked'])

/** From nothing to a till, as far as it goes now; null: this is a till. Throws ProblemError. */
async function stepIn(ports: EnrolmentPorts, integrator: IntegratorClient): Promise<ProblemError | null> {
  const { store, clock, identity, enrolmentCode, deviceName } = ports
  if (identity.enrolled() === null) {
    if (enrolmentCode === null) return new ProblemError('device_not_enrolled')
    await identity.prepare()
    const request: EnrolmentRequest = { ...identity.offer(), code: enrolmentCode, name: deviceName }
    identity.keep(await integrator.enrol(request))
  }
  if (identity.enrolled()?.approval === 'enrolled') {
    identity.note(await integrator.confirm({ nonce: identity.nonce() }))
  } else if (identity.enrolled()?.approval === 'waiting') {
    const { approval } = await integrator.me()
    identity.note(approval === 'unconfirmed' ? 'enrolled' : approval)
  }
  const enrolled = identity.enrolled()
  if (enrolled === null) throw new Error('an enrolment does not vanish')
  if (enrolled.approval !== 'approved') return waitingOf(identity)
  const { publicKey, serverKey } = enrolled
  store.saveDevice(enrolled.device, event(clock, 'ENROL', { ...enrolled.device, publicKey, serverKey }))
  return null
}

function waitingOf(identity: Identity): ProblemError | null {
  if (identity.enrolled()?.approval !== 'waiting') return null
  return new ProblemError('device_not_approved', { digits: identity.digits() })
}

function viewOf(identity: Identity, isOurs: boolean): EnrolmentView {
  const approval = identity.enrolled()?.approval
  if (isOurs) return { state: approval === 'revoked' ? 'revoked' : 'approved', digits: null }
  if (approval === 'waiting') return { state: 'waiting', digits: identity.digits() }
  return { state: 'none', digits: null }
}

/** The keys here are those that the record was begun with. */
function isOwner(store: Store, identity: Identity): boolean {
  return identity.enrolled()?.device.deviceId === store.device()?.deviceId
}

/** Not enrolled yet, or enrolled with the keys that are here. */
function isKeyRight(store: Store, identity: Identity): boolean {
  return identity.keys() !== 'unreadable' && (store.device() === null || isOwner(store, identity))
}

/** A record whose keys are gone takes no money: nobody could be told of it. */
function problemAtStart(store: Store, identity: Identity): ProblemError | null {
  if (identity.keys() === 'unreadable') return new ProblemError('secrets_unreadable')
  if (!isKeyRight(store, identity)) return new ProblemError('device_not_enrolled', { reason: 'key_missing' })
  if (store.device() === null) return waitingOf(identity) ?? new ProblemError('device_not_enrolled')
  return identity.enrolled()?.approval === 'revoked' ? new ProblemError('device_revoked') : null
}

export function event(clock: Clock, type: JournalType, data: Record<string, unknown>) {
  return { type, at: clock.read(), dataJson: JSON.stringify(data), amountPaise: ZERO_PAISE }
}
