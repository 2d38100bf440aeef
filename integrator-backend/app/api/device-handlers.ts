// Enrolment as terminals call it: trade a code and keys, show the nonce, ask whether the office has approved. Called by router.ts.
import { deviceOf } from '#app/people/devices.ts'
import type { Enrolment } from '#app/people/enrolment.ts'
import { contract } from './caller.ts'
import type { Guards } from './caller.ts'
import type { Limits } from './limits.ts'

export type DeviceParts = { enrolment: Enrolment; limits: Limits; nowMs: () => number }

export function deviceHandlers({ enrolment, limits, nowMs }: DeviceParts, { enrolled }: Guards) {
  return {
    enrol: contract.devices.enrol.handler(({ input, context }) =>
      limits.enrolment(context.address, () => enrolment.enrol(input)),
    ),
    confirm: contract.devices.confirm.use(enrolled).handler(async ({ input, context: { device } }) => ({
      approval: await limits.enrolment(device.deviceId, () =>
        enrolment.confirm(device.deviceId, input.nonce),
      ),
    })),
    me: contract.devices.me.use(enrolled).handler(({ context: { device } }) => ({
      device: deviceOf(device),
      approval: device.approval,
      isForked: device.isForked,
      serverTimeMs: nowMs(),
    })),
  }
}
