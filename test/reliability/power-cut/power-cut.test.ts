// Goal: whatever a power cut leaves on the disk, the till opens it, its chain is whole, every acknowledged payment is in it and an
// enrolled till still knows who it is to the integrator.
// The disk is rebuilt at random moments with unsynced writes dropped, kept, reordered or torn at 512 bytes. The controls show
// that the rig can see a loss: a store that syncs too little, and a disk that lies, must lose payments.
import { expect, test } from 'vitest'
import { recorderObstacle } from '#test/reliability/power-cut/build-recorder.ts'
import { cutTill } from '#test/reliability/power-cut/cut-till.ts'

const obstacle = recorderObstacle()
if (obstacle !== null) console.warn(`No power was cut on this machine: ${obstacle}.`)
const canRecord = obstacle === null

const payments = 60
const seed = 20_260_401

test.runIf(canRecord)('no image of 300 power cuts lost or broke anything', () => {
  const { figures } = cutTill({ synchronous: 'FULL', images: 300, payments, seed })
  expect(figures.acknowledged).toBe(payments)
  expect(figures.examples).toEqual([])
})

test.runIf(canRecord)('a cut while the file is being made leaves a till that starts', () => {
  const { figures } = cutTill({ synchronous: 'FULL', images: 150, payments: 1, seed, eventsMax: 130 })
  expect(figures.examples).toEqual([])
})

test.runIf(canRecord)('control: with synchronous=NORMAL power cuts lose acknowledged payments', () => {
  const { figures } = cutTill({ synchronous: 'NORMAL', images: 40, payments, seed })
  expect(figures.lost).toBeGreaterThan(0)
})

test.runIf(canRecord)('control: with synchronous=OFF power cuts lose payments or the whole file', () => {
  const { badCount } = cutTill({ synchronous: 'OFF', images: 40, payments, seed })
  expect(badCount).toBeGreaterThan(0)
})

test.runIf(canRecord)('control: a disk that only says it synced loses payments', () => {
  const { badCount } = cutTill({ synchronous: 'FULL', images: 40, payments, seed, areSyncsLies: true })
  expect(badCount).toBeGreaterThan(0)
})
