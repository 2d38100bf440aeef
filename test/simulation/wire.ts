// The lines between till, integrator and DIGIT: a request may be lost, late, doubled or refused, and its answer may be
// dropped although the work was done. Called by tills and by the integrator's DIGIT client.
import type { Life, World } from './world.ts'
import { REQUEST_LIFE_MS } from './weather.ts'

export type Line = {
  from: Life
  what: string
  /** null: nobody listens there now. */
  to: () => Life | null
  timeoutMs: number
  isMoney?: boolean
}

export type Delivery<Value> = { kind: 'answer'; value: Value } | { kind: 'silence' } | { kind: 'refused' }

/** `serve` runs at the other side, zero to two times. The sender hears at most one answer, or silence at its time limit. */
export function exchange<Value>(
  world: World,
  line: Line,
  serve: (server: Life) => Promise<Value>,
): Promise<Delivery<Value>> {
  const { timeline, random, weather, isStormy } = world
  const hit = (chance: number) => isStormy && random.isHit(chance)
  return new Promise((resolve) => {
    let isOver = false
    const settle = (delivery: Delivery<Value>) => {
      if (isOver || line.from.isDead) return
      isOver = true
      resolve(delivery)
    }
    if (line.to() === null || hit(weather.refused)) {
      timeline.after(random.whole(1, 30), () => settle({ kind: 'refused' }))
      return
    }
    timeline.after(line.timeoutMs, () => settle({ kind: 'silence' }))
    const copies = hit(weather.twice) ? 2 : 1
    for (let copy = 0; copy < copies; copy += 1) {
      if (hit(weather.lost)) {
        world.log(line.from.name, `${line.what}: request lost`)
        continue
      }
      const lateMs = hit(weather.late) ? random.whole(1_000, lateMax(line)) : 0
      timeline.after(random.whole(1, 60) + lateMs, () => void arrive(copy))
    }

    const arrive = async (copy: number) => {
      const server = line.to()
      if (server === null) return
      if (copy > 0) world.log(line.from.name, `${line.what}: arrives again`)
      try {
        const value = await serve(server)
        if (server.isDead) return
        if (hit(weather.dropped)) {
          world.log(line.from.name, `${line.what}: answer dropped`)
          return
        }
        timeline.after(random.whole(1, 60), () => settle({ kind: 'answer', value }))
      } catch (error) {
        world.broke(error)
      }
    }
  })
}

function lateMax({ isMoney = false, timeoutMs }: Line): number {
  return isMoney ? REQUEST_LIFE_MS / 2 : timeoutMs * 2
}
