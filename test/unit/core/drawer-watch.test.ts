// Goal: a drawer that opens by itself or stands open is told once, and one that was opened for a reason never is.
import { describe, expect, test } from 'vitest'
import {
  DRAWER_LEFT_OPEN_MS,
  KICK_SETTLES_MS,
  leftOpenSince,
  noteKick,
  noteReading,
  opensDrawer,
  UNWATCHED,
  type DrawerEvent,
} from '#core/drawer/drawer-watch.ts'

type Step = readonly [atMs: number, what: 'kick' | 'open' | 'closed' | 'silent']

const events = (...steps: readonly Step[]): (readonly [number, DrawerEvent])[] => {
  let watch = UNWATCHED
  return steps.flatMap(([atMs, what]) => {
    if (what === 'kick') {
      watch = noteKick(watch, atMs)
      return []
    }
    const reading = noteReading(watch, what === 'silent' ? null : what === 'open', atMs)
    watch = reading.watch
    return reading.event === null ? [] : [[atMs, reading.event] as const]
  })
}

test('cash opens the drawer, nothing else does', () => {
  expect(opensDrawer({ mode: 'CASH' })).toBe(true)
  for (const mode of ['CARD', 'CARD_SALE', 'CHEQUE', 'DD', 'OFFLINE_NEFT', 'OFFLINE_RTGS', 'POSTAL_ORDER'])
    expect(opensDrawer({ mode })).toBe(false)
})

describe('opened by itself', () => {
  test('without any kick', () => {
    expect(events([0, 'closed'], [5_000, 'open'], [8_000, 'open'])).toEqual([[5_000, 'forced']])
  })

  test('not when it was kicked, however late it is seen', () => {
    expect(events([0, 'closed'], [1_000, 'kick'], [40_000, 'open'])).toEqual([])
  })

  test('not when the question crossed with the kick', () => {
    expect(events([0, 'closed'], [1_000, 'kick'], [1_100, 'closed'], [3_000, 'open'])).toEqual([])
  })

  test('again when it was closed in between', () => {
    const seen = events([0, 'kick'], [1_000, 'open'], [KICK_SETTLES_MS + 1, 'closed'], [30_000, 'open'])
    expect(seen).toEqual([[30_000, 'forced']])
  })

  test('not told of a drawer that is open when the till starts', () => {
    expect(events([0, 'open'])).toEqual([])
  })
})

describe('left open', () => {
  test('told once, a minute after the kick', () => {
    const seen = events(
      [0, 'closed'],
      [1_000, 'kick'],
      [2_000, 'open'],
      [1_000 + DRAWER_LEFT_OPEN_MS - 1, 'open'],
      [1_000 + DRAWER_LEFT_OPEN_MS, 'open'],
      [200_000, 'open'],
    )
    expect(seen).toEqual([[1_000 + DRAWER_LEFT_OPEN_MS, 'left_open']])
  })

  test('the next payment begins the time anew', () => {
    const seen = events([0, 'kick'], [1_000, 'open'], [50_000, 'kick'], [61_000, 'open'], [110_000, 'open'])
    expect(seen).toEqual([[110_000, 'left_open']])
  })

  test('a drawer that says nothing is never told of', () => {
    expect(events([0, 'kick'], [1_000, 'silent'], [100_000, 'silent'])).toEqual([])
  })

  test('the words go when it is closed', () => {
    let watch = noteReading(UNWATCHED, true, 0).watch
    watch = noteReading(watch, true, DRAWER_LEFT_OPEN_MS).watch
    expect(leftOpenSince(watch)).toBe(0)
    expect(leftOpenSince(noteReading(watch, false, 70_000).watch)).toBeNull()
  })
})
