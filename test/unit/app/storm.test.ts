// Goal: two thousand tills that come back at once are drained nearly as fast as the node can work, and nobody is served in vain. The
// real admission and the real sending rounds, on time that the test moves.
import { expect, test } from 'vitest'
import { runStorm } from '#test/reliability/storm.ts'

const storm = { tills: 2_000, batchesEach: 5, serviceMs: 25, roundTripMs: 300, seed: 7 }
const BATCHES = storm.tills * storm.batchesEach

test('2,000 tills that start in one second drain within 1.2 times the ideal, with no dead request', async () => {
  const { drainMs, idealMs, served, dead, asked } = await runStorm({ ...storm, awayMs: 0 })
  expect(served).toBe(BATCHES)
  expect(dead).toBe(0)
  expect(drainMs).toBeLessThanOrEqual(idealMs * 1.2)
  // nobody is sent away again and again: a few knocks for each batch at most
  expect(asked).toBeLessThan(BATCHES * 2)
}, 60_000)

test('2,000 tills that were cut off for ten minutes come back in an orderly crowd', async () => {
  const came = await runStorm({ ...storm, awayMs: 600_000 })
  expect(came.served).toBe(BATCHES)
  expect(came.dead).toBe(0)
  expect(came.drainMs).toBeLessThanOrEqual(came.idealMs * 1.2)
  expect(came.peakPerSecond).toBeLessThanOrEqual(came.capacityPerSecond * 3)
}, 60_000)
