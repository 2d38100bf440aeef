// Handing over of journals as terminals call it. A withdrawn device may still do so: its money is money. Called by router.ts.
import type { Records } from '#app/records/append.ts'
import { RECORDS_MAX } from '#contract/records-api.ts'
import { contract } from './caller.ts'
import type { Guards } from './caller.ts'
import type { Limits } from './limits.ts'

export function recordsHandlers(
  { records, limits }: { records: Records; limits: Limits },
  { approvedOnce }: Guards,
) {
  return {
    append: contract.records.append.use(approvedOnce).handler(async ({ input, context: { device } }) => {
      const appended = await limits.append(device.deviceId, () => records.append(device, input))
      // A full batch means that there is more.
      return { ...appended, ...limits.pace(input.records.length >= RECORDS_MAX / 2) }
    }),
  }
}
