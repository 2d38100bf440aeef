// Records a till that takes payments and cuts its power. Called by power-cut.test.ts and run.ts.
import { join } from 'node:path'
import { checkImage } from '#test/reliability/power-cut/check-image.ts'
import { cutPower, recordDisk, type CutFigures } from '#test/reliability/power-cut/cut-power.ts'

export type TillCut = { readonly figures: CutFigures; readonly badCount: number }

export const cutTill = (options: {
  synchronous: 'FULL' | 'NORMAL' | 'OFF'
  images: number
  payments: number
  seed: number
  areSyncsLies?: boolean
  /** Cuts only within the first so many events. */
  eventsMax?: number
}): TillCut => {
  const { synchronous, images, payments, seed, areSyncsLies = false } = options
  const writer = join(import.meta.dirname, 'till-writer.ts')
  const events = recordDisk(writer, [String(payments), synchronous]).slice(0, options.eventsMax)
  const figures = cutPower({ events, images, seed, areSyncsLies, check: checkImage })
  return { figures, badCount: figures.lost + figures.corrupt + figures.unopenable }
}
