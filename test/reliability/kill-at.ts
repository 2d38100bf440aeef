// One kill: takes a payment with the victim armed, waits for its death, brings it back. Called by kill.test.ts and kill-loops.ts.
import { setTimeout as wait } from 'node:timers/promises'
import type { KillPlace } from '#test/reliability/kill-places.ts'
import type { MoneyPath, TakeOutcome } from '#test/reliability/money-path.ts'

const REACH_MS_MAX = 20_000
const OWN_END_MS_MAX = 10_000

/** `isReached`: the place was come by and the victim killed there. */
export const killAt = async (
  path: MoneyPath,
  { victim, steps }: KillPlace,
): Promise<{ taken: TakeOutcome; isReached: boolean }> => {
  const bill = await path.findBill()
  const child = victim === 'terminal' ? path.terminal() : path.integrator()
  await child.arm(victim === 'postgres' ? { steps, postgres: path.postgresFolder } : { steps })
  const taken = await path.take(bill)
  const isReached = await within(REACH_MS_MAX, victim === 'postgres' ? child.fired() : child.ended)
  if (!isReached) {
    await child.arm(null)
    return { taken, isReached }
  }
  await restartDead(path, victim)
  return { taken, isReached }
}

/** Starts again what died of a kill. */
export const restartDead = async (path: MoneyPath, victim: KillPlace['victim']): Promise<void> => {
  if (victim === 'terminal') {
    await path.startTerminal()
    return
  }
  // An integrator that lost its database may end or stay; whoever watches over it starts it again.
  if (victim === 'postgres' && !(await within(OWN_END_MS_MAX, path.integrator().ended)))
    await path.integrator().kill()
  await path.startIntegrator()
}

const within = async (ms: number, event: Promise<unknown>): Promise<boolean> =>
  Promise.race([event.then(() => true), wait(ms, false, { ref: false })])
