// How hard a world is hit, drawn per seed: most kinds of fault are absent from most worlds, so that each also strikes
// alone. Shares are chances per call; times are ms. Called by world.
import type { Random } from './random.ts'

export type Weather = {
  /** Requests that never arrive, answers that never come back, requests that arrive twice. */
  lost: number
  dropped: number
  twice: number
  refused: number
  /** Requests that arrive late, and payments that DIGIT checks now and inserts later. */
  late: number
  slowInsert: number
  /** Errors of DIGIT's services and pages of its gateway. */
  serviceFault: number
  integratorCrash: number
  tillCrash: number
  crashesMax: number
  /** Payments that billing hears of minutes or hours later, or not at all. */
  lag: number
  backUpdateFailure: number
  restoresMax: number
  backupEveryMs: number
  tillCount: number
  consumerCount: number
  citizenCount: number
  activeMs: number
  foreignPays: number
  foreignCancels: number
  changes: number
  outages: number
  partShare: number
  /** Citizens come to the same few consumers again and again. */
  crowd: number
  /** Programs of the integrator on one database. */
  nodeCount: number
  /** Restores that nobody tells the integrator of: a till's word must prove them. */
  silentRestores: number
  /** What supervisors do in the course of the day: look again, post to the bill of now, undo. */
  acts: number
  /** The municipality's DIGIT login may cancel bills. */
  isBillCancelAllowed: boolean
  /** Citizens who tick that a rest may be an advance, or the whole a part. */
  consent: number
  revokes: number
  /** Tills whose file is copied and run a second time. */
  copies: number
}

/** The longest a request may live between the integrator's socket and DIGIT's commit: half of the fence. */
export const REQUEST_LIFE_MS = 280_000

const hourMs = 3_600_000

export function drawWeather(random: Random): Weather {
  const some = (chance: number, max: number) => (random.isHit(chance) ? random.share() * max : 0)
  return {
    lost: some(0.6, 0.25),
    dropped: some(0.7, 0.35),
    twice: some(0.5, 0.3),
    refused: some(0.4, 0.2),
    late: some(0.6, 0.4),
    slowInsert: some(0.6, 0.4),
    serviceFault: some(0.5, 0.25),
    integratorCrash: some(0.6, 0.01),
    tillCrash: some(0.5, 0.02),
    crashesMax: random.whole(1, 8),
    lag: some(0.7, 0.6),
    backUpdateFailure: some(0.3, 0.3),
    restoresMax: random.isHit(0.45) ? random.whole(1, 3) : 0,
    backupEveryMs: random.whole(10, 120) * 60_000,
    tillCount: random.whole(1, 3),
    consumerCount: random.whole(3, 12),
    citizenCount: random.whole(10, 45),
    activeMs: random.pick([3, 6, 9, 9, 28]) * hourMs,
    foreignPays: random.isHit(0.6) ? random.whole(1, 8) : 0,
    foreignCancels: random.isHit(0.5) ? random.whole(1, 4) : 0,
    changes: random.isHit(0.8) ? random.whole(2, 24) : 0,
    outages: random.isHit(0.6) ? random.whole(1, 5) : 0,
    partShare: some(0.7, 0.8),
    crowd: some(0.6, 0.9),
    nodeCount: random.isHit(0.5) ? 2 : 1,
    silentRestores: random.pick([0, 0.5, 1]),
    acts: random.isHit(0.6) ? random.whole(1, 10) : 0,
    isBillCancelAllowed: random.isHit(0.5),
    consent: some(0.7, 1),
    revokes: random.isHit(0.15) ? 1 : 0,
    copies: random.isHit(0.15) ? 1 : 0,
  }
}
