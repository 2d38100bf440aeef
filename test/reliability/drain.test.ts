// Goal: a till that comes back on a thin and long line hands over what it holds exactly once and in order, in few bytes, and is not
// slowed by anything but the line. The long run is `npm run test:drain`.
import { expect, test } from 'vitest'
import { drainTill } from '#test/reliability/drain.ts'

const PAYMENTS = 200
/** JSON of a payment with its record is some 1,900 bytes; packed, ids and signatures are what is left of it. */
const BYTES_EACH_MAX = 900

test('200 payments go over a line of 1 Mbit/s and 300 ms exactly once', async () => {
  const speed = { bitsPerSecond: 1_000_000, roundTripMs: 300 }
  const { findings, troubles, bytes } = await drainTill({ payments: PAYMENTS, speed, secondsMax: 120 })
  expect(findings).toEqual([])
  expect(troubles).toEqual([])
  expect(bytes.toServer / PAYMENTS).toBeLessThan(BYTES_EACH_MAX)
})
